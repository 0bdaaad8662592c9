//! What a model relies on, found by shuffling held-out objects.

use crate::bench::Bench;
use crate::tables;

#[test]
fn features_that_matter_are_found_and_noise_is_not() {
    let bench = Bench::with_survey(200);
    bench.run("features survey.parquet --set colour,photoz --out colours.parquet");
    tables::add_column(&bench, "colours.parquet", "more.parquet", "nothing", 7.0);
    let command =
        "train more.parquet --sample all --positive Ia --param trees=20 --cross-validate 3 --importances";
    let result = bench.run(&format!("{command} --out m.safetensors --json")).json();
    let rows = bench.csv("m.safetensors.importances.csv");
    assert_eq!(rows[0], ["kind", "name", "columns", "rise", "low", "high"]);
    let of = |kind: &str, name: &str| -> Vec<f64> {
        let row = rows.iter().find(|row| row[0] == kind && row[1] == name);
        let row = row.unwrap_or_else(|| panic!("{kind} {name}: {rows:?}"));
        row[2..].iter().map(|value| value.parse().unwrap()).collect()
    };
    let colour = of("feature", "colour");
    assert_eq!(colour[0], 12.0);
    assert!(0.01 < colour[2] && colour[2] < colour[1] && colour[1] < colour[3], "{colour:?}");
    assert_eq!(of("feature", "nothing"), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(of("column", "nothing"), [1.0, 0.0, 0.0, 0.0]);
    // Each of the colours has others that stand in for it.
    assert!(of("column", "colour_p0_g-r")[1] < colour[1]);
    let rises: Vec<f64> =
        rows.iter().filter(|row| row[0] == "column").map(|row| row[3].parse().unwrap()).collect();
    assert_eq!(rises.len(), 15);
    assert!(rises.is_sorted_by(|a, b| a >= b), "{rises:?}");
    let told = &result["cross_validation"]["importances"]["colour"];
    assert_eq!(told["estimate"].as_f64().unwrap(), colour[1]);
    let page = bench.text("m.safetensors.report.html");
    assert!(page.contains("What the model relies on") && page.contains("rise of the Brier score"));
    // On one thread the same.
    bench.run(&format!("{command} --threads 1 --out one.safetensors"));
    assert_eq!(bench.bytes("m.safetensors.importances.csv"), bench.bytes("one.safetensors.importances.csv"));
}
