//! Predictions are explained.

use crate::bench::Bench;
use crate::tables;
use crate::transcript::Transcript;

fn bench() -> Bench {
    let bench = Bench::with_features(120);
    bench.run("train features.parquet --sample all --positive Ia --param trees=10 --out forest.safetensors");
    bench
}

#[test]
fn values_add_up_to_the_probabilities_of_a_forest() {
    let bench = bench();
    let result = bench
        .run("predict forest.safetensors features.parquet --shapley why.parquet --out p.parquet --json")
        .json();
    assert_eq!(result["shapley"]["of"], "probabilities");
    let (why, p) = (tables::read(&bench, "why.parquet"), tables::read(&bench, "p.parquet"));
    let features = tables::columns(&tables::read(&bench, "features.parquet"));
    let features = &features[1..features.len() - 4];
    let mut names = vec!["object_id", "class", "output", "base"];
    names.extend(features.iter().map(String::as_str));
    assert_eq!(tables::columns(&why), names);
    assert_eq!(why.num_rows(), 2 * 120);
    assert_eq!(tables::texts(&why, "class")[..2], ["Ia", "other"]);
    let mut sums = tables::numbers(&why, "base");
    for name in features {
        sums.iter_mut().zip(tables::numbers(&why, name)).for_each(|(sum, value)| *sum += value);
    }
    let (output, ia) = (tables::numbers(&why, "output"), tables::numbers(&p, "p_Ia"));
    for row in 0..120 {
        assert!((sums[2 * row] - ia[row]).abs() < 1e-9 && (output[2 * row] - ia[row]).abs() < 1e-9, "{row}");
    }
    let base = tables::numbers(&why, "base")[0];
    assert!((base - ia.iter().sum::<f64>() / 120.0).abs() < 1e-9, "{base}");
    let column: f64 = tables::numbers(&why, "photoz").iter().step_by(2).map(|value| value.abs()).sum();
    let told = result["shapley"]["mean_absolute"]["photoz"].as_f64().unwrap();
    assert!((told - column / 120.0).abs() < 1e-12);
    assert!(bench.text("why.parquet.summary.svg").contains("What moves the predictions"));
    assert!(bench.bytes("why.parquet.summary.png").starts_with(b"\x89PNG"));
    bench.run("predict forest.safetensors features.parquet --shapley why.csv --out p.csv");
    let csv = bench.csv("why.csv");
    assert_eq!(
        (csv.len(), csv[0].as_slice()),
        (241, names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().as_slice())
    );
}

#[test]
fn boosted_trees_explain_their_margins_and_forests_any_background() {
    let bench = bench();
    bench.run(
        "train features.parquet --sample all --positive Ia --learner boosted --param rounds=20 --search 2 --out b.safetensors",
    );
    let result =
        bench.run("predict b.safetensors features.parquet --shapley w.parquet --out p.parquet --json").json();
    assert_eq!(result["shapley"]["of"], "margins");
    let (why, p) = (tables::read(&bench, "w.parquet"), tables::read(&bench, "p.parquet"));
    for (margin, p) in tables::numbers(&why, "output").iter().step_by(2).zip(tables::numbers(&p, "p_Ia")) {
        assert!((1.0 / (1.0 + (-margin).exp()) - p).abs() < 1e-9, "{margin} {p}");
    }
    let other = Bench::with_features(40);
    std::fs::copy(other.path("features.parquet"), bench.path("other.parquet")).unwrap();
    bench.run("predict forest.safetensors features.parquet --shapley w.parquet --background other.parquet --out p.csv");
    bench.run("predict forest.safetensors other.parquet --out o.parquet");
    let mean = tables::numbers(&tables::read(&bench, "o.parquet"), "p_Ia").iter().sum::<f64>() / 40.0;
    assert!((tables::numbers(&tables::read(&bench, "w.parquet"), "base")[0] - mean).abs() < 1e-9);
}

#[test]
fn other_models_and_names_are_refused() {
    let bench = bench();
    bench.run("train features.parquet --sample all --positive Ia --learner logistic --out l.safetensors");
    bench.run("train features.parquet --sample all --positive Ia --param trees=5 --calibrate platt --out c.safetensors");
    let mut transcript = Transcript::default();
    for command in [
        "predict l.safetensors features.parquet --shapley why.csv --out p.csv",
        "predict c.safetensors features.parquet --shapley why.csv --out p.csv",
        "predict forest.safetensors features.parquet --shapley why.json --out p.csv",
        "predict forest.safetensors features.parquet --background features.parquet --out p.csv",
    ] {
        transcript.refuse(&bench, 2, command);
    }
    transcript.check("bad_shapley");
}
