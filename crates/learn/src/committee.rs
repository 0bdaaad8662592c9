//! A committee: the same learner on several bootstrap samples (Breiman 1996, doi:10.1007/BF00058655).

use rayon::prelude::*;

use crate::nested::{Nested, read_count, record};
use crate::random::{Stream, derived_seed};
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap, TrainingSet};

/// Several classifiers of one kind, each from a bootstrap sample of the rows; the probabilities are their mean, and
/// [`Classifier::members`] tells them one by one.
///
/// The samples are stratified: each class is drawn, with replacement, as often as it has rows, so that none vanishes.
/// A row that is drawn k times counts with k times its weight.
///
/// ```
/// use hesper_learn::{Committee, ForestParams, Learner, Matrix, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [0.1], [0.9], [1.0]])?;
/// let committee = Committee { learner: Box::new(ForestParams { trees: 5, ..Default::default() }), members: 3 };
/// let classifier = committee.fit(&TrainingSet { x: &x, y: &[0, 0, 1, 1], weights: None, n_classes: 2 }, 1)?;
/// assert_eq!(classifier.members(&x)?.map(|members| members.len()), Some(3));
/// # Ok::<(), hesper_learn::Error>(())
/// ```
pub struct Committee {
    /// What each member learns by.
    pub learner: Box<dyn Learner>,
    /// The number of members, at least 2.
    pub members: usize,
}

impl Committee {
    /// The name under which models record committees.
    pub const LEARNER: &'static str = "committee";
}

impl Learner for Committee {
    fn name(&self) -> &'static str {
        Self::LEARNER
    }

    /// # Errors
    /// What [`TrainingSet::check`] finds, fewer than two members, and what the members' learner refuses.
    fn fit(&self, data: &TrainingSet<'_>, seed: u64) -> Result<Box<dyn Classifier>, Error> {
        data.check()?;
        if self.members < 2 {
            let value = self.members.to_string();
            return Err(Error::Parameter { name: "members", value, limit: "at least 2" });
        }
        if u32::try_from(data.x.rows()).is_err() {
            let (actual, limit) = (data.x.rows(), u32::MAX as usize);
            return Err(Error::TooLarge { what: "rows", actual, limit });
        }
        let rows_of = rows_by_class(data);
        let members: Result<Vec<_>, Error> = (0..self.members as u64)
            .into_par_iter()
            .map(|member| {
                let seed = derived_seed(seed, member);
                let (rows, weights) = sample(data, &rows_of, &mut Stream::new(seed, 0));
                let x = data.x.select_rows(&rows);
                let y: Vec<u32> = rows.iter().map(|&row| data.y[row]).collect();
                let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: data.n_classes };
                Nested::fit(self.learner.as_ref(), &data, derived_seed(seed, 1))
            })
            .collect();
        let (n_features, n_classes) = (data.x.cols(), data.n_classes);
        Ok(Box::new(CommitteeClassifier { n_features, n_classes, members: members? }))
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::json!({ "members": self.members, "learner": record(self.learner.as_ref()) })
    }
}

/// The rows with weight of each class that has any.
fn rows_by_class(data: &TrainingSet<'_>) -> Vec<Vec<usize>> {
    let mut rows_of = vec![Vec::new(); data.n_classes];
    for (row, &class) in data.y.iter().enumerate() {
        if data.weights.is_none_or(|weights| weights[row] > 0.0) {
            rows_of[class as usize].push(row);
        }
    }
    rows_of.retain(|rows| !rows.is_empty());
    rows_of
}

/// The rows of a bootstrap sample, each once and in order, and their weights.
fn sample(data: &TrainingSet<'_>, rows_of: &[Vec<usize>], random: &mut Stream) -> (Vec<usize>, Vec<f64>) {
    let mut draws = vec![0u32; data.x.rows()];
    for rows in rows_of {
        for _ in rows {
            draws[rows[random.below(rows.len() as u32) as usize]] += 1;
        }
    }
    let rows: Vec<usize> = (0..draws.len()).filter(|&row| draws[row] > 0).collect();
    let weight = |&row: &usize| f64::from(draws[row]) * data.weights.map_or(1.0, |weights| weights[row]);
    let weights = rows.iter().map(weight).collect();
    (rows, weights)
}

