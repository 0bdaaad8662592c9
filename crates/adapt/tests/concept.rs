//! Assignments against SciPy (`concept/golden.py`), and units in planted places, which the searches must find.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use hesper_adapt::concept::{
    Codes, Concepts, EncoderParams, Faq, Fitness, GraphSearch, Head, KnownCodes, LoadingsSearch, Refine,
    Start, SupervisedSearch, UnitMap, assign, even, graph_error, spectral,
};
use hesper_adapt::{FewLabels, LabelledTarget, Source, Target};
use hesper_learn::{LogisticParams, Matrix, metrics};
use hesper_nn::Stream;
use proptest::prelude::*;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("concept/golden.json")).unwrap()
}

fn table(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    Matrix::from_rows(&rows).unwrap()
}

fn normal(random: &mut Stream) -> f64 {
    f64::from(random.normal())
}

#[test]
fn linear_assignments_are_those_of_scipy() {
    for case in golden()["linear"].as_array().unwrap() {
        let cost = table(&case["cost"]);
        let columns: Vec<usize> = serde_json::from_value(case["columns"].clone()).unwrap();
        assert_eq!(assign(&cost).unwrap(), columns);
        let sum: f64 = columns.iter().enumerate().map(|(row, column)| cost.row(row)[*column]).sum();
        assert!((sum - case["sum"].as_f64().unwrap()).abs() < 1e-9);
    }
}

#[test]
fn quadratic_assignments_are_those_of_scipy() {
    let faq = Faq { signed: false, ..Faq::default() };
    for case in golden()["quadratic"].as_array().unwrap() {
        let (a, b) = (table(&case["a"]), table(&case["b"]));
        let map = faq.solve(&a, &b, &even(a.rows(), b.rows())).unwrap();
        let columns: Vec<usize> = serde_json::from_value(case["columns"].clone()).unwrap();
        assert_eq!(map.from, columns);
        let value: f64 = (0..a.rows())
            .flat_map(|row| (0..a.rows()).map(move |col| (row, col)))
            .map(|(row, col)| a.row(row)[col] * b.row(map.from[row])[map.from[col]])
            .sum();
        assert!((value - case["value"].as_f64().unwrap()).abs() < 1e-9);
        if let Some(best) = case["best"].as_f64() {
            // Frank and Wolfe's way alone misses the best of all 720 permutations; random starts and swaps do not.
            let search = GraphSearch { faq, ..GraphSearch::default() };
            let found = search.lay(&a, &b, 1).unwrap();
            let norms: f64 = a.data().iter().chain(b.data()).map(|value| value * value).sum();
            assert!((graph_error(&a, &b, &found) - (norms - 2.0 * best)).abs() < 1e-9);
            assert!(graph_error(&a, &b, &map) > norms - 2.0 * best + 1.0);
        }
    }
}

/// Codes of correlated, skewed units; the target's are further draws with units in other places, turned round, and noise.
fn planted(units: usize, noise: f64, seed: u64) -> (Matrix, Matrix, UnitMap) {
    let mut random = Stream::new(seed, 0);
    let mixing: Vec<f64> = (0..units * units).map(|_| normal(&mut random)).collect();
    let draw = |random: &mut Stream| -> Vec<f64> {
        let hidden: Vec<f64> =
            (0..units).map(|at| normal(random).exp() * if at % 3 == 0 { -1.0 } else { 1.0 }).collect();
        (0..units)
            .map(|unit| mixing[unit * units..][..units].iter().zip(&hidden).map(|(a, b)| a * b).sum())
            .collect()
    };
    let rows: Vec<Vec<f64>> = (0..3000).map(|_| draw(&mut random)).collect();
    let mut from: Vec<usize> = (0..units).collect();
    random.shuffle(&mut from);
    let sign: Vec<f64> = (0..units).map(|_| if random.uniform() < 0.5 { -1.0 } else { 1.0 }).collect();
    let map = UnitMap { from, sign };
    let moved = rows.iter().map(|row| {
        let mut codes = vec![0.0; units];
        for (unit, value) in row.iter().enumerate() {
            codes[map.from[unit]] = map.sign[unit] * (value + noise * normal(&mut random));
        }
        codes
    });
    let moved: Vec<Vec<f64>> = moved.collect();
    (Matrix::from_rows(&rows).unwrap(), Matrix::from_rows(&moved).unwrap(), map)
}

