//! What a comparison found, as lines, a table, figures and a page.

use std::path::Path;

use hesper_learn::metrics::{self, Interval};
use hesper_learn::{Better, Standing};
use hesper_report::{
    BarsWithIntervals, Card, Confusion, Figure, NamedInterval, Report, bars_with_intervals, confusion,
};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::commands::compare::{Comparison, Entry};
use crate::judging::Metric;
use crate::session::{write_figure, write_file};

/// Tells of a comparison.
pub(crate) struct CompareReport<'a> {
    comparison: &'a Comparison,
    subtitle: String,
    /// The entries, best first by the deciding metric.
    order: Vec<usize>,
}

impl<'a> CompareReport<'a> {
    pub(crate) fn new(comparison: &'a Comparison, subtitle: String) -> Self {
        let (_, standings) = comparison.decisive();
        let mut order: Vec<usize> = (0..comparison.entries.len()).collect();
        order.sort_by(|&a, &b| {
            standings[a].deficit.estimate.total_cmp(&standings[b].deficit.estimate).then(a.cmp(&b))
        });
        Self { comparison, subtitle, order }
    }

    fn name(&self, entry: &Entry) -> String {
        let only = self.comparison.entries.iter().all(|other| other.features == entry.features);
        if only { entry.learner.clone() } else { format!("{} · {}", entry.learner, entry.features) }
    }

    /// The leaderboard for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let comparison = self.comparison;
        let (metric, standings) = comparison.decisive();
        let names: Vec<String> = comparison.entries.iter().map(|entry| self.name(entry)).collect();
        let wide = names.iter().map(|name| name.chars().count()).chain([8]).max().unwrap_or(8);
        let mut lines = vec![
            format!(
                "{} objects, {} classes, {} folds; best first by {}, with 95 % intervals over objects; * not significantly \
                 worse than the best",
                comparison.labels.len(),
                comparison.classes.len(),
                comparison.folds,
                metric.title()
            ),
            format!(
                "    {:<wide$}  {:>22}  {:>18}  {:>10}  {:>10}",
                "learner",
                metric.title(),
                comparison.standings.get(1).map_or("", |(metric, _)| metric.title()),
                "fit",
                "predict"
            ),
        ];
        for &place in &self.order {
            let entry = &comparison.entries[place];
            let second = comparison
                .standings
                .get(1)
                .map_or(String::new(), |(_, standings)| format!("{:.4}", standings[place].score.estimate));
            lines.push(format!(
                "  {} {:<wide$}  {:>22}  {second:>18}  {:>8.2} s  {:>8.2} s",
                if standings[place].among_best { "*" } else { " " },
                names[place],
                written(&standings[place].score),
                entry.fit_seconds,
                entry.predict_seconds,
            ));
        }
        lines
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Value {
        let comparison = self.comparison;
        let (metric, _) = comparison.decisive();
        let entries: Vec<Value> = self
            .order
            .iter()
            .map(|&place| {
                let entry = &comparison.entries[place];
                let mut scores = Map::new();
                for (metric, standings) in &comparison.standings {
                    scores.insert(metric.key().to_owned(), json!(standings[place]));
                }
                json!({
                    "learner": entry.learner,
                    "features": entry.features,
                    "columns": entry.columns,
                    "scores": scores,
                    "fit_seconds": entry.fit_seconds,
                    "predict_seconds": entry.predict_seconds,
                })
            })
            .collect();
        json!({
            "objects": comparison.labels.len(),
            "classes": comparison.classes,
            "folds": comparison.folds,
            "metric": metric.key(),
            "warnings": comparison.warnings,
            "entries": entries,
        })
    }

