//! What the program says of itself.

use crate::bench::Bench;
use crate::transcript::check;

fn check_help(name: &str, command: &str) {
    let outcome = Bench::new().run(command);
    assert_eq!(outcome.stderr, "");
    for line in outcome.stdout.lines() {
        assert!(line.chars().count() <= 100, "{command}: {line}");
    }
    check(name, &outcome.stdout);
}

#[test]
fn help_of_the_program() {
    check_help("help", "--help");
}

#[test]
fn help_of_each_command() {
    for command in [
        "demo",
        "simulate",
        "convert",
        "features",
        "augment",
        "train",
        "predict",
        "shift",
        "adapt",
        "compare",
        "loop",
        "campaign",
        "recommend",
        "cosmology",
    ] {
        check_help(&format!("help_{command}"), &format!("{command} --help"));
    }
}

#[test]
fn lists_and_explanations() {
    check("features_list", &Bench::new().run("features --list").stdout);
    check("strategies_list", &Bench::new().run("strategies").stdout);
    check("allocators_list", &Bench::new().run("allocators").stdout);
    check("adaptations_list", &Bench::new().run("adaptations").stdout);
    check("learners_list", &Bench::new().run("learners").stdout);
    check("explain_bazin", &Bench::new().run("features --explain bazin").stdout);
}

#[test]
fn without_a_command_the_help_is_shown() {
    let outcome = Bench::new().attempt("");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("Usage: hesper <COMMAND>"), "{}", outcome.stderr);
    let version = Bench::new().run("--version").stdout;
    assert_eq!(version.trim(), format!("hesper {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_each_step_tells_a_person() {
    let bench = Bench::new();
    let mut told = String::new();
    for command in [
        "simulate --objects 200 --out survey.parquet",
        "convert survey.parquet --out objects.parquet",
        "features objects.parquet --set bazin,photoz --out features.parquet",
        "train features.parquet --sample all --positive Ia --cross-validate 3 --param trees=20 --out ia.safetensors",
        "predict ia.safetensors features.parquet --out predictions.csv",
        "loop features.parquet --strategies random,uncertainty,canonical --queries 20 --batch 5 --seeds 3 --param trees=10 \
         --out run",
    ] {
        let outcome = bench.run(command);
        let command: Vec<&str> = command.split_whitespace().collect();
        told += &format!("$ hesper {}\n{}{}\n", command.join(" "), outcome.stdout, outcome.stderr);
    }
    let mut settings = insta::Settings::clone_current();
    // The layout is told here; the numbers are for other tests, and may differ in a last digit elsewhere.
    settings.add_filter(r"\d\.\d{3,4}", "0.000");
    settings
        .add_filter(r"(?m)^(  \S+) +\d+ spectroscopic +\d+ photometric$", "$1 N spectroscopic N photometric");
    settings.add_filter(r"\d+ points", "N points");
    settings.add_filter(r"(?m)^(  (?:Ia|other)) +\d+$", "$1 N");
    settings.bind(|| check("told", told.trim_end()));
}
