//! What a query loop found, as lines, figures and a page.

use std::collections::BTreeMap;

use hesper_followup::{METRICS, Run, curve, difference, last};
use hesper_learn::metrics::{self, Interval};
use hesper_report as report;
use hesper_report::{Card, Figure, Report};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::commands::query_loop::LoopOutcome;
use crate::loop_summary::bar;

/// The baseline that strategies are compared with.
const BASELINE: &str = "random";
/// Curves and points of so many strategies at most can be told apart in one figure.
const SHOWN_STRATEGIES: usize = 8;
/// So many of the most important features are drawn.
const SHOWN_FEATURES: usize = 20;
/// Bins of the reliability diagram.
const BINS: usize = 10;

/// Tells of a loop.
pub(crate) struct LoopReport<'a> {
    outcome: &'a LoopOutcome,
    title: String,
    subtitle: String,
    light_curves: Option<(Figure, String)>,
}

impl<'a> LoopReport<'a> {
    pub(crate) fn new(outcome: &'a LoopOutcome, title: &str, subtitle: String) -> Self {
        Self { outcome, title: title.to_owned(), subtitle, light_curves: None }
    }

    /// Shows light curves, too.
    pub(crate) fn with_light_curves(mut self, figure: Figure, caption: &str) -> Self {
        self.light_curves = Some((figure, caption.to_owned()));
        self
    }

