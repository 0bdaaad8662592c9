//! Features with their errors.

use crate::bench::Bench;
use crate::tables;

#[test]
fn errors_are_told_by_other_noise_or_by_the_fits() {
    let bench = Bench::with_survey(40);
    bench.run("features survey.parquet --set bazin,photoz --errors bootstrap:20 --out drawn.parquet");
    bench.run("features survey.parquet --set bazin,photoz --errors covariance --out told.parquet");
    bench.run("features survey.parquet --set bazin,photoz --out plain.parquet");
    let [drawn, told, plain] =
        ["drawn", "told", "plain"].map(|name| tables::read(&bench, &format!("{name}.parquet")));
    for table in [&drawn, &told] {
        assert_eq!(tables::numbers(table, "photoz"), tables::numbers(&plain, "photoz"));
        let names = tables::columns(table);
        assert_eq!(names.iter().filter(|name| *name == "photoz_err").count(), 1, "{names:?}");
    }
    // The number of points has no error by covariance; t0 has both.
    assert!(told.column_by_name("bazin_n_r_err").is_none());
    let [a, b] = [&drawn, &told].map(|table| tables::numbers(table, "bazin_t0_r_err"));
    let known: Vec<(f64, f64)> =
        a.into_iter().zip(b).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    assert!(known.len() > 10 && known.iter().all(|(a, b)| *a >= 0.0 && *b >= 0.0), "{known:?}");
}

#[test]
fn errors_depend_on_the_seed_and_not_on_threads() {
    let bench = Bench::with_survey(15);
    let run = |rest: &str| {
        bench
            .run(&format!("features survey.parquet --set bazin --errors bootstrap:5 --out f.parquet {rest}"));
        bench.bytes("f.parquet")
    };
    assert_eq!(run("--seed 3"), run("--seed 3 --threads 1"));
    assert_ne!(run("--seed 3"), run("--seed 4"));
    assert_eq!(
        bench.json("f.parquet.run.json")["parameters"]["options"]["uncertainty"]["bootstrap"]["draws"],
        5
    );
}
