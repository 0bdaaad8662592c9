//! Deep methods on domains whose shift is known, and on domains that cannot be adapted.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::deep::{Dann, DeepCoral, NetworkParams, method, methods};
use hesper_adapt::maps::Scale;
use hesper_adapt::{Method, Source, Target};
use hesper_learn::{LogisticParams, Matrix, Model, metrics};
use hesper_nn::Stream;
use proptest::prelude::*;

/// Three classes in a ring of two features, among three more of noise; the target is turned by 20 degrees and moved.
fn domain(count: usize, target: bool, seed: u64) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(seed, 0);
    let mut normal = || f64::from(random.normal());
    let (turn, moved) = if target { (20f64.to_radians(), 1.5) } else { (0.0, 0.0) };
    let (mut rows, mut y) = (Vec::new(), Vec::new());
    for row in 0..count {
        let class = row % 3;
        let angle = class as f64 * std::f64::consts::TAU / 3.0 + turn;
        let (a, b) = (2.0 * angle.cos() + 0.5 * normal(), 2.0 * angle.sin() + 0.5 * normal());
        rows.push([a + moved, b + moved, normal(), normal() + moved, normal()]);
        y.push(class as u32);
    }
    (Matrix::from_rows(&rows).unwrap(), y)
}

fn accuracy(method: &dyn Method, seed: u64) -> f64 {
    let ((x, y), (t, truth)) = (domain(600, false, 1), domain(600, true, 2));
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let fitted = method.fit(&source, &Target { x: &t }, &LogisticParams::default(), seed).unwrap();
    let proba = fitted.classifier.predict_proba(&t).unwrap();
    metrics::accuracy(&truth, &metrics::most_probable(&proba)).unwrap()
}

#[test]
fn adapted_networks_follow_a_shift() {
    let network = NetworkParams { scale: Scale::Source, ..NetworkParams::default() };
    // One fit may come out badly: the mean of three.
    let mean = |method: &dyn Method| (1..4).map(|seed| accuracy(method, seed)).sum::<f64>() / 3.0;
    let alone = mean(&Dann { network: network.clone(), strength: 0.0, ..Dann::default() });
    let dann = mean(&Dann { network: network.clone(), ..Dann::default() });
    let coral = mean(&DeepCoral { network, ..DeepCoral::default() });
    let said = format!("alone {alone}, dann {dann}, deep coral {coral}");
    assert!(alone < 0.75 && dann > alone + 0.1 && coral > alone + 0.08, "{said}");
}

#[test]
fn a_seed_gives_the_same_bytes_and_they_can_be_saved() {
    let ((x, y), (t, _)) = (domain(90, false, 1), domain(60, true, 2));
    let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
    let network = NetworkParams { ensemble: 2, min_steps: 20, epochs: 2, ..NetworkParams::default() };
    let dann = Dann { network: network.clone(), ..Dann::default() };
    let coral = DeepCoral { network, ..DeepCoral::default() };
    for method in [&dann as &dyn Method, &coral] {
        let fit = |seed| method.fit(&source, &target, &LogisticParams::default(), seed).unwrap().classifier;
        let first = fit(1);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| fit(1)).tensors(), first.tensors());
        assert_ne!(fit(2).tensors(), first.tensors());
        assert_eq!(first.members(&t).unwrap().unwrap().len(), 2);
        let proba = first.predict_proba(&t).unwrap();
        let file =
            std::env::temp_dir().join(format!("hesper-{}-{}.model", method.info().name, std::process::id()));
        let names = |count: usize| (0..count).map(|at| format!("n{at}")).collect();
        let mlp = hesper_nn::MlpParams::default();
        Model::new(&mlp, first, names(5), names(3)).unwrap().save(&file).unwrap();
        let back = Model::load(&file).unwrap().predict_proba(&t).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(back, proba);
    }
}

