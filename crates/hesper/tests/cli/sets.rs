//! Sets of classes, calibrated on objects that the model did not learn from.

use crate::bench::Bench;
use crate::tables;
use crate::transcript::Transcript;

/// A model, the objects that were set aside, and a fresh survey whose objects have the names of the first.
fn bench() -> Bench {
    let bench = Bench::with_features(400);
    bench.run("train features.parquet --sample all --positive Ia --param trees=30 --set-aside 0.4 --out m.safetensors");
    bench.run("simulate --objects 300 --seed 7 --out fresh_survey.parquet");
    bench.run("features fresh_survey.parquet --set bazin,photoz --out fresh.parquet");
    bench
}

#[test]
fn objects_are_set_aside_and_sets_keep_their_promise_on_fresh_ones() {
    let bench = bench();
    let aside = tables::read(&bench, "m.safetensors.set_aside.parquet");
    assert_eq!(aside.num_rows(), 160);
    assert_eq!(bench.json("m.safetensors.run.json")["metrics"]["objects"], 240);
    let mut sizes = Vec::new();
    for level in ["0.8", "0.95"] {
        let result = bench
            .run(&format!(
                "predict m.safetensors fresh.parquet --sets {level} --calibration m.safetensors.set_aside.parquet \
                 --out p.parquet --json"
            ))
            .json();
        let sets = &result["sets"];
        assert_eq!((&sets["calibrated_by"], &sets["coverage"]["objects"]), (&160.into(), &300.into()));
        let share = &sets["coverage"]["share"];
        let level: f64 = level.parse().unwrap();
        // Four standard errors of 160 calibration and 300 fresh objects.
        let width = 4.0 * (level * (1.0 - level) * (1.0 / 160.0 + 1.0 / 300.0)).sqrt();
        let found = share["estimate"].as_f64().unwrap();
        assert!((level - width..=1.0).contains(&found), "{found} for {level}");
        let table = tables::read(&bench, "p.parquet");
        let columns = tables::columns(&table);
        assert_eq!(columns[columns.len() - 2..], ["set", "set_size"]);
        let texts = tables::texts(&table, "set");
        for text in &texts {
            assert!(["", "Ia", "other", "Ia|other"].contains(&text.as_str()), "{text}");
        }
        let mean =
            texts.iter().map(|text| text.split('|').filter(|class| !class.is_empty()).count()).sum::<usize>();
        let told = sets["mean_size"].as_f64().unwrap();
        assert!((told - mean as f64 / 300.0).abs() < 1e-12);
        sizes.push(told);
    }
    assert!(sizes[0] < sizes[1], "{sizes:?}");
}

#[test]
fn the_models_own_objects_are_left_out_of_the_calibration() {
    let bench = bench();
    let whole = bench
        .run("predict m.safetensors fresh.parquet --sets 0.9 --calibration features.parquet --out a.csv");
    assert!(whole.stderr.contains("240 objects of features.parquet are left out"), "{}", whole.stderr);
    bench.run(
        "predict m.safetensors fresh.parquet --sets 0.9 --calibration m.safetensors.set_aside.parquet --out b.csv",
    );
    assert_eq!(bench.bytes("a.csv"), bench.bytes("b.csv"));
}

#[test]
fn sets_by_class_and_weighted_ones_are_other_sets() {
    let bench = bench();
    let command =
        "predict m.safetensors fresh.parquet --sets 0.9 --calibration m.safetensors.set_aside.parquet";
    bench.run(&format!("{command} --out plain.csv"));
    let by_class = bench.run(&format!("{command} --by-class --out class.csv --json")).json();
    let weighted = bench.run(&format!("{command} --weighted --out weighted.csv --json")).json();
    assert_ne!(bench.bytes("plain.csv"), bench.bytes("class.csv"));
    let shares = by_class["sets"]["coverage"]["by_class"].as_array().unwrap();
    assert!(shares.iter().all(|share| share["upper"].as_f64().unwrap() > 0.85), "{shares:?}");
    let size = weighted["sets"]["effective_size"].as_f64().unwrap();
    // The fresh survey is like the first.
    assert!((60.0..=160.0).contains(&size), "{size}");
    let separation = weighted["sets"]["separation"].as_f64().unwrap();
    assert!((0.35..0.65).contains(&separation), "{separation}");
    // Objects of the calibration among those to predict do not spoil the weights.
    let mixed = bench
        .run(
            "predict m.safetensors features.parquet --sets 0.9 --weighted --calibration \
             m.safetensors.set_aside.parquet --out mixed.csv --json",
        )
        .json();
    assert!(mixed["sets"]["separation"].as_f64().unwrap() > 0.35, "{mixed}");
}

#[test]
fn what_cannot_calibrate_is_refused() {
    let bench = bench();
    bench.run("train features.parquet --sample all --positive Ia --param trees=5 --out all.safetensors");
    tables::drop_columns(&bench, "fresh.parquet", "unlabelled.parquet", &["class"]);
    tables::drop_columns(&bench, "fresh.parquet", "poor.parquet", &["photoz"]);
    let mut transcript = Transcript::default();
    for (code, rest) in [
        (2, "--sets 0.9"),
        (2, "--sets 1.0 --calibration fresh.parquet"),
        (2, "--sets 90 --calibration fresh.parquet"),
        (2, "--calibration fresh.parquet"),
        (2, "--weighted"),
        (2, "--sets 0.9 --calibration nowhere.parquet"),
        (1, "--sets 0.9 --calibration features.parquet"),
        (1, "--sets 0.9 --calibration unlabelled.parquet"),
        (1, "--sets 0.9 --calibration poor.parquet"),
        (2, "--sets 0.9 --weighted --calibration fresh.parquet"),
    ] {
        transcript.refuse(&bench, code, &format!("predict all.safetensors fresh.parquet --out p.csv {rest}"));
    }
    transcript.check("bad_sets");
}

#[test]
fn too_few_objects_promise_nothing() {
    let bench = bench();
    tables::change_classes(&bench, "fresh.parquet", "few.parquet", |row, class| {
        (row < 6).then(|| class.to_owned())
    });
    let outcome = bench
        .run("predict m.safetensors fresh.parquet --sets 0.95 --calibration few.parquet --out p.csv --json");
    assert!(outcome.stderr.contains("6 calibration objects are too few"), "{}", outcome.stderr);
    assert_eq!(outcome.json()["sets"]["mean_size"], 2.0);
}
