//! From a survey to predictions: what each step writes.

use std::collections::BTreeSet;

use crate::bench::Bench;
use crate::tables;

/// Survey, objects, features, model: the first four steps in one directory.
fn trained(objects: usize) -> Bench {
    let bench = Bench::with_survey(objects);
    bench.run("convert survey.parquet --out objects.parquet");
    bench.run("features objects.parquet --set bazin,peak,photoz --out features.parquet");
    bench.run("train features.parquet --sample all --param trees=20 --out model.safetensors");
    bench
}

#[test]
fn the_survey_is_told_with_its_truth() {
    let bench = Bench::new();
    let result = bench.run("simulate --objects 150 --out survey.parquet --json").json();
    assert_eq!((&result["objects"], &result["out"]), (&150.into(), &"survey.parquet".into()));
    let survey = tables::read(&bench, "survey.parquet");
    let truth = bench.csv("survey.parquet.truth.csv");
    assert_eq!((survey.num_rows(), truth.len()), (150, 151));
    assert_eq!(truth[0][..3], ["object_id", "class", "redshift"]);
    assert_eq!(
        truth[1..].iter().map(|row| row[0].clone()).collect::<Vec<_>>(),
        tables::texts(&survey, "object_id")
    );
    assert_eq!(
        truth[1..].iter().map(|row| row[1].clone()).collect::<Vec<_>>(),
        tables::texts(&survey, "class")
    );
    let spectroscopic =
        tables::texts(&survey, "sample").iter().filter(|name| *name == "spectroscopic").count();
    assert_eq!(result["spectroscopic"], spectroscopic);
    let classes: u64 = result["classes"].as_object().unwrap().values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(classes, 150);
}

#[test]
fn conversion_counts_and_repeats_itself() {
    let bench = Bench::with_survey(100);
    let result = bench.run("convert survey.parquet --out objects.parquet --json").json();
    assert_eq!(result["objects"], 100);
    let (s, p) = (result["spectroscopic"].as_u64().unwrap(), result["photometric"].as_u64().unwrap());
    assert_eq!((s + p, &result["skipped"]), (100, &0.into()));
    assert!(result["points"].as_u64().unwrap() > 100 * 4);
    bench.run("convert objects.parquet --out again.parquet");
    assert_eq!(bench.bytes("objects.parquet"), bench.bytes("again.parquet"));
}

#[test]
fn every_object_is_described_though_not_all_can_be_measured() {
    let bench = trained(200);
    let features = tables::read(&bench, "features.parquet");
    let names = tables::columns(&features);
    for quantity in ["amplitude", "baseline", "t0", "rise", "fall", "chi2", "n"] {
        for band in ["g", "r", "i", "z"] {
            assert!(names.contains(&format!("bazin_{quantity}_{band}")), "{quantity} {band}: {names:?}");
        }
    }
    assert_eq!(names[0], "object_id");
    assert_eq!(names[names.len() - 4..], ["class", "sample", "redshift", "peak_mag"]);
    let survey = tables::read(&bench, "survey.parquet");
    assert_eq!(tables::texts(&features, "object_id"), tables::texts(&survey, "object_id"));
}

#[test]
fn what_cannot_be_measured_is_nan_and_the_object_stays() {
    let bench = Bench::new();
    // Nearly all visits lose most of their bands.
    bench.write("sparse.toml", "[cadence]\nband_loss = 0.8\n[detection]\npoints = 1\nnights = 1\n");
    bench.run("simulate --config sparse.toml --objects 150 --out survey.parquet");
    bench.run("features survey.parquet --out features.parquet");
    let features = tables::read(&bench, "features.parquet");
    let rise = tables::numbers(&features, "bazin_rise_g");
    let missing = rise.iter().filter(|value| value.is_nan()).count();
    assert!(rise.len() == 150 && missing > 20, "{missing} of {}", rise.len());
    bench.run("train features.parquet --sample all --param trees=10 --out model.safetensors");
    bench.run("predict model.safetensors features.parquet --out predictions.csv");
    assert_eq!(bench.csv("predictions.csv").len(), 151);
    bench.run("loop features.parquet --queries 10 --batch 5 --seeds 2 --param trees=5 --out run");
}

