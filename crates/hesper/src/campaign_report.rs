//! What a campaign found, as tables, lines, figures and a page.

use std::path::Path;

use hesper_followup::campaign::{CampaignRun, NightRecord, NightScores, Policy};
use hesper_learn::metrics::{self, Interval};
use hesper_report as report;
use hesper_report::{Figure, Report};
use hesper_telescope::Telescope;
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::campaign_file::CampaignFile;
use crate::campaign_tables as tables;
use crate::commands::campaign::Ground;
use crate::loop_report::{beside_random, interval, merit_card, signed, with_interval};
use crate::session::{write_csv, write_figure, write_file};

/// The policy that all are compared with.
const BASELINE: &str = "random";
/// Curves of so many policies can be told apart in one figure.
const SHOWN: usize = 8;

/// A number of a night.
type Measure = fn(&NightRecord) -> f64;

/// A number of a night's scores.
type Score = fn(&NightScores) -> f64;

/// The scores of a night by name.
const SCORES: [(&str, Score); 4] = [
    ("accuracy", |scores| scores.accuracy),
    ("efficiency", |scores| scores.efficiency),
    ("purity", |scores| scores.purity),
    ("figure of merit", |scores| scores.fom),
];

/// Tells of a campaign.
pub(crate) struct CampaignReport<'a> {
    pub(crate) file: &'a CampaignFile,
    pub(crate) telescopes: &'a [Telescope],
    pub(crate) ground: &'a Ground,
    /// Ordered by policy, then seed.
    pub(crate) runs: &'a [CampaignRun],
    pub(crate) command: String,
}

/// The nights of one policy, each with its seeds.
struct Curve {
    x: Vec<f64>,
    y: Vec<Interval>,
}

