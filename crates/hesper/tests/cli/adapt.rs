//! `hesper shift` and `hesper adapt`: from the labels there are to the objects to classify.

use crate::bench::Bench;
use crate::transcript::Transcript;

/// Two classes in two features, without a header; the target is moved, stretched and has another unit.
fn write_domains(bench: &Bench) {
    let row = |n: u32, moved: bool| {
        let class = n % 3 % 2;
        let (a, b) = (f64::from(n * 37 % 101) / 50.0 - 1.0, f64::from(n * 53 % 97) / 48.0 - 1.0);
        let (a, b) = (a + 1.5 * f64::from(class), 0.7 * b - f64::from(class));
        let (a, b) = if moved { (100.0 + 30.0 * a, 2.0 * b + 5.0) } else { (a, b) };
        format!("{a},{b},{}\n", ["round", "flat"][class as usize])
    };
    let table = |rows: std::ops::Range<u32>, moved: bool| rows.map(|n| row(n, moved)).collect::<String>();
    bench.write("source.csv", table(0..240, false));
    bench.write("target.csv", table(300..480, true));
}

const TABLES: &str = "source.csv target.csv --no-header --class-column last";

#[test]
fn a_shift_is_measured_without_classes_of_the_target() {
    let bench = Bench::with_features(400);
    let run = "shift features.parquet features.parquet --positive Ia --param trees=20 --json";
    let result = bench.run(&format!("{run} --out shift")).json();
    assert!(result["two_sample"]["auc"].as_f64().unwrap() > 0.6, "{result}");
    let features = bench.csv("shift/features.csv");
    assert_eq!(features[0][..2], ["feature", "ks"]);
    assert_eq!(features.len() - 1, result["names"].as_array().unwrap().len());
    let page = bench.text("shift/report.html");
    assert!(page.contains("How do the samples differ?") && page.contains("proxy A-distance"));
    assert_eq!(bench.run(run).json()["two_sample"], result["two_sample"]);
}

#[test]
fn the_target_is_classified_and_scored_but_not_looked_at() {
    let bench = Bench::new();
    write_domains(&bench);
    let run = format!("adapt {TABLES} --learner logistic --method standardise --scale none --json");
    let result = bench.run(&format!("{run} --compare source-only,coral --out adapted")).json();
    assert!(result["accuracy"].as_f64().unwrap() > 0.9, "{result}");
    let methods = result["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 3);
    let plain = &methods.iter().find(|entry| entry["method"] == "source-only").unwrap()["scores"];
    assert!(plain["accuracy"]["score"]["estimate"].as_f64().unwrap() < 0.8, "{plain}");
    // Other classes of the target, or none, change nothing but the scores.
    let unknown: String = bench.text("target.csv").replace("round", "flat");
    bench.write("unknown.csv", unknown);
    let other = run.replace("target.csv", "unknown.csv");
    bench.run(&format!("{other} --out blind"));
    assert_eq!(bench.bytes("blind/predictions.csv"), bench.bytes("adapted/predictions.csv"));
    // The model classifies further objects by itself.
    bench.run("predict adapted/model.safetensors target.csv --no-header --class-column last --out again.csv");
    assert_eq!(bench.bytes("again.csv"), bench.bytes("adapted/predictions.csv"));
}

#[test]
fn a_few_labels_are_asked_for_and_the_rest_is_scored() {
    let bench = Bench::new();
    write_domains(&bench);
    for method in ["coral+active", "complexity", "transfer"] {
        let result = bench
            .run(&format!(
                "adapt {TABLES} --learner logistic --method {method} --scale per-domain --labels-budget 20 --family knn \
                 --oracle target.csv --out {method} --json"
            ))
            .json();
        assert_eq!((&result["labels"], &result["scored"]), (&20.into(), &90.into()), "{method}");
        assert!(result["accuracy"].as_f64().unwrap() > 0.85, "{method}: {result}");
        assert_eq!(bench.csv(&format!("{method}/asked.csv")).len(), 21);
    }
    bench.run(&format!(
        "adapt {TABLES} --method complexity --family knn --prior complexity/prior.json --scale per-domain --labels-budget 20 \
         --oracle target.csv --out carried"
    ));
    let labels = ["1,round", "2,flat", "4,round", "8,flat"];
    bench.write("labels.csv", format!("object_id,class\n{}\n", labels.join("\n")));
    let result =
        bench.run(&format!("adapt {TABLES} --method pooled --labels labels.csv --out pooled --json")).json();
    assert_eq!((&result["labels"], &result["scored"]), (&4.into(), &176.into()));
}

#[test]
fn auto_tells_what_it_chose_from() {
    let bench = Bench::new();
    write_domains(&bench);
    let result = bench
        .run(&format!(
            "adapt {TABLES} --learner logistic --scale joint --compare coral,em,standardise,ot-linear --out auto --json"
        ))
        .json();
    assert_eq!(result["candidates"].as_array().unwrap().len(), 5, "{result}");
    assert!(bench.text("auto/report.html").contains("negative transfer"));
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let bench = Bench::new();
    write_domains(&bench);
    bench.write("header.csv", "a,b,class\n1,2,round\n3,x,flat\n");
    bench.write("twice.csv", "a,a,class\n1,2,round\n");
    bench.write("one.csv", "column_1,column_2,class\n1,2,round\n3,4,round\n");
    bench.write("other.csv", "c,class\n1,round\n3,flat\n");
    bench.write("labels.csv", "object_id,class\nnobody,round\n");
    bench.write("strange.csv", "object_id,class\n1,square\n");
    bench.write("prior.json", "{}");
    bench.write("silent.csv", "1,2,\n");
    let mut transcript = Transcript::default();
    let mut refuse = |code: i32, command: &str| {
        transcript.refuse(&bench, code, command);
        assert!(!bench.path("out").exists(), "{command}");
    };
    for (code, rest) in [
        (2, "--method magic"),
        (2, "--method corral"),
        (2, "--score magic"),
        (2, "--method pooled"),
        (2, "--method coral+active --labels labels.csv"),
        (2, "--method pooled --labels labels.csv"),
        (1, "--method pooled --labels strange.csv"),
        (2, "--method pooled --labels-budget 5"),
        (2, "--method pooled --labels-budget 5 --oracle silent.csv"),
        (1, "--method complexity --prior prior.json --labels-budget 9 --oracle target.csv"),
    ] {
        refuse(code, &format!("adapt {TABLES} {rest} --out out"));
    }
    for (code, tables) in [
        (2, "source.csv nothing.csv"),
        (1, "header.csv header.csv"),
        (2, "twice.csv twice.csv"),
        (1, "one.csv one.csv"),
        (2, "other.csv one.csv"),
        (2, "other.csv other.csv --class-column kind"),
        (1, "source.csv target.csv"),
    ] {
        refuse(code, &format!("adapt {tables} --method coral --out out"));
    }
    transcript.check("bad_adaptations");
}
