use hesper_learn::{
    Classifier, ForestParams, Gamma, Learner, Matrix, MaxFeatures, NeighboursParams, Prepare, Scaling,
    SvmParams,
};

use super::Capacity;
use crate::Error;

/// One way to learn of a [`Family`]: a parameter θ.
pub struct Member {
    /// θ in words, such as `k = 5`; no two members of a family have the same.
    pub name: String,
    /// Who learns.
    pub learner: Box<dyn Learner>,
    /// h(θ), for bounds that ask for it.
    pub capacity: Capacity,
}

/// Learners of one kind, from the simplest to the most complex: where all else is equal, the first is taken.
///
/// Any learner makes a family, given the parameter that is its complexity:
///
/// ```
/// use hesper_adapt::complexity::{Capacity, Family, Member};
/// use hesper_learn::{LogisticParams, Scaling};
/// let members = [0.01, 1.0, 100.0].map(|c| Member {
///     name: format!("C = {c}"),
///     learner: Box::new(LogisticParams { c, ..LogisticParams::default() }),
///     capacity: Capacity::Fixed(4.0),
/// });
/// let family = Family { name: "logistic".to_owned(), scaling: Scaling::Standard, members: members.into() };
/// family.check()?;
/// # Ok::<(), hesper_adapt::Error>(())
/// ```
pub struct Family {
    /// The name of the kind, such as `knn`.
    pub name: String,
    /// How features are scaled before any member sees them, in each domain by that domain's own objects, labels or not.
    pub scaling: Scaling,
    /// The members.
    pub members: Vec<Member>,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        f.debug_struct("Family")
            .field("name", &self.name)
            .field("scaling", &self.scaling)
            .field("members", &members)
            .finish()
    }
}

impl Family {
    /// k nearest neighbours, from many to one. Without values: 1, 2, 3, 5, 7, 10, 15, 20, 30, 50.
    pub fn knn(values: &[usize], scaling: Scaling) -> Self {
        let mut values =
            if values.is_empty() { vec![1, 2, 3, 5, 7, 10, 15, 20, 30, 50] } else { values.to_vec() };
        values.sort_unstable_by(|a, b| b.cmp(a));
        let member = |k: &usize| Member {
            name: format!("k = {k}"),
            learner: Box::new(NeighboursParams { k: *k, ..NeighboursParams::default() }),
            capacity: Capacity::Cells { objects: *k as f64, most: f64::INFINITY },
        };
        Self { name: "knn".to_owned(), scaling, members: values.iter().map(member).collect() }
    }

    /// Support vector machines with a Gaussian kernel over γ and C, from wide and cheap to narrow and dear. Without values, γ is
    /// 2⁻⁴, 2⁻², …, 2¹⁰ (in the inverse square of the features' unit after scaling), C is 1, 10, 100.
    pub fn svm(gammas: &[f64], prices: &[f64], scaling: Scaling) -> Self {
        let mut gammas =
            if gammas.is_empty() { (-2..6).map(|at| 4f64.powi(at)).collect() } else { gammas.to_vec() };
        let mut prices = if prices.is_empty() { vec![1.0, 10.0, 100.0] } else { prices.to_vec() };
        gammas.sort_unstable_by(f64::total_cmp);
        prices.sort_unstable_by(f64::total_cmp);
        let all = prices.iter().flat_map(|c| gammas.iter().map(move |gamma| (*gamma, *c)));
        let member = |(gamma, c)| Member {
            name: format!("gamma = {gamma}, C = {c}"),
            learner: Box::new(SvmParams { c, gamma: Gamma::Value(gamma), ..SvmParams::default() }),
            capacity: Capacity::Kernel { gamma, c },
        };
        Self { name: "svm".to_owned(), scaling, members: all.map(member).collect() }
    }

