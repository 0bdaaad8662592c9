//! `hesper campaign`: budgets, labels, the hold-out, and runs that are interrupted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::bench::Bench;
use crate::interrupted::interrupt;
use crate::transcript::Transcript;

/// Three weeks with two telescopes; what takes time is made small.
const CONFIG: &str = "\
photometry = \"survey.parquet\"
features = [\"bazin\", \"photoz\"]
telescopes = [\"resspect-4m\", \"resspect-8m\"]

[learner]
parameters = { trees = 10 }

[campaign]
strategies = [\"random\", \"uncertainty@knapsack\", \"batchbald@greedy+weights\"]
seeds = 2
first_day = 40
last_day = 60
score_every = 4

[campaign.labels]
latency = 3
";

fn bench() -> Bench {
    let bench = Bench::with_survey(250);
    bench.write("night.toml", CONFIG);
    bench
}

/// The outputs that do not tell the time.
fn outputs(bench: &Bench, under: &str) -> BTreeMap<String, Vec<u8>> {
    let tells_time = |name: &str| name.ends_with("run.json") || name.ends_with("report.html");
    let files = bench.files().into_iter().filter(|(name, _)| name.starts_with(under) && !tells_time(name));
    files.map(|(name, bytes)| (name[under.len()..].to_owned(), bytes)).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("{cell:?} is no number"))
}

#[test]
fn budgets_labels_and_the_hold_out_are_kept() {
    let bench = bench();
    let result = bench.run("campaign night.toml --out run --json").json();
    let ledger = bench.csv("run/ledger.csv");
    let column = |name: &str| ledger[0].iter().position(|cell| cell == name).unwrap();
    let (seconds, object, day, label) =
        (column("seconds"), column("object_id"), column("day"), column("label_day"));
    let mut spent: BTreeMap<Vec<String>, f64> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    assert!(ledger.len() > 60, "{} queries", ledger.len());
    for row in &ledger[1..] {
        let night = vec![row[0].clone(), row[1].clone(), row[day].clone(), row[column("telescope")].clone()];
        *spent.entry(night).or_default() += number(&row[seconds]);
        assert!(taken.insert((row[0].clone(), row[1].clone(), row[object].clone())), "taken twice: {row:?}");
        match row[column("outcome")].as_str() {
            "classified" => {
                assert_eq!(number(&row[label]), number(&row[day]) + 3.0);
                assert!(!row[column("class")].is_empty());
            }
            "failed" => assert!(row[label].is_empty() && row[column("class")].is_empty()),
            other => panic!("{other}"),
        }
    }
    assert!(spent.values().all(|seconds| *seconds <= 6.0 * 3600.0), "{spent:?}");
    assert!(spent.values().any(|seconds| *seconds > 3.0 * 3600.0), "the nights are used");

    let metrics = bench.csv("run/metrics.csv");
    let nights: Vec<&str> = metrics[1..]
        .iter()
        .filter(|row| row[0] == "random" && row[1] == "42")
        .map(|row| row[2].as_str())
        .collect();
    assert_eq!(nights, ["40", "44", "48", "52", "56", "60"]);
    let (spectra, labels) = (5, 6);
    assert_eq!((metrics[0][spectra].as_str(), metrics[0][labels].as_str()), ("spectra", "labels"));
    for row in &metrics[1..] {
        assert!(number(&row[labels]) <= number(&row[spectra]));
        // Three nights after the first spectra the first labels are there.
        assert_eq!(number(&row[labels]) > 0.0, number(&row[2]) >= 43.0, "{row:?}");
    }
    // The same objects are scored for all, and none of them was ever taken.
    let sizes = &result["sizes"];
    let pool = sizes["pool"].as_u64().unwrap();
    let objects: BTreeSet<&String> = ledger[1..].iter().map(|row| &row[object]).collect();
    assert!(objects.len() as u64 <= pool);
    let telescopes = bench.csv("run/telescopes.csv");
    assert_eq!(telescopes.len(), 1 + 3 * 2 * 2);
    for row in &telescopes[1..] {
        assert!(number(&row[5]) <= number(&row[4]) + 1e-9, "{row:?}");
    }
}

#[test]
fn a_campaign_that_is_killed_goes_on_to_the_same_bytes() {
    let bench = bench();
    let started = std::time::Instant::now();
    bench.run("campaign night.toml --out whole --threads 1");
    let whole = started.elapsed();
    // Killed again and again at other stages of the work, until one comes to its end.
    for part in 1..8_u32 {
        interrupt(
            &bench,
            "campaign night.toml --out cut",
            "-KILL",
            Duration::from_millis(60) + whole * part / 24,
        );
    }
    let again = bench.run("campaign night.toml --out cut --threads 2");
    assert!(again.stderr.contains("finished before") || again.stdout.contains("random"), "{}", again.stderr);
    let (whole, cut) = (outputs(&bench, "whole/"), outputs(&bench, "cut/"));
    let named = |files: &BTreeMap<String, Vec<u8>>| -> Vec<String> {
        files.keys().filter(|name| !name.contains(".hesper-")).cloned().collect()
    };
    assert_eq!(named(&whole), named(&cut));
    for name in named(&whole) {
        assert!(whole[&name] == cut[&name], "{name} differs");
    }
    // A third time nothing is left to be played, and the outcome is the same.
    let third = bench.run("campaign night.toml --out cut");
    assert!(third.stderr.contains("6 of 6 runs were finished before"), "{}", third.stderr);
    assert!(outputs(&bench, "cut/")["ledger.csv"] == whole["ledger.csv"]);
}

#[test]
fn more_policies_and_seeds_are_added_and_other_settings_refused() {
    let bench = bench();
    bench.run("campaign night.toml --nights 4 --seeds 1 --strategies random --out run");
    let more = bench.run("campaign night.toml --nights 4 --seeds 2 --strategies random,entropy --out run");
    assert!(more.stderr.contains("1 of 4 runs were finished before"), "{}", more.stderr);
    let refused = bench.attempt("campaign night.toml --nights 5 --out run");
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("campaign.last_day was 43, now 44") && refused.stderr.contains("--restart"),
        "{}",
        refused.stderr
    );
    let anew = bench.run("campaign night.toml --nights 5 --seeds 1 --strategies random --out run --restart");
    assert!(!anew.stderr.contains("finished before"), "{}", anew.stderr);
}

#[test]
fn campaigns_that_make_no_sense_are_refused() {
    let bench = bench();
    for (name, from, to) in [
        ("key", "latency = 3", "latncy = 3"),
        ("policy", "\"random\"", "\"randm\""),
        ("allocator", "@knapsack", "@napsack"),
        ("adapter", "+weights", "+weight"),
        ("telescope", "\"resspect-4m\"", "\"resspect-5m\""),
        ("band", "latency = 3", "latency = 3\n\n[campaign.alive]\nband = \"K\""),
        ("hold_out", "seeds = 2", "seeds = 2\nhold_out = 1.5"),
        ("seed", "seeds = 2", "seeds = 2\nseed = 7"),
        ("learner", "trees = 10", "trees = 0"),
        ("file", "\"survey.parquet\"", "\"nowhere.parquet\""),
        ("none", "photometry = \"survey.parquet\"\n", ""),
    ] {
        let text = CONFIG.replace(from, to);
        assert_ne!(text, CONFIG, "{name}");
        bench.write(&format!("{name}.toml"), text);
    }
    let mut transcript = Transcript::default();
    for name in
        ["key", "policy", "allocator", "adapter", "telescope", "hold_out", "seed", "learner", "file", "none"]
    {
        transcript.refuse(&bench, 2, &format!("campaign {name}.toml --out out"));
    }
    transcript.refuse(&bench, 2, "campaign night.toml --nights 0 --out out");
    transcript.refuse(&bench, 2, "campaign night.toml --strategies @greedy --out out");
    transcript.refuse(&bench, 2, "campaign night.toml --seeds 0 --out out");
    transcript.check("bad_campaigns");
    let band = bench.attempt("campaign band.toml --out out");
    assert_eq!(band.code, Some(1));
    assert!(band.stderr.contains("\"K\"") && band.stderr.contains("g, r, i, z"), "{}", band.stderr);
}

#[test]
fn the_examples_run() {
    let bench = Bench::with_survey(250);
    for name in ["snpcc_fixed", "snpcc_nightly", "snpcc_from_nothing"] {
        let config =
            std::path::Path::new("../../examples").canonicalize().unwrap().join(format!("{name}.toml"));
        let settings = "--photometry survey.parquet --nights 2 --seeds 1 --strategies random,uncertainty";
        bench.run(&format!("campaign {} {settings} --out {name}", config.display()));
        let metrics = bench.csv(&format!("{name}/metrics.csv"));
        assert_eq!(metrics.len(), 1 + 2 * 2, "{name}");
    }
    // Fifty a night, and of the others none is out of reach.
    let metrics = bench.csv("snpcc_fixed/metrics.csv");
    assert_eq!((metrics[1][5].as_str(), metrics[2][5].as_str()), ("0", "50"));
    assert!(number(&metrics[2][4]) > 100.0, "{metrics:?}");
}