#[test]
fn planted_places_are_found_without_labels() {
    for seed in 0..8 {
        for (units, noise) in [(3, 0.0), (12, 0.0), (24, 0.0), (16, 0.05)] {
            let (source, target, planted) = planted(units, noise, seed);
            let (source, target) = (Codes::new(&source).unwrap(), Codes::new(&target).unwrap());
            let graph = GraphSearch::default().find(&source, &target, 1).unwrap();
            assert_eq!(graph, planted, "graph, {units} units, seed {seed}");
            // Of three units of nearly equal correlations little is left to compare.
            let loadings = LoadingsSearch { components: units.min(8), ..LoadingsSearch::default() };
            if noise == 0.0 {
                assert_eq!(loadings.find(&source, &target).unwrap(), planted, "loadings, {units} units");
            }
        }
    }
}

#[test]
fn the_spectral_guess_is_exact_where_graphs_are_alike() {
    let (source, target, planted) = planted(20, 0.0, 5);
    let table = |codes: &Matrix| Matrix::new(20, 20, Codes::new(codes).unwrap().correlations()).unwrap();
    let guess = spectral(&table(&source), &table(&target), true).unwrap();
    assert_eq!(guess.from, planted.from);
    let all = |factor: f64| guess.sign.iter().zip(&planted.sign).all(|(a, b)| *a == factor * b);
    assert!(all(1.0) || all(-1.0), "signs are known up to that of all");
    assert!(graph_error(&table(&source), &table(&target), &guess) < 1e-18);
}

#[test]
fn planted_places_are_found_by_few_labels() {
    let (units, classes) = (16, 6);
    for seed in 0..8 {
        let mut random = Stream::new(seed, 1);
        let centres: Vec<f64> = (0..classes * units).map(|_| 2.0 * normal(&mut random)).collect();
        let mut from: Vec<usize> = (0..units).collect();
        random.shuffle(&mut from);
        let sign = (0..units).map(|_| if random.uniform() < 0.5 { -1.0 } else { 1.0 }).collect();
        let planted = UnitMap { from, sign };
        let mut draw = |count: usize, moved: bool| {
            let (mut rows, mut y) = (Vec::new(), Vec::new());
            for row in 0..count {
                let class = row % classes;
                let mut code = vec![0.0; units];
                for unit in 0..units {
                    let value = centres[class * units + unit] + 0.3 * normal(&mut random);
                    let (at, sign) =
                        if moved { (planted.from[unit], planted.sign[unit]) } else { (unit, 1.0) };
                    code[at] = sign * value;
                }
                rows.push(code);
                y.push(class as u32);
            }
            (Matrix::from_rows(&rows).unwrap(), y)
        };
        let ((own, y), (few, few_y), (all, _)) = (draw(600, false), draw(24, true), draw(600, true));
        let (source, target) = (Codes::new(&own).unwrap(), Codes::new(&all).unwrap());
        let known = target.standardise(&few).unwrap();
        let weights = (0..units * classes)
            .map(|at| source.means.len() as f64 * 1e-2 * centres[at % classes * units + at / classes]);
        let head = Head {
            weights: Matrix::new(units, classes, weights.collect()).unwrap(),
            biases: vec![0.0; classes],
        };
        let known = KnownCodes { codes: &known, y: &few_y };
        for one_to_one in [true, false] {
            let search = SupervisedSearch { one_to_one, most_changes: 0, ..SupervisedSearch::default() };
            assert_eq!(search.find(&source, &y, &head, known).unwrap(), planted, "seed {seed}");
        }
        let start = SupervisedSearch { most_changes: 0, ..SupervisedSearch::default() };
        let (before, _) = head.score(&start.find(&source, &y, &head, known).unwrap(), known).unwrap();
        let map = SupervisedSearch { least_gain: 0.0, ..start };
        let climbed = SupervisedSearch { most_changes: 20, ..map }.find(&source, &y, &head, known).unwrap();
        assert!(head.score(&climbed, known).unwrap().0 >= before);
    }
}

