//! Shapley values against their definition and against two other programs.

use proptest::prelude::*;
use serde_json::Value;

use super::skeleton::share;
use super::*;
use crate::forest::Node;
use crate::{
    Boosted, BoostedParams, Classifier, Forest, ForestParams, Learner, Tensor, TensorMap, TrainingSet,
};

/// What a tree says of a row when only some features are known, by recursion (Algorithm 1).
fn known(trees: &Ensemble<'_>, at: usize, output: usize, row: &[f64], subset: usize) -> f64 {
    let node = trees.nodes[at];
    let child = node.child as usize;
    if child == at {
        return trees.values[at * trees.width + output];
    }
    let below = |place: usize| known(trees, place, output, row, subset);
    if subset >> node.feature() & 1 == 1 {
        below(child + usize::from(node.goes_right_or_missing(row[node.feature()])))
    } else {
        share(trees.covers, child, child) * below(child)
            + share(trees.covers, child, child + 1) * below(child + 1)
    }
}

/// φ_i = Σ_S |S|!(M − |S| − 1)!/M! (f(S ∪ i) − f(S)).
fn by_definition(trees: &Ensemble<'_>, row: &[f64], output: usize) -> Vec<f64> {
    let features = row.len();
    let of_all = |subset: usize| -> f64 {
        let having = trees.roots.iter().enumerate().filter_map(|(number, &root)| {
            let place = output.checked_sub(number * trees.width % trees.outputs)?;
            (place < trees.width).then(|| known(trees, root as usize, place, row, subset))
        });
        having.sum()
    };
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let value = |feature: usize| -> f64 {
        let without = (0..1 << features).filter(|subset| subset >> feature & 1 == 0);
        without
            .map(|subset: usize| {
                let size = subset.count_ones() as usize;
                let weight = factorial(size) * factorial(features - size - 1) / factorial(features);
                weight * (of_all(subset | 1 << feature) - of_all(subset))
            })
            .sum()
    };
    (0..features).map(value).collect()
}

/// A tree from a list of choices: splits by feature at threshold, with any covers, some of them 0.
fn grow(choices: &[(u32, i32, bool, u32, bool)], nodes: &mut Vec<Node>, covers: &mut Vec<f64>) {
    let root = nodes.len();
    nodes.push(Node::leaf(root));
    covers.push(1.0);
    let mut open = std::collections::VecDeque::from([root]);
    for &(feature, threshold, missing_left, cover, keep) in choices {
        let Some(at) = open.pop_front() else { break };
        if !keep && at != root {
            continue;
        }
        let child = nodes.len();
        nodes[at] = Node::split(feature as usize, f64::from(threshold), missing_left, child);
        for (place, cover) in [(child, cover % 5), (child + 1, cover / 5)] {
            nodes.push(Node::leaf(place));
            covers.push(f64::from(cover));
            open.push_back(place);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_are_those_of_the_definition(
        first in prop::collection::vec((0u32..4, -2i32..3, any::<bool>(), 0u32..25, any::<bool>()), 1..20),
        second in prop::collection::vec((0u32..4, -2i32..3, any::<bool>(), 0u32..25, any::<bool>()), 0..9),
        row in prop::collection::vec(prop_oneof![4 => (-3i32..4).prop_map(f64::from), 1 => Just(f64::NAN)], 4),
        many_outputs: bool,
    ) {
        let (mut nodes, mut covers) = (Vec::new(), Vec::new());
        grow(&first, &mut nodes, &mut covers);
        let second_root = nodes.len() as u32;
        grow(&second, &mut nodes, &mut covers);
        // One tree for each of two outputs, or both for both.
        let width = if many_outputs { 2 } else { 1 };
        let values: Vec<f64> = (0..nodes.len() * width).map(|place| (place as f64 * 0.7).sin()).collect();
        let trees = Ensemble { nodes: &nodes, roots: &[0, second_root], covers: &covers, values: &values, width, outputs: 2 };
        let found = trees.shapley(&Matrix::new(1, 4, row.clone()).unwrap());
        for output in 0..2 {
            for (feature, value) in by_definition(&trees, &row, output).into_iter().enumerate() {
                let found = found[feature * 2 + output];
                prop_assert!((found - value).abs() < 1e-12, "feature {}: {} instead of {}", feature, found, value);
            }
        }
    }
}

#[test]
fn long_paths_are_exact() {
    // A chain of 40 features: 20 points of quadrature, in three parts.
    let (mut nodes, mut covers) = (vec![Node::leaf(0)], vec![1.0]);
    let mut at = 0;
    for feature in 0..40 {
        let child = nodes.len();
        nodes[at] = Node::split(feature, 0.0, true, child);
        nodes.extend([Node::leaf(child), Node::leaf(child + 1)]);
        covers.extend([0.9, 0.1]);
        at = child;
    }
    let mut values = vec![0.0; nodes.len()];
    values[at] = 1.0;
    let trees =
        Ensemble { nodes: &nodes, roots: &[0], covers: &covers, values: &values, width: 1, outputs: 1 };
    let all_left = trees.shapley(&Matrix::filled(1, 40, -1.0));
    // All features are alike, so each has the same share of 1 − 0.9^40.
    let each = (1.0 - 0.9f64.powi(40)) / 40.0;
    assert!(all_left.iter().all(|value| (value - each).abs() < 1e-14), "{all_left:?}");
    assert!((trees.base()[0] - 0.9f64.powi(40)).abs() < 1e-15);
}

fn data() -> (Matrix, Vec<u32>) {
    let mut stream = crate::random::Stream::new(3, 0);
    let mut x: Vec<f64> = (0..300 * 5).map(|_| f64::from(stream.below(1000)) / 500.0 - 1.0).collect();
    x.iter_mut().step_by(11).for_each(|value| *value = f64::NAN);
    let x = Matrix::new(300, 5, x).unwrap();
    let class = |row: &[f64]| u32::from(row[0] > 0.0) + u32::from(row[1] * row[2] > 0.1);
    let y = (0..300).map(|row| class(x.row(row))).collect();
    (x, y)
}

#[test]
fn values_add_up_to_the_output() {
    let (x, y) = data();
    for n_classes in [2, 3] {
        let y: Vec<u32> = y.iter().map(|class| (*class).min(n_classes - 1)).collect();
        let set = TrainingSet { x: &x, y: &y, weights: None, n_classes: n_classes as usize };
        let boosted = Boosted::fit(&BoostedParams { rounds: 10, ..Default::default() }, &set, 1).unwrap();
        let forest = Forest::fit(&ForestParams { trees: 10, ..Default::default() }, &set, 1).unwrap();
        let rows = x.select_rows(&(0..200).collect::<Vec<_>>());
        let cases: [(&dyn Classifier, Matrix); 2] =
            [(&boosted, boosted.margins(&rows).unwrap()), (&forest, forest.predict_proba(&rows).unwrap())];
        for (classifier, outputs) in cases {
            let shapley = classifier.shapley(&rows, &x).unwrap().unwrap();
            for row in 0..rows.rows() {
                for class in 0..n_classes as usize {
                    let sum: f64 = (0..5).map(|feature| shapley.get(row, feature, class).unwrap()).sum();
                    let output = outputs.row(row)[class];
                    assert!((shapley.base()[class] + sum - output).abs() < 1e-11);
                }
            }
            // The features that make the class come first.
            let mean = shapley.mean_absolute().unwrap();
            assert!(mean.row(0)[0] > 2.0 * mean.row(4)[0]);
        }
        let mean = forest.predict_proba(&x).unwrap();
        let base = forest.shapley(&rows, &x).unwrap().base()[1];
        assert!((mean.column(1).iter().sum::<f64>() / 300.0 - base).abs() < 1e-12);
    }
}

#[test]
fn classes_without_rows_and_other_tables() {
    let (x, _) = data();
    let y = vec![1; 300];
    let set = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let boosted = Boosted::fit(&BoostedParams::default(), &set, 1).unwrap();
    let shapley = boosted.shapley(&x).unwrap();
    assert_eq!(shapley.base(), [f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY]);
    assert!(shapley.row(299).iter().all(|value| *value == 0.0));
    assert_eq!((shapley.get(300, 0, 0), shapley.get(0, 5, 0), shapley.get(0, 0, 3)), (None, None, None));
    let forest = ForestParams { trees: 3, ..Default::default() }.fit(&set, 1).unwrap();
    let narrow = Matrix::filled(2, 4, 0.0);
    assert!(forest.shapley(&narrow, &x).is_err() && forest.shapley(&x, &narrow).is_err());
    assert!(forest.shapley(&x, &Matrix::filled(0, 5, 0.0)).is_err());
    assert!(boosted.shapley(&narrow).is_err());
    let none = boosted.shapley(&Matrix::filled(0, 5, 0.0)).unwrap();
    assert_eq!(none.rows(), 0);
    assert!(none.mean_absolute().is_err());
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap_or(f64::NAN)],
    }
}

