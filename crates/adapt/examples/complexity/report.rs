//! The table of all arms.

use hesper_learn::metrics;

use super::Outcome;

/// All seeds of an arm.
pub(super) struct Runs {
    pub(super) name: String,
    pub(super) runs: Vec<Run>,
}

/// One seed of an arm.
pub(super) struct Run {
    pub(super) accuracy: f64,
    pub(super) balanced: f64,
    pub(super) fits: usize,
    pub(super) vacuous: Option<f64>,
    pub(super) seconds: f64,
}

/// A line of the table.
pub(super) struct Row {
    family: String,
    arm: String,
    accuracy: metrics::Interval,
    balanced: metrics::Interval,
    /// Against the full grid, seed by seed: accuracy, balanced accuracy, and how many times more models the grid fits.
    paired: Option<(metrics::Interval, metrics::Interval, f64)>,
    fits: f64,
    vacuous: Option<f64>,
    seconds: f64,
    runs: Vec<[f64; 4]>,
}

impl Row {
    pub(super) fn new(family: &str, runs: &Runs, grid: Option<&Runs>) -> Outcome<Self> {
        let interval = |of: &dyn Fn(usize) -> f64| {
            metrics::mean_interval(&(0..runs.runs.len()).map(of).collect::<Vec<_>>(), 0.95)
        };
        let fits =
            |runs: &Runs| runs.runs.iter().map(|run| run.fits as f64).sum::<f64>() / runs.runs.len() as f64;
        let own = &runs.runs;
        let paired = match grid {
            None => None,
            Some(grid) => Some((
                interval(&|at| own[at].accuracy - grid.runs[at].accuracy)?,
                interval(&|at| own[at].balanced - grid.runs[at].balanced)?,
                fits(grid) / fits(runs),
            )),
        };
        let mut seconds: Vec<f64> = own.iter().map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        Ok(Self {
            family: family.to_owned(),
            arm: runs.name.clone(),
            accuracy: interval(&|at| own[at].accuracy)?,
            balanced: interval(&|at| own[at].balanced)?,
            paired,
            fits: fits(runs),
            vacuous: own.iter().map(|run| run.vacuous).sum::<Option<f64>>().map(|sum| sum / own.len() as f64),
            seconds: seconds[seconds.len() / 2],
            runs: own.iter().map(|run| [run.accuracy, run.balanced, run.fits as f64, run.seconds]).collect(),
        })
    }
}

fn half(interval: &metrics::Interval) -> f64 {
    interval.upper - interval.estimate
}

pub(super) fn markdown(rows: &[Row]) -> String {
    let mut text = "| family | arm | accuracy | balanced | accuracy − grid | balanced − grid | fits | grid's fits / these | bounds ≥ 1 | CPU ms |\n\
                    |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let plain = |value: &metrics::Interval| format!("{:.3} ± {:.3}", value.estimate, half(value));
        let signed = |value: &metrics::Interval| format!("{:+.3} ± {:.3}", value.estimate, half(value));
        let paired = match &row.paired {
            Some((accuracy, balanced, ratio)) => [signed(accuracy), signed(balanced), format!("{ratio:.1}")],
            None => [const { String::new() }; 3],
        };
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {:.0} | {} | {} | {:.1} |\n",
            row.family,
            row.arm,
            plain(&row.accuracy),
            plain(&row.balanced),
            paired[0],
            paired[1],
            row.fits,
            paired[2],
            row.vacuous.map_or(String::new(), |share| format!("{:.0} %", 100.0 * share)),
            1e3 * row.seconds
        );
    }
    text
}

pub(super) fn csv(rows: &[Row]) -> String {
    let mut text = "family,arm,accuracy,accuracy_half,balanced,balanced_half,accuracy_less_grid,accuracy_less_grid_half,\
                    balanced_less_grid,balanced_less_grid_half,fits,fit_ratio,bounds_vacuous,cpu_seconds\n"
        .to_owned();
    for row in rows {
        let paired = row.paired.as_ref().map_or(vec![String::new(); 5], |(accuracy, balanced, ratio)| {
            [accuracy.estimate, half(accuracy), balanced.estimate, half(balanced), *ratio]
                .map(|value| format!("{value:.5}"))
                .to_vec()
        });
        text += &format!(
            "{},\"{}\",{:.5},{:.5},{:.5},{:.5},{},{:.2},{},{},{:.5}\n",
            row.family,
            row.arm,
            row.accuracy.estimate,
            half(&row.accuracy),
            row.balanced.estimate,
            half(&row.balanced),
            paired[..4].join(","),
            row.fits,
            paired[4],
            row.vacuous.map_or(String::new(), |share| format!("{share:.4}")),
            row.seconds
        );
    }
    text
}

pub(super) fn seeds_csv(rows: &[Row]) -> String {
    let mut text = "family,arm,seed,accuracy,balanced,fits,cpu_seconds\n".to_owned();
    for row in rows {
        for (seed, [accuracy, balanced, fits, seconds]) in row.runs.iter().enumerate() {
            text += &format!(
                "{},\"{}\",{seed},{accuracy:.5},{balanced:.5},{fits},{seconds:.5}\n",
                row.family, row.arm
            );
        }
    }
    text
}
