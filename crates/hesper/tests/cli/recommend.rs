//! `hesper recommend`: the plan of a night.

use std::collections::BTreeSet;

use crate::bench::Bench;
use crate::transcript::Transcript;

/// A night in the middle of the simulated season.
const NIGHT: &str =
    "recommend --photometry survey.parquet --set bazin,photoz --param trees=20 --date 56250 --out plan";

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("{cell:?} is no number"))
}

/// The rows of the plan by column name.
fn plan(bench: &Bench) -> (Vec<Vec<String>>, impl Fn(&str) -> usize) {
    let mut rows = bench.csv("plan/plan.csv");
    let header = rows.remove(0);
    (rows, move |name: &str| header.iter().position(|cell| cell == name).unwrap())
}

#[test]
fn the_plan_fits_the_night() {
    let bench = Bench::with_survey(600);
    let result = bench.run(&format!("{NIGHT} --telescopes resspect-4m,ntt-efosc2 --json")).json();
    let (rows, column) = plan(&bench);
    assert!(rows.len() > 5, "{result}");
    for telescope in ["resspect-4m", "ntt-efosc2"] {
        let mut spans: Vec<(f64, f64)> = rows
            .iter()
            .filter(|row| row[column("telescope")] == telescope)
            .map(|row| {
                let seconds = number(&row[column("exposure")]) + number(&row[column("overhead")]);
                (number(&row[column("start_mjd")]), seconds)
            })
            .collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(spans.iter().map(|span| span.1).sum::<f64>() <= 12.0 * 3600.0);
        // One after the other; exposures are shown as whole seconds, rounded up.
        for pair in spans.windows(2) {
            assert!(pair[0].0 + (pair[0].1 - 1.0) / 86_400.0 <= pair[1].0 + 1e-5, "{pair:?}");
        }
        assert!(spans.iter().all(|span| (56_249.9..56_250.6).contains(&span.0)), "{spans:?}");
    }
    let objects: BTreeSet<&String> = rows.iter().map(|row| &row[column("object_id")]).collect();
    assert_eq!(objects.len(), rows.len(), "no object twice");
    assert_eq!(result["targets"].as_u64().unwrap() as usize, rows.len());
    let written = bench.json("plan/plan.json");
    assert_eq!(written["plan"].as_array().unwrap().len(), rows.len());
    assert_eq!(written["plan"][0]["object_id"], rows[0][column("object_id")].as_str());
    let request = bench.json("plan/askforspectrum.json");
    assert_eq!(request["requester"], "hesper");
    let priorities: Vec<i64> =
        request["priorities"].as_array().unwrap().iter().map(|priority| priority.as_i64().unwrap()).collect();
    assert_eq!(priorities.len(), rows.len());
    assert!(
        priorities[0] == 5
            && priorities.is_sorted_by(|a, b| a >= b)
            && priorities.iter().all(|p| (1..=5).contains(p))
    );
    assert!(bench.text("plan/figures/timeline.svg").starts_with("<svg"));
    let page = bench.text("plan/plan.html");
    for row in &rows {
        assert!(page.contains(&row[column("object_id")]));
    }
    // Everyone who could be taken is listed, and the planned say where.
    let candidates = bench.csv("plan/candidates.csv");
    assert_eq!(candidates.len() - 1, result["candidates"].as_u64().unwrap() as usize);
    assert_eq!(candidates[1..].iter().filter(|row| !row.last().unwrap().is_empty()).count(), rows.len());
}

#[test]
fn what_was_seen_after_the_date_changes_nothing() {
    let bench = Bench::with_survey(300);
    bench.run(&format!("{NIGHT} --telescopes resspect-4m"));
    let (mut objects, _) =
        hesper_photometry::read_all(&bench.path("survey.parquet"), &Default::default()).unwrap();
    let points =
        |objects: &[hesper_photometry::Object]| objects.iter().map(|o| o.lightcurve.len()).sum::<usize>();
    let all = points(&objects);
    for object in &mut objects {
        object.lightcurve = object.lightcurve.before(56_250.0);
    }
    assert!(points(&objects) < all);
    let mut writer = hesper_photometry::ObjectWriter::create(&bench.path("young.parquet")).unwrap();
    objects.iter().for_each(|object| writer.write(object).unwrap());
    writer.finish().unwrap();
    let young = NIGHT.replace("survey.parquet", "young.parquet").replace("--out plan", "--out young");
    bench.run(&format!("{young} --telescopes resspect-4m"));
    for name in ["plan.csv", "candidates.csv"] {
        assert!(bench.bytes(&format!("plan/{name}")) == bench.bytes(&format!("young/{name}")), "{name}");
    }
}

#[test]
fn a_night_without_targets_is_an_empty_plan() {
    let bench = Bench::with_survey(300);
    // A telescope in the far north in June has no night; one of the north sees nothing of the southern fields.
    bench.write(
        "north.toml",
        "[[telescope]]\nname = \"north\"\ndiameter = 4.0\nsite = { longitude = 20.0, latitude = 78.0, height = 100 }\n\
         limits = { airmass = 1.2 }\n",
    );
    let outcome = bench.run(&format!("{NIGHT} --telescopes north.toml"));
    assert!(outcome.stdout.contains("nothing is planned"), "{}", outcome.stdout);
    assert_eq!(bench.csv("plan/plan.csv").len(), 1);
    assert_eq!(bench.json("plan/plan.json")["plan"].as_array().unwrap().len(), 0);
    assert_eq!(bench.json("plan/askforspectrum.json")["objectids"].as_array().unwrap().len(), 0);
    assert!(bench.text("plan/plan.html").contains("nothing is planned"));
    assert!(!bench.path("plan/figures/timeline.svg").exists());
    // A year later everything has faded.
    let outcome = bench.run(&format!("{} --telescopes resspect-4m", NIGHT.replace("56250", "56700")));
    assert!(outcome.stdout.contains("no object without a label was detected lately"), "{}", outcome.stdout);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let bench = Bench::with_survey(60);
    bench.write("no_column.csv", "object,class\nS000001,Ia\n");
    bench.write("empty.csv", "object_id,class\nS000001,Ia\nS000002,\n");
    bench.write("twice.csv", "object_id,class\nS000001,Ia\nS000001,II\n");
    bench.write("one_class.csv", "object_id,class\nS000001,Ia\n");
    let mut transcript = Transcript::default();
    for (code, more) in [
        (2, "--telescopes resspect-4m --labels nowhere.csv"),
        (2, "--telescopes resspect-4m --labels no_column.csv"),
        (1, "--telescopes resspect-4m --labels empty.csv"),
        (1, "--telescopes resspect-4m --labels twice.csv"),
        (2, "--telescopes resspect-4m --labels one_class.csv"),
        (2, "--telescopes resspect-4m,resspect-4m"),
        (2, "--telescopes hubble"),
        (2, "--telescopes nowhere.toml"),
        (2, "--telescopes resspect-4m --strategy uncertainty@best"),
        (2, ""),
    ] {
        transcript.refuse(&bench, code, &format!("{NIGHT} {more}"));
    }
    transcript.refuse(&bench, 2, &format!("{} --telescopes resspect-4m", NIGHT.replace("56250", "tonight")));
    transcript.check("bad_recommendations");
}
