//! Boosted trees against an obvious slow search, and their promises.

use proptest::prelude::*;

use super::*;
use crate::Tensor;
use crate::random::Stream;

fn fit(params: &BoostedParams, x: &Matrix, y: &[u32], weights: Option<&[f64]>, n_classes: usize) -> Boosted {
    Boosted::fit(params, &TrainingSet { x, y, weights, n_classes }, 5).unwrap()
}

/// Two classes that three features tell apart with noise; some values are missing.
fn blobs(rows: usize, n_classes: u32, seed: u64) -> (Matrix, Vec<u32>) {
    let mut stream = Stream::new(seed, 0);
    let mut draw = |bound: u32| f64::from(stream.below(bound)) / f64::from(bound);
    let (mut data, mut y) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let class = row as u32 % n_classes;
        y.push(class);
        data.push(f64::from(class) + 2.0 * draw(1000));
        data.push(f64::from(class * class) - 3.0 * draw(50));
        data.push(if row % 7 == 0 { f64::NAN } else { draw(10) });
        data.push(if draw(100) < 0.2 && class == 0 { f64::NAN } else { draw(1000) });
    }
    (Matrix::new(rows, 4, data).unwrap(), y)
}

/// Rows at the start of training, to be split by trying everything.
struct Ground<'a> {
    x: &'a Matrix,
    y: &'a [u32],
    weights: &'a [f64],
    /// The probability of class 1 that all rows have.
    share: f64,
    rows_in_leaf: usize,
    /// The thresholds between the bins of each feature, and infinity.
    thresholds: Vec<Vec<f64>>,
}

impl Ground<'_> {
    /// The sums of w·(p − y) and w·p·(1 − p).
    fn sums(&self, rows: &[usize]) -> (f64, f64) {
        rows.iter().fold((0.0, 0.0), |sum, &row| {
            let (weight, share) = (self.weights[row], self.share);
            (sum.0 + weight * (share - f64::from(self.y[row])), sum.1 + weight * share * (1.0 - share))
        })
    }

    fn gain(&self, rows: &[usize], left: &[usize], right: &[usize]) -> f64 {
        let score = |rows| {
            let (gradient, hessian) = self.sums(rows);
            gradient * gradient / hessian
        };
        score(left) + score(right) - score(rows)
    }

    /// The largest gain of any split of the rows, missing values on either side.
    fn exhaustive(&self, rows: &[usize]) -> f64 {
        let mut best = 0.0f64;
        for (feature, thresholds) in self.thresholds.iter().enumerate() {
            for &threshold in thresholds {
                for missing_left in [true, false] {
                    let goes_left = |row: usize| {
                        let value = self.x.row(row)[feature];
                        if value.is_nan() { missing_left } else { value <= threshold }
                    };
                    let (left, right): (Vec<_>, Vec<_>) = rows.iter().partition(|&&row| goes_left(row));
                    if left.len().min(right.len()) >= self.rows_in_leaf {
                        best = best.max(self.gain(rows, &left, &right));
                    }
                }
            }
        }
        best
    }

    /// Sends the rows down the first tree and checks that each node does the best that can be done with them.
    fn check_node(&self, trees: &Boosted, at: usize, rows: &[usize]) {
        let node = trees.nodes[at];
        let cover: f64 = rows.iter().map(|&row| self.weights[row]).sum();
        assert!((trees.covers[at] - cover).abs() < 1e-9 * cover);
        let best = self.exhaustive(rows);
        let sums = self.sums(rows);
        let close = 1e-6 * (1.0 + sums.1);
        if node.child as usize == at {
            assert!(best < close, "node {at} could be split, gaining {best}");
            let value = if trees.nodes.len() > 1 { -sums.0 / sums.1 } else { 0.0 };
            assert!((trees.values[at] - value).abs() < 1e-6, "{} instead of {value}", trees.values[at]);
            return;
        }
        let goes_left = |row: usize| !node.goes_right_or_missing(self.x.row(row)[node.feature()]);
        let (left, right): (Vec<_>, Vec<_>) = rows.iter().partition(|&&row| goes_left(row));
        assert!(left.len().min(right.len()) >= self.rows_in_leaf);
        let gain = self.gain(rows, &left, &right);
        assert!((gain - best).abs() < close, "node {at}: {gain} instead of {best}");
        if !rows.iter().any(|&row| self.x.row(row)[node.feature()].is_nan()) {
            assert_eq!(node.missing_left(), left.len() >= right.len());
        }
        self.check_node(trees, node.child as usize, &left);
        self.check_node(trees, node.child as usize + 1, &right);
    }
}