    /// One decision tree over its depth and the fewest objects of a leaf, from shallow to deep and from large leaves to small
    /// ones. Without values, the depth is 1, 2, 3, 4, 6, 8, a leaf's size 1, 2, 5. Scaling makes no difference to trees, so
    /// there is none.
    pub fn trees(depths: &[usize], leaves: &[usize]) -> Self {
        let mut depths = if depths.is_empty() { vec![1, 2, 3, 4, 6, 8] } else { depths.to_vec() };
        let mut leaves = if leaves.is_empty() { vec![1, 2, 5] } else { leaves.to_vec() };
        depths.sort_unstable();
        leaves.sort_unstable_by(|a, b| b.cmp(a));
        let all = leaves.iter().flat_map(|leaf| depths.iter().map(move |depth| (*depth, *leaf)));
        let member = |(depth, leaf)| Member {
            name: format!("depth = {depth}, leaf = {leaf}"),
            learner: Box::new(ForestParams {
                trees: 1,
                max_features: MaxFeatures::All,
                min_samples_leaf: leaf,
                max_depth: Some(depth),
                bootstrap: false,
                ..ForestParams::default()
            }),
            capacity: Capacity::Cells { objects: leaf as f64, most: (depth as f64).exp2() },
        };
        Self { name: "trees".to_owned(), scaling: Scaling::None, members: all.map(member).collect() }
    }

    /// The family of this name with its members by default: `knn`, `svm` or `trees`, the last of which pays no heed to scaling.
    pub fn named(name: &str, scaling: Scaling) -> Option<Self> {
        match name {
            "knn" => Some(Self::knn(&[], scaling)),
            "svm" => Some(Self::svm(&[], &[], scaling)),
            "trees" => Some(Self::trees(&[], &[])),
            _ => None,
        }
    }

    /// Checks that there are members, no two of one name.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |value: String, rule| Err(Error::Parameter { name: "family", value, rule });
        if self.members.is_empty() {
            return wrong(format!("`{}` without members", self.name), "a family of one member or more");
        }
        let mut names: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                wrong(format!("`{}` with `{}` twice", self.name, pair[0]), "one whose members' names differ")
            }
            None => Ok(()),
        }
    }

    /// What scales a domain, learned from its objects; nothing if features stay as they are.
    pub(super) fn prepare(&self, x: &Matrix) -> Result<Option<Prepare>, Error> {
        Ok(match self.scaling {
            Scaling::None => None,
            scaling => Some(Prepare::fit(scaling, x, None)?),
        })
    }
}

/// The classifier of objects as they are, made of one of scaled objects. One that was scaled has no place in the model format.
pub(super) fn unscaled(prepare: Option<Prepare>, inner: Box<dyn Classifier>) -> Box<dyn Classifier> {
    match prepare {
        None => inner,
        Some(prepare) => prepare.before(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_go_from_simple_to_complex() {
        let x = Matrix::new(60, 1, (0..60).map(f64::from).collect()).unwrap();
        let rising = |family: &Family| {
            let all: Vec<f64> = family.members.iter().map(|member| member.capacity.at(&x)).collect();
            all.windows(2).all(|pair| pair[0] <= pair[1])
        };
        let families = [
            Family::knn(&[], Scaling::None),
            Family::svm(&[], &[1.0], Scaling::Standard),
            Family::trees(&[], &[3]),
        ];
        for family in families {
            family.check().unwrap();
            assert!(rising(&family), "{family:?}");
        }
        assert_eq!(Family::svm(&[], &[], Scaling::None).members.len(), 24);
        assert_eq!(Family::trees(&[], &[]).members.len(), 18);
        for name in ["knn", "svm", "trees"] {
            assert_eq!(Family::named(name, Scaling::Standard).unwrap().name, name);
        }
        assert!(Family::named("unheard-of", Scaling::None).is_none());
    }

    #[test]
    fn families_that_are_none_are_named() {
        let message = |family: Family| family.check().unwrap_err().to_string();
        assert!(message(Family::knn(&[3, 3], Scaling::None)).contains("`k = 3` twice"));
        let none = Family { name: "mlp".to_owned(), scaling: Scaling::None, members: vec![] };
        assert!(message(none).contains("without members"));
    }
}
