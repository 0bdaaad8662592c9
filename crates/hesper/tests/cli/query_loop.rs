//! `hesper loop`: its tables, its starts, and the hold-out that nobody may touch.

use std::collections::{BTreeMap, BTreeSet};

use crate::bench::Bench;
use crate::tables;

const SMALL: &str = "--batch 5 --seeds 2 --param trees=10";

/// The objects that each strategy and seed asked for, in their order.
fn asked(bench: &Bench, out: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut asked: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for row in &bench.csv(&format!("{out}/queries.csv"))[1..] {
        let objects = asked.entry((row[0].clone(), row[1].clone())).or_default();
        objects.push(row[3].clone());
        assert_eq!(row[2], objects.len().to_string(), "order counts from 1");
    }
    asked
}

#[test]
fn the_tables_hold_every_strategy_seed_and_query() {
    let bench = Bench::with_features(300);
    let outcome = bench.run(&format!(
        "loop features.parquet --strategies random,margin,canonical --queries 22 --score-every 10 {SMALL} --out run --json"
    ));
    let metrics = bench.csv("run/metrics.csv");
    assert_eq!(metrics[0], ["strategy", "seed", "queries", "accuracy", "efficiency", "purity", "fom"]);
    // Scored at the start, after 10 and 20 queries, and at the end.
    let scored: Vec<[&str; 3]> =
        metrics[1..].iter().map(|row| [row[0].as_str(), row[1].as_str(), row[2].as_str()]).collect();
    let mut wanted = Vec::new();
    for strategy in ["random", "margin", "canonical"] {
        for seed in ["42", "43"] {
            wanted.extend(["0", "10", "20", "22"].map(|queries| [strategy, seed, queries]));
        }
    }
    assert_eq!(scored, wanted);
    for row in &metrics[1..] {
        let value = |place: usize| row[place].parse::<f64>().unwrap();
        for place in 3..7 {
            assert!((0.0..=1.0).contains(&value(place)), "{row:?}");
        }
        // Of n found, p n are right and (1 − p) n false positives, which count three times.
        let (efficiency, purity, fom) = (value(4), value(5), value(6));
        let expected = if purity > 0.0 { efficiency * purity / (purity + 3.0 * (1.0 - purity)) } else { 0.0 };
        assert!((fom - expected).abs() < 1e-9, "{row:?}: {expected}");
    }
    let queries = bench.csv("run/queries.csv");
    assert_eq!(
        queries[0],
        ["strategy", "seed", "order", "object_id", "class", "score", "redshift", "peak_mag"]
    );
    assert_eq!(queries.len() - 1, 3 * 2 * 22);
    let result = outcome.json();
    assert!(outcome.stderr.contains("figure of merit"), "a person reads the table on stderr");
    for strategy in ["random", "margin", "canonical"] {
        let last = metrics[1..].iter().filter(|row| row[0] == strategy && row[2] == "22");
        let fom: Vec<f64> = last.map(|row| row[6].parse().unwrap()).collect();
        let mean = result["final"][strategy]["fom"]["mean"].as_f64().unwrap();
        assert!((mean - (fom[0] + fom[1]) / 2.0).abs() < 1e-12, "{strategy}");
        assert!(bench.path(&format!("run/models/{strategy}.safetensors")).exists());
    }
    for figure in
        ["learning_curves", "redshift_magnitude", "class_distribution", "reliability", "importances"]
    {
        assert!(bench.text(&format!("run/figures/{figure}.svg")).starts_with("<"), "{figure}");
        assert!(bench.bytes(&format!("run/figures/{figure}.png")).starts_with(b"\x89PNG"), "{figure}");
    }
}

