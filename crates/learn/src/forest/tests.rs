//! The forest against an obvious slow search, and its promises.

use proptest::prelude::*;

use super::*;
use crate::Tensor;

/// Weighted Gini impurity of rows, by its definition: W·(1 − Σ_c (w_c/W)²).
fn impurity(rows: &[usize], y: &[u32], weights: &[f64]) -> f64 {
    let sum: f64 = rows.iter().map(|&row| weights[row]).sum();
    let of_class = |class| rows.iter().filter(|&&row| y[row] == class).map(|&row| weights[row]).sum::<f64>();
    if sum == 0.0 { 0.0 } else { sum - (0..8).map(|class| of_class(class).powi(2)).sum::<f64>() / sum }
}

/// The largest decrease of impurity that any split of the rows by any feature brings, tried one by one: every value as
/// the threshold, missing values on either side. Nothing when no split leaves `least` rows on both sides.
fn exhaustive(x: &Matrix, rows: &[usize], y: &[u32], weights: &[f64], least: usize) -> Option<f64> {
    let mut best = None;
    for feature in 0..x.cols() {
        for &at in rows {
            let threshold = x.row(at)[feature];
            for missing_left in [true, false] {
                let goes_left = |row: usize| {
                    let value = x.row(row)[feature];
                    if value.is_nan() { missing_left } else { value <= threshold }
                };
                let (left, right): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|&row| goes_left(row));
                if threshold.is_nan() || left.len().min(right.len()) < least {
                    continue;
                }
                let after = impurity(&left, y, weights) + impurity(&right, y, weights);
                let decrease = impurity(rows, y, weights) - after;
                best = Some(best.map_or(decrease, |best: f64| best.max(decrease)));
            }
        }
    }
    best
}

/// Sends the rows down a tree and checks that each node does the best that can be done with them.
fn check_node(
    forest: &Forest,
    at: usize,
    x: &Matrix,
    rows: &[usize],
    y: &[u32],
    weights: &[f64],
    least: usize,
) {
    let node = forest.nodes[at];
    let before = impurity(rows, y, weights);
    let best = exhaustive(x, rows, y, weights, least);
    if node.child as usize == at {
        let pure = rows.iter().all(|&row| y[row] == y[rows[0]]);
        assert!(
            pure || best.is_none() || rows.len() < 2 * least,
            "node {at} with {} rows could be split",
            rows.len()
        );
        return;
    }
    let goes_left = |row: usize| !node.goes_right_or_missing(x.row(row)[node.feature()]);
    let (left, right): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|&row| goes_left(row));
    assert!(left.len().min(right.len()) >= least);
    let decrease = before - impurity(&left, y, weights) - impurity(&right, y, weights);
    let best = best.expect("a node was split that cannot be");
    assert!((decrease - best).abs() < 1e-9 * (1.0 + before), "node {at}: {decrease} instead of {best}");
    let missing = rows.iter().any(|&row| x.row(row)[node.feature()].is_nan());
    if !missing {
        let weight = |rows: &[usize]| rows.iter().map(|&row| weights[row]).sum::<f64>();
        let (left, right) = (weight(&left), weight(&right));
        // Weights such as 0.1 make sums that are equal but for rounding.
        let equal = (left - right).abs() < 1e-9 * (left + right);
        assert!(equal || node.missing_left() == (left > right), "missing values go to the heavier side");
    }
    check_node(forest, node.child as usize, x, &left, y, weights, least);
    check_node(forest, node.child as usize + 1, x, &right, y, weights, least);
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (0i8..6).prop_map(f64::from), 3 => -1.0..1.0, 2 => Just(f64::NAN)]
}

/// A table with its classes and whole weights.
fn table(classes: u32, cols: usize) -> impl Strategy<Value = (Matrix, Vec<u32>, Vec<f64>)> {
    prop::collection::vec((prop::collection::vec(value(), cols), 0..classes, 1u8..4), 1..40).prop_map(
        |rows| {
            let x = Matrix::from_rows(&rows.iter().map(|row| &row.0).collect::<Vec<_>>()).unwrap();
            (x, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| f64::from(row.2)).collect())
        },
    )
}

