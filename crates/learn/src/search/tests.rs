use super::*;
use crate::calibration::{Calibrated, Calibration};
use crate::{Committee, ForestParams, Matrix, Model, cross_validate, split};

/// Classes that three features tell apart with noise, and a single row of a third class.
fn rows(count: usize) -> (Matrix, Vec<u32>) {
    let mut random = Stream::new(6, 0);
    let mut y = Vec::new();
    let mut data = Vec::new();
    for row in 0..count {
        let values: [f64; 3] = std::array::from_fn(|_| random.uniform());
        y.push(if row == 7 { 2 } else { u32::from(values[0] + values[1] + 0.5 * random.uniform() > 1.25) });
        data.extend(values);
    }
    (Matrix::new(count, 3, data).unwrap(), y)
}

fn forest() -> Box<Factory> {
    factory_of(&ForestParams { trees: 15, ..Default::default() })
}

fn space() -> Space {
    serde_json::from_str(
        r#"{"max_depth": {"integers": [0, 6]}, "min_samples_leaf": {"log_integers": [1, 100]}}"#,
    )
    .unwrap()
}

const METHODS: [SearchMethod; 3] = [
    SearchMethod::Grid { steps: 3 },
    SearchMethod::Random { candidates: 12 },
    SearchMethod::Halving { candidates: 20, factor: 3 },
];

#[test]
fn the_best_is_the_best_and_does_better_than_the_worst() {
    let (x, y) = rows(400);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    for method in METHODS {
        let params = SearchParams { method, folds: 3, ..Default::default() };
        let found = search(&params, &space(), &forest(), &data, 1).unwrap();
        let finished: Vec<&Trial> = found.trials.iter().filter(|trial| trial.rows == 400).collect();
        assert!(found.trials.iter().all(|trial| trial.loss.is_finite()));
        assert!(finished.iter().all(|trial| trial.loss >= found.best.loss), "{method:?}");
        assert!(found.best.params["max_depth"].as_i64().unwrap() > 1, "{:?}", found.best);
        let worst = found.trials.iter().map(|trial| trial.loss).fold(0.0, f64::max);
        assert!(found.best.loss < worst - 0.1, "{found:?}");
        assert_eq!(found, search(&params, &space(), &forest(), &data, 1).unwrap());
    }
}

#[test]
fn halving_tries_many_on_little() {
    assert_eq!(shares(20, Some(3)), [1.0 / 9.0, 1.0 / 3.0, 1.0]);
    assert_eq!(shares(3, Some(3)), [1.0]);
    assert_eq!(shares(20, None), [1.0]);
    let (x, y) = rows(400);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let params = SearchParams { method: METHODS[2], folds: 3, ..Default::default() };
    let found = search(&params, &space(), &forest(), &data, 2).unwrap();
    let tried =
        |rows: std::ops::Range<usize>| found.trials.iter().filter(|trial| rows.contains(&trial.rows)).count();
    let all = found.trials.len();
    assert_eq!(tried(400..401), all.div_ceil(3).div_ceil(3));
    assert_eq!(tried(40..50), all - all.div_ceil(3));
}

#[test]
fn every_metric_and_weights_can_be_searched_by() {
    let (x, y) = rows(120);
    let weights: Vec<f64> = (0..120).map(|row| f64::from(row % 3)).collect();
    let kept: Vec<usize> = (0..120).filter(|row| row % 3 > 0).collect();
    let (x_kept, y_kept) = (x.select_rows(&kept), kept.iter().map(|&row| y[row]).collect::<Vec<_>>());
    let weights_kept: Vec<f64> = kept.iter().map(|&row| weights[row]).collect();
    for metric in
        [SearchMetric::LogLoss, SearchMetric::Brier, SearchMetric::Error, SearchMetric::BalancedError]
    {
        let params = SearchParams { method: METHODS[1], metric, folds: 3 };
        let run = |data: &TrainingSet<'_>| search(&params, &space(), &forest(), data, 1).unwrap();
        let with = run(&TrainingSet { x: &x, y: &y, weights: Some(&weights), n_classes: 3 });
        let without =
            run(&TrainingSet { x: &x_kept, y: &y_kept, weights: Some(&weights_kept), n_classes: 3 });
        assert_eq!(with, without, "{metric:?}");
    }
}

