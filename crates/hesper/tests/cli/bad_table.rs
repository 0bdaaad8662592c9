//! Tables of features and models that cannot be used.

use crate::bench::Bench;
use crate::tables::{add_column, drop_columns};
use crate::transcript::Transcript;

#[test]
fn bad_tables_are_told_by_column() {
    let bench = Bench::with_features(60);
    bench.write("nothing.parquet", "");
    bench.write("text.parquet", "object_id,bazin_rise_g\n");
    drop_columns(&bench, "features.parquet", "no-class.parquet", &["class"]);
    drop_columns(&bench, "features.parquet", "no-sample.parquet", &["sample"]);
    drop_columns(&bench, "features.parquet", "no-name.parquet", &["object_id"]);
    add_column(&bench, "features.parquet", "infinite.parquet", "ratio", f64::INFINITY);
    let mut transcript = Transcript::default();
    for (code, command) in [
        (1, "train nothing.parquet --out out/model"),
        (1, "train text.parquet --out out/model"),
        (2, "train nowhere.parquet --out out/model"),
        // A table of objects, not of features.
        (1, "train survey.parquet --out out/model"),
        (1, "train no-class.parquet --out out/model"),
        (2, "train no-class.parquet --positive Ia --out out/model"),
        (1, "train no-name.parquet --out out/model"),
        (1, "train infinite.parquet --out out/model"),
        (2, "loop no-class.parquet --out out"),
        (1, "loop no-sample.parquet --out out"),
    ] {
        transcript.refuse(&bench, code, command);
    }
    transcript.check("bad_tables");
}

#[test]
fn bad_models_and_missing_columns_are_told() {
    let bench = Bench::with_features(120);
    bench.run("train features.parquet --param trees=5 --sample all --out model.safetensors");
    let model = bench.bytes("model.safetensors");
    bench.write("nothing.safetensors", "");
    bench.write("text.safetensors", "a model, perhaps, but not one of numbers");
    bench.write("cut.safetensors", &model[..model.len() / 2]);
    let mut changed = model.clone();
    *changed.last_mut().unwrap() ^= 1;
    bench.write("changed.safetensors", changed);
    drop_columns(&bench, "features.parquet", "few.parquet", &["bazin_rise_g", "photoz"]);
    let mut transcript = Transcript::default();
    for name in ["nothing", "text", "cut", "changed"] {
        let command = format!("predict {name}.safetensors features.parquet --out out/predictions.csv");
        transcript.refuse(&bench, 1, &command);
    }
    for (code, command) in [
        (2, "predict nowhere.safetensors features.parquet --out out/predictions.csv"),
        (2, "predict model.safetensors nowhere.parquet --out out/predictions.csv"),
        (1, "predict model.safetensors few.parquet --out out/predictions.csv"),
        (2, "predict model.safetensors features.parquet --out out/predictions.txt"),
    ] {
        transcript.refuse(&bench, code, command);
    }
    transcript.check("bad_models");
}