    fn names(&self) -> impl Iterator<Item = (usize, &'static str)> + '_ {
        self.outcome.strategies.iter().map(|strategy| strategy.info().name).enumerate()
    }

    fn baseline(&self) -> Option<usize> {
        self.names().find(|(_, name)| *name == BASELINE).map(|(place, _)| place)
    }

    /// The strategies that figures of curves and points show, in their order: all, or the baseline and the best.
    fn shown(&self) -> Result<Vec<(usize, &'static str)>, Failure> {
        let mut ranked = Vec::new();
        for (place, name) in self.names() {
            let first = if Some(place) == self.baseline() { f64::INFINITY } else { 0.0 };
            ranked.push((first + last(&self.outcome.runs, place, fom)?.estimate, place, name));
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(SHOWN_STRATEGIES);
        let mut shown: Vec<_> = ranked.into_iter().map(|(_, place, name)| (place, name)).collect();
        shown.sort_unstable();
        Ok(shown)
    }

    /// The final figure of merit of every strategy, best first.
    pub(crate) fn standings(&self) -> Result<Vec<(&'static str, Interval)>, Failure> {
        let mut standings = Vec::new();
        for (place, name) in self.names() {
            standings.push((name, last(&self.outcome.runs, place, fom)?));
        }
        standings.sort_by(|a, b| b.1.estimate.total_cmp(&a.1.estimate));
        Ok(standings)
    }

    /// Whether there are more strategies than one figure of curves can show.
    fn many(&self) -> bool {
        self.outcome.strategies.len() > SHOWN_STRATEGIES
    }

    fn final_figure_of_merit(&self) -> Result<Figure, Failure> {
        let standings = self.standings()?;
        Ok(report::bars_with_intervals(&report::BarsWithIntervals {
            title: "After the last query".into(),
            x_label: "figure of merit, mean over seeds with 95 % interval".into(),
            bars: standings.iter().map(|(name, interval)| bar((*name).to_owned(), interval)).collect(),
        }))
    }

    /// How many queries each run made: fewer than asked for where the pool was not larger.
    fn queries(&self) -> usize {
        self.outcome.runs.iter().map(|run| run.queries.len()).max().unwrap_or(0)
    }

    /// The first run of a strategy.
    fn first(&self, strategy: usize) -> Option<&'a Run> {
        self.outcome.runs.iter().find(|run| run.strategy == strategy)
    }

    /// The table of final scores: a row for each strategy.
    pub(crate) fn rows(&self) -> Result<Vec<Vec<String>>, Failure> {
        self.names()
            .map(|(place, name)| {
                let mut row = vec![name.to_owned()];
                for (_, metric) in METRICS {
                    row.push(with_interval(&last(&self.outcome.runs, place, metric)?));
                }
                row.push(match self.baseline() {
                    Some(baseline) if baseline != place => {
                        signed(&difference(&self.outcome.runs, place, baseline, fom)?)
                    }
                    _ => String::new(),
                });
                Ok(row)
            })
            .collect()
    }

    /// The final scores for a terminal.
    pub(crate) fn lines(&self) -> Result<Vec<String>, Failure> {
        let sizes = self.outcome.sizes();
        let settings = &self.outcome.settings;
        let mut lines = vec![format!(
            "{} queries, {} seeds; hold-out of {} objects; 95 % intervals over seeds",
            self.queries(),
            settings.seeds,
            sizes["hold_out"]
        )];
        let header: Vec<String> = HEADER.iter().map(ToString::to_string).collect();
        let wide = self.names().map(|(_, name)| name.len()).chain([14]).max().unwrap_or(14) + 2;
        for row in std::iter::once(header).chain(self.rows()?) {
            let cells: Vec<String> = row.iter().skip(1).map(|cell| format!("{cell:>20}")).collect();
            lines.push(format!("  {:<wide$}{}", row[0], cells.concat()).trim_end().to_owned());
        }
        Ok(lines)
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Result<Value, Failure> {
        let mut strategies = Map::new();
        for (place, name) in self.names() {
            let mut scores = Map::new();
            for (metric_name, metric) in METRICS {
                scores.insert(metric_name.to_owned(), interval(&last(&self.outcome.runs, place, metric)?));
            }
            if let Some(baseline) = self.baseline().filter(|baseline| *baseline != place) {
                let gain = difference(&self.outcome.runs, place, baseline, fom)?;
                scores.insert("fom_minus_random".to_owned(), interval(&gain));
            }
            scores.insert("fom_over_hold_out".to_owned(), interval(&self.over_hold_out(place)?));
            strategies.insert(name.to_owned(), Value::Object(scores));
        }
        Ok(json!({ "sizes": self.outcome.sizes(), "warnings": self.outcome.warnings, "final": strategies }))
    }

    /// The positive probabilities and truths of the hold-out, of the first run of a strategy.
    fn hold_out(&self, strategy: usize) -> (Vec<bool>, Vec<f64>) {
        let outcome = self.outcome;
        let truth = outcome.partition.hold_out.iter();
        let truth = truth.map(|row| outcome.view.codes[*row] == Some(outcome.positive)).collect();
        let probabilities = self
            .first(strategy)
            .map(|run| run.probabilities.column(outcome.positive as usize))
            .unwrap_or_default();
        (truth, probabilities)
    }

    /// The final figure of merit of the first run, with the interval of another choice of hold-out objects.
    fn over_hold_out(&self, strategy: usize) -> Result<Interval, Failure> {
        let Some(run) = self.first(strategy) else { return Err(Failure::work("the loop has no run")) };
        let outcome = self.outcome;
        let truth: Vec<u32> =
            outcome.partition.hold_out.iter().filter_map(|row| outcome.view.codes[*row]).collect();
        let predicted = metrics::most_probable(&run.probabilities);
        let weight = outcome.settings.fom_weight;
        Ok(metrics::bootstrap_interval(truth.len(), 1000, 0.95, run.seed, |rows| {
            let at = |values: &[u32]| -> Vec<u32> { rows.iter().map(|row| values[*row]).collect() };
            let detection = metrics::Detection::new(&at(&truth), &at(&predicted), outcome.positive);
            detection.map_or(f64::NAN, |detection| detection.figure_of_merit(weight))
        })?)
    }

    /// The figures with the names of their files.
    pub(crate) fn figures(&self) -> Result<Vec<(&'static str, Figure)>, Failure> {
        let mut figures = vec![
            ("learning_curves", self.learning_curves()?),
            ("redshift_magnitude", self.redshift_magnitude()?),
            ("class_distribution", self.class_distribution()?),
            ("reliability", self.reliability()?),
        ];
        if let Some(figure) = self.importances()? {
            figures.push(("importances", figure));
        }
        if self.many() {
            figures.push(("final_figure_of_merit", self.final_figure_of_merit()?));
        }
        Ok(figures)
    }

    fn learning_curves(&self) -> Result<Figure, Failure> {
        let mut panels = Vec::new();
        for (title, metric) in METRICS {
            let mut series = Vec::new();
            for (place, name) in self.shown()? {
                let points = curve(&self.outcome.runs, place, metric)?;
                // One seed has no interval.
                let known = |value: f64| if value.is_finite() { value } else { f64::NAN };
                series.push(report::Series {
                    name: name.to_owned(),
                    x: points.iter().map(|(queries, _)| *queries as f64).collect(),
                    y: points.iter().map(|(_, interval)| interval.estimate).collect(),
                    low: points.iter().map(|(_, interval)| known(interval.lower)).collect(),
                    high: points.iter().map(|(_, interval)| known(interval.upper)).collect(),
                });
            }
            let title = if title == "fom" { "figure of merit" } else { title };
            panels.push(report::Panel { title: title.to_owned(), series, ..report::Panel::default() });
        }
        Ok(report::learning_curves(&report::LearningCurves {
            title: "What the queries teach".into(),
            x_label: "queries".into(),
            panels,
        }))
    }

    fn redshift_magnitude(&self) -> Result<Figure, Failure> {
        let table = &self.outcome.table;
        let set = |name: &str, rows: &[usize]| {
            let unknown = |value: Option<f64>| value.unwrap_or(f64::NAN);
            report::PointSet {
                name: name.to_owned(),
                x: rows.iter().map(|row| unknown(table.redshift[*row])).collect(),
                y: rows.iter().map(|row| unknown(table.peak_mag[*row])).collect(),
            }
        };
        let queried = |strategy: usize| -> Vec<usize> {
            self.first(strategy)
                .map(|run| run.queries.iter().map(|query| query.row).collect())
                .unwrap_or_default()
        };
        Ok(report::redshift_magnitude(&report::RedshiftMagnitude {
            title: "Where the queries fall".into(),
            x_label: "redshift".into(),
            y_label: "brightest magnitude".into(),
            y_downwards: true,
            background: set("pool", &self.outcome.partition.pool),
            sets: self.shown()?.into_iter().map(|(place, name)| set(name, &queried(place))).collect(),
        }))
    }

    fn class_distribution(&self) -> Result<Figure, Failure> {
        let table = &self.outcome.table;
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        for class in table.class.iter().flatten() {
            *totals.entry(class).or_default() += 1;
        }
        let mut classes: Vec<&str> = totals.keys().copied().collect();
        classes.sort_by_key(|class| std::cmp::Reverse(totals[class]));
        let group = |name: &str, rows: &mut dyn Iterator<Item = usize>, weight: f64| {
            let mut counts = vec![0.0; classes.len()];
            for row in rows {
                let class = table.class[row].as_deref();
                if let Some(place) = classes.iter().position(|known| Some(*known) == class) {
                    counts[place] += weight;
                }
            }
            report::ClassGroup { name: name.to_owned(), counts }
        };
        let partition = &self.outcome.partition;
        let mut groups = vec![
            group("spectroscopic", &mut partition.spectroscopic.iter().copied(), 1.0),
            group("pool", &mut partition.pool.iter().copied(), 1.0),
        ];
        for (place, name) in self.shown()? {
            let runs = self.outcome.runs.iter().filter(|run| run.strategy == place);
            let mut rows = runs.flat_map(|run| run.queries.iter().map(|query| query.row));
            groups.push(group(
                &format!("queried: {name}"),
                &mut rows,
                1.0 / self.outcome.settings.seeds as f64,
            ));
        }
        Ok(report::class_distribution(&report::ClassDistribution {
            title: "What was asked for".into(),
            classes: classes.iter().map(ToString::to_string).collect(),
            groups,
        }))
    }

    fn reliability(&self) -> Result<Figure, Failure> {
        let mut curves = Vec::new();
        for (place, name) in self.shown()? {
            let (truth, probabilities) = self.hold_out(place);
            let bins = metrics::reliability_curve(&truth, &probabilities, BINS)?;
            let bins = bins.iter().map(|bin| report::ReliabilityBin {
                lower: bin.lower,
                upper: bin.upper,
                mean_predicted: bin.mean_probability,
                observed_fraction: bin.fraction_positive,
                count: bin.count as f64,
            });
            curves.push(report::ReliabilityCurve { name: name.to_owned(), bins: bins.collect() });
        }
        Ok(report::reliability(&report::Reliability {
            title: "Can the probabilities be believed?".into(),
            positive: self.outcome.settings.positive.clone(),
            curves,
        }))
    }

    /// Importances under the last strategy, which is the one that people put last to look at; none where the learner
    /// cannot tell.
    fn importances(&self) -> Result<Option<Figure>, Failure> {
        let Some((place, name)) = self.names().last() else { return Ok(None) };
        let lists: Vec<&Vec<f64>> = self
            .outcome
            .importances
            .iter()
            .filter(|(strategy, _)| *strategy == place)
            .map(|(_, list)| list)
            .collect();
        if lists.is_empty() {
            return Ok(None);
        }
        let mut bars = Vec::new();
        for (column, feature) in self.outcome.table.names.iter().enumerate() {
            let values: Vec<f64> = lists.iter().map(|list| list[column]).collect();
            let Interval { estimate, lower, upper } = metrics::mean_interval(&values, 0.95)?;
            bars.push(report::NamedInterval {
                name: feature.clone(),
                value: estimate,
                low: lower,
                high: upper,
            });
        }
        bars.sort_by(|a, b| b.value.total_cmp(&a.value));
        bars.truncate(SHOWN_FEATURES);
        for bar in bars.iter_mut().filter(|bar| !bar.high.is_finite()) {
            (bar.low, bar.high) = (f64::NAN, f64::NAN);
        }
        Ok(Some(report::bars_with_intervals(&report::BarsWithIntervals {
            title: format!("What the learner looks at ({name})"),
            x_label: "share of the impurity removed".into(),
            bars,
        })))
    }

    /// The page, but for the record of the run.
    pub(crate) fn page(&self) -> Result<Report, Failure> {
        let (outcome, settings) = (self.outcome, &self.outcome.settings);
        let sizes = outcome.sizes();
        let mut cards = Vec::new();
        for (place, name) in self.shown()? {
            cards.push(merit_card(name, &last(&outcome.runs, place, fom)?));
        }
        let mut page = Report::new(&self.title, &self.subtitle)
            .summary(self.verdict()?)
            .cards(cards)
            .warnings(outcome.warnings.iter().map(ToString::to_string))
            .section(
                "What the queries teach",
                format!(
                    "Each strategy starts from {} labelled objects, asks for {} classes in batches of {}, and is scored \
                     on the same {} photometric objects, which it may not touch. Curves are means over {} seeds; bands \
                     are 95 % intervals of the mean over seeds, not over other hold-outs.",
                    match settings.start {
                        hesper_followup::Start::Spectroscopic => sizes["spectroscopic"].to_string(),
                        hesper_followup::Start::Random(count) => count.to_string(),
                        hesper_followup::Start::Nothing => "no".to_owned(),
                    },
                    self.queries(),
                    settings.batch,
                    sizes["hold_out"],
                    settings.seeds
                ),
            )
            .figure(&self.learning_curves()?, "Efficiency: share of the class found. Purity: share of the found that is of the class. Figure of merit: efficiency times purity, where a false positive counts several times.");
        if self.many() {
            let note =
                format!("Figures of curves and points show the {SHOWN_STRATEGIES} best; this one shows all.");
            page = page.figure(&self.final_figure_of_merit()?, note);
        }
        let page = page
            .captioned_table("After the last query", HEADER, self.rows()?)
            .section(
                "Where the queries fall",
                "The pool in grey; each strategy's queries of its first seed on top.",
            )
            .figure(
                &self.redshift_magnitude()?,
                "The redshift is the survey's best: of a spectrum for few objects, photometric for most.",
            )
            .figure(&self.class_distribution()?, "Queries of all seeds together.")
            .section("The learner", "")
            .figure(
                &self.reliability()?,
                "Hold-out, first seed. On the diagonal, a probability of 0.7 is right seven times in ten.",
            );
        let page = match self.importances()? {
            Some(figure) => page.figure(&figure, "Mean over seeds with 95 % intervals."),
            None => page,
        };
        Ok(match &self.light_curves {
            Some((figure, caption)) => page.section("The light curves", "").figure(figure, caption),
            None => page,
        })
    }

    /// In words: which strategy beats the baseline, as far as the seeds can tell.
    fn verdict(&self) -> Result<String, Failure> {
        let Some(baseline) = self.baseline() else {
            return Ok(
                "No strategy was compared with `random`, so none can be said to be worth its trouble.".into(),
            );
        };
        let mut sentences = Vec::new();
        for (place, name) in self.names().filter(|(place, _)| *place != baseline) {
            let gain = difference(&self.outcome.runs, place, baseline, fom)?;
            let words = beside_random(&gain);
            sentences.push(format!("- **{name}** {words}: figure of merit {} paired by seed", signed(&gain)));
        }
        Ok(sentences.join("\n"))
    }
}

/// The card of a final figure of merit.
pub(crate) fn merit_card(name: &str, merit: &Interval) -> Card {
    let Interval { estimate, lower, upper } = merit;
    let note = if lower.is_finite() { format!("95 %: {lower:.3} to {upper:.3}") } else { "one seed".into() };
    Card::new(format!("figure of merit, {name}"), format!("{estimate:.3}"), note)
}

/// What a gain over random says, as far as the seeds can tell.
pub(crate) fn beside_random(gain: &Interval) -> &'static str {
    match gain {
        Interval { lower, .. } if *lower > 0.0 => "is better than random",
        Interval { upper, .. } if *upper < 0.0 => "is worse than random",
        _ => "cannot be told from random",
    }
}

/// The columns of the table of final scores.
pub(crate) const HEADER: [&str; 6] =
    ["strategy", "accuracy", "efficiency", "purity", "figure of merit", "over random"];

fn fom(scores: &hesper_followup::Scores) -> f64 {
    scores.fom
}

fn half_width(interval: &Interval) -> String {
    let half = 0.5 * (interval.upper - interval.lower);
    if half.is_finite() { format!(" ± {half:.3}") } else { String::new() }
}

pub(crate) fn with_interval(interval: &Interval) -> String {
    format!("{:.3}{}", interval.estimate, half_width(interval))
}

pub(crate) fn signed(interval: &Interval) -> String {
    format!("{:+.3}{}", interval.estimate, half_width(interval))
}

/// An interval for machines: one seed has no ends.
pub(crate) fn interval(interval: &Interval) -> Value {
    let finite = |value: f64| value.is_finite().then_some(value);
    json!({ "mean": interval.estimate, "low": finite(interval.lower), "high": finite(interval.upper) })
}
