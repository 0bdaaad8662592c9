use super::*;
use crate::{Learner, LogisticParams, Model, Scaling, TrainingSet};

fn table(rows: &[[f64; 2]]) -> Matrix {
    Matrix::from_rows(rows).unwrap()
}

fn projections() -> [Projection; 2] {
    [
        Projection::Affine {
            centre: vec![1.0, 2.0],
            table: Matrix::new(2, 3, vec![1.0, 0.5, -1.0, 0.0, 2.0, 1.0]).unwrap(),
            offset: vec![0.0, 1.0, -1.0],
        },
        Projection::Gaussian {
            objects: table(&[[0.0, 0.0], [1.0, 1.0], [3.0, 0.0]]),
            width: 2.0,
            weights: Matrix::new(3, 2, vec![1.0, -1.0, 0.5, 0.25, 0.0, 2.0]).unwrap(),
        },
    ]
}

#[test]
fn rows_are_taken_to_the_space() {
    let [affine, gaussian] = projections();
    assert_eq!(affine.apply(&table(&[[2.0, 3.0]])).unwrap().data(), [1.0, 3.5, -1.0]);
    let moved = gaussian.apply(&table(&[[1.0, 0.0]])).unwrap();
    let (near, far) = ((-0.5f64).exp(), (-2.0f64).exp());
    assert!((moved.data()[0] - 1.5 * near).abs() < 1e-15);
    assert!((moved.data()[1] - (-0.75 * near + 2.0 * far)).abs() < 1e-15);
    for projection in projections() {
        assert!(projection.apply(&Matrix::from_rows(&[[1.0]]).unwrap()).is_err());
    }
}

#[test]
fn a_projected_classifier_survives_the_disk() {
    let x = table(&[[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [0.5, 2.0]]);
    for projection in projections() {
        let space = projection.apply(&x).unwrap();
        let learner = LogisticParams::default();
        let data = TrainingSet { x: &space, y: &[0, 1, 1, 0], weights: None, n_classes: 2 };
        let inner = projection.clone().before(learner.fit(&data, 1).unwrap());
        let prepare = crate::Prepare::fit(Scaling::Standard, &x, None).unwrap();
        let classifier = prepare.before(inner);
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let model = Model::new(&learner, classifier, names(["a", "b"]), names(["II", "Ia"])).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        model.save(&path).unwrap();
        let again = Model::load(&path).unwrap();
        assert_eq!(again.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
    }
}

#[test]
fn unsound_tensors_are_told() {
    let [affine, gaussian] = projections();
    for (projection, name) in
        [(&affine, "centre"), (&affine, "table"), (&gaussian, "width"), (&gaussian, "weights")]
    {
        let mut tensors = projection.to_tensors();
        assert_eq!(Projection::from_tensors(&tensors, 2).unwrap().0, *projection);
        tensors.remove(name);
        assert!(Projection::from_tensors(&tensors, 2).unwrap_err().contains(name));
        assert!(Projection::from_tensors(&projection.to_tensors(), 3).is_err());
    }
}