impl CampaignReport<'_> {
    fn policies(&self) -> &[Policy] {
        &self.file.campaign.strategies
    }

    fn runs_of<'b>(&'b self, policy: &Policy) -> impl Iterator<Item = &'b CampaignRun> {
        let name = policy.to_string();
        self.runs.iter().filter(move |run| run.policy == name)
    }

    /// The last night of each seed of a policy.
    fn last(&self, policy: &Policy, measure: &dyn Fn(&NightRecord) -> f64) -> Vec<f64> {
        self.runs_of(policy).filter_map(|run| run.nights.last()).map(measure).collect()
    }

    fn at_the_end(&self, policy: &Policy, measure: Measure) -> Result<Interval, Failure> {
        Ok(metrics::mean_interval(&self.last(policy, &measure), 0.95)?)
    }

    fn baseline(&self) -> Option<&Policy> {
        self.policies().iter().find(|policy| policy.to_string() == BASELINE)
    }

    /// What a policy gains over the baseline at the end, paired by seed.
    fn gain(&self, policy: &Policy, measure: Measure) -> Result<Option<Interval>, Failure> {
        let Some(baseline) = self.baseline().filter(|baseline| *baseline != policy) else { return Ok(None) };
        let pairs = self.last(policy, &measure).into_iter().zip(self.last(baseline, &measure));
        let gains: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        Ok(Some(metrics::mean_interval(&gains, 0.95)?))
    }

    /// The baseline and the best, in their order.
    fn shown(&self) -> Result<Vec<&Policy>, Failure> {
        let mut ranked = Vec::new();
        for (place, policy) in self.policies().iter().enumerate() {
            let first = if Some(policy) == self.baseline() { f64::INFINITY } else { 0.0 };
            ranked.push((first + self.at_the_end(policy, tonight)?.estimate, place, policy));
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(SHOWN);
        ranked.sort_by_key(|(_, place, _)| *place);
        Ok(ranked.into_iter().map(|(_, _, policy)| policy).collect())
    }

    /// The table at the end of the campaign.
    fn rows(&self) -> Result<Vec<Vec<String>>, Failure> {
        self.policies()
            .iter()
            .map(|policy| {
                let mean = |measure: Measure| self.at_the_end(policy, measure);
                let mut row = vec![
                    policy.to_string(),
                    format!("{:.0}", mean(|night| night.queries as f64)?.estimate),
                    format!("{:.0}", mean(|night| night.labels as f64)?.estimate),
                    format!("{:.0}", mean(|night| night.hours.iter().sum())?.estimate),
                ];
                for measure in [accuracy, efficiency, purity, tonight] as [Measure; 4] {
                    row.push(with_interval(&mean(measure)?));
                }
                row.push(self.gain(policy, tonight)?.map_or_else(String::new, |gain| signed(&gain)));
                row.push(with_interval(&mean(complete)?));
                Ok(row)
            })
            .collect()
    }

    /// The outcome for a terminal.
    pub(crate) fn lines(&self) -> Result<Vec<String>, Failure> {
        let params = &self.file.campaign;
        let mut lines = vec![format!(
            "{} nights, {} seeds; hold-out of {} objects; 95 % intervals over seeds",
            params.last_day - params.first_day + 1,
            params.seeds,
            self.ground.partition.hold_out.len()
        )];
        let header: Vec<String> = HEADER.iter().map(ToString::to_string).collect();
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(self.rows()?).collect();
        let wide: Vec<usize> = (0..HEADER.len())
            .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
            .collect();
        for row in rows {
            let cells = row.iter().zip(&wide).enumerate().map(|(column, (cell, wide))| match column {
                0 => format!("  {cell:<wide$}"),
                _ => format!("  {cell:>wide$}"),
            });
            lines.push(cells.collect::<String>().trim_end().to_owned());
        }
        Ok(lines)
    }

    /// The outcome for a machine.
    pub(crate) fn result(&self) -> Result<Value, Failure> {
        let mut policies = Map::new();
        for policy in self.policies() {
            let mut of = Map::new();
            let measures: [(&str, Measure); 8] = [
                ("spectra", |night| night.queries as f64),
                ("labels", |night| night.labels as f64),
                ("hours", |night| night.hours.iter().sum()),
                ("accuracy", accuracy),
                ("efficiency", efficiency),
                ("purity", purity),
                ("fom", tonight),
                ("fom_complete", complete),
            ];
            for (name, measure) in measures {
                of.insert(name.to_owned(), interval(&self.at_the_end(policy, measure)?));
            }
            for (name, measure) in
                [("fom_minus_random", tonight as Measure), ("fom_complete_minus_random", complete)]
            {
                if let Some(gain) = self.gain(policy, measure)? {
                    of.insert(name.to_owned(), interval(&gain));
                }
            }
            policies.insert(policy.to_string(), Value::Object(of));
        }
        let partition = &self.ground.partition;
        Ok(json!({
            "sizes": {
                "spectroscopic": partition.spectroscopic.len(),
                "pool": partition.pool.len(),
                "hold_out": partition.hold_out.len(),
                "features": self.ground.data.objects.x.cols(),
                "classes": self.ground.view.classes,
            },
            "final": policies,
        }))
    }

    /// Writes the tables and the figures.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Failure> {
        write_file(&out.join("metrics.csv"), tables::metrics(self.runs, self.telescopes, self.ground)?)?;
        write_file(&out.join("ledger.csv"), tables::ledger(self.runs, self.telescopes, self.ground)?)?;
        write_csv(&out.join("telescopes.csv"), tables::use_of_telescopes(self.runs, self.telescopes))?;
        self.figures()?.iter().try_for_each(|(name, figure, _)| write_figure(figure, name, out))
    }

    /// The figures with the names of their files and their captions.
    fn figures(&self) -> Result<Vec<(&'static str, Figure, String)>, Failure> {
        Ok(vec![
            (
                "by_night",
                self.curves("What is known, night after night", "day", &|night| f64::from(night.day), &|night| &night.tonight)?,
                "The hold-out as it is known each night: objects not yet detected count as wrong and as not found. Means over \
                 seeds with 95 % intervals."
                    .into(),
            ),
            (
                "by_hour",
                self.curves("What an hour of telescope time teaches", "hours of all telescopes", &|night| night.hours.iter().sum(), &|night| &night.tonight)?,
                "The same over the telescope time used; each point is a night.".into(),
            ),
            (
                "complete",
                self.curves("What the labels will be worth", "day", &|night| f64::from(night.day), &|night| &night.complete)?,
                "The same hold-out with complete light curves: what the labels so far will be worth when the season is over."
                    .into(),
            ),
            ("time_magnitude", self.time_and_magnitude()?, "Spectra of the first seed; in grey what could have been taken.".into()),
            ("sky", self.sky()?, "Spectra of the first seed; in grey all objects of the pool.".into()),
        ])
    }

    fn curve(
        &self,
        policy: &Policy,
        x: &dyn Fn(&NightRecord) -> f64,
        y: &dyn Fn(&NightRecord) -> f64,
    ) -> Result<Curve, Failure> {
        let runs: Vec<&CampaignRun> = self.runs_of(policy).collect();
        let nights = runs.iter().map(|run| run.nights.len()).min().unwrap_or(0);
        let mut curve = Curve { x: Vec::new(), y: Vec::new() };
        for night in 0..nights {
            let of = |measure: &dyn Fn(&NightRecord) -> f64| -> Vec<f64> {
                runs.iter().map(|run| measure(&run.nights[night])).collect()
            };
            curve.x.push(metrics::mean_interval(&of(x), 0.95)?.estimate);
            curve.y.push(metrics::mean_interval(&of(y), 0.95)?);
        }
        Ok(curve)
    }

    fn curves(
        &self,
        title: &str,
        x_label: &str,
        x: &dyn Fn(&NightRecord) -> f64,
        scores: &dyn Fn(&NightRecord) -> &NightScores,
    ) -> Result<Figure, Failure> {
        // One seed has no interval.
        let known = |value: f64| if value.is_finite() { value } else { f64::NAN };
        let mut panels = Vec::new();
        for (name, score) in SCORES {
            let mut series = Vec::new();
            for policy in self.shown()? {
                let curve = self.curve(policy, x, &|night| score(scores(night)))?;
                series.push(report::Series {
                    name: policy.to_string(),
                    x: curve.x,
                    y: curve.y.iter().map(|interval| interval.estimate).collect(),
                    low: curve.y.iter().map(|interval| known(interval.lower)).collect(),
                    high: curve.y.iter().map(|interval| known(interval.upper)).collect(),
                });
            }
            panels.push(report::Panel { title: name.to_owned(), series, ..report::Panel::default() });
        }
        Ok(report::learning_curves(&report::LearningCurves {
            title: title.to_owned(),
            x_label: x_label.to_owned(),
            panels,
        }))
    }

    fn first_queries(&self, policy: &Policy) -> &[hesper_followup::campaign::CampaignQuery] {
        self.runs_of(policy).next().map_or(&[], |run| &run.queries)
    }

    fn time_and_magnitude(&self) -> Result<Figure, Failure> {
        let (data, params) = (&self.ground.data, &self.file.campaign);
        let mut background =
            report::PointSet { name: "could be taken".into(), ..report::PointSet::default() };
        let days = (params.first_day..=params.last_day).step_by(7);
        let places = vec![[f64::NAN; 2]; data.object_id.len()];
        for day in days {
            for target in
                data.targets(&self.ground.partition.pool, &places, day, &params.alive).iter().step_by(5)
            {
                background.x.push(f64::from(day));
                background.y.push(target.expected);
            }
        }
        let sets = self.shown()?.into_iter().map(|policy| {
            let queries = self.first_queries(policy);
            report::PointSet {
                name: policy.to_string(),
                x: queries.iter().map(|query| f64::from(query.day)).collect(),
                y: queries.iter().map(|query| query.magnitude).collect(),
            }
        });
        Ok(report::redshift_magnitude(&report::RedshiftMagnitude {
            title: "When, and how bright".into(),
            x_label: "day".into(),
            y_label: format!("expected magnitude, {}", params.alive.band),
            y_downwards: true,
            background,
            sets: sets.collect(),
        }))
    }

    fn sky(&self) -> Result<Figure, Failure> {
        let places = self.ground.places();
        let set = |name: String, rows: &mut dyn Iterator<Item = usize>| {
            let (x, y) = rows.map(|row| (places[row][0], places[row][1])).unzip();
            report::PointSet { name, x, y }
        };
        let sets = self.shown()?.into_iter().map(|policy| {
            set(policy.to_string(), &mut self.first_queries(policy).iter().map(|query| query.row))
        });
        Ok(report::redshift_magnitude(&report::RedshiftMagnitude {
            title: "Where on the sky".into(),
            x_label: "right ascension, degrees".into(),
            y_label: "declination, degrees".into(),
            y_downwards: false,
            background: set("pool".into(), &mut self.ground.partition.pool.iter().copied()),
            sets: sets.collect(),
        }))
    }

    /// The page, but for the record of the run.
    pub(crate) fn page(&self) -> Result<Report, Failure> {
        let params = &self.file.campaign;
        let mut cards = Vec::new();
        for policy in self.shown()? {
            cards.push(merit_card(&policy.to_string(), &self.at_the_end(policy, tonight)?));
        }
        let telescopes: Vec<&str> = self.telescopes.iter().map(|telescope| telescope.name.as_str()).collect();
        let prose = format!(
            "From day {} to day {}, each policy spends the nights of {} and is scored on the same {} photometric objects, \
             which it may not touch. Labels come {} night(s) after the spectrum.",
            params.first_day,
            params.last_day,
            telescopes.join(" and "),
            self.ground.partition.hold_out.len(),
            params.labels.latency
        );
        let mut page = Report::new("A follow-up campaign", &self.command)
            .summary(self.verdict()?)
            .cards(cards)
            .section("Night after night", prose);
        let figures = self.figures()?;
        let (curves, distributions) = figures.split_at(3);
        for (_, figure, caption) in curves {
            page = page.figure(figure, caption);
        }
        page = page.captioned_table("At the end", HEADER, self.rows()?).section("What was taken", "");
        for (_, figure, caption) in distributions {
            page = page.figure(figure, caption);
        }
        let of_telescopes = tables::use_of_telescopes(self.runs, self.telescopes);
        Ok(page.captioned_table(
            "Telescopes, means over seeds",
            tables::TELESCOPE_HEADER,
            tables::means_of_telescopes(&of_telescopes, self.policies()),
        ))
    }

    /// In words: which policy beats the baseline, as far as the seeds can tell.
    fn verdict(&self) -> Result<String, Failure> {
        if self.baseline().is_none() {
            return Ok(
                "No policy was compared with `random`, so none can be said to be worth its trouble.".into()
            );
        }
        let mut sentences = Vec::new();
        for policy in self.policies() {
            let Some(gain) = self.gain(policy, tonight)? else { continue };
            let words = beside_random(&gain);
            sentences
                .push(format!("- **{policy}** {words}: figure of merit {} paired by seed", signed(&gain)));
        }
        Ok(sentences.join("\n"))
    }
}

/// The columns of the table at the end.
const HEADER: [&str; 10] = [
    "policy",
    "spectra",
    "labels",
    "hours",
    "accuracy",
    "efficiency",
    "purity",
    "figure of merit",
    "over random",
    "with complete light curves",
];

fn accuracy(night: &NightRecord) -> f64 {
    night.tonight.accuracy
}

fn efficiency(night: &NightRecord) -> f64 {
    night.tonight.efficiency
}

fn purity(night: &NightRecord) -> f64 {
    night.tonight.purity
}

fn tonight(night: &NightRecord) -> f64 {
    night.tonight.fom
}

fn complete(night: &NightRecord) -> f64 {
    night.complete.fom
}
