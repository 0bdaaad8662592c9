use proptest::prelude::*;

use super::*;
use crate::distance::squared_distance;

/// Values that are often equal, sometimes far out and sometimes nearly the same.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-4..4i32).prop_map(f64::from),
        3 => -1.0..1.0f64,
        1 => -1e-20..1e-20f64,
        1 => -1e9..1e9f64,
        1 => -1e100..1e100f64,
    ]
}

fn slowly(x: &Matrix, query: &[f64], k: usize) -> Vec<(f64, u32)> {
    let mut all: Vec<(f64, u32)> =
        (0..x.rows()).map(|row| (squared_distance(query, x.row(row)), row as u32)).collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all.truncate(k);
    all
}

proptest! {
    #[test]
    fn scan_and_tree_find_what_sorting_all_rows_finds(
        cols in 1usize..12,
        k in 1usize..9,
        rows in 9usize..70,
        numbers in prop::collection::vec(value(), 12 * 80),
        around in prop::sample::select(vec![0.0, 1e4, 1e12]),
    ) {
        let table = |from: usize, rows: usize| {
            Matrix::new(rows, cols, numbers[from..from + rows * cols].iter().map(|x| x + around).collect()).unwrap()
        };
        let (x, queries) = (table(0, rows), table(rows * cols, 7));
        let (scan, tree) = (Scan::new(&x), Tree::new(&x));
        let mut nearest: Vec<Nearest> = (0..7).map(|_| Nearest::new(k)).collect();
        scan.search(&x, queries.data(), &mut nearest);
        for (query, scanned) in nearest.iter().enumerate() {
            let expected = slowly(&x, queries.row(query), k);
            prop_assert_eq!(scanned.found(), &*expected);
            let mut climbed = Nearest::new(k);
            tree.search(queries.row(query), &mut climbed, &mut vec![0.0; cols]);
            prop_assert_eq!(climbed.found(), &*expected);
        }
    }
}

fn shares(params: &NeighboursParams, x: &[f64], y: &[u32], weights: Option<&[f64]>, query: f64) -> Vec<f64> {
    let x = Matrix::new(x.len(), 1, x.to_vec()).unwrap();
    let classifier = params.fit(&TrainingSet { x: &x, y, weights, n_classes: 3 }, 0).unwrap();
    classifier.predict_proba(&Matrix::new(1, 1, vec![query]).unwrap()).unwrap().row(0).to_vec()
}

#[test]
fn votes_are_counted_and_weighed() {
    let uniform = NeighboursParams { k: 3, ..Default::default() };
    let distance = NeighboursParams { k: 3, weights: NeighbourWeights::Distance };
    let (x, y) = ([0.0, 1.0, 3.0, 9.0], [0, 1, 1, 2]);
    assert_eq!(shares(&uniform, &x, &y, None, 0.25), [1.0 / 3.0, 2.0 / 3.0, 0.0]);
    assert_eq!(shares(&uniform, &x, &y, Some(&[2.0, 1.0, 1.0, 5.0]), 0.25), [0.5, 0.5, 0.0]);
    assert_eq!(shares(&uniform, &x, &y, Some(&[2.0, 0.0, 1.0, 5.0]), 0.25), [0.25, 0.125, 0.625]);
    assert_eq!(shares(&distance, &x, &y, None, 1.0), [0.0, 1.0, 0.0], "what is at no distance decides alone");
    let found = shares(&distance, &x, &y, None, 0.25);
    let votes = [4.0, 1.0 / 0.75 + 1.0 / 2.75];
    assert!((found[0] - votes[0] / (votes[0] + votes[1])).abs() < 1e-15, "{found:?}");
    assert_eq!(shares(&NeighboursParams { k: 99, ..uniform }, &x, &y, None, 0.0), [0.25, 0.5, 0.25]);
}

#[test]
fn of_equally_near_rows_the_lowest_votes() {
    let one = NeighboursParams { k: 1, ..Default::default() };
    assert_eq!(shares(&one, &[2.0, 0.0, 1.0], &[2, 1, 0], None, 1.5), [0.0, 0.0, 1.0]);
    let (x, y): (Vec<f64>, Vec<u32>) = (0..100).map(|row| (0.0, u32::from(row >= 3) * 2)).unzip();
    let two = NeighboursParams { k: 4, ..Default::default() };
    assert_eq!(shares(&two, &x, &y, None, 0.0), [0.75, 0.0, 0.25]);
}

#[test]
fn what_cannot_be_is_refused() {
    let x = Matrix::new(2, 1, vec![0.0, f64::NAN]).unwrap();
    let data = TrainingSet { x: &x, y: &[0, 1], weights: None, n_classes: 2 };
    let params = NeighboursParams::default();
    assert!(matches!(params.fit(&data, 0), Err(Error::Missing { row: 1, column: 0 })));
    let large = Matrix::new(2, 1, vec![0.0, 1e101]).unwrap();
    assert!(matches!(
        params.fit(&TrainingSet { x: &large, ..data }, 0),
        Err(Error::Magnitude { row: 1, .. })
    ));
    let good = Matrix::new(2, 1, vec![0.0, 1.0]).unwrap();
    let data = TrainingSet { x: &good, ..data };
    assert!(matches!(
        NeighboursParams { k: 0, ..params.clone() }.fit(&data, 0),
        Err(Error::Parameter { .. })
    ));
    let classifier = params.fit(&data, 0).unwrap();
    for (value, missing) in [(f64::NAN, true), (f64::INFINITY, false)] {
        let error = classifier.predict_proba(&Matrix::new(1, 1, vec![value]).unwrap()).unwrap_err();
        assert_eq!(matches!(error, Error::Missing { .. }), missing);
    }
    assert!(matches!(
        classifier.predict_proba(&Matrix::new(1, 2, vec![0.0; 2]).unwrap()),
        Err(Error::Shape { .. })
    ));
    assert_eq!(classifier.predict_proba(&Matrix::new(0, 1, vec![]).unwrap()).unwrap().rows(), 0);
}

#[test]
fn damaged_tensors_are_refused() {
    let x = Matrix::from_rows(&[[0.0], [1.0], [2.0]]).unwrap();
    let data = TrainingSet { x: &x, y: &[0, 1, 1], weights: Some(&[1.0, 2.0, 0.0]), n_classes: 2 };
    let good = Neighbours::fit(&NeighboursParams::default(), &data).unwrap().tensors().unwrap();
    assert!(Neighbours::from_tensors(&good, 1, 2).is_ok());
    let refused = |name: &str, tensor: Tensor| {
        let mut tensors = good.clone();
        tensors.insert(name.to_owned(), tensor);
        Neighbours::from_tensors(&tensors, 1, 2).unwrap_err()
    };
    assert!(refused("params", Tensor::U32(vec![1, 2])).contains("weighing"));
    assert!(refused("params", Tensor::U32(vec![0, 0])).contains("neighbours"));
    assert!(refused("class", Tensor::U32(vec![])).contains("`weight` of 0"));
    assert!(refused("class", Tensor::U32(vec![0, 2])).contains("range"));
    assert!(refused("weight", Tensor::F64(vec![0.0, 1.0])).contains("range"));
    assert!(refused("x", Tensor::F64(vec![0.0, 1e101])).contains("range"));
    assert!(Neighbours::from_tensors(&good, 2, 2).is_err() && Neighbours::from_tensors(&good, 1, 1).is_err());
}
