//! The same seed and inputs give the same bytes, whatever the number of threads.

use std::collections::BTreeMap;

use crate::bench::Bench;

/// All outputs of the main path, but for the records of the runs and the pages that show them: those tell the time.
fn outputs(seed: u64, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let bench = Bench::new();
    for command in [
        "simulate --objects 250 --out survey.parquet",
        "convert survey.parquet --out objects.parquet",
        "features objects.parquet --out features.parquet",
        "train features.parquet --sample all --param trees=20 --out model.safetensors",
        "train features.parquet --sample all --positive Ia --cross-validate 3 --param trees=20 --out ia.safetensors",
        "predict model.safetensors features.parquet --out predictions.csv",
        "predict model.safetensors features.parquet --out predictions.parquet",
        "loop features.parquet --strategies random,uncertainty,entropy,canonical --queries 25 --batch 5 --seeds 3 \
         --param trees=20 --multiclass --out run",
    ] {
        bench.run(&format!("{command} --seed {seed} --threads {threads}"));
    }
    let tells_time = |name: &str| name.ends_with("run.json") || name.ends_with("report.html");
    bench.files().into_iter().filter(|(name, _)| !tells_time(name)).collect()
}

#[test]
fn threads_do_not_matter_and_the_seed_does() {
    let one = outputs(42, 1);
    let two = outputs(42, 2);
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    let differing: Vec<&String> = one.keys().filter(|name| one[*name] != two[*name]).collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert!(one.len() > 20, "{:?}", one.keys());

    let other = outputs(7, 2);
    for name in
        ["survey.parquet", "features.parquet", "model.safetensors", "run/metrics.csv", "run/queries.csv"]
    {
        assert_ne!(one[name], other[name], "{name}");
    }
}

#[test]
fn the_seed_moves_what_is_random_in_each_step() {
    let bench = Bench::with_features(150);
    for seed in [1, 2] {
        bench.run(&format!("train features.parquet --param trees=5 --seed {seed} --out {seed}.safetensors"));
        bench.run(&format!(
            "loop features.parquet --queries 10 --batch 5 --param trees=5 --seeds 1 --seed {seed} --out {seed}"
        ));
    }
    assert_ne!(bench.bytes("1.safetensors"), bench.bytes("2.safetensors"));
    assert_ne!(bench.bytes("1/queries.csv"), bench.bytes("2/queries.csv"));
}
