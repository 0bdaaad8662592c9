//! Requests that make no sense: exit code 2, before any work.

use crate::bench::Bench;
use crate::transcript::Transcript;

#[test]
fn unknown_names_and_numbers_out_of_range_are_told() {
    let bench = Bench::with_features(60);
    let mut transcript = Transcript::default();
    for command in [
        "features survey.parquet --set bazim --out out/features.parquet",
        "features --explain bazim",
        "features survey.parquet --draw S00001 --out out/features.parquet",
        "loop features.parquet --strategies uncertanty --out out",
        "loop features.parquet --strategies random,random --out out",
        "loop features.parquet --positive 1a --out out",
        "loop features.parquet --positive 1a --multiclass --out out",
        "loop features.parquet --batch 0 --out out",
        "loop features.parquet --seeds 0 --out out",
        "loop features.parquet --score-every 0 --out out",
        "loop features.parquet --hold-out 1.5 --out out",
        "loop features.parquet --hold-out nan --out out",
        "loop features.parquet --fom-weight -1 --out out",
        "loop features.parquet --fom-weight=-1 --out out",
        "loop features.parquet --param trees=0 --out out",
        "loop features.parquet --start random --out out",
        "loop features.parquet --start random:many --out out",
        "loop features.parquet --columns bazzin_* --out out",
        "loop features.parquet --columns !* --out out",
        "train features.parquet --cross-validate 1 --out out/model",
        "train features.parquet --learner tree --out out/model",
        "train features.parquet --importances --out out/model",
        "train features.parquet --search 0 --out out/model",
        "train features.parquet --learner logistic --param c=2 --search 5 --out out/model",
        "train features.parquet --set-aside 1 --out out/model",
        "compare features.parquet --search many --out out",
        "features survey.parquet --errors jackknife --out out/features.parquet",
        "features survey.parquet --errors bootstrap:1 --out out/features.parquet",
        "features survey.parquet --set photoz --errors covariance --out out/features.parquet",
        "simulate --objects 0 --out out/survey.parquet",
        "convert survey.parquet",
    ] {
        transcript.refuse(&bench, 2, command);
    }
    transcript.check("bad_requests");
}

#[test]
fn configurations_are_checked_as_a_whole() {
    let bench = Bench::new();
    for (name, text) in [
        ("key", "objects = 10\n\n[cadence]\ninterval_day = 3.0\n"),
        ("table", "[cadance]\ninterval_days = 3.0\n"),
        ("far", "telescope = \"Blanco\"\n"),
        ("range", "[cadence]\ninterval_days = -3.0\n"),
        ("type", "[cadence]\ninterval_days = \"three\"\n"),
        ("text", "[cadence\n"),
        ("class", "[population]\nrate_factors = { Iq = 2.0 }\n"),
        ("seed", "seed = 7\n"),
        ("none", "objects = 0\n"),
    ] {
        bench.write(&format!("{name}.toml"), text);
    }
    let mut transcript = Transcript::default();
    for name in ["key", "table", "far", "range", "type", "text", "class", "seed", "none", "nowhere"] {
        transcript.refuse(&bench, 2, &format!("simulate --config {name}.toml --out out/survey.parquet"));
    }
    transcript.check("bad_configurations");
}

#[test]
fn a_configuration_has_its_way() {
    let bench = Bench::new();
    bench.write("small.toml", "objects = 30\nseed = 7\n[spectroscopy]\nfraction = 0.5\n");
    let small = bench.run("simulate --config small.toml --seed 7 --out a.parquet --json").json();
    assert_eq!((&small["objects"], &small["spectroscopic"]), (&30.into(), &15.into()));
    let more = bench.run("simulate --config small.toml --seed 7 --objects 40 --out b.parquet --json").json();
    assert_eq!(more["objects"], 40);
    assert_eq!(bench.json("a.parquet.run.json")["parameters"]["spectroscopy"]["fraction"], 0.5);
}

#[test]
fn classes_of_one_object_cannot_be_judged() {
    let bench = Bench::with_features(60);
    crate::tables::change_classes(&bench, "features.parquet", "lonely.parquet", |row, _| {
        Some(if row == 7 { "kilonova" } else { ["Ia", "II"][row % 2] }.to_owned())
    });
    let mut transcript = Transcript::default();
    transcript.refuse(&bench, 1, "train lonely.parquet --sample all --cross-validate 3 --out out/model");
    transcript.check("lonely_class");
    bench.run(
        "train lonely.parquet --sample all --positive Ia --cross-validate 3 --param trees=5 --out model",
    );
    bench.run("train lonely.parquet --sample all --param trees=5 --out model");
}