fn all_features(trees: usize) -> ForestParams {
    ForestParams { trees, max_features: MaxFeatures::All, bootstrap: false, ..Default::default() }
}

fn fit(params: &ForestParams, x: &Matrix, y: &[u32], weights: Option<&[f64]>, n_classes: usize) -> Forest {
    Forest::fit(params, &TrainingSet { x, y, weights, n_classes }, 11).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn two_classes_split_as_the_exhaustive_search_does((x, y, weights) in table(2, 3), weighted: bool) {
        let forest = fit(&all_features(1), &x, &y, weighted.then_some(&weights), 2);
        let weights = if weighted { weights } else { vec![1.0; y.len()] };
        check_node(&forest, 0, &x, &(0..y.len()).collect::<Vec<_>>(), &y, &weights, 1);
    }

    #[test]
    fn several_classes_split_as_the_exhaustive_search_does(
        (x, y, weights) in table(4, 3), weighted: bool, least in 1usize..5, scale in prop_oneof![Just(1.0), Just(0.1), Just(1e200)],
    ) {
        let weights: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let params = ForestParams { min_samples_leaf: least, ..all_features(1) };
        let forest = fit(&params, &x, &y, weighted.then_some(&weights), 4);
        let relative = weights.iter().map(|weight| if weighted { weight / scale } else { 1.0 }).collect::<Vec<_>>();
        check_node(&forest, 0, &x, &(0..y.len()).collect::<Vec<_>>(), &y, &relative, least);
    }

    #[test]
    fn whole_weights_are_repeated_rows((x, y, weights) in table(3, 2), classes in 2u32..4) {
        let y: Vec<u32> = y.iter().map(|class| class % classes).collect();
        let repeated: Vec<usize> = (0..y.len()).flat_map(|row| std::iter::repeat_n(row, weights[row] as usize)).collect();
        let params = ForestParams { trees: 3, bootstrap: false, ..Default::default() };
        let weighted = fit(&params, &x, &y, Some(&weights), 3);
        let y_repeated: Vec<u32> = repeated.iter().map(|&row| y[row]).collect();
        let duplicated = fit(&params, &x.select_rows(&repeated), &y_repeated, None, 3);
        prop_assert_eq!(weighted.predict_proba(&x).unwrap(), duplicated.predict_proba(&x).unwrap());
    }

    #[test]
    fn rows_without_weight_are_not_there((x, y, weights) in table(3, 2), fractional: bool) {
        let weights: Vec<f64> = weights.iter().map(|w| (w - 1.0) * if fractional { 0.37 } else { 1.0 }).collect();
        let kept: Vec<usize> = (0..y.len()).filter(|&row| weights[row] > 0.0).collect();
        prop_assume!(!kept.is_empty());
        let pick = |of: &[f64]| kept.iter().map(|&row| of[row]).collect::<Vec<_>>();
        let y_kept: Vec<u32> = kept.iter().map(|&row| y[row]).collect();
        let params = ForestParams { trees: 5, ..Default::default() };
        let with = fit(&params, &x, &y, Some(&weights), 3);
        let without = fit(&params, &x.select_rows(&kept), &y_kept, Some(&pick(&weights)), 3);
        prop_assert_eq!(with.predict_proba(&x).unwrap(), without.predict_proba(&x).unwrap());
    }

    #[test]
    fn probabilities_are_those_of_a_slow_walk((x, y, _) in table(3, 3), (other, _, _) in table(1, 3), repeats in 1usize..40) {
        let forest = fit(&ForestParams { trees: 7, max_depth: Some(3), ..Default::default() }, &x, &y, None, 3);
        let rows: Vec<usize> = (0..repeats).flat_map(|_| 0..other.rows()).collect();
        let other = other.select_rows(&rows);
        let found = forest.predict_proba(&other).unwrap();
        for row in 0..other.rows() {
            let mut expected = [0.0; 3];
            for &root in &forest.roots {
                let mut at = root;
                while forest.nodes[at as usize].child != at {
                    let node = forest.nodes[at as usize];
                    at = node.child + u32::from(node.goes_right_or_missing(other.row(row)[node.feature()]));
                }
                let leaf = forest.leaves[at as usize] as usize;
                for (class, sum) in expected.iter_mut().enumerate() {
                    *sum += if leaf < 3 { f64::from(u8::from(leaf == class)) } else { forest.shares[(leaf - 3) * 3 + class] };
                }
            }
            prop_assert_eq!(found.row(row), expected.map(|sum| sum / 7.0));
            prop_assert!((found.row(row).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn two_classes_among_several_are_two_classes((x, y, _) in table(2, 3)) {
        let params = ForestParams { trees: 4, ..Default::default() };
        let two = fit(&params, &x, &y, None, 2).predict_proba(&x).unwrap();
        let moved: Vec<u32> = y.iter().map(|class| class * 3 + 1).collect();
        let five = fit(&params, &x, &moved, None, 5).predict_proba(&x).unwrap();
        for row in 0..x.rows() {
            prop_assert_eq!(five.row(row), [0.0, two.row(row)[0], 0.0, 0.0, two.row(row)[1]]);
        }
    }

    #[test]
    fn swapped_classes_give_swapped_probabilities((x, y, _) in table(2, 3)) {
        let params = ForestParams { trees: 4, ..Default::default() };
        let swapped: Vec<u32> = y.iter().map(|class| 1 - class).collect();
        let (a, b) = (fit(&params, &x, &y, None, 2), fit(&params, &x, &swapped, None, 2));
        let (a, b) = (a.predict_proba(&x).unwrap(), b.predict_proba(&x).unwrap());
        for row in 0..x.rows() {
            prop_assert!((a.row(row)[0] - b.row(row)[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn tensors_read_back((x, y, _) in table(3, 3)) {
        let forest = fit(&ForestParams { trees: 3, ..Default::default() }, &x, &y, None, 4);
        prop_assert_eq!(Forest::from_tensors(&forest.to_tensors(), 3, 4), Ok(forest));
    }

    #[test]
    fn broken_tensors_are_refused_or_harmless(
        (x, y, _) in table(3, 3), name in 0usize..8, at: prop::sample::Index, bits: u64, cut: bool,
    ) {
        let forest = fit(&ForestParams { trees: 3, max_depth: Some(2), ..Default::default() }, &x, &y, None, 3);
        let mut tensors = forest.to_tensors();
        let key = tensors.keys().nth(name).unwrap().clone();
        match tensors.get_mut(&key).unwrap() {
            Tensor::U32(values) if cut => values.truncate(at.index(values.len())),
            Tensor::F64(values) if cut && !values.is_empty() => values.truncate(at.index(values.len())),
            Tensor::U32(values) => { let at = at.index(values.len()); values[at] = (bits % 40) as u32; }
            Tensor::F64(values) if !values.is_empty() => { let at = at.index(values.len()); values[at] = f64::from_bits(bits); }
            Tensor::F64(_) => (),
        }
        if let Ok(forest) = Forest::from_tensors(&tensors, 3, 3) {
            let proba = forest.predict_proba(&x).unwrap();
            prop_assert!(proba.data().iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}

/// Rows whose class depends on two of five features, with noise and gaps.
fn noisy(rows: usize, classes: u32) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(99, 0);
    let mut uniform = || f64::from(random.below(1 << 24)) / f64::from(1 << 24);
    let mut data = Vec::with_capacity(rows * 5);
    let mut y = Vec::with_capacity(rows);
    for _ in 0..rows {
        let values: [f64; 5] = std::array::from_fn(|_| uniform());
        y.push(((values[1] * 0.7 + values[3] * 0.3 + 0.1 * uniform()) * f64::from(classes)) as u32 % classes);
        data.extend(values.map(|value| if uniform() < 0.02 { f64::NAN } else { value }));
    }
    (Matrix::new(rows, 5, data).unwrap(), y)
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for classes in [2, 5] {
        let (x, y) = noisy(700, classes);
        let params = ForestParams { trees: 20, ..Default::default() };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let forest = fit(&params, &x, &y, None, classes as usize);
                let proba = forest.predict_proba(&x).unwrap();
                (forest.to_tensors(), proba)
            })
        };
        let bytes = |tensors: &TensorMap| tensors.values().map(Tensor::bytes).collect::<Vec<_>>();
        let ((one, proba_one), (two, proba_two)) = (run(1), run(2));
        assert_eq!(bytes(&one), bytes(&two));
        assert_eq!(proba_one, proba_two);
    }
}

#[test]
fn trees_differ_and_seeds_matter() {
    let (x, y) = noisy(300, 2);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let params = ForestParams { trees: 2, ..Default::default() };
    let forest = |seed| Forest::fit(&params, &data, seed).unwrap();
    let (one, other) = (forest(1), forest(2));
    assert_ne!(one, other);
    let second = one.roots[1] as usize;
    assert_ne!(one.nodes[..20], one.nodes[second..second + 20]);
}

#[test]
fn members_are_groups_of_trees() {
    let (x, y) = noisy(900, 3);
    for (trees, groups) in [(2, 2), (7, 7), (20, 10), (23, 10)] {
        let forest = fit(&ForestParams { trees, ..Default::default() }, &x, &y, None, 3);
        let mean = forest.predict_proba(&x).unwrap();
        let members = forest.members(&x).unwrap().unwrap();
        assert_eq!(members.len(), groups);
        let sizes: Vec<usize> = (0..groups).map(|g| (g + 1) * trees / groups - g * trees / groups).collect();
        assert_eq!(sizes.iter().sum::<usize>(), trees);
        for at in 0..mean.data().len() {
            let sum: f64 =
                members.iter().zip(&sizes).map(|(member, &size)| member.data()[at] * size as f64).sum();
            assert!((sum / trees as f64 - mean.data()[at]).abs() < 1e-12);
        }
        // The first group is the forest of its trees alone.
        let first = Forest { roots: forest.roots[..sizes[0]].to_vec(), ..forest.clone() };
        assert_eq!(first.predict_proba(&x).unwrap(), members[0]);
    }
    let tree = fit(&ForestParams { trees: 1, ..Default::default() }, &x, &y, None, 3);
    assert!(tree.members(&x).unwrap().is_none());
    let forest = fit(&ForestParams { trees: 20, ..Default::default() }, &x, &y, None, 3);
    assert!(forest.members(&Matrix::new(1, 3, vec![0.0; 3]).unwrap()).is_err());
    assert_eq!(forest.members(&Matrix::new(0, 5, vec![]).unwrap()).unwrap().unwrap()[9].rows(), 0);
}

#[test]
fn what_decides_the_class_is_important() {
    let (x, y) = noisy(2000, 2);
    let importances = fit(&ForestParams::default(), &x, &y, None, 2).importances().unwrap();
    assert!((importances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(importances[1] > 0.4 && importances[1] > importances[3], "{importances:?}");
    assert!([0, 2, 4].iter().all(|&feature| importances[feature] < importances[3]), "{importances:?}");
}

#[test]
fn it_learns_and_few_bins_hardly_hurt() {
    let (x, y) = noisy(4000, 2);
    let (train, test): (Vec<usize>, Vec<usize>) = (0..4000).partition(|row| row % 2 == 0);
    let y_train: Vec<u32> = train.iter().map(|&row| y[row]).collect();
    let y_test: Vec<u32> = test.iter().map(|&row| y[row]).collect();
    for max_bins in [40, 65_535] {
        let params = ForestParams { max_bins, ..Default::default() };
        let forest = fit(&params, &x.select_rows(&train), &y_train, None, 2);
        let predicted = crate::metrics::most_probable(&forest.predict_proba(&x.select_rows(&test)).unwrap());
        let accuracy = crate::metrics::accuracy(&y_test, &predicted).unwrap();
        assert!(accuracy > 0.92, "{max_bins} bins: {accuracy}");
    }
}

#[test]
fn limits_of_depth_and_leaf_size_are_kept() {
    let (x, y) = noisy(500, 3);
    let stump = fit(&ForestParams { trees: 5, max_depth: Some(1), ..Default::default() }, &x, &y, None, 3);
    assert_eq!(stump.nodes(), 15);
    let root = fit(
        &ForestParams { trees: 5, max_depth: Some(0), bootstrap: false, ..Default::default() },
        &x,
        &y,
        None,
        3,
    );
    assert_eq!((root.nodes(), root.trees()), (5, 5));
    let share = y.iter().filter(|class| **class == 1).count() as f64 / 500.0;
    assert!((root.predict_proba(&x).unwrap().row(0)[1] - share).abs() < 1e-12);
    assert_eq!(root.importances().unwrap(), [0.0; 5]);
}

#[test]
fn little_to_learn_from_is_still_learned() {
    let one = Matrix::new(1, 2, vec![1.0, f64::NAN]).unwrap();
    let forest = fit(&ForestParams::default(), &one, &[1], None, 3);
    assert_eq!(forest.predict_proba(&one).unwrap().row(0), [0.0, 1.0, 0.0]);
    let (x, _) = noisy(50, 2);
    let forest = fit(&ForestParams::default(), &x, &[1; 50], None, 2);
    assert_eq!(forest.nodes(), 100);
    assert_eq!(forest.predict_proba(&x).unwrap().row(7), [0.0, 1.0]);
    let missing = Matrix::new(4, 1, vec![f64::NAN; 4]).unwrap();
    let params = ForestParams { bootstrap: false, ..Default::default() };
    let forest = fit(&params, &missing, &[0, 1, 1, 1], None, 2);
    assert_eq!(forest.predict_proba(&missing).unwrap().row(0), [0.25, 0.75]);
    assert_eq!(forest.predict_proba(&Matrix::new(0, 1, vec![]).unwrap()).unwrap().rows(), 0);
}

#[test]
fn constant_features_are_passed_over() {
    // One of thirty features tells the classes apart; a node draws five, and goes on until one splits.
    let mut data = vec![1.0; 30 * 8];
    for row in 0..8 {
        data[row * 30 + 17] = row as f64;
    }
    let x = Matrix::new(8, 30, data).unwrap();
    let y = [0, 0, 0, 0, 1, 1, 1, 1];
    let forest = fit(&ForestParams { trees: 10, bootstrap: false, ..Default::default() }, &x, &y, None, 2);
    assert_eq!(forest.nodes(), 30);
    assert_eq!(forest.nodes[0].threshold, 3.5);
}

#[test]
fn missing_values_carry_information() {
    let x = Matrix::new(6, 1, vec![f64::NAN, 1.0, f64::NAN, 2.0, f64::NAN, 3.0]).unwrap();
    let y = [1, 0, 1, 0, 1, 0];
    let forest = fit(&all_features(1), &x, &y, None, 2);
    assert_eq!(forest.nodes(), 3);
    let new = Matrix::new(2, 1, vec![f64::NAN, 1e9]).unwrap();
    assert_eq!(forest.predict_proba(&new).unwrap().data(), [0.0, 1.0, 1.0, 0.0]);
}

#[test]
fn huge_and_tiny_values_are_told_apart() {
    let values = [f64::MIN, -1e300, -5e-324, 0.0, 5e-324, 1e-300, 1.0, 1.0 + f64::EPSILON, 1e308, f64::MAX];
    let x = Matrix::new(10, 1, values.to_vec()).unwrap();
    let y = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
    let proba = fit(&all_features(1), &x, &y, None, 2).predict_proba(&x).unwrap();
    assert_eq!(crate::metrics::most_probable(&proba), y);
}

#[test]
fn bad_requests_are_refused() {
    let (x, y) = noisy(20, 2);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    assert!(Forest::fit(&ForestParams { trees: 0, ..Default::default() }, &data, 1).is_err());
    let none = Matrix::new(3, 0, vec![]).unwrap();
    let no_features = TrainingSet { x: &none, y: &[0, 1, 0], weights: None, n_classes: 2 };
    assert!(matches!(Forest::fit(&ForestParams::default(), &no_features, 1), Err(Error::NoFeatures)));
    let forest = Forest::fit(&ForestParams::default(), &data, 1).unwrap();
    assert!(matches!(forest.predict_proba(&none), Err(Error::Shape { expected: 5, actual: 0, .. })));
}