    /// Writes compare.csv and the figures.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Failure> {
        write_file(&out.join("compare.csv"), self.csv()?)?;
        self.figures().iter().try_for_each(|(metric, figure)| write_figure(figure, metric.key(), out))
    }

    fn csv(&self) -> Result<Vec<u8>, Failure> {
        let comparison = self.comparison;
        let failed = |error: &dyn std::fmt::Display| Failure::work(format!("compare.csv: {error}"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut header: Vec<String> =
            ["learner", "features", "columns"].map(str::to_owned).into_iter().collect();
        for (metric, _) in &comparison.standings {
            let endings = ["", "_low", "_high", "_deficit", "_p_value"];
            header.extend(endings.map(|ending| format!("{}{ending}", metric.key())));
        }
        header.extend(["among_best", "fit_seconds", "predict_seconds"].map(str::to_owned));
        writer.write_record(&header).map_err(|error| failed(&error))?;
        let (_, decisive) = comparison.decisive();
        for &place in &self.order {
            let entry = &comparison.entries[place];
            let mut record = vec![entry.learner.clone(), entry.features.clone(), entry.columns.to_string()];
            for (_, standings) in &comparison.standings {
                let Standing { score, deficit, p_value, .. } = &standings[place];
                let values = [score.estimate, score.lower, score.upper, deficit.estimate, *p_value];
                record.extend(values.map(|value| value.to_string()));
            }
            record.push(decisive[place].among_best.to_string());
            record.extend([entry.fit_seconds, entry.predict_seconds].map(|seconds| format!("{seconds:.3}")));
            writer.write_record(&record).map_err(|error| failed(&error))?;
        }
        writer.into_inner().map_err(|error| failed(&error))
    }

    /// A figure for each metric.
    fn figures(&self) -> Vec<(Metric, Figure)> {
        let figure = |metric: Metric, standings: &[Standing]| {
            let bars = self.order.iter().map(|&place| {
                let score = standings[place].score;
                let name = self.name(&self.comparison.entries[place]);
                let mark = if standings[place].among_best { " *" } else { "" };
                NamedInterval {
                    name: format!("{name}{mark}"),
                    value: score.estimate,
                    low: score.lower,
                    high: score.upper,
                }
            });
            bars_with_intervals(&BarsWithIntervals {
                title: metric.title().to_owned(),
                x_label: format!("{}; * not significantly worse than the best", metric.title()),
                bars: bars.collect(),
            })
        };
        let standings = &self.comparison.standings;
        standings.iter().map(|(metric, standings)| (*metric, figure(*metric, standings))).collect()
    }

    /// The page.
    pub(crate) fn page(&self) -> Report {
        let comparison = self.comparison;
        let (metric, standings) = comparison.decisive();
        let best = &comparison.entries[self.order[0]];
        let equals: Vec<String> = self.order[1..]
            .iter()
            .filter(|&&place| standings[place].among_best)
            .map(|&place| format!("**{}**", self.name(&comparison.entries[place])))
            .collect();
        let equals = if equals.is_empty() {
            "All others are significantly worse.".to_owned()
        } else {
            format!("Not significantly worse: {}.", equals.join(", "))
        };
        let cards = comparison.standings.iter().map(|(metric, standings)| {
            let score = standings[self.order[0]].score;
            let note = format!("{:.3} to {:.3}", score.lower, score.upper);
            Card::new(metric.title(), format!("{:.3}", score.estimate), note)
        });
        let (_, others) = comparison.standings.split_at(1);
        let mut header = vec!["learner", "features", "columns", metric.title(), "worse by", "p"];
        header.extend(others.iter().map(|(metric, _)| metric.title()));
        header.extend(["fit s", "predict s"]);
        let rows = self.order.iter().map(|&place| {
            let entry = &comparison.entries[place];
            let standing = &standings[place];
            let first = place == self.order[0];
            let or_dash = |text: String| if first { "–".to_owned() } else { text };
            let mut row = vec![
                entry.learner.clone(),
                entry.features.clone(),
                entry.columns.to_string(),
                written(&standing.score),
                or_dash(written(&standing.deficit)),
                or_dash(p_value(standing.p_value)),
            ];
            row.extend(others.iter().map(|(_, standings)| format!("{:.4}", standings[place].score.estimate)));
            row.extend([entry.fit_seconds, entry.predict_seconds].map(|seconds| format!("{seconds:.2}")));
            row
        });
        let mut report = Report::new("Which learner, which features?", &self.subtitle)
            .summary(format!(
                "**{}** is best by {}: {}. {equals}\n\n{} objects of {} classes; each was predicted by models that did not \
                 learn from it, in {} folds that are the same for all.",
                self.name(best),
                metric.title(),
                written(&standings[self.order[0]].score),
                comparison.labels.len(),
                comparison.classes.len(),
                comparison.folds
            ))
            .cards(cards)
            .warnings(comparison.warnings.iter().map(ToString::to_string))
            .section(
                "Leaderboard",
                "Brackets hold 95 % intervals of the bootstrap over objects. **worse by** is the paired difference to the \
                 best, on the same bootstrap samples; **p** tells how likely it is by chance, adjusted for the number of \
                 comparisons (Holm). The intervals tell of other objects of the same kind, not of another training \
                 sample. Times are processor seconds over all folds.",
            )
            .table(header, rows);
        report = report.section("Figures", "");
        for (metric, figure) in self.figures() {
            report = report
                .figure(&figure, if metric.better() == Better::Lower { "Lower is better." } else { "" });
        }
        let predicted = metrics::most_probable(&best.probabilities);
        if let Ok(counts) = metrics::Confusion::new(&comparison.labels, &predicted, comparison.classes.len())
        {
            let counts = counts.rows().map(|row| row.iter().map(|n| *n as f64).collect());
            report = report.section("What the best takes for what", "").figure(
                &confusion(&Confusion {
                    title: format!("Confusion of {}", self.name(best)),
                    classes: comparison.classes.clone(),
                    counts: counts.collect(),
                }),
                "Rows are true classes, columns what they are taken for; shares of each true class.",
            );
        }
        report
    }
}

impl Comparison {
    /// The deciding metric with its standings.
    fn decisive(&self) -> (Metric, &[Standing]) {
        let (metric, standings) = &self.standings[0];
        (*metric, standings)
    }
}

fn written(interval: &Interval) -> String {
    format!("{:.4} [{:.4}, {:.4}]", interval.estimate, interval.lower, interval.upper)
}

fn p_value(value: f64) -> String {
    if value < 0.001 { "<0.001".to_owned() } else { format!("{value:.3}") }
}
