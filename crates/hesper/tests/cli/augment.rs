//! Copies of labelled light curves.

use crate::bench::Bench;
use crate::tables::{numbers, read, texts};

#[test]
fn copies_are_objects_like_any_other() {
    let bench = Bench::with_survey(200);
    let told = bench.run("augment survey.parquet --copies 3 --out augmented.parquet --json").json();
    let (labelled, copies) = (told["labelled"].as_u64().unwrap(), told["copies"].as_u64().unwrap());
    assert!(labelled > 5 && copies > 2 * labelled && copies <= 3 * labelled, "{told}");
    let table = read(&bench, "augmented.parquet");
    assert_eq!(table.num_rows() as u64, labelled + copies);
    assert!(texts(&table, "sample").iter().all(|sample| sample == "spectroscopic"));
    let ids = texts(&table, "object_id");
    assert_eq!(ids.iter().filter(|id| id.contains("_aug")).count() as u64, copies);
    let mut distinct = ids.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len());
    // Each copy has its parent's class.
    let classes = texts(&table, "class");
    for (id, class) in ids.iter().zip(&classes) {
        let parent = id.split("_aug").next().unwrap();
        let place = ids.iter().position(|known| known == parent).unwrap();
        assert_eq!(&classes[place], class);
    }
    // They are farther away than those they were made from, as the survey's other objects are.
    let median = |name: &str| told["median_redshift"][name].as_f64().unwrap();
    assert!(median("copies") > median("labelled"), "{told}");
    assert!(bench.json("augmented.parquet.run.json")["metrics"]["copies"].as_u64() == Some(copies));
    bench.run("features augmented.parquet --set photoz --out source.parquet");
    let photoz = numbers(&read(&bench, "source.parquet"), "photoz");
    assert!(photoz.iter().all(|z| *z > 0.0));
    bench.run("features survey.parquet --set photoz --out target.parquet");
    bench.run(
        "adapt source.parquet target.parquet --positive Ia --learner logistic --method strata --out adapted",
    );
}

#[test]
fn staccato_balances_strata() {
    let bench = Bench::with_survey(150);
    let told = bench.run("augment survey.parquet --method staccato --copies 4 --out a.parquet --json").json();
    let strata = told["strata"].as_array().unwrap();
    assert_eq!(strata.len(), 5);
    let made: u64 = strata
        .iter()
        .map(|stratum| stratum["labelled"].as_u64().unwrap() * stratum["copies_of_each"].as_u64().unwrap())
        .sum();
    assert_eq!(told["copies"].as_u64(), Some(made));
    let even =
        bench.run("augment survey.parquet --method staccato --strata 1 --copies 2 --out b.parquet --json");
    let even = even.json();
    assert_eq!(even["copies"].as_u64().unwrap(), 2 * even["labelled"].as_u64().unwrap());
    assert!(even["strata"].is_null());
}

#[test]
fn seeds_and_threads() {
    let bench = Bench::with_survey(80);
    bench.run("augment survey.parquet --copies 2 --threads 1 --out a.parquet");
    bench.run("augment survey.parquet --copies 2 --threads 2 --out b.parquet");
    bench.run("augment survey.parquet --copies 2 --seed 7 --out c.parquet");
    assert_eq!(bench.bytes("a.parquet"), bench.bytes("b.parquet"));
    assert_ne!(bench.bytes("a.parquet"), bench.bytes("c.parquet"));
}

#[test]
fn what_cannot_be_copied_is_told() {
    let bench = Bench::with_survey(40);
    for (command, code, told) in [
        ("augment nothing.parquet --out a.parquet", 2, "nothing.parquet"),
        ("augment survey.parquet --copies 0 --out a.parquet", 2, "copies is 0, but must be at least 1"),
        ("augment survey.parquet --sample all --out a.parquet", 2, "--like"),
        ("augment survey.parquet --method staccato --strata 0 --out a.parquet", 2, "strata is 0"),
        ("augment survey.parquet --like nothing.parquet --out a.parquet", 2, "nothing.parquet"),
    ] {
        let outcome = bench.attempt(command);
        assert_eq!(outcome.code, Some(code), "{command}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{command}: {}", outcome.stderr);
        assert!(!bench.path("a.parquet").exists());
    }
}
