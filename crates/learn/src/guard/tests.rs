use proptest::prelude::*;

use super::*;
use crate::random::Stream;

fn names(start: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{start}{number}")).collect()
}

/// Clean rows: two features tell something of three classes, two tell nothing, one has gaps, one few values.
fn clean(rows: usize, seed: u64) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(seed, 0);
    let (mut data, mut y) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let class = random.below(3);
        let signal = f64::from(class) + 3.0 * random.uniform();
        let gap = if random.uniform() < 0.3 { f64::NAN } else { random.uniform() };
        let [a, b] = [random.uniform(), random.uniform()];
        data.extend([signal, signal * a - b, b * 1e6, gap, f64::from(random.below(4))]);
        y.push(class);
    }
    (Matrix::new(rows, 5, data).unwrap(), y)
}

fn problems(train: &Part<'_>, test: &Part<'_>) -> Vec<Problem> {
    let warnings =
        examine(&Settings::default(), &names("f", train.x.cols()), &names("c", 3), train, Some(test))
            .unwrap();
    for warning in &warnings {
        let text = warning.to_string();
        assert!(warning.found.ends_with('.') && warning.remedy.ends_with('.') && text.len() < 400, "{text}");
    }
    warnings.iter().map(|warning| warning.problem).collect()
}

/// The test with one of its values, or all of them, changed.
fn changed(x: &Matrix, change: impl Fn(usize, usize, f64) -> f64) -> Matrix {
    let value = |at: usize| change(at / x.cols(), at % x.cols(), x.data()[at]);
    Matrix::new(x.rows(), x.cols(), (0..x.data().len()).map(value).collect()).unwrap()
}

#[test]
fn clean_rows_are_silent() {
    for seed in 0..20 {
        let ((x, y), (x_test, y_test)) = (clean(1200, seed), clean(600, 100 + seed));
        let (ids, ids_test) = (names("a", 1200), names("b", 600));
        let times: Vec<f64> = (0..1800).map(f64::from).collect();
        let train = Part { objects: Some(&ids), times: Some(&times[..1200]), ..Part::new(&x, &y) };
        let test =
            Part { objects: Some(&ids_test), times: Some(&times[1200..]), ..Part::new(&x_test, &y_test) };
        assert_eq!(problems(&train, &test), []);
    }
}

#[test]
fn planted_duplicates_are_found() {
    let ((x, y), (x_test, y_test)) = (clean(1500, 1), clean(500, 2));
    // Every tenth test row is a training row; its gaps are gaps there, too.
    let planted = changed(&x_test, |row, col, value| if row % 10 == 0 { x.row(row * 2)[col] } else { value });
    let warning = duplicate_rows(&x, &planted).unwrap().unwrap();
    assert!(
        warning.found.starts_with("50 of 500 test rows")
            && warning.found.contains("0, 10, 20, 30, 40 and 45 more")
    );
    assert_eq!(problems(&Part::new(&x, &y), &Part::new(&planted, &y_test)), [Problem::DuplicateRows]);
    let spreads = [1.0, 1.0, 3e5, 0.3, 1.0];
    let near = changed(&planted, |row, col, value| value + 2e-4 * spreads[col] * ((row % 5) as f64 - 1.7));
    assert_eq!(problems(&Part::new(&x, &y), &Part::new(&near, &y_test)), [Problem::NearDuplicateRows]);
    let warning = near_duplicate_rows(&x, &near, 1e-3).unwrap().unwrap();
    assert!(warning.found.starts_with("50 of 500"), "{}", warning.found);
    let far = changed(&planted, |_, col, value| value + 0.01 * spreads[col]);
    assert_eq!(problems(&Part::new(&x, &y), &Part::new(&far, &y_test)), []);
}

#[test]
fn rows_of_few_values_agree_by_chance() {
    let mut random = Stream::new(1, 0);
    let mut table = |rows: usize| {
        Matrix::new(rows, 4, (0..rows * 4).map(|_| f64::from(random.below(5))).collect()).unwrap()
    };
    let (train, test) = (table(800), table(300));
    assert_eq!(duplicate_rows(&train, &test).unwrap(), None);
    assert_eq!(near_duplicate_rows(&train, &test, 1e-3).unwrap(), None);
    let missing = Matrix::filled(10, 5, f64::NAN);
    assert_eq!(duplicate_rows(&missing, &missing).unwrap(), None);
    let mixed = changed(&clean(100, 1).0, |row, _, value| if row < 10 { f64::NAN } else { value });
    assert_eq!(duplicate_rows(&mixed, &missing).unwrap(), None);
    assert_eq!(near_duplicate_rows(&mixed, &missing, 1e-3).unwrap(), None);
}