/// The thresholds between the bins of each feature, and infinity.
fn thresholds(x: &Matrix, rows_in_leaf: usize) -> Vec<Vec<f64>> {
    let rows: Vec<u32> = (0..x.rows() as u32).collect();
    let between = |column: &bins::Column| {
        let last = column.bins().saturating_sub(1) as u8;
        (0..last).map(|code| column.threshold(code, Some(code + 1))).chain([f64::INFINITY]).collect()
    };
    bins::code(x, &rows, 255, rows_in_leaf).iter().map(between).collect()
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![3 => (0i32..6).prop_map(f64::from), 1 => -2.0..2.0, 1 => Just(f64::NAN)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_split_is_the_best_there_is(
        rows in prop::collection::vec((prop::collection::vec(value(), 3), 0u32..2, 1u32..4), 2..60),
        least in 1usize..5,
        weighted: bool,
    ) {
        let x = Matrix::from_rows(&rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>()).unwrap();
        let y: Vec<u32> = rows.iter().map(|row| row.1).collect();
        let weights: Vec<f64> = rows.iter().map(|row| if weighted { f64::from(row.2) * 0.3 } else { 1.0 }).collect();
        let params = BoostedParams { rounds: 1, learning_rate: 1.0, min_rows_in_leaf: least, max_leaves: 100,
            min_hessian_in_leaf: 0.0, ..Default::default() };
        let trees = fit(&params, &x, &y, weighted.then_some(&weights), 2);
        if let [start] = trees.start[..] {
            let share = 1.0 / (1.0 + (-start).exp());
            let all: Vec<usize> = (0..y.len()).collect();
            let thresholds = thresholds(&x, least);
            let ground = Ground { x: &x, y: &y, weights: &weights, share, rows_in_leaf: least, thresholds };
            ground.check_node(&trees, 0, &all);
        }
    }

    #[test]
    fn any_table_is_taken(
        rows in prop::collection::vec((prop::collection::vec(value(), 2), 0u32..4, 0u32..3), 1..40),
        n_classes in 4usize..6,
    ) {
        let x = Matrix::from_rows(&rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>()).unwrap();
        let y: Vec<u32> = rows.iter().map(|row| row.1).collect();
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
        let params = BoostedParams { rounds: 5, min_rows_in_leaf: 1, bagging_fraction: 0.7, feature_fraction: 0.5, ..Default::default() };
        let data = TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes };
        let Ok(trees) = Boosted::fit(&params, &data, 1) else {
            prop_assert!(weights.iter().all(|weight| *weight == 0.0));
            return Ok(());
        };
        let probabilities = trees.predict_proba(&x).unwrap();
        for row in 0..x.rows() {
            prop_assert!((probabilities.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        let again = Boosted::from_tensors(&trees.tensors().unwrap(), 2, n_classes).unwrap();
        prop_assert!(again == trees);
        // Rows of weight 0 are as good as not there.
        let kept: Vec<usize> = (0..y.len()).filter(|&row| weights[row] > 0.0).collect();
        let select = |values: &[f64]| kept.iter().map(|&row| values[row]).collect::<Vec<_>>();
        let without = TrainingSet {
            x: &x.select_rows(&kept),
            y: &kept.iter().map(|&row| y[row]).collect::<Vec<_>>(),
            weights: Some(&select(&weights)),
            n_classes,
        };
        prop_assert!(Boosted::fit(&params, &without, 1).unwrap() == trees);
    }
}

#[test]
fn rows_in_order_and_histograms_find_the_same_splits() {
    // Every row twenty times over, with limits to match: the same sums, from another way of adding them up. The weights
    // see to it that no two splits are equally good.
    for n_classes in [2, 3] {
        let (x, y) = blobs(400, n_classes, 3);
        let mut stream = Stream::new(2, 2);
        let weights: Vec<f64> = y.iter().map(|_| 1.0 + f64::from(stream.below(1000)) / 1000.0).collect();
        let repeated: Vec<usize> = (0..8000).map(|row| row / 20).collect();
        let once = BoostedParams { rounds: 10, min_rows_in_leaf: 10, max_bins: 50, ..Default::default() };
        let often = BoostedParams { min_rows_in_leaf: 200, min_hessian_in_leaf: 2e-2, ..once.clone() };
        let a = fit(&once, &x, &y, Some(&weights), n_classes as usize);
        let labels: Vec<u32> = repeated.iter().map(|&row| y[row]).collect();
        let weights: Vec<f64> = repeated.iter().map(|&row| weights[row]).collect();
        let b = fit(&often, &x.select_rows(&repeated), &labels, Some(&weights), n_classes as usize);
        assert!(a.nodes() > 200);
        assert_eq!(a.nodes, b.nodes);
        assert!(a.values.iter().zip(&b.values).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}

#[test]
fn neither_threads_nor_the_order_of_rows_matter() {
    let (x, y) = blobs(70_000, 3, 1);
    let params = BoostedParams { rounds: 3, ..Default::default() };
    let drawing = BoostedParams { bagging_fraction: 0.9, feature_fraction: 0.8, ..params.clone() };
    let with_threads = |params: &BoostedParams, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(params, &x, &y, None, 3))
    };
    let one = with_threads(&params, 1);
    assert!(one == with_threads(&params, 3));
    assert!(with_threads(&drawing, 1) == with_threads(&drawing, 4));
    let mut order: Vec<usize> = (0..y.len()).collect();
    Stream::new(9, 0).shuffle(&mut order);
    let labels: Vec<u32> = order.iter().map(|&row| y[row]).collect();
    let shuffled = fit(&params, &x.select_rows(&order), &labels, None, 3);
    assert!(one.nodes == shuffled.nodes);
    assert!(one.values.iter().zip(&shuffled.values).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn margins_are_sums_over_trees() {
    let (x, y) = blobs(300, 3, 2);
    let trees = fit(&BoostedParams { rounds: 4, ..Default::default() }, &x, &y, None, 3);
    let margins = trees.margins(&x).unwrap();
    for row in 0..x.rows() {
        let mut sums = trees.start.clone();
        for tree in 0..trees.trees() {
            sums[tree % 3] += trees.values[trees.leaf(tree, x.row(row))];
        }
        assert_eq!(margins.row(row), sums);
    }
}

#[test]
fn one_class_and_classes_without_rows() {
    let (x, y) = blobs(100, 2, 2);
    let three: Vec<u32> = y.iter().map(|class| class * 2).collect();
    let (trees, same) =
        (fit(&Default::default(), &x, &y, None, 2), fit(&Default::default(), &x, &three, None, 4));
    let (a, b) = (trees.predict_proba(&x).unwrap(), same.predict_proba(&x).unwrap());
    for row in 0..x.rows() {
        assert_eq!([a.row(row)[0], 0.0, a.row(row)[1], 0.0], b.row(row));
    }
    assert_eq!(same.margins(&x).unwrap().row(0)[1], f64::NEG_INFINITY);
    let one = fit(&Default::default(), &x, &[1; 100], None, 3);
    assert_eq!(one.predict_proba(&x).unwrap().row(7), [0.0, 1.0, 0.0]);
    assert_eq!((one.trees(), one.importances()), (0, Some(vec![0.0; 4])));
    assert!(Boosted::from_tensors(&one.tensors().unwrap(), 4, 3).unwrap() == one);
}

#[test]
fn training_stops_when_it_no_longer_helps() {
    let (x, _) = blobs(500, 2, 4);
    let mut stream = Stream::new(1, 1);
    let noise: Vec<u32> = (0..500).map(|_| stream.below(2)).collect();
    let stopping = Some(EarlyStopping { fraction: 0.3, patience: 5 });
    let params = BoostedParams { early_stopping: stopping, ..Default::default() };
    let trees = fit(&params, &x, &noise, None, 2);
    assert!(trees.rounds() < 20, "{} rounds on noise", trees.rounds());
    let (x, y) = blobs(500, 2, 4);
    let trees = fit(&params, &x, &y, None, 2);
    assert!(trees.rounds() > 10, "{} rounds on blobs", trees.rounds());
    assert!((trees.importances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let single = TrainingSet { x: &x.select_rows(&[0]), y: &[0], weights: None, n_classes: 2 };
    assert!(matches!(Boosted::fit(&params, &single, 1), Err(Error::Split(_))));
}

#[test]
fn depth_is_limited() {
    let (x, y) = blobs(500, 2, 4);
    let trees = fit(&BoostedParams { max_depth: Some(1), ..Default::default() }, &x, &y, None, 2);
    assert_eq!(trees.nodes(), 3 * trees.trees());
}

#[test]
fn the_feature_that_matters_is_found() {
    let (x, y) = blobs(1000, 2, 8);
    let importances = fit(&Default::default(), &x, &y, None, 2).importances;
    assert!(importances[0] > 0.3 && importances[2] < 0.1, "{importances:?}");
}

#[test]
fn damaged_tensors_are_refused() {
    let (x, y) = blobs(200, 3, 1);
    let good = fit(&BoostedParams { rounds: 2, ..Default::default() }, &x, &y, None, 3).to_tensors();
    assert!(Boosted::from_tensors(&good, 4, 3).is_ok());
    assert!(Boosted::from_tensors(&good, 3, 3).is_err() && Boosted::from_tensors(&good, 4, 2).is_err());
    for name in good.keys() {
        let mut without = good.clone();
        without.remove(name);
        assert!(Boosted::from_tensors(&without, 4, 3).is_err(), "without {name}");
        let mut changed = good.clone();
        match changed.get_mut(name) {
            Some(Tensor::F64(values)) => values[0] = f64::NAN,
            Some(Tensor::U32(values)) => values[0] = u32::MAX >> 1,
            None => unreachable!(),
        }
        assert!(Boosted::from_tensors(&changed, 4, 3).is_err(), "with another {name}");
    }
    let mut loops = good;
    if let Some(Tensor::U32(children)) = loops.get_mut("child") {
        children[1] = 0;
    }
    assert!(Boosted::from_tensors(&loops, 4, 3).is_err());
}

#[test]
fn a_saved_model_predicts_and_explains_as_before() {
    let (x, y) = blobs(200, 3, 1);
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let (features, classes) = (names(&["a", "b", "c", "d"]), names(&["Ia", "II", "Ibc"]));
    let params = BoostedParams { rounds: 3, ..Default::default() };
    let model = crate::Model::train(&params, &data, features, classes, 1).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    model.save(&path).unwrap();
    let loaded = crate::Model::load(&path).unwrap();
    assert_eq!(loaded.learner, Boosted::LEARNER);
    assert_eq!(loaded.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
    let explain = |model: &crate::Model| model.classifier().shapley(&x, &x).unwrap().unwrap();
    assert_eq!(explain(&loaded), explain(&model));
}
