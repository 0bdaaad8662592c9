//! Where labels are known, and where they are wanted.

use hesper_learn::Matrix;

use crate::Error;

/// Objects with labels: those to learn from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Features, objects × features.
    pub x: &'a Matrix,
    /// The class of each object, `0..n_classes`.
    pub y: &'a [u32],
    /// The number of classes.
    pub n_classes: usize,
}

/// Objects without labels: those to classify.
///
/// It has no place for labels, so that no method without labels of the target can be given any:
///
/// ```compile_fail,E0560
/// # let t = hesper_learn::Matrix::default();
/// let target = hesper_adapt::Target { x: &t, y: &[0, 1] };
/// ```
///
/// Nor does one take a [`LabelledTarget`]:
///
/// ```compile_fail,E0308
/// # use hesper_adapt::{Error, Fitted, LabelledTarget, Method, Source};
/// # use hesper_learn::Learner;
/// fn leak(
///     method: &dyn Method,
///     source: &Source<'_>,
///     labelled: &LabelledTarget<'_>,
///     learner: &dyn Learner,
/// ) -> Result<Fitted, Error> {
///     method.fit(source, labelled, learner, 0)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Features, objects × features; the same features as the source's.
    pub x: &'a Matrix,
}

/// The few objects of the target whose labels are known.
#[derive(Clone, Copy, Debug)]
pub struct LabelledTarget<'a> {
    /// Features, objects × features.
    pub x: &'a Matrix,
    /// The class of each object.
    pub y: &'a [u32],
}

impl Source<'_> {
    /// Checks what every method relies on: objects, features, finite numbers, as many classes as objects, class numbers in range.
    ///
    /// # Errors
    /// [`Error::Domain`] says what is wrong, and of which object and feature.
    pub fn check(&self) -> Result<(), Error> {
        check("source", self.x)?;
        check_classes("source", self.x, self.y, self.n_classes)
    }
}

impl Target<'_> {
    /// Checks that the features are the source's and all numbers finite.
    ///
    /// # Errors
    /// As [`Source::check`].
    pub fn check(&self, source: &Source<'_>) -> Result<(), Error> {
        check("target", self.x)?;
        same_features(source, "target", self.x)
    }
}

impl LabelledTarget<'_> {
    /// Checks that features and classes are the source's and all numbers finite.
    ///
    /// # Errors
    /// As [`Source::check`].
    pub fn check(&self, source: &Source<'_>) -> Result<(), Error> {
        check("labelled target", self.x)?;
        same_features(source, "labelled target", self.x)?;
        check_classes("labelled target", self.x, self.y, source.n_classes)
    }
}

fn check(domain: &'static str, x: &Matrix) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Domain { domain, what });
    if x.rows() == 0 {
        return wrong("it has no object".into());
    }
    if x.cols() == 0 {
        return wrong("it has no feature".into());
    }
    match x.data().iter().position(|value| !value.is_finite()) {
        Some(at) => wrong(format!(
            "feature {} of object {} is {}: fill in what is missing before",
            at % x.cols(),
            at / x.cols(),
            x.data()[at]
        )),
        None => Ok(()),
    }
}

fn check_classes(domain: &'static str, x: &Matrix, y: &[u32], n_classes: usize) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Domain { domain, what });
    if y.len() != x.rows() {
        return wrong(format!("it has {} objects, but {} classes", x.rows(), y.len()));
    }
    match y.iter().position(|class| *class as usize >= n_classes) {
        Some(row) => wrong(format!("the class of object {row} is {}, but there are {n_classes}", y[row])),
        None => Ok(()),
    }
}

fn same_features(source: &Source<'_>, domain: &'static str, x: &Matrix) -> Result<(), Error> {
    if x.cols() == source.x.cols() {
        return Ok(());
    }
    let what = format!("it has {} features, but the source has {}", x.cols(), source.x.cols());
    Err(Error::Domain { domain, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_adapted_is_named() {
        let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]).unwrap();
        let source = Source { x: &x, y: &[0, 1], n_classes: 2 };
        source.check().unwrap();
        let message = |result: Result<(), Error>| result.unwrap_err().to_string();
        assert!(message(Source { y: &[0], ..source }.check()).contains("2 objects, but 1 classes"));
        assert!(message(Source { y: &[0, 2], ..source }.check()).contains("object 1 is 2"));
        let gap = Matrix::from_rows(&[[1.0, f64::NAN]]).unwrap();
        assert!(message(Target { x: &gap }.check(&source)).contains("feature 1 of object 0 is NaN"));
        let narrow = Matrix::from_rows(&[[1.0]]).unwrap();
        assert!(message(Target { x: &narrow }.check(&source)).contains("1 features, but the source has 2"));
    }
}