#[test]
fn a_label_in_disguise_is_found_in_any_dress() {
    let (x, y) = clean(900, 3);
    let (features, classes) = (names("f", 5), names("c", 3));
    let told = |x: &Matrix, y: &[u32]| {
        label_in_disguise(x, y, &features, &classes, 0.98).unwrap().map(|warning| warning.found)
    };
    let mut random = Stream::new(4, 0);
    let noise: Vec<f64> = (0..900).map(|_| random.uniform()).collect();
    let code = [3.0, 1.0, 2.0];
    let with = |feature: &dyn Fn(usize) -> f64| {
        changed(&x, |row, col, value| if col == 2 { feature(row) } else { value })
    };
    // The class as a number in another order; with noise; missing for one class only; a flag of one class.
    for (feature, tells) in [
        (Box::new(|row: usize| code[y[row] as usize]) as Box<dyn Fn(usize) -> f64>, "f2 tells c0, c1, c2"),
        (Box::new(|row| code[y[row] as usize] * 1e5 + 5e4 * noise[row]), "f2 tells c0, c1, c2"),
        (Box::new(|row| if y[row] == 1 { f64::NAN } else { noise[row] }), "f2 tells c1"),
        (Box::new(|row| f64::from(u8::from(y[row] == 2))), "f2 tells c2"),
        // One label in 200 is wrong.
        (Box::new(|row| if row % 200 == 0 { 9.0 } else { f64::from(y[row]) }), "f2 tells c0, c1, c2"),
    ] {
        let found = told(&with(&*feature), &y).unwrap();
        assert!(found.contains(&format!("({tells})")), "{found}");
    }
    assert_eq!(told(&with(&|row| f64::from(y[row]) + 1.3 * noise[row]), &y), None, "good, but no disguise");
    // Rare classes: 19 rows that are told apart prove nothing, 0.5 % of a class are not all the others.
    let rare: Vec<u32> = (0..900).map(|row| u32::from(row % 50 == 0)).collect();
    assert_eq!(told(&with(&|row| f64::from(rare[row])), &rare), None);
    assert_eq!(told(&x, &rare), None);
    let single: Vec<u32> = (0..900).map(|row| if row == 5 { 2 } else { u32::from(row % 2 == 0) }).collect();
    assert!(told(&with(&|row| f64::from(single[row] % 2)), &single).is_some());
}

#[test]
fn objects_and_times_are_compared() {
    let warning = same_objects(&["a", "b", "b", "c"], &["d", "b", "b", "a"]).unwrap();
    assert_eq!(warning.found, "2 of 3 test objects are in training, too (a, b).");
    assert_eq!(same_objects(&["a"], &["b"]), None);
    let warning = time_leak(&[1.0, 5.0, f64::NAN, 3.0], &[4.0, 3.0, f64::NAN]).unwrap();
    assert_eq!(warning.found, "1 of 4 training rows are from after the test begins, at 3.");
    assert_eq!(time_leak(&[1.0, 3.0], &[3.0, 4.0]), None);
    assert_eq!(time_leak(&[1.0], &[f64::NAN]), None);
    assert_eq!(time_leak(&[], &[]), None);
}

#[test]
fn classes_are_counted() {
    let classes = names("c", 4);
    let found = missing_classes(&[0, 0, 1], &[0, 2, 2], &classes).unwrap();
    assert_eq!(
        found.iter().map(|warning| warning.problem).collect::<Vec<_>>(),
        [Problem::ClassMissingFromTraining, Problem::ClassMissingFromTest]
    );
    assert!(found[0].found.starts_with("2 of 3 test rows are of classes without a training row (c2)"));
    assert!(found[1].found.contains("(c1)"));
    let rare = few_objects(&[0, 0, 0, 1], &classes, 3).unwrap().unwrap();
    assert!(rare.found.contains("(c1: 1)"));
    assert_eq!(few_objects(&[0, 0, 0], &classes, 3).unwrap(), None);
    assert!(missing_classes(&[4], &[0], &classes).is_err());
    assert!(few_objects(&[4], &classes, 3).is_err());
}

