//! What adaptation found, as lines, tables, figures and a page.

use std::path::Path;

use hesper_adapt::maps::plane;
use hesper_adapt::select::Standing;
use hesper_learn::{Better, DenseNetwork, Matrix, metrics};
use hesper_report::{
    BarsWithIntervals, Card, ClassDistribution, ClassGroup, Confusion, Figure, NamedInterval, PointSet,
    RedshiftMagnitude, Report, bars_with_intervals, class_distribution, confusion, redshift_magnitude,
};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::adapting::{Entry, Scores};
use crate::adapting_labels::Asked;
use crate::commands::shift::ScaleName;
use crate::domains::Domains;
use crate::judging::Metric;
use crate::session::{csv, write_figure, write_file};

/// Tells of an adaptation. The first entry is the one that was asked for.
pub(crate) struct AdaptPage<'a> {
    pub(crate) entries: &'a [Entry],
    /// Methods that could not be fitted, with the reason.
    pub(crate) failed: &'a [String],
    pub(crate) scores: Option<&'a Scores>,
    /// What the choice was made from, if there was one, the best first.
    pub(crate) board: &'a [Standing],
    /// What was asked for, if labels of the target were looked at.
    pub(crate) asked: Option<&'a Asked>,
    pub(crate) domains: &'a Domains,
    pub(crate) scale: ScaleName,
    pub(crate) learner: String,
    pub(crate) subtitle: String,
}

/// More classes than this are drawn as one set of points.
const CLASSES: usize = 6;
/// A class with more than this share of the source is missed where it is never given.
const NOT_RARE: f64 = 0.05;
/// So many features are drawn.
const SHOWN: usize = 15;

