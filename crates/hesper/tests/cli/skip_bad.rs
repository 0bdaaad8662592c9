//! `--skip-bad`: the good objects are read, the bad ones counted and listed.

use crate::bench::{Bench, light_curve};
use crate::transcript::{Transcript, check};

fn mixed() -> Bench {
    let bench = Bench::new();
    for name in ["1", "2", "3"] {
        bench.write(&format!("survey/{name}.DAT"), light_curve(name));
    }
    let bad = light_curve("4");
    bench.write("survey/4.DAT", &bad[..bad.find(" 2.0 10.0").unwrap()]);
    bench.write("survey/5.DAT", light_curve("5").replace(" 20.0 ", " nan "));
    bench.write("survey/6.DAT", light_curve("6").replace("20.0 2.0", "20.0 -2.0"));
    bench.write("survey/7.DAT", light_curve("1"));
    bench
}

#[test]
fn bad_objects_are_counted_and_listed() {
    let bench = mixed();
    for command in
        ["convert survey --out objects.parquet", "features survey --set bazin --out objects.parquet"]
    {
        let outcome = bench.run(&format!("{command} --skip-bad --json"));
        let result = outcome.json();
        assert_eq!((&result["objects"], &result["skipped"]), (&3.into(), &4.into()), "{command}");
        assert_eq!(bench.json("objects.parquet.run.json")["metrics"]["skipped"], 4);
        assert!(outcome.stderr.contains("skipped 4 bad objects"), "{}", outcome.stderr);
        let list = bench.csv("objects.parquet.skipped.csv");
        assert_eq!(list[0], ["source", "line", "reason"]);
        let places: Vec<[&str; 2]> = list[1..].iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
        assert_eq!(
            places,
            [["survey/4.DAT", "12"], ["survey/5.DAT", "12"], ["survey/6.DAT", "12"], ["survey/7.DAT", ""]]
        );
        check("skipped", &bench.text("objects.parquet.skipped.csv"));
    }
}

#[test]
fn a_list_does_not_outlive_its_run() {
    let bench = mixed();
    bench.run("convert survey --skip-bad --out objects.parquet");
    for name in ["4", "5", "6", "7"] {
        std::fs::remove_file(bench.path(&format!("survey/{name}.DAT"))).unwrap();
    }
    bench.run("convert survey --skip-bad --out objects.parquet");
    assert!(!bench.path("objects.parquet.skipped.csv").exists());
}

#[test]
fn an_input_that_is_bad_as_a_whole_is_not_skipped() {
    let bench = mixed();
    for name in ["1", "2", "3", "7"] {
        std::fs::remove_file(bench.path(&format!("survey/{name}.DAT"))).unwrap();
    }
    let outcome = bench.attempt("convert survey --skip-bad --out objects.parquet");
    assert_eq!(outcome.code, Some(1));
    // The list tells what was wrong with each; there is no table.
    let names: Vec<String> = bench.files().into_keys().filter(|name| !name.starts_with("survey/")).collect();
    assert_eq!(names, ["objects.parquet.skipped.csv"]);
    let error = outcome.stderr.lines().find(|line| line.starts_with("error: ")).unwrap().to_owned();
    let mut transcript = Transcript::default();
    transcript.keep(
        1,
        "convert survey --skip-bad --out objects.parquet",
        &crate::bench::Outcome { stderr: error, ..outcome },
    );
    transcript.check("all_bad");
}