#[test]
fn a_hold_out_has_to_be_large_enough() {
    let warning = small_hold_out(100, 0.1, 0.95).unwrap().unwrap();
    // The interval of ½ is 1.96/√(n + 1.96²) wide.
    assert_eq!(warning.remedy, "Hold out 381 rows, or judge by cross-validation.");
    assert!(warning.found.contains("95 % interval of a share may be 0.192 wide"), "{}", warning.found);
    assert_eq!(small_hold_out(381, 0.1, 0.95).unwrap(), None);
    assert!(small_hold_out(380, 0.1, 0.95).unwrap().is_some());
    assert!(small_hold_out(0, 0.1, 0.95).unwrap().is_some());
    for width in [0.0, 1.0, f64::NAN] {
        assert!(small_hold_out(10, width, 0.95).is_err());
    }
    assert!(small_hold_out(10, 0.1, 1.0).is_err());
}

#[test]
fn columns_that_tell_nothing_are_named() {
    let x = changed(&clean(50, 1).0, |_, col, value| match col {
        1 => f64::NAN,
        4 => 7.0,
        _ => value,
    });
    let found = empty_columns(&x, &names("f", 5)).unwrap();
    assert_eq!(found[0].found, "1 of 5 columns have no value in any training row (f1).");
    assert_eq!(found[1].found, "1 of 5 columns have the same value in every training row (f4).");
    // One value and gaps: whether it is there may tell something.
    let gaps = changed(&x, |row, col, value| if col == 4 && row == 0 { f64::NAN } else { value });
    assert_eq!(empty_columns(&gaps, &names("f", 5)).unwrap().len(), 1);
    assert!(empty_columns(&x, &names("f", 4)).is_err());
}

#[test]
fn parts_are_checked() {
    let (x, y) = clean(60, 1);
    let run = |features: usize, classes: usize, part: Part<'_>, settings: &Settings| {
        examine(settings, &names("f", features), &names("c", classes), &part, Some(&part))
    };
    let good = Settings::default();
    assert!(run(5, 3, Part::new(&x, &y), &good).is_ok());
    assert!(run(4, 3, Part::new(&x, &y), &good).is_err());
    assert!(run(5, 2, Part::new(&x, &y), &good).is_err());
    assert!(run(5, 3, Part::new(&x, &y[1..]), &good).is_err());
    assert!(run(5, 3, Part { objects: Some(&names("o", 3)), ..Part::new(&x, &y) }, &good).is_err());
    assert!(run(5, 3, Part { times: Some(&[1.0]), ..Part::new(&x, &y) }, &good).is_err());
    assert!(run(5, 3, Part::new(&Matrix::filled(0, 5, 0.0), &[]), &good).is_err());
    for bad in [
        Settings { width: 2.0, ..good.clone() },
        Settings { level: 0.0, ..good.clone() },
        Settings { near: 0.0, ..good.clone() },
        Settings { disguise: 0.4, ..good.clone() },
    ] {
        assert!(run(5, 3, Part::new(&x, &y), &bad).is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn duplicates_are_those_of_the_slow_search(
        train in prop::collection::vec(prop::array::uniform2(0u8..6), 1..30), test in prop::collection::vec(prop::array::uniform2(0u8..6), 1..30),
    ) {
        let value = |cell: u8| [f64::NAN, 0.0, -0.0, 1.5, 1e300, -7.0][usize::from(cell)];
        let table = |rows: &[[u8; 2]]| Matrix::from_rows(&rows.iter().map(|row| row.map(value)).collect::<Vec<_>>()).unwrap();
        let (train, test) = (table(&train), table(&test));
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        let expected: Vec<usize> = (0..test.rows())
            .filter(|&row| !test.row(row).iter().all(|value| value.is_nan()))
            .filter(|&row| (0..train.rows()).any(|other| (0..2).all(|col| same(train.row(other)[col], test.row(row)[col]))))
            .collect();
        prop_assert_eq!(duplicates::duplicates(&train, &test).unwrap(), expected);
    }

    #[test]
    fn nothing_falls_over(cells in prop::collection::vec(0u8..7, 0..60), y in prop::collection::vec(0u32..3, 0..60)) {
        let value = |cell: &u8| [f64::NAN, 0.0, f64::MAX, f64::MIN, 1.0, 5e-324, -3.0][usize::from(*cell)];
        let rows = (cells.len() / 2).min(y.len());
        let x = Matrix::new(rows, 2, cells[..rows * 2].iter().map(value).collect()).unwrap();
        let part = Part::new(&x, &y[..rows]);
        let _ = examine(&Settings::default(), &names("f", 2), &names("c", 3), &part, Some(&part));
    }
}
