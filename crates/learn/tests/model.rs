//! Models on disk: they come back as they went, and nothing that can happen to a file makes the program fall over.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::path::Path;

use hesper_learn::{Classifier, Error, Forest, ForestParams, Learner, Matrix, Model, TrainingSet};
use proptest::prelude::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A small model of three classes, with missing values and leaves that are not pure.
fn example() -> (Model, Matrix) {
    let rows: Vec<[f64; 2]> = (0..60u32)
        .map(|row| [f64::from(row * 7 % 13), if row % 9 == 0 { f64::NAN } else { f64::from(row * 5 % 11) }])
        .collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let y: Vec<u32> = (0..60).map(|row| row * 7 % 13 / 5 % 3).collect();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let params = ForestParams { trees: 4, max_depth: Some(2), ..Default::default() };
    let model =
        Model::train(&params, &data, names(&["rise", "fall"]), names(&["II", "Ia", "Ibc"]), 3).unwrap();
    (model, x)
}

fn saved(model: &Model, directory: &Path) -> Vec<u8> {
    let path = directory.join("model.safetensors");
    model.save(&path).unwrap();
    std::fs::read(path).unwrap()
}

fn loaded(bytes: &[u8], directory: &Path) -> Result<Model, Error> {
    let path = directory.join("changed.safetensors");
    std::fs::write(&path, bytes).unwrap();
    Model::load(&path)
}

fn refusal(bytes: &[u8], directory: &Path) -> String {
    loaded(bytes, directory).unwrap_err().to_string()
}

#[test]
fn a_model_comes_back_as_it_went() {
    let directory = tempfile::tempdir().unwrap();
    let (model, x) = example();
    let bytes = saved(&model, directory.path());
    let back = loaded(&bytes, directory.path()).unwrap();
    assert_eq!((&back.features, &back.classes), (&model.features, &model.classes));
    assert_eq!((back.learner.as_str(), back.version, &back.params), ("forest", 1, &model.params));
    assert_eq!(back.params["max_depth"], 2);
    assert_eq!(back.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
    assert_eq!(back.classifier().importances(), model.classifier().importances());
    assert_eq!(saved(&back, directory.path()), bytes, "the same model gives the same bytes");
}

#[test]
fn a_model_remembers_the_objects_that_it_learned_from() {
    let directory = tempfile::tempdir().unwrap();
    let (mut model, x) = example();
    let objects: Vec<String> = (0..60).map(|row| format!("S{row}")).collect();
    assert_eq!(model.learned_from("S0", x.row(0)), None);
    let before = saved(&model, directory.path()).len();
    model.remember_objects(&objects, &x).unwrap();
    assert!(model.remember_objects(&objects[1..], &x).is_err());
    let bytes = saved(&model, directory.path());
    assert!((960..1100).contains(&(bytes.len() - before)), "{before} {}", bytes.len());
    let back = loaded(&bytes, directory.path()).unwrap();
    for (row, object) in objects.iter().enumerate() {
        assert_eq!(back.learned_from(object, x.row(row)), Some(true), "{object}");
    }
    // The same name in another survey, and another name.
    assert_eq!(back.learned_from("S3", &[0.5, 0.5]), Some(false));
    assert_eq!(back.learned_from("T3", x.row(3)), Some(false));
    assert_eq!(saved(&back, directory.path()), bytes);
}

#[test]
fn names_must_fit() {
    let (model, x) = example();
    let data = TrainingSet { x: &x, y: &[0; 60], weights: None, n_classes: 1 };
    let train = |features: &[&str], classes: &[&str]| {
        Model::train(&ForestParams::default(), &data, names(features), names(classes), 1)
    };
    assert!(train(&["rise", "fall"], &["Ia"]).is_ok());
    assert!(matches!(train(&["rise"], &["Ia"]), Err(Error::Shape { .. })));
    assert!(matches!(train(&["rise", "fall"], &["Ia", "II"]), Err(Error::Shape { .. })));
    assert!(matches!(train(&["rise", "rise"], &["Ia"]), Err(Error::Parameter { .. })));
    assert!(model.predict_proba(&Matrix::new(1, 3, vec![0.0; 3]).unwrap()).is_err());
}

#[test]
fn files_of_other_kinds_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    assert!(matches!(Model::load(&path.join("nothing")), Err(Error::Io { .. })));
    assert!(matches!(Model::load(path), Err(Error::Io { .. })));
    for bytes in [&b""[..], b"hesper", &[0xff; 200], b"\x02\0\0\0\0\0\0\0{}"] {
        assert!(refusal(bytes, path).contains("changed.safetensors is not a usable model"));
    }
}

#[test]
fn a_newer_version_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = saved(&example().0, directory.path());
    let text = r#"\"version\":1"#;
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
    let mut newer = bytes.clone();
    newer[at + text.len() - 1] = b'2';
    assert!(refusal(&newer, directory.path()).contains("version 2, and this program reads version 1"));
}

#[test]
fn a_changed_name_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = saved(&example().0, directory.path());
    let at = bytes.windows(4).position(|window| window == b"fall").unwrap();
    let mut changed = bytes;
    changed[at] = b'b';
    assert!(refusal(&changed, directory.path()).contains("digest"));
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = saved(&example().0, directory.path());
    for end in 0..bytes.len() {
        assert!(loaded(&bytes[..end], directory.path()).is_err(), "cut at {end}");
    }
}

#[test]
fn a_classifier_without_a_format_is_not_saved() {
    struct Guess;
    impl Learner for Guess {
        fn name(&self) -> &'static str {
            "guess"
        }
        fn fit(&self, _: &TrainingSet<'_>, _: u64) -> Result<Box<dyn Classifier>, Error> {
            Ok(Box::new(Guess))
        }
    }
    impl Classifier for Guess {
        fn n_classes(&self) -> usize {
            1
        }
        fn n_features(&self) -> usize {
            1
        }
        fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
            Matrix::new(x.rows(), 1, vec![1.0; x.rows()])
        }
        fn importances(&self) -> Option<Vec<f64>> {
            None
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    let model = Model::new(&Guess, Box::new(Guess), names(&["a"]), names(&["b"])).unwrap();
    assert!(matches!(model.save(&path), Err(Error::NotSavable(learner)) if learner == "guess"));
    assert!(!path.exists());
}

#[test]
fn a_forest_can_be_used_without_a_model() {
    let (_, x) = example();
    let y: Vec<u32> = (0..60).map(|row| row % 2).collect();
    let forest =
        Forest::fit(&ForestParams::default(), &TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 }, 1)
            .unwrap();
    assert_eq!((forest.trees(), forest.n_features(), forest.n_classes()), (100, 2, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn flipped_bits_are_noticed(flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..4)) {
        let directory = tempfile::tempdir().unwrap();
        let (model, x) = example();
        let original = saved(&model, directory.path());
        let mut bytes = original.clone();
        for (at, bit) in flips {
            bytes[at.index(original.len())] ^= 1 << bit;
        }
        // Space between the header's tokens may change without harm; anything else may not.
        if let Ok(changed) = loaded(&bytes, directory.path()) {
            prop_assert_eq!(changed.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
            prop_assert_eq!((changed.features, changed.classes), (model.features, model.classes));
        }
    }
}