#[test]
fn nobody_asks_for_the_hold_out_or_for_an_object_twice() {
    let bench = Bench::with_features(200);
    let features = tables::read(&bench, "features.parquet");
    let samples = tables::texts(&features, "sample").into_iter();
    let photometric: BTreeSet<String> = tables::texts(&features, "object_id")
        .into_iter()
        .zip(samples)
        .filter(|(_, sample)| sample == "photometric")
        .map(|(id, _)| id)
        .collect();
    let run = |queries: usize, out: &str| {
        let strategies = "random,uncertainty,canonical";
        bench
            .run(&format!(
                "loop features.parquet --strategies {strategies} --queries {queries} {SMALL} --out {out} --json"
            ))
            .json()
    };
    // More queries than objects: each strategy takes the whole pool, so what it never took is the hold-out.
    let sizes = run(1000, "all")["sizes"].clone();
    let (pool, hold_out) = (sizes["pool"].as_u64().unwrap(), sizes["hold_out"].as_u64().unwrap());
    assert_eq!((pool + hold_out) as usize, photometric.len());
    assert_eq!(hold_out as f64, (0.3 * photometric.len() as f64).round(), "of {}", photometric.len());
    let everything = asked(&bench, "all");
    assert_eq!(everything.len(), 6);
    let first: BTreeSet<&String> = everything.values().next().unwrap().iter().collect();
    for objects in everything.values() {
        let unique: BTreeSet<&String> = objects.iter().collect();
        assert_eq!((objects.len(), unique.len()), (pool as usize, pool as usize));
        assert!(unique == first && unique.iter().all(|id| photometric.contains(*id)));
    }
    assert!(bench.text("all/report.html").contains(&format!("asks for {pool} classes")));
    // A shorter loop has the same hold-out.
    run(20, "some");
    for objects in asked(&bench, "some").values() {
        assert!(objects.len() == 20 && objects.iter().all(|id| first.contains(id)));
    }
}

#[test]
fn a_loop_starts_from_random_objects_or_from_nothing() {
    let bench = Bench::with_features(200);
    let mut first = Vec::new();
    for start in ["spectroscopic", "random:10", "random:0", "nothing"] {
        let out = start.replace(':', "-");
        bench.run(&format!(
            "loop features.parquet --start {start} --strategies uncertainty --queries 15 {SMALL} --out {out}"
        ));
        assert_eq!(asked(&bench, &out).values().map(Vec::len).collect::<Vec<_>>(), [15, 15], "{start}");
        let metrics = bench.csv(&format!("{out}/metrics.csv"));
        first.push(metrics[1][3].clone());
        let recorded = &bench.json(&format!("{out}/run.json"))["parameters"]["settings"]["start"];
        assert_eq!(recorded, start);
    }
    assert_eq!(first[2], first[3], "no objects are no objects");
    assert_ne!(first[0], first[3]);
    // Where all of the pool is known from the start, there is nothing to ask for.
    bench.run(&format!("loop features.parquet --start random:9999 --queries 15 {SMALL} --out known"));
    assert!(asked(&bench, "known").is_empty());
    assert_eq!(bench.csv("known/queries.csv"), bench.csv("nothing/queries.csv")[..1]);
}

#[test]
fn columns_and_classes_are_chosen() {
    let bench = Bench::with_features(250);
    let sizes = |options: &str| {
        let command = format!("loop features.parquet --queries 5 {SMALL} --out run --json {options}");
        bench.run(&command).json()["sizes"].clone()
    };
    assert_eq!(sizes("")["features"], 7 * 4 + 2);
    assert_eq!(sizes("--columns bazin_*_g")["features"], 7);
    assert_eq!(sizes("--columns !bazin_chi2_*,!bazin_n_*")["features"], 5 * 4 + 2);
    assert_eq!(sizes("--columns bazin_*,!*_z")["features"], 7 * 3);
    assert_eq!(sizes("")["classes"], serde_json::json!(["Ia", "other"]));
    let classes = sizes("--multiclass")["classes"].clone();
    let classes = classes.as_array().unwrap();
    assert!(classes.len() > 4 && classes.contains(&"IIP".into()), "{classes:?}");
    bench.run("predict run/models/uncertainty.safetensors features.parquet --out p.csv");
    assert_eq!(bench.csv("p.csv")[0].len(), classes.len() + 2);
    assert_eq!(bench.csv("p.csv").len(), 251);
    assert_eq!(sizes("--positive IIP")["classes"], serde_json::json!(["IIP", "other"]));
}

#[test]
fn objects_without_a_class_and_columns_without_a_value_do_no_harm() {
    let bench = Bench::with_features(200);
    tables::add_column(&bench, "features.parquet", "nan.parquet", "never_known", f64::NAN);
    tables::change_classes(&bench, "nan.parquet", "some.parquet", |row, class| {
        (row % 3 > 0).then(|| class.to_owned())
    });
    let command = format!("loop some.parquet --queries 10 {SMALL} --out run --json");
    let sizes = bench.run(&command).json()["sizes"].clone();
    let count = |name: &str| sizes[name].as_u64().unwrap();
    assert_eq!(count("spectroscopic") + count("pool") + count("hold_out"), 200 - 67);
    bench.run("train some.parquet --sample all --param trees=10 --out m.safetensors");
    bench.run("predict m.safetensors some.parquet --out p.csv");
    assert_eq!(bench.csv("p.csv").len(), 201, "every object is predicted");
}