/// Three classes in a ring, of which the target sees features exchanged and turned round.
fn ring(count: usize, moved: bool, seed: u64) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(seed, 2);
    let (mut rows, mut y) = (Vec::new(), Vec::new());
    for row in 0..count {
        let class = row % 3;
        let angle = class as f64 * std::f64::consts::TAU / 3.0;
        let (a, b) =
            (2.0 * angle.cos() + 0.4 * normal(&mut random), 2.0 * angle.sin() + 0.4 * normal(&mut random));
        let c = normal(&mut random);
        rows.push(if moved { [100.0 + 7.0 * c, 5.0 - 3.0 * b, a] } else { [a, b, c] });
        y.push(class as u32);
    }
    (Matrix::from_rows(&rows).unwrap(), y)
}

#[test]
fn concepts_survive_exchanged_features() {
    let ((x, y), (t, truth), (few, few_y)) = (ring(600, false, 1), ring(600, true, 2), ring(30, true, 3));
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let (target, labelled) = (Target { x: &t }, LabelledTarget { x: &few, y: &few_y });
    let encoder = EncoderParams { hidden: vec![16, 8], ..EncoderParams::default() };
    let concepts = Concepts { encoder, ..Concepts::default() };
    let fit = |concepts: &Concepts| {
        let learner = LogisticParams::default();
        concepts.fit(&source, &target, &labelled, &learner, 1).unwrap()
    };
    let fitted = fit(&concepts);
    let proba = fitted.classifier.predict_proba(&t).unwrap();
    let accuracy = metrics::accuracy(&truth, &metrics::most_probable(&proba)).unwrap();
    assert!(accuracy > 0.9, "{accuracy} {:?}", fitted.warnings);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = one.install(|| fit(&concepts));
    assert_eq!(again.classifier.tensors(), fitted.classifier.tensors());
    assert!(fitted.classifier.tensors().is_some());
    for fitness in [Fitness::Graph(GraphSearch::default()), Fitness::Loadings(LoadingsSearch::default())] {
        for start in [Start::Own, Start::Source] {
            let fitted = fit(&Concepts { fitness, start, ..concepts.clone() });
            assert_eq!(fitted.classifier.n_classes(), 3);
        }
    }
    // From weights of its own, and without further learning, nothing but the search brings the units into their places.
    let own = Concepts { start: Start::Own, refine: None, ..concepts.clone() };
    let accuracy = |concepts: &Concepts| {
        let proba = fit(concepts).classifier.predict_proba(&t).unwrap();
        metrics::accuracy(&truth, &metrics::most_probable(&proba)).unwrap()
    };
    let (found, untouched) = (accuracy(&own), accuracy(&Concepts { fitness: Fitness::Place, ..own.clone() }));
    assert!(found > 0.9 && untouched < 0.6, "{found}, {untouched}");
}

