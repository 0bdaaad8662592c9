//! Strategies with several learners, side by side.

use hesper_learn::metrics::Interval;
use hesper_report::{BarsWithIntervals, Card, Figure, NamedInterval, Report, bars_with_intervals};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::loop_report::{HEADER, LoopReport, with_interval};

/// The final scores of the loops of several learners.
#[derive(Default)]
pub(crate) struct LoopSummary {
    /// Learner, strategy and the final figure of merit.
    standings: Vec<(String, &'static str, Interval)>,
    /// The rows of the table: learner and the cells of [`HEADER`].
    rows: Vec<Vec<String>>,
    results: Map<String, Value>,
    seconds: Vec<(String, f64)>,
}

impl LoopSummary {
    /// Adds the loop of one learner, which took so many processor seconds.
    pub(crate) fn add(
        &mut self,
        learner: &str,
        report: &LoopReport<'_>,
        seconds: f64,
    ) -> Result<(), Failure> {
        for (strategy, interval) in report.standings()? {
            self.standings.push((learner.to_owned(), strategy, interval));
        }
        for row in report.rows()? {
            self.rows.push(std::iter::once(learner.to_owned()).chain(row).collect());
        }
        self.results.insert(learner.to_owned(), report.result()?);
        self.seconds.push((learner.to_owned(), seconds));
        Ok(())
    }

    /// All pairs, best first.
    fn ranked(&self) -> Vec<&(String, &'static str, Interval)> {
        let mut ranked: Vec<_> = self.standings.iter().collect();
        ranked.sort_by(|a, b| b.2.estimate.total_cmp(&a.2.estimate));
        ranked
    }

    /// The best of each learner, for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec!["best strategy of each learner, by the final figure of merit:".to_owned()];
        let ranked = self.ranked();
        for (learner, seconds) in &self.seconds {
            if let Some((_, strategy, interval)) = ranked.iter().find(|(name, ..)| name == learner) {
                lines.push(format!(
                    "  {learner:<14} {strategy:<20} {:>16}   ({seconds:.0} CPU s)",
                    with_interval(interval)
                ));
            }
        }
        lines
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Value {
        let seconds: Map<String, Value> =
            self.seconds.iter().map(|(learner, seconds)| (learner.clone(), json!(seconds))).collect();
        json!({ "learners": self.results, "learner_cpu_seconds": seconds })
    }

    /// The final figure of merit of all pairs.
    pub(crate) fn figure(&self) -> Figure {
        bars_with_intervals(&BarsWithIntervals {
            title: "Learners and strategies".into(),
            x_label: "final figure of merit, mean over seeds with 95 % interval".into(),
            bars: self
                .ranked()
                .into_iter()
                .map(|(learner, strategy, interval)| bar(format!("{strategy} · {learner}"), interval))
                .collect(),
        })
    }

    /// The page, but for the record of the run.
    pub(crate) fn page(&self, subtitle: &str) -> Report {
        let ranked = self.ranked();
        let best = ranked.first().map_or(String::new(), |(learner, strategy, interval)| {
            format!(
                "**{strategy}** with **{learner}** ends highest: figure of merit {}.",
                with_interval(interval)
            )
        });
        let cards = self.seconds.iter().filter_map(|(learner, seconds)| {
            let (_, strategy, interval) = ranked.iter().find(|(name, ..)| name == learner)?;
            let note = format!("{strategy}; {seconds:.0} CPU s for all strategies and seeds");
            Some(Card::new(format!("best with {learner}"), format!("{:.3}", interval.estimate), note))
        });
        let header = std::iter::once("learner").chain(HEADER);
        let order = |row: &Vec<String>| row.get(5).cloned().unwrap_or_default();
        let mut rows = self.rows.clone();
        rows.sort_by_key(|row| std::cmp::Reverse(order(row)));
        let reports: Vec<String> =
            self.seconds.iter().map(|(learner, _)| format!("- `{learner}/report.html`")).collect();
        Report::new("Which learner, which strategy?", subtitle)
            .summary(format!(
                "{best} The best of many is partly luck: look at the intervals, and at the differences to `random`, which \
                 are paired by seed."
            ))
            .cards(cards)
            .section("After the last query", "")
            .figure(&self.figure(), "All pairs; mean over seeds with 95 % intervals.")
            .table(header, rows)
            .section(
                "Each learner alone",
                format!("Curves, queries and reliability are in\n{}", reports.join("\n")),
            )
    }
}

/// A bar; one seed has no interval.
pub(crate) fn bar(name: String, interval: &Interval) -> NamedInterval {
    let known = |end: f64| if end.is_finite() { end } else { f64::NAN };
    NamedInterval { name, value: interval.estimate, low: known(interval.lower), high: known(interval.upper) }
}