#[test]
fn predictions_are_the_same_as_csv_and_parquet() {
    let bench = trained(200);
    let result = bench.run("predict model.safetensors features.parquet --out p.csv --json").json();
    bench.run("predict model.safetensors features.parquet --out p.parquet");
    let (csv, table) = (bench.csv("p.csv"), tables::read(&bench, "p.parquet"));
    let survey = tables::read(&bench, "survey.parquet");
    let classes: BTreeSet<String> = tables::texts(&survey, "class").into_iter().collect();
    let mut header = vec!["object_id".to_owned()];
    header.extend(classes.iter().map(|class| format!("p_{class}")));
    header.push("predicted".to_owned());
    assert_eq!(csv[0], header);
    assert_eq!(tables::columns(&table), header);
    let column = |place: usize| csv[1..].iter().map(|row| row[place].clone()).collect::<Vec<_>>();
    assert_eq!(column(0), tables::texts(&survey, "object_id"));
    assert_eq!(column(0), tables::texts(&table, "object_id"));
    assert_eq!(column(header.len() - 1), tables::texts(&table, "predicted"));
    for (place, name) in header.iter().enumerate().take(header.len() - 1).skip(1) {
        let values: Vec<f64> = column(place).iter().map(|value| value.parse().unwrap()).collect();
        assert_eq!(values, tables::numbers(&table, name), "{name}");
    }
    for row in &csv[1..] {
        let p: Vec<f64> = row[1..row.len() - 1].iter().map(|value| value.parse().unwrap()).collect();
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9 && p.iter().all(|p| (0.0..=1.0).contains(p)));
        let predicted = header.iter().position(|name| *name == format!("p_{}", row[row.len() - 1])).unwrap();
        assert!(p.iter().all(|other| *other <= p[predicted - 1]), "{row:?}");
    }
    let counted: u64 = result["predicted"].as_object().unwrap().values().filter_map(|n| n.as_u64()).sum();
    assert_eq!((&result["objects"], counted), (&200.into(), 200));
}

#[test]
fn a_model_finds_its_columns_by_name_and_needs_no_class() {
    let bench = trained(120);
    bench.run(
        "train features.parquet --columns bazin_*_g,photoz --sample all --param trees=10 --out few.safetensors",
    );
    tables::drop_columns(&bench, "features.parquet", "bare.parquet", &["class", "sample", "bazin_rise_r"]);
    bench.run("predict few.safetensors features.parquet --out all.csv");
    bench.run("predict few.safetensors bare.parquet --out bare.csv");
    assert_eq!(bench.bytes("all.csv"), bench.bytes("bare.csv"));
}

#[test]
fn one_class_is_told_from_the_rest() {
    let bench = trained(150);
    bench.run("train features.parquet --sample all --positive Ia --param trees=10 --out ia.safetensors");
    bench.run("predict ia.safetensors features.parquet --out p.csv");
    assert_eq!(bench.csv("p.csv")[0], ["object_id", "p_Ia", "p_other", "predicted"]);
    tables::change_classes(&bench, "features.parquet", "other.parquet", |_, class| {
        Some(if class == "Ia" { "other" } else { class }.to_owned())
    });
    bench.run("train other.parquet --sample all --positive other --param trees=10 --out other.safetensors");
    bench.run("predict other.safetensors other.parquet --out o.csv");
    assert_eq!(bench.csv("o.csv")[0], ["object_id", "p_other", "p_rest", "predicted"]);
}

#[test]
fn cross_validation_judges_every_object_once() {
    let bench = trained(150);
    tables::change_classes(&bench, "features.parquet", "three.parquet", |_, class| {
        Some(
            if class.starts_with("II") { "II" } else { ["Ia", "Ibc"][usize::from(!class.starts_with("Ia"))] }
                .to_owned(),
        )
    });
    let outcome = bench.run(
        "train three.parquet --sample all --cross-validate 3 --param trees=20 --out m.safetensors --json",
    );
    let judged = &outcome.json()["cross_validation"];
    assert_eq!(judged["folds"], 3);
    let cells = judged["confusion"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    assert_eq!(cells.filter_map(|n| n.as_u64()).sum::<u64>(), 150);
    let accuracy = &judged["scores"]["accuracy"];
    let number = |name: &str| accuracy[name].as_f64().unwrap();
    assert!(number("lower") <= number("estimate") && number("estimate") <= number("upper"));
    assert!(bench.text("m.safetensors.report.html").contains("Confusion"));
}

#[test]
fn the_demo_writes_all_of_it() {
    let bench = Bench::new();
    let outcome = bench.run("demo --objects 300 --queries 20 --seeds 2 --param trees=10");
    assert!(outcome.stdout.trim_end().ends_with("read hesper-demo/report.html"), "{}", outcome.stdout);
    for name in
        ["objects.parquet", "truth.csv", "features.parquet", "metrics.csv", "queries.csv", "report.html"]
    {
        assert!(!bench.bytes(&format!("hesper-demo/{name}")).is_empty(), "{name}");
    }
    assert_eq!(bench.json("hesper-demo/run.json")["parameters"]["objects"], 300);
    let page = bench.text("hesper-demo/report.html");
    assert!(!page.contains("http://") || !page.contains("<script src"), "the page should need no network");
}
