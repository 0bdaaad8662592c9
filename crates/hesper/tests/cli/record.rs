//! What a run leaves on record, and what it tells machines.

use serde_json::Value;

use crate::bench::Bench;

/// What every record has.
fn check(record: &Value, command: &str, inputs: &[&str]) {
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
    let line: Vec<&str> =
        record["command_line"].as_array().unwrap().iter().filter_map(|word| word.as_str()).collect();
    assert_eq!(line.join(" "), format!("hesper {command}"));
    assert_eq!(record["seed"], 5);
    assert_eq!(record["threads"], 1);
    assert!(record["parameters"].is_object() && record["metrics"].is_object());
    for clock in ["wall_seconds", "cpu_seconds"] {
        assert!(record[clock].as_f64().unwrap() >= 0.0, "{clock}");
    }
    let started = record["started"].as_str().unwrap();
    assert!(started.len() == 20 && started.ends_with('Z'), "{started}");
    let paths: Vec<&str> =
        record["inputs"].as_array().unwrap().iter().filter_map(|input| input["path"].as_str()).collect();
    assert_eq!(paths, inputs, "{command}");
    for input in record["inputs"].as_array().unwrap() {
        let hash = input["sha256"].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{hash}");
    }
}

#[test]
fn every_command_leaves_a_record_and_prints_json_and_nothing_else() {
    let bench = Bench::new();
    for (command, inputs, record) in [
        ("simulate --objects 150 --out s.parquet", vec![], "s.parquet.run.json"),
        ("convert s.parquet --out o.parquet", vec!["s.parquet"], "o.parquet.run.json"),
        ("features o.parquet --set bazin --out f.parquet", vec!["o.parquet"], "f.parquet.run.json"),
        ("train f.parquet --sample all --param trees=5 --out m", vec!["f.parquet"], "m.run.json"),
        ("predict m f.parquet --out p.csv", vec!["m", "f.parquet"], "p.csv.run.json"),
        ("loop f.parquet --queries 6 --seeds 2 --param trees=5 --out run", vec!["f.parquet"], "run/run.json"),
        ("demo --objects 150 --queries 5 --seeds 2 --param trees=5 --out demo", vec![], "demo/run.json"),
    ] {
        let command = format!("{command} --seed 5 --threads 1 --json");
        let printed = bench.run(&command).json();
        let record = bench.json(record);
        check(&record, &command, &inputs);
        // What is printed is what is recorded, and the time it took.
        for (name, value) in record["metrics"].as_object().unwrap() {
            assert_eq!(printed[name], *value, "{command}: {name}");
        }
        assert!(printed["wall_seconds"].is_number() && printed["cpu_seconds"].is_number(), "{command}");
    }
    let settings = bench.json("run/run.json")["parameters"].clone();
    // Defaults are recorded, too.
    assert_eq!(settings["settings"]["hold_out"], 0.3);
    assert_eq!(settings["settings"]["strategies"], serde_json::json!(["random", "uncertainty"]));
    assert_eq!(settings["learners"], serde_json::json!(["forest"]));
    assert_eq!(settings["tuning"]["params"][0]["value"], "5");
    assert!(bench.json("s.parquet.run.json")["parameters"]["cadence"]["interval_days"].is_number());
}

#[test]
fn hashes_are_those_of_the_bytes() {
    let bench = Bench::new();
    bench.write("survey/1.DAT", crate::bench::light_curve("1"));
    bench.run("convert survey/1.DAT --out a.parquet");
    bench.run("convert survey --out b.parquet");
    let input = |name: &str| bench.json(name)["inputs"][0].clone();
    let (file, directory) = (input("a.parquet.run.json"), input("b.parquet.run.json"));
    assert_eq!(file["bytes"], bench.bytes("survey/1.DAT").len());
    assert_eq!((&file["files"], &directory["files"]), (&1.into(), &1.into()));
    assert_ne!(file["sha256"], directory["sha256"], "a directory's hash holds the names");
    bench.write("survey/1.DAT", crate::bench::light_curve("2"));
    bench.run("convert survey/1.DAT --out a.parquet");
    assert_ne!(input("a.parquet.run.json")["sha256"], file["sha256"]);
}

#[test]
fn a_record_does_not_outlive_its_outputs() {
    let bench = Bench::with_features(150);
    let command = "loop features.parquet --queries 6 --seeds 2 --param trees=5 --out run";
    bench.run(command);
    let before = bench.files();
    // A request that is refused touches nothing.
    assert_eq!(bench.attempt("loop features.parquet --batch 0 --out run").code, Some(2));
    assert_eq!(bench.files(), before);
    // A run that fails while it writes must not pass for the one before: its record is gone.
    std::fs::remove_file(bench.path("run/queries.csv")).unwrap();
    std::fs::create_dir(bench.path("run/queries.csv")).unwrap();
    assert_eq!(bench.attempt(command).code, Some(1));
    assert!(!bench.path("run/run.json").exists());
}