/// What a [`Committee`] learned.
pub(crate) struct CommitteeClassifier {
    n_features: usize,
    n_classes: usize,
    members: Vec<Nested>,
}

impl CommitteeClassifier {
    /// The committee that [`Classifier::tensors`] described.
    pub(crate) fn from_tensors(
        tensors: &TensorMap,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Self, String> {
        let count = read_count(tensors, "members")?;
        let members: Vec<Nested> = (0..count)
            .map(|member| Nested::read(tensors, &format!("member/{member}"), n_features, n_classes))
            .collect::<Result<_, _>>()?;
        if members.is_empty() {
            Err("it has no members".to_owned())
        } else {
            Ok(Self { n_features, n_classes, members })
        }
    }
}

impl Classifier for CommitteeClassifier {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        let mut mean = Matrix::filled(x.rows(), self.n_classes, 0.0);
        for member in &self.members {
            let proba = member.classifier.predict_proba(x)?;
            mean.data_mut().iter_mut().zip(proba.data()).for_each(|(sum, p)| *sum += p);
        }
        let count = self.members.len() as f64;
        mean.data_mut().iter_mut().for_each(|sum| *sum /= count);
        Ok(mean)
    }

    /// The mean of the members' importances.
    fn importances(&self) -> Option<Vec<f64>> {
        let mut mean = vec![0.0; self.n_features];
        for member in &self.members {
            let importances = member.classifier.importances()?;
            mean.iter_mut().zip(importances).for_each(|(sum, importance)| *sum += importance);
        }
        let count = self.members.len() as f64;
        mean.iter_mut().for_each(|sum| *sum /= count);
        Some(mean)
    }

