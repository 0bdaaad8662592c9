//! Parameters are searched for, and honestly judged.

use crate::bench::Bench;

#[test]
fn what_is_chosen_is_told_recorded_and_searched_anew_in_each_fold() {
    let bench = Bench::with_features(150);
    let command = "train features.parquet --sample all --positive Ia --learner naive-bayes --search 6 --cross-validate 3";
    let result = bench.run(&format!("{command} --out m.safetensors --json")).json();
    let of = |value: &serde_json::Value| value["var_smoothing"].as_f64().unwrap();
    let chosen = of(&result["chosen"]["searched"]);
    assert!((1e-9..=1.0).contains(&chosen), "{chosen}");
    assert_eq!(result["chosen"]["candidates"], 6);
    let of_folds: Vec<f64> =
        result["cross_validation"]["chosen"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(of_folds.len(), 3);
    assert_eq!(bench.json("m.safetensors.run.json")["metrics"]["chosen"], result["chosen"]);
    let page = bench.text("m.safetensors.report.html");
    assert!(page.contains("What the search chose") && page.contains("fold 3"));
    // The same parameters, set by hand, make the same predictions.
    bench.run(&format!(
        "train features.parquet --sample all --positive Ia --learner naive-bayes --param var_smoothing={chosen:e} \
         --out set.safetensors"
    ));
    bench.run("predict m.safetensors features.parquet --out m.csv");
    bench.run("predict set.safetensors features.parquet --out set.csv");
    assert_eq!(bench.bytes("m.csv"), bench.bytes("set.csv"));
    bench.run(&format!("{command} --threads 1 --out one.safetensors"));
    assert_eq!(bench.bytes("m.safetensors"), bench.bytes("one.safetensors"));
    let told = bench.run(&format!("{command} --out m.safetensors")).stdout;
    assert!(told.contains("naive-bayes, of 6 choices of its parameters, learned 2 classes"), "{told}");
    assert!(told.contains("chosen by the search: var_smoothing="), "{told}");
}

#[test]
fn what_is_set_is_not_searched_for() {
    let bench = Bench::with_features(100);
    let result = bench
        .run(
            "train features.parquet --sample all --positive Ia --param min_samples_leaf=3 --param trees=5 --search 3 \
             --out m.safetensors --json",
        )
        .json();
    assert!(result["chosen"]["searched"].get("min_samples_leaf").is_none(), "{result}");
    let params = &result["chosen"]["params"];
    assert_eq!((&params["min_samples_leaf"], &params["trees"]), (&3.into(), &5.into()));
}

#[test]
fn learners_are_compared_with_their_best_parameters() {
    let bench = Bench::with_features(100);
    bench.run("compare features.parquet --sample all --positive Ia --learners logistic,naive-bayes --folds 3 --search 3 --out c");
    bench.run("compare features.parquet --sample all --positive Ia --learners logistic,naive-bayes --folds 3 --out d");
    let scores = |out: &str| bench.csv(&format!("{out}/compare.csv"))[1][3].clone();
    assert_ne!(scores("c"), scores("d"));
}