#[test]
fn what_cannot_be_matched_is_refused() {
    let codes = |units: usize| Codes::new(&Matrix::new(2, units, vec![0.5; 2 * units]).unwrap()).unwrap();
    assert!(GraphSearch::default().find(&codes(3), &codes(2), 0).is_err());
    assert!(LoadingsSearch::default().find(&codes(3), &codes(2)).is_err());
    let many = LoadingsSearch { one_to_one: false, ..LoadingsSearch::default() };
    assert_eq!(many.find(&codes(3), &codes(2)).unwrap().from.len(), 3);
    assert!(
        LoadingsSearch { components: 0, ..LoadingsSearch::default() }.find(&codes(1), &codes(1)).is_err()
    );
    assert!(Faq { iterations: 0, ..Faq::default() }.check().is_err());
    assert!(Faq { tolerance: f64::NAN, ..Faq::default() }.check().is_err());
    assert!(Codes::new(&Matrix::new(1, 1, vec![f64::NAN]).unwrap()).is_err());
    assert!(Codes::new(&Matrix::default()).is_err());
    let two = Matrix::new(2, 2, vec![0.0; 4]).unwrap();
    assert!(Faq::default().solve(&two, &two, &even(1, 2)).is_err());
    let head = Head { weights: Matrix::new(2, 1, vec![0.0; 2]).unwrap(), biases: vec![0.0] };
    let known = KnownCodes { codes: &two, y: &[0, 1] };
    let find = |known| SupervisedSearch::default().find(&codes(2), &[0, 0], &head, known);
    assert!(find(known).is_err());
    assert!(find(KnownCodes { codes: &two, y: &[0] }).is_err());
    assert!(find(KnownCodes { codes: &two, y: &[0, 0] }).is_ok());
    let encoder = EncoderParams { hidden: vec![], ..EncoderParams::default() };
    assert!(Concepts { encoder, ..Concepts::default() }.check().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Constant units, one object, huge and tiny values: maps of units that there are.
    #[test]
    fn maps_are_sound_on_any_codes(
        n in 1usize..6, units in 1usize..6, more in 0usize..3, power in -9i32..9, constant: bool, one_to_one: bool,
        numbers in prop::collection::vec(-1.0..1.0f64, 96),
    ) {
        let scale = 10f64.powi(power);
        let value = |at: usize, units: usize| if constant && at.is_multiple_of(units) { 1.0 } else { scale * numbers[at % 96] };
        let codes = |units: usize, skip: usize| {
            let values = (0..n * units).map(|at| value(at + skip * units, units)).collect();
            Codes::new(&Matrix::new(n, units, values).unwrap()).unwrap()
        };
        let (source, target) = (codes(units, 0), codes(units + more, 7));
        let graph = GraphSearch { one_to_one, restarts: 2, ..GraphSearch::default() };
        let loadings = LoadingsSearch { one_to_one, ..LoadingsSearch::default() };
        let y = vec![0; n];
        let head = Head { weights: Matrix::new(units, 2, vec![0.1; 2 * units]).unwrap(), biases: vec![0.0; 2] };
        let known = KnownCodes { codes: &target.values, y: &y };
        let supervised = SupervisedSearch { one_to_one, ..SupervisedSearch::default() };
        for map in [
            graph.find(&source, &target, 3).unwrap(),
            loadings.find(&source, &target).unwrap(),
            supervised.find(&source, &y, &head, known).unwrap(),
        ] {
            prop_assert_eq!(map.from.len(), units);
            prop_assert!(map.sign.iter().all(|sign| sign.abs() == 1.0));
            prop_assert!(map.apply(&target.values).is_ok());
            let mut distinct = map.from.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert!(!one_to_one || distinct.len() == units);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Few objects, constant features, huge and tiny scales: sound probabilities or errors.
    #[test]
    fn concepts_are_sound_on_any_shift(
        n in 1usize..7, m in 1usize..7, few in 1usize..4, d in 1usize..4, power in -40i32..40, constant: bool, which in 0usize..3,
        numbers in prop::collection::vec(-1.0..1.0f64, 64),
    ) {
        let factor = 10f64.powi(power);
        let value = |at: usize| if constant && at.is_multiple_of(d) { 3.0 } else { factor * numbers[at % 64] };
        let table = |rows: usize, skip: usize| Matrix::new(rows, d, (0..rows * d).map(|at| value(at + skip * d)).collect()).unwrap();
        let (x, t, known) = (table(n, 0), table(m, 5), table(few, 11));
        let (y, known_y): (Vec<u32>, Vec<u32>) = ((0..n as u32).map(|row| row % 2).collect(), vec![1; few]);
        let encoder = EncoderParams { hidden: vec![4], min_steps: 5, epochs: 1, ..EncoderParams::default() };
        let fitness = [
            Fitness::Supervised(SupervisedSearch::default()),
            Fitness::Graph(GraphSearch { restarts: 1, ..GraphSearch::default() }),
            Fitness::Loadings(LoadingsSearch::default()),
        ][which];
        let refine = Some(Refine { steps: 5, ..Refine::default() });
        let concepts = Concepts { encoder, fitness, refine, ..Concepts::default() };
        let labelled = LabelledTarget { x: &known, y: &known_y };
        let learner = LogisticParams::default();
        match concepts.fit(&Source { x: &x, y: &y, n_classes: 2 }, &Target { x: &t }, &labelled, &learner, 1) {
            Ok(fitted) => {
                let proba = fitted.classifier.predict_proba(&t).unwrap();
                prop_assert!(proba.data().iter().all(|value| (0.0..=1.0).contains(value)));
            }
            Err(error) => prop_assert!(power.abs() > 30, "{error}"),
        }
    }
}
