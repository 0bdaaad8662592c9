use super::solve::solve;
use super::*;

#[test]
fn the_sigmoid_is_scikit_learns() {
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/learners_golden.json")).unwrap();
    let golden = &golden["platt"];
    let numbers = |name: &str| -> Vec<f64> {
        golden[name].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let truth: Vec<bool> =
        golden["truth"].as_array().unwrap().iter().map(|value| value.as_bool().unwrap()).collect();
    for (name, weights) in [("plain", vec![1.0; truth.len()]), ("weighted", numbers("weights"))] {
        let (found, expected) = (Sigmoid::fit(&numbers("decisions"), &truth, &weights), numbers(name));
        assert!((found.slope - expected[0]).abs() < 1e-4, "{found:?} instead of {expected:?}");
        assert!((found.offset - expected[1]).abs() < 1e-4, "{found:?} instead of {expected:?}");
    }
}

#[test]
fn the_solution_keeps_its_conditions() {
    let noise = |at: usize| (at as u32).wrapping_mul(2_654_435_761) as f64 / f64::from(u32::MAX);
    let x: Vec<f64> = (0..120).map(noise).collect();
    let kernel = Kernel::new(x.clone(), 2, 3.0, 1 << 20);
    let signs: Vec<f64> =
        (0..60).map(|row| if x[2 * row] + noise(500 + row) > 1.0 { 1.0 } else { -1.0 }).collect();
    let bounds: Vec<f64> = (0..60).map(|row| if row % 7 == 0 { 0.0 } else { 2.0 + noise(row) }).collect();
    let tolerance = 1e-6;
    let Solution { dual, decision, bias } = solve(&kernel, &signs, &bounds, tolerance).unwrap();
    assert!(dual.iter().sum::<f64>().abs() < 1e-9);
    for row in 0..60 {
        let sum: f64 = kernel.row(row).iter().zip(&dual).map(|(k, a)| f64::from(*k) * a).sum();
        assert!((decision[row] - sum - bias).abs() < 1e-9);
        let (alpha, margin) = (signs[row] * dual[row], signs[row] * decision[row]);
        assert!((0.0..=bounds[row]).contains(&alpha));
        if bounds[row] > 0.0 {
            assert!(alpha > 0.0 || margin > 1.0 - tolerance, "outside the margin nothing is paid");
            assert!(alpha < bounds[row] || margin < 1.0 + tolerance, "inside the full price is paid");
        }
    }
}

#[test]
fn damaged_tensors_are_refused() {
    let x = Matrix::from_rows(&[[0.0], [0.2], [1.0], [1.2], [2.0], [2.2]]).unwrap();
    let data = TrainingSet { x: &x, y: &[0, 0, 1, 1, 2, 2], weights: None, n_classes: 3 };
    let fitted = Svm::fit(&SvmParams::default(), &data, 1).unwrap();
    let good = fitted.to_tensors();
    assert_eq!(Svm::from_tensors(&good, 1, 3).unwrap(), fitted);
    let refused = |name: &str, tensor: crate::Tensor| {
        let mut tensors = good.clone();
        tensors.insert(name.to_owned(), tensor);
        Svm::from_tensors(&tensors, 1, 3).unwrap_err()
    };
    use crate::Tensor::{F64, U32};
    assert!(refused("present", U32(vec![0, 1, 3])).contains("classes"));
    assert!(refused("present", U32(vec![])).contains("classes"));
    assert!(refused("count", U32(vec![u32::MAX; 3])).contains("`support`"));
    assert!(refused("gamma", F64(vec![-1.0])).contains("range"));
    assert!(refused("bias", F64(vec![0.0])).contains("`bias` of 3"));
    assert!(refused("slope", F64(vec![0.0, 0.0, f64::NAN])).contains("NaN"));
    assert!(Svm::from_tensors(&good, 2, 3).is_err() && Svm::from_tensors(&good, 1, 2).is_err());
}
