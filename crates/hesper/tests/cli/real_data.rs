//! Real surveys, where they are at hand.

use std::path::PathBuf;

use crate::bench::Bench;

/// A file of the real data, or `None`.
fn data(name: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        println!("skipped: no data");
        return None;
    }
    Some(path.canonicalize().unwrap())
}

#[test]
fn the_supernova_challenge_is_read_whole() {
    let Some(archive) = data("snpcc/snpcc_open.tar.xz") else { return };
    let bench = Bench::new();
    let result = bench.run(&format!("convert {} --out objects.parquet --json", archive.display())).json();
    assert_eq!(result["objects"], 14_964);
    assert_eq!((&result["spectroscopic"], &result["photometric"]), (&1_103.into(), &13_861.into()));
    assert_eq!(result["classes"]["Ia"]["spectroscopic"], 559);
    assert_eq!(result["skipped"], 0);
}

#[test]
fn the_lsst_challenge_is_read_whole() {
    let Some(table) = data("plasticc/plasticc_train_lightcurves.csv.xz") else { return };
    let bench = Bench::new();
    let result = bench.run(&format!("convert {} --out objects.parquet --json", table.display())).json();
    assert_eq!((&result["objects"], &result["points"]), (&7_848.into(), &1_421_705.into()));
    assert_eq!(result["classes"].as_object().unwrap().len(), 14);
}

#[test]
fn the_bright_transient_survey_is_read_whole() {
    let Some(folder) = data("ztf_bts") else { return };
    let bench = Bench::new();
    let result = bench.run(&format!("convert {} --out objects.parquet --json", folder.display())).json();
    assert_eq!((&result["objects"], &result["points"]), (&2_289.into(), &44_339.into()));
    assert_eq!(result["classes"]["Ia-91T"]["spectroscopic"], 69);
    assert_eq!(result["skipped"], 0);
}