impl AdaptPage<'_> {
    fn first(&self) -> &Entry {
        &self.entries[0]
    }

    /// The metric by which methods are ranked.
    fn decisive(&self) -> Metric {
        let has = |metric| self.scores.is_some_and(|scores| scores.of(metric, 0).is_some());
        if has(Metric::Fom) { Metric::Fom } else { Metric::BalancedAccuracy }
    }

    /// The metrics there are.
    fn metrics(&self) -> Vec<Metric> {
        self.scores
            .map(|scores| scores.standings.iter().map(|(metric, _)| *metric).collect())
            .unwrap_or_default()
    }

    /// The entries, best first where they were scored.
    fn order(&self) -> Vec<usize> {
        let order = self.scores.map(|scores| scores.order(self.decisive())).unwrap_or_default();
        if order.is_empty() { (0..self.entries.len()).collect() } else { order }
    }

    fn estimate(&self, metric: Metric, entry: usize) -> Option<f64> {
        Some(self.scores?.of(metric, entry)?.score.estimate)
    }

    fn score(&self, metric: Metric, entry: usize) -> Option<String> {
        let score = &self.scores?.of(metric, entry)?.score;
        Some(format!("{:.3} [{:.3}, {:.3}]", score.estimate, score.lower, score.upper))
    }

    /// What was adapted, in a sentence.
    fn told(&self) -> String {
        let first = self.first();
        let effective = first.adapted.effective_size.map(|size| format!(", effectively {size:.0}"));
        let method = first.adapted.method.name;
        // Networks of the method's own have no use for another learner.
        let who = match first.adapted.learner {
            Some(DenseNetwork::LEARNER) => method.to_owned(),
            _ => format!("{} and {method}", self.learner),
        };
        format!(
            "{who} learned from {} objects{} for {} of the target, on {} features scaled by {}",
            self.domains.x.rows(),
            effective.unwrap_or_default(),
            self.domains.t.rows(),
            self.domains.source.columns(),
            match self.scale {
                ScaleName::None => "nobody",
                ScaleName::Source => "the source",
                ScaleName::Joint => "both domains together",
                ScaleName::PerDomain => "each domain's own values",
            }
        )
    }

    /// What should be known of the first method: what it says itself, and classes that it never gives.
    fn warnings(&self) -> Vec<String> {
        let mut counts = vec![0; self.domains.classes.len()];
        for class in metrics::most_probable(&self.first().probabilities) {
            counts[class as usize] += 1;
        }
        let lost = (0..counts.len()).filter_map(|class| {
            let own = self.domains.y.iter().filter(|known| **known as usize == class).count() as f64;
            let share = own / self.domains.y.len() as f64;
            (counts[class] == 0 && share > NOT_RARE).then(|| {
                format!(
                    "no object of the target is taken for {}, which is {:.0} % of the source: {} may have failed",
                    self.domains.classes[class],
                    100.0 * share,
                    self.first().adapted.method.name
                )
            })
        });
        self.first().adapted.warnings.iter().cloned().chain(lost).collect()
    }

    /// What it tells a person on the terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.told()];
        lines.extend(self.warnings().iter().map(|warning| format!("  warning: {warning}")));
        if let Some(asked) = self.asked {
            let chosen =
                asked.chosen.as_ref().map(|chosen| format!("; chosen: {chosen}")).unwrap_or_default();
            let fits = if asked.fits > 0 {
                format!(", {} models fitted to them", asked.fits)
            } else {
                String::new()
            };
            lines.push(format!("{} classes of the target looked at{fits}{chosen}", asked.asked.len()));
        }
        if let Some(scores) = self.scores {
            lines.push(format!(
                "scored on {} objects of the target whose classes are known, but were not looked at before",
                scores.truth.len()
            ));
        }
        let metrics = self.metrics();
        if self.entries.len() == 1 {
            let of = |metric: &Metric| {
                self.score(*metric, 0).map(|score| format!("  {:<18} {score}", metric.title()))
            };
            lines.extend(metrics.iter().filter_map(of));
        } else {
            let wide = self.entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0).max(8);
            let shown: Vec<Metric> =
                metrics.into_iter().filter(|metric| metric.better() == Better::Higher).collect();
            let header: Vec<String> = shown.iter().map(|metric| format!("{:>22}", metric.title())).collect();
            lines.push(format!("  {:<wide$} {} {:>10}", "method", header.join(" "), "fit"));
            for place in self.order() {
                let entry = &self.entries[place];
                let cells: Vec<String> = shown
                    .iter()
                    .map(|metric| format!("{:>22}", self.score(*metric, place).unwrap_or_default()))
                    .collect();
                lines.push(format!("  {:<wide$} {} {:>8.2} s", entry.name, cells.join(" "), entry.seconds));
            }
        }
        lines.extend(self.failed.iter().map(|reason| format!("  left out: {reason}")));
        lines
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Value {
        let entries: Vec<Value> = (0..self.entries.len())
            .map(|place| {
                let entry = &self.entries[place];
                let scores = self.metrics().into_iter().filter_map(|metric| {
                    let standing = self.scores?.of(metric, place)?;
                    Some((metric.key().to_owned(), json!(standing)))
                });
                json!({
                    "method": entry.name,
                    "effective_size": entry.adapted.effective_size,
                    "warnings": entry.adapted.warnings,
                    "cpu_seconds": entry.seconds,
                    "scores": scores.collect::<Map<String, Value>>(),
                })
            })
            .collect();
        json!({
            "method": self.first().adapted.method.name,
            "scale": self.scale,
            "learner": self.learner,
            "source": self.domains.x.rows(),
            "target": self.domains.t.rows(),
            "features": self.domains.source.columns(),
            "classes": self.domains.classes,
            "labels": self.asked.map_or(0, |asked| asked.asked.len()),
            "fits": self.asked.map(|asked| asked.fits),
            "chosen": self.asked.and_then(|asked| asked.chosen.clone()),
            "scored": self.scores.map_or(0, |scores| scores.truth.len()),
            "accuracy": self.estimate(Metric::Accuracy, 0),
            "balanced_accuracy": self.estimate(Metric::BalancedAccuracy, 0),
            "methods": entries,
            "failed": self.failed,
            "candidates": self.board,
            "warnings": self.domains.warnings,
        })
    }

    /// Writes methods.csv and the figures.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Failure> {
        let metrics = self.metrics();
        let mut header: Vec<String> = ["method", "cpu_seconds", "effective_size"].map(str::to_owned).to_vec();
        for metric in &metrics {
            header.extend(["", "_low", "_high"].map(|ending| format!("{}{ending}", metric.key())));
        }
        let rows = self.order().into_iter().map(|place| {
            let entry = &self.entries[place];
            let size = entry.adapted.effective_size.map(|size| size.to_string()).unwrap_or_default();
            let mut row = vec![entry.name.clone(), format!("{:.3}", entry.seconds), size];
            for metric in &metrics {
                if let Some(standing) = self.scores.and_then(|scores| scores.of(*metric, place)) {
                    let score = &standing.score;
                    row.extend([score.estimate, score.lower, score.upper].map(|value| value.to_string()));
                }
            }
            row
        });
        write_file(&out.join("methods.csv"), csv(std::iter::once(header).chain(rows))?)?;
        for (name, figure, _) in self.figures() {
            write_figure(&figure, name, out)?;
        }
        Ok(())
    }

    /// The figures with their names and captions.
    fn figures(&self) -> Vec<(&'static str, Figure, String)> {
        let mut figures = Vec::new();
        if let Some(figure) = self.ranking() {
            let caption = "On the target's objects whose classes are known, with 95 % intervals of the bootstrap over objects.";
            figures.push(("methods", figure, caption.to_owned()));
        }
        let adapted = &self.first().adapted;
        let [x, t] = &adapted.before;
        if let Some(figure) = self.plane("Before", [x, t]) {
            figures.push((
                "before",
                figure,
                "The scaled features, in the plane of their principal axes.".to_owned(),
            ));
        }
        if let Some([x, t]) = &adapted.after
            && let Some(figure) = self.plane("After", [x, t])
        {
            figures.push((
                "after",
                figure,
                "Where the map took both, in the plane of the principal axes there.".to_owned(),
            ));
        }
        if let Some(figure) = self.differences() {
            let caption =
                "The difference of the means, target less source, in standard deviations of the target.";
            figures.push(("differences", figure, caption.to_owned()));
        }
        figures.push((
            "classes",
            self.shares(),
            "What was learned from, and what the target's objects are taken for.".to_owned(),
        ));
        if let Some(figure) = self.confusion() {
            figures.push((
                "confusion",
                figure,
                "Rows are true classes, columns what they are taken for.".to_owned(),
            ));
        }
        figures
    }

    fn ranking(&self) -> Option<Figure> {
        let (scores, metric) = (self.scores?, self.decisive());
        if self.entries.len() < 2 {
            return None;
        }
        let bars = self.order().into_iter().filter_map(|place| {
            let score = scores.of(metric, place)?.score;
            Some(NamedInterval {
                name: self.entries[place].name.clone(),
                value: score.estimate,
                low: score.lower,
                high: score.upper,
            })
        });
        Some(bars_with_intervals(&BarsWithIntervals {
            title: "Methods".into(),
            x_label: metric.title().into(),
            bars: bars.collect(),
        }))
    }

    /// Both domains in a plane, the source by class.
    fn plane(&self, title: &str, tables: [&Matrix; 2]) -> Option<Figure> {
        let [x, t] = plane(tables).ok()?;
        let set = |name: String, table: &Matrix| PointSet { name, x: table.column(0), y: table.column(1) };
        let classes = &self.domains.classes;
        let sets = if classes.len() > CLASSES {
            vec![set("source".to_owned(), &x)]
        } else {
            let of = |class: usize| {
                let rows: Vec<usize> =
                    (0..x.rows()).filter(|&row| self.domains.y[row] as usize == class).collect();
                set(format!("source: {}", classes[class]), &x.select_rows(&rows))
            };
            (0..classes.len()).map(of).collect()
        };
        Some(redshift_magnitude(&RedshiftMagnitude {
            title: title.to_owned(),
            x_label: "first axis".into(),
            y_label: "second axis".into(),
            y_downwards: false,
            background: set("target".to_owned(), &t),
            sets,
        }))
    }

    /// How far the means are apart, before and after weights, for the features that are furthest apart.
    fn differences(&self) -> Option<Figure> {
        let adapted = &self.first().adapted;
        let weights = adapted.weights.as_ref()?;
        let [x, t] = &adapted.before;
        let equal = vec![1.0; weights.len()];
        let mut features: Vec<(f64, f64, usize)> = (0..x.cols())
            .map(|column| {
                let (own, other) = (x.column(column), t.column(column));
                (difference(&own, &equal, &other), difference(&own, weights, &other), column)
            })
            .collect();
        features.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.2.cmp(&b.2)));
        let bars = features.into_iter().take(SHOWN).flat_map(|(before, after, column)| {
            let name = &self.domains.source.names[column];
            [(format!("{name}, before"), before), (format!("{name}, weighted"), after)].map(
                |(name, value)| NamedInterval { name, value: value.abs(), low: f64::NAN, high: f64::NAN },
            )
        });
        Some(bars_with_intervals(&BarsWithIntervals {
            title: "What the weights change".into(),
            x_label: "distance of the means in standard deviations".into(),
            bars: bars.collect(),
        }))
    }

    fn shares(&self) -> Figure {
        let count = |codes: &mut dyn Iterator<Item = u32>| {
            let mut counts = vec![0.0; self.domains.classes.len()];
            codes.for_each(|class| counts[class as usize] += 1.0);
            counts
        };
        let predicted = metrics::most_probable(&self.first().probabilities);
        let mut groups = vec![
            ClassGroup { name: "source".into(), counts: count(&mut self.domains.y.iter().copied()) },
            ClassGroup { name: "target, as predicted".into(), counts: count(&mut predicted.into_iter()) },
        ];
        if let Some(scores) = self.scores {
            let counts = count(&mut scores.truth.iter().copied());
            groups.push(ClassGroup { name: "target, in truth".into(), counts });
        }
        class_distribution(&ClassDistribution {
            title: "Classes".into(),
            classes: self.domains.classes.clone(),
            groups,
        })
    }

    fn confusion(&self) -> Option<Figure> {
        let scores = self.scores?;
        let judged = self.first().probabilities.select_rows(&scores.rows);
        let counts = metrics::Confusion::new(
            &scores.truth,
            &metrics::most_probable(&judged),
            self.domains.classes.len(),
        );
        let counts = counts.ok()?.rows().map(|row| row.iter().map(|n| *n as f64).collect()).collect();
        Some(confusion(&Confusion {
            title: format!("Confusion of {}", self.first().name),
            classes: self.domains.classes.clone(),
            counts,
        }))
    }

    /// The page.
    pub(crate) fn page(&self) -> Report {
        let metrics = self.metrics();
        let cards = metrics.iter().filter_map(|metric| {
            let score = self.scores?.of(*metric, 0)?.score;
            let note = format!("95 % of bootstraps: {:.3} to {:.3}", score.lower, score.upper);
            Some(Card::new(metric.title(), format!("{:.3}", score.estimate), note))
        });
        let own = self.warnings();
        let warnings = self.domains.warnings.iter().chain(&own).chain(self.failed);
        let mut page = Report::new("From the labels there are to the objects to classify", &self.subtitle)
            .summary(format!("{}. {}", self.told(), self.first().adapted.method.doc))
            .cards(cards)
            .warnings(warnings.cloned());
        if !self.board.is_empty() {
            let rows = self.board.iter().map(|standing| {
                [
                    standing.name.clone(),
                    standing.score.map_or("–".to_owned(), |score| format!("{score:.3}")),
                    standing.gain.map_or("–".to_owned(), |gain| {
                        format!("{:+.3} (surely {:+.3})", gain.estimate, gain.lower)
                    }),
                    standing.objections.join("; "),
                ]
            });
            page = page
                .section(
                    "The choice",
                    "A score that needs no class of the target ranks the methods; it is a clue, not a proof. The **gain** is \
                     over the source as it is. A guard against negative transfer objects to gains within the noise, to weights \
                     that leave little of the source, and to shares of the classes that nothing else speaks for.",
                )
                .table(["method", "score", "gain", "objections"], rows);
        }
        if self.entries.len() > 1 {
            let mut header = vec!["method".to_owned()];
            header.extend(metrics.iter().map(|metric| metric.title().to_owned()));
            header.extend(["effective size", "fit s"].map(str::to_owned));
            let rows = self.order().into_iter().map(|place| {
                let entry = &self.entries[place];
                let mut row = vec![entry.name.clone()];
                // Intervals for the metric that ranks; all of them are in methods.csv.
                row.extend(metrics.iter().map(|&metric| {
                    if metric == self.decisive() {
                        self.score(metric, place).unwrap_or_default()
                    } else {
                        self.estimate(metric, place).map_or(String::new(), |value| format!("{value:.3}"))
                    }
                }));
                row.push(entry.adapted.effective_size.map_or("–".to_owned(), |size| format!("{size:.0}")));
                row.push(format!("{:.2}", entry.seconds));
                row
            });
            let prose = if self.scores.is_some() {
                "Brackets hold 95 % intervals of the bootstrap over the target's objects whose classes are known. Choosing the \
                 best of the list by them would use labels that adaptation does not have."
            } else {
                "No class of the target is known, so that nothing is scored."
            };
            page = page.section("Methods", prose).table(header, rows.collect::<Vec<_>>());
        }
        page = page.section("Figures", "");
        for (_, figure, caption) in self.figures() {
            page = page.figure(&figure, caption);
        }
        page
    }
}

/// (mean of the target − weighted mean of the source)/standard deviation of the target.
fn difference(own: &[f64], weights: &[f64], other: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let own: f64 = own.iter().zip(weights).map(|(value, weight)| value * weight / total).sum();
    let mean = other.iter().sum::<f64>() / other.len() as f64;
    let variance = other.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / other.len() as f64;
    if variance > 0.0 { (mean - own) / variance.sqrt() } else { 0.0 }
}