    fn members(&self, x: &Matrix) -> Result<Option<Vec<Matrix>>, Error> {
        self.members
            .iter()
            .map(|member| member.classifier.predict_proba(x))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// The members' choices, one after the other.
    fn choice(&self) -> Option<serde_json::Value> {
        self.members.iter().map(|member| member.classifier.choice()).collect()
    }

    fn tensors(&self) -> Option<TensorMap> {
        let count = u32::try_from(self.members.len()).ok()?;
        let mut tensors = TensorMap::from([("members".to_owned(), Tensor::U32(vec![count]))]);
        for (number, member) in self.members.iter().enumerate() {
            member.write(&format!("member/{number}"), &mut tensors)?;
        }
        Some(tensors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForestParams;
    use crate::restore::restore;

    /// Two overlapping classes, and a third with a single row.
    fn rows() -> (Matrix, Vec<u32>) {
        let mut random = Stream::new(4, 0);
        let y: Vec<u32> = (0..81).map(|row| if row == 80 { 2 } else { row % 2 }).collect();
        let data = y.iter().map(|&class| f64::from(class) + f64::from(random.below(1000)) / 500.0).collect();
        (Matrix::new(81, 1, data).unwrap(), y)
    }

    fn committee(members: usize) -> Committee {
        Committee { learner: Box::new(ForestParams { trees: 3, ..Default::default() }), members }
    }

    #[test]
    fn the_mean_of_its_members_is_what_it_says() {
        let (x, y) = rows();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
        let fitted = committee(4).fit(&data, 9).unwrap();
        let (mean, members) = (fitted.predict_proba(&x).unwrap(), fitted.members(&x).unwrap().unwrap());
        assert_eq!(members.len(), 4);
        assert!(members[1..].iter().all(|member| member != &members[0]), "members learn from different rows");
        for at in 0..mean.data().len() {
            let expected = members.iter().map(|member| member.data()[at]).sum::<f64>() / 4.0;
            assert!((mean.data()[at] - expected).abs() < 1e-15);
        }
        assert!((fitted.importances().unwrap()[0] - 1.0).abs() < 1e-12);
        let again = committee(4).fit(&data, 9).unwrap();
        assert_eq!(again.predict_proba(&x).unwrap(), mean);
        assert_ne!(committee(4).fit(&data, 10).unwrap().predict_proba(&x).unwrap(), mean);
    }

    #[test]
    fn a_single_row_of_a_class_is_in_every_sample() {
        let (x, y) = rows();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
        let rows_of = rows_by_class(&data);
        for seed in 0..50 {
            let (rows, weights) = sample(&data, &rows_of, &mut Stream::new(seed, 0));
            assert!(rows.contains(&80) && rows.is_sorted_by(|a, b| a < b));
            assert!(rows.len() < 70, "some rows are left out");
            for class in 0..2 {
                let sum: f64 =
                    rows.iter().zip(&weights).filter(|(row, _)| y[**row] == class).map(|(_, w)| w).sum();
                assert_eq!(sum, 40.0);
            }
        }
    }

    #[test]
    fn rows_without_weight_are_not_there() {
        let (x, y) = rows();
        let weights: Vec<f64> = (0..81).map(|row| f64::from(row % 3)).collect();
        let kept: Vec<usize> = (0..81).filter(|row| row % 3 > 0).collect();
        let with = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 3 };
        let (x_kept, y_kept) = (x.select_rows(&kept), kept.iter().map(|&row| y[row]).collect::<Vec<_>>());
        let weights_kept: Vec<f64> = kept.iter().map(|&row| weights[row]).collect();
        let without = TrainingSet { x: &x_kept, y: &y_kept, weights: Some(&weights_kept), n_classes: 3 };
        let fit = |data| committee(3).fit(data, 2).unwrap().predict_proba(&x).unwrap();
        assert_eq!(fit(&with), fit(&without));
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let (x, y) = rows();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
                committee(5).fit(&data, 1).unwrap().tensors()
            })
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    fn tensors_read_back_also_of_a_committee_of_committees() {
        let (x, y) = rows();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
        for learner in [committee(2), Committee { learner: Box::new(committee(2)), members: 2 }] {
            let fitted = learner.fit(&data, 3).unwrap();
            let tensors = fitted.tensors().unwrap();
            let back = restore("committee", &tensors, 1, 3).unwrap();
            assert_eq!(back.predict_proba(&x).unwrap(), fitted.predict_proba(&x).unwrap());
            assert_eq!(back.tensors().unwrap(), tensors);
            for name in tensors.keys() {
                let mut broken = tensors.clone();
                broken.remove(name);
                assert!(restore("committee", &broken, 1, 3).is_err(), "without {name}");
                let tensor = broken.insert(format!("{name}x"), Tensor::U32(vec![7])).is_none();
                assert!(tensor && restore("committee", &broken, 1, 3).is_err(), "renamed {name}");
            }
        }
        let unknown = TensorMap::from([
            ("members".to_owned(), Tensor::U32(vec![1])),
            ("member/0/oracle/truth".to_owned(), Tensor::U32(vec![1])),
        ]);
        let refusal = restore("committee", &unknown, 1, 3).err().unwrap();
        assert!(refusal.contains("oracle"), "{refusal}");
    }

    #[test]
    fn nesting_ends() {
        let deep = format!("{}members", "member/0/committee/".repeat(5000));
        let mut tensors = TensorMap::new();
        for end in (0..=5000).map(|depth| depth * "member/0/committee/".len()) {
            tensors.insert(format!("{}members", &deep[..end]), Tensor::U32(vec![1]));
            if end > 2000 {
                break;
            }
        }
        assert!(restore("committee", &tensors, 1, 2).err().unwrap().contains("longer than"));
    }

    #[test]
    fn bad_requests_are_refused() {
        let (x, y) = rows();
        let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
        assert!(matches!(committee(1).fit(&data, 1), Err(Error::Parameter { name: "members", .. })));
        let none =
            Committee { learner: Box::new(ForestParams { trees: 0, ..Default::default() }), members: 2 };
        assert!(matches!(none.fit(&data, 1), Err(Error::Parameter { name: "trees", .. })));
        let fitted = committee(2).fit(&data, 1).unwrap();
        assert!(fitted.predict_proba(&Matrix::filled(2, 3, 0.0)).is_err());
        assert!(fitted.members(&Matrix::filled(2, 3, 0.0)).is_err());
        assert_eq!(fitted.predict_proba(&Matrix::filled(0, 1, 0.0)).unwrap().rows(), 0);
    }
}