fn tensors(model: &Value) -> TensorMap {
    let entries = model["tensors"].as_object().unwrap().iter().map(|(name, values)| {
        let values = numbers(values);
        let tensor = match name.as_str() {
            "threshold" => {
                Tensor::F64(values.iter().map(|v| if v.is_nan() { f64::INFINITY } else { *v }).collect())
            }
            "child" | "feature" | "missing_left" | "leaf" | "root" | "present" => {
                Tensor::U32(values.iter().map(|value| *value as u32).collect())
            }
            _ => Tensor::F64(values),
        };
        (name.clone(), tensor)
    });
    entries.collect()
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn boosted_values_are_those_of_lightgbm() {
    let golden = golden();
    for (name, classes) in [("binary", 2), ("multiclass", 3)] {
        let model = &golden[name];
        let trees = Boosted::from_tensors(&tensors(model), 6, classes).unwrap();
        let x = Matrix::new(25, 6, numbers(&model["x"])).unwrap();
        let (margins, shapley) = (trees.margins(&x).unwrap(), trees.shapley(&x).unwrap());
        for row in 0..25 {
            let outputs = numbers(&model["outputs"][row]);
            let skipped = classes - outputs.len();
            assert!(close(&margins.row(row)[skipped..], &outputs, 1e-12));
            for (output, values) in model["values"][row].as_array().unwrap().iter().enumerate() {
                // The values of the features, and last the base.
                let values = numbers(values);
                let found = |feature| shapley.get(row, feature, output + skipped).unwrap();
                let mut found: Vec<f64> = (0..6).map(found).collect();
                found.push(shapley.base()[output + skipped]);
                assert!(close(&found, &values, 1e-12), "{name}, row {row}: {found:?} instead of {values:?}");
            }
        }
    }
}

#[test]
fn forest_values_are_those_of_shap() {
    let golden = golden();
    let model = &golden["forest"];
    let forest = Forest::from_tensors(&tensors(model), 6, 3).unwrap();
    let x = Matrix::new(25, 6, numbers(&model["x"])).unwrap();
    assert!(close(forest.predict_proba(&x).unwrap().data(), &numbers(&model["outputs"]), 1e-12));
    let shapley = forest.shapley_of(&x, &numbers(&model["tensors"]["cover"]));
    assert!(close(shapley.base(), &numbers(&model["base"]), 1e-12));
    let values: Vec<f64> = (0..25).flat_map(|row| shapley.row(row).to_vec()).collect();
    assert!(close(&values, &numbers(&model["values"]), 1e-12));
}