#[test]
fn parameters_are_checked_and_read() {
    assert_eq!(methods().len(), 2);
    assert_eq!(method("dann").unwrap().info().name, "dann");
    assert!(method("none").is_none());
    let dann: Dann = serde_json::from_str(r#"{"strength": 0.5, "network": {"hidden": [8]}}"#).unwrap();
    assert_eq!((dann.strength, dann.network.hidden.len(), dann.steepness), (0.5, 1, 10.0));
    assert!(serde_json::from_str::<DeepCoral>(r#"{"strengths": 1}"#).is_err());
    assert!(DeepCoral { strength: f64::INFINITY, ..DeepCoral::default() }.check().is_err());
    for network in [
        NetworkParams { epochs: 0, ..NetworkParams::default() },
        NetworkParams { ensemble: 0, ..NetworkParams::default() },
        NetworkParams { dropout: 1.0, ..NetworkParams::default() },
        NetworkParams { hidden: vec![4, 0], ..NetworkParams::default() },
    ] {
        assert!(DeepCoral { network, ..DeepCoral::default() }.check().is_err());
    }
}

#[test]
fn what_went_wrong_is_said() {
    // One feature far outside the other domain's range, which no strength of 1e-6 will hide.
    let (x, t) = (
        Matrix::new(60, 1, (0..60).map(f64::from).collect()).unwrap(),
        Matrix::new(60, 1, (500..560).map(f64::from).collect()).unwrap(),
    );
    let y: Vec<u32> = (0..60).map(|row| u32::from(row >= 30)).collect();
    let source = Source { x: &x, y: &y, n_classes: 2 };
    let network = NetworkParams { scale: Scale::Source, ..NetworkParams::default() };
    let weak = Dann { strength: 1e-6, network: network.clone(), ..Dann::default() };
    let fitted = weak.fit(&source, &Target { x: &t }, &LogisticParams::default(), 1).unwrap();
    assert!(fitted.warnings.iter().any(|warning| warning.contains("told apart")), "{:?}", fitted.warnings);
    assert!(
        fitted.warnings.iter().any(|warning| warning.contains("is given class 0")),
        "{:?}",
        fitted.warnings
    );
    let wide = Matrix::new(60, 1, (0..60).map(|row| 20.0 * f64::from(row)).collect()).unwrap();
    let weak = DeepCoral { strength: 1e-6, network, ..DeepCoral::default() };
    let fitted = weak.fit(&source, &Target { x: &wide }, &LogisticParams::default(), 1).unwrap();
    assert!(fitted.warnings.iter().any(|warning| warning.contains("covariances")), "{:?}", fitted.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    /// Few objects, constant features, huge and tiny scales, classes without objects: sound probabilities or errors.
    #[test]
    fn networks_are_sound_on_any_shift(
        n in 1usize..9, m in 1usize..9, d in 1usize..5, power in -40i32..40, constant: bool, scale in 0usize..4,
        numbers in prop::collection::vec(-1.0..1.0f64, 64),
    ) {
        let factor = 10f64.powi(power);
        let value = |at: usize| if constant && at.is_multiple_of(d) { 3.0 } else { factor * numbers[at % 64] };
        let x = Matrix::new(n, d, (0..n * d).map(value).collect()).unwrap();
        let t = Matrix::new(m, d, (0..m * d).map(|at| value(at + 13 * d)).collect()).unwrap();
        let y: Vec<u32> = (0..n as u32).map(|row| row % 2).collect();
        let scale = [Scale::None, Scale::Source, Scale::Joint, Scale::PerDomain][scale];
        let network = NetworkParams { scale, min_steps: 5, epochs: 1, hidden: vec![6], ..NetworkParams::default() };
        let (source, target) = (Source { x: &x, y: &y, n_classes: 3 }, Target { x: &t });
        for method in [
            &Dann { network: network.clone(), ..Dann::default() } as &dyn Method,
            &DeepCoral { network, ..DeepCoral::default() },
        ] {
            if let Ok(fitted) = method.fit(&source, &target, &LogisticParams::default(), 1) {
                let proba = fitted.classifier.predict_proba(&t).unwrap();
                prop_assert!(proba.data().iter().all(|value| (0.0..=1.0).contains(value)));
            } else {
                prop_assert!(power.abs() > 3, "scales that are not extreme can be learned from");
            }
        }
    }
}

#[test]
fn networks_of_two_methods_are_of_one_kind() {
    let ((x, y), (t, _)) = (domain(30, false, 1), domain(30, true, 2));
    let network = NetworkParams { min_steps: 1, epochs: 1, ..NetworkParams::default() };
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let fitted = Dann { network, ..Dann::default() }
        .fit(&source, &Target { x: &t }, &LogisticParams::default(), 1)
        .unwrap();
    let (features, classes) = (fitted.classifier.n_features(), fitted.classifier.n_classes());
    assert_eq!((features, classes), (5, 3));
    assert!(fitted.classifier.tensors().is_some_and(|tensors| tensors.contains_key("members")));
}