#[test]
fn the_choice_is_recorded_by_models_and_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    let (x, y) = rows(150);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let searched = || Searched {
        space: space(),
        factory: forest(),
        params: SearchParams {
            method: SearchMethod::Random { candidates: 4 },
            folds: 2,
            ..Default::default()
        },
    };
    let names = |names: [&str; 3]| names.map(str::to_owned).to_vec();
    let train = |learner: &dyn Learner| {
        let model =
            Model::train(learner, &data, names(["a", "b", "c"]), names(["Ia", "II", "Ibc"]), 1).unwrap();
        model.save(&path).unwrap();
        let back = Model::load(&path).unwrap();
        assert_eq!(back.params, model.params);
        assert_eq!(back.predict_proba(&x).unwrap(), model.predict_proba(&x).unwrap());
        back.params
    };
    let params = train(&searched());
    assert_eq!(params["chosen"]["name"], "forest");
    assert_eq!(params["chosen"]["params"]["trees"], 15, "parameters that were not searched are told, too");
    assert_eq!(params["search"]["folds"], 2);
    let params = train(&Committee { learner: Box::new(searched()), members: 3 });
    assert_eq!(params["chosen"].as_array().unwrap().len(), 3);
    let calibrated = Calibrated { learner: Box::new(searched()), method: Calibration::Temperature, folds: 2 };
    assert_eq!(train(&calibrated)["chosen"]["name"], "forest");
    assert!(train(&ForestParams::default()).get("chosen").is_none());
}

#[test]
fn it_can_be_judged_by_an_outer_cross_validation() {
    // Noise: whatever is chosen inside, an honest outer loss is no better than that of the shares.
    let mut random = Stream::new(11, 0);
    let x = Matrix::new(160, 4, (0..640).map(|_| random.uniform()).collect()).unwrap();
    let y: Vec<u32> = (0..160).map(|_| random.below(2)).collect();
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 2 };
    let learner = Searched {
        space: space(),
        factory: forest(),
        params: SearchParams { method: METHODS[1], metric: SearchMetric::Error, folds: 3 },
    };
    let folds = split::stratified_k_fold(&y, 4, 1).unwrap();
    let proba = cross_validate(&learner, &data, &folds, 1).unwrap().probabilities;
    let honest = SearchMetric::Error.loss(&y, &proba, &[1.0; 160]);
    let inside = learner.fit(&data, 1).unwrap().choice().unwrap()["loss"].as_f64().unwrap();
    assert!(inside < 0.5 && honest > inside, "{inside} {honest}");
}

#[test]
fn bad_requests_are_refused() {
    let (x, y) = rows(60);
    let data = TrainingSet { x: &x, y: &y, weights: None, n_classes: 3 };
    let run = |params: SearchParams, space: &Space| search(&params, space, &forest(), &data, 1);
    let with = |method| SearchParams { method, ..Default::default() };
    assert!(run(with(SearchMethod::Grid { steps: 0 }), &space()).is_err());
    assert!(run(with(SearchMethod::Random { candidates: 0 }), &space()).is_err());
    assert!(run(with(SearchMethod::Halving { candidates: 5, factor: 1 }), &space()).is_err());
    assert!(matches!(
        run(SearchParams { folds: 1, ..Default::default() }, &space()),
        Err(Error::Parameter { name: "folds", .. })
    ));
    let unknown: Space = serde_json::from_str(r#"{"tree": {"choices": [1]}}"#).unwrap();
    let refusal = run(SearchParams::default(), &unknown).unwrap_err().to_string();
    assert!(refusal.contains("tree"), "{refusal}");
    let impossible: Space = serde_json::from_str(r#"{"trees": {"choices": [0]}}"#).unwrap();
    assert!(matches!(run(SearchParams::default(), &impossible), Err(Error::Parameter { name: "trees", .. })));
    assert!(run(with(SearchMethod::Grid { steps: 2 }), &Space::default()).is_ok());
}
