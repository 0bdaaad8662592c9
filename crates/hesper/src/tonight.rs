//! The plan of a night, as an observer and as a program read it.

use std::collections::BTreeMap;
use std::path::Path;

use hesper_features::{BazinParams, Described, Fitters};
use hesper_followup::campaign::{NightPlan, Offers, Policy, Scheduled};
use hesper_photometry::{Band, Object};
use hesper_report::{
    Card, Figure, NightBar, NightTimeline, Report, Target, TelescopeNight, light_curve_card, night_timeline,
    target_link,
};
use hesper_telescope::{Limits, Night, Telescope};
use serde::Serialize;
use serde_json::{Value, json};

use crate::session::{csv, write_figure, write_file};
use crate::{Failure, date, gallery};

/// A night's plan with all that is needed to tell of it.
pub(crate) struct Tonight<'a> {
    pub(crate) title: String,
    pub(crate) mjd: f64,
    pub(crate) policy: &'a Policy,
    pub(crate) band: &'a str,
    pub(crate) positive: &'a str,
    pub(crate) requester: &'a str,
    pub(crate) classes: &'a [String],
    pub(crate) telescopes: &'a [Telescope],
    pub(crate) objects: &'a [Object],
    pub(crate) bands: &'a [Band],
    pub(crate) offers: &'a Offers,
    pub(crate) plan: &'a NightPlan,
    /// Objects learned from.
    pub(crate) labelled: usize,
    /// Objects alive.
    pub(crate) alive: usize,
    /// Those of them without a place on the sky.
    pub(crate) unplaced: usize,
}

/// A row of the plan.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    rank: usize,
    object_id: String,
    ra: f64,
    dec: f64,
    telescope: String,
    start: String,
    start_mjd: f64,
    exposure: f64,
    overhead: f64,
    magnitude: f64,
    airmass: f64,
    moon_separation: f64,
    #[serde(flatten)]
    probabilities: BTreeMap<String, f64>,
    score: Option<f64>,
    worth: f64,
    why: String,
}

impl Tonight<'_> {
    /// The rows of the plan, best first.
    fn rows(&self) -> Vec<Row> {
        self.plan.scheduled.iter().enumerate().map(|(place, target)| self.row(place + 1, target)).collect()
    }

    fn row(&self, rank: usize, target: &Scheduled) -> Row {
        let candidate = target.pick.object;
        let object = &self.objects[self.offers.rows[candidate]];
        let telescope = &self.telescopes[target.pick.telescope];
        let score = self.plan.recommendation.plan.scores[candidate];
        Row {
            rank,
            object_id: object.object_id.clone(),
            ra: self.offers.places[candidate][0],
            dec: self.offers.places[candidate][1],
            telescope: telescope.name.clone(),
            start: date::moment(target.start),
            start_mjd: round(target.start, 6),
            exposure: target.pick.exposure.ceil(),
            overhead: telescope.observing.overhead,
            magnitude: round(self.offers.magnitude[candidate], 3),
            airmass: round(target.visible.airmass, 3),
            moon_separation: round(target.visible.moon_separation, 1),
            probabilities: self.probabilities(candidate),
            score: score.is_finite().then_some(round(score, 9)),
            worth: round(target.pick.worth, 9),
            why: self.why(candidate, target),
        }
    }

    /// `p_<class>` of a candidate.
    fn probabilities(&self, candidate: usize) -> BTreeMap<String, f64> {
        let row = self.plan.recommendation.probabilities.row(candidate);
        self.classes.iter().zip(row).map(|(class, p)| (format!("p_{class}"), *p)).collect()
    }

    /// Why a candidate is taken, in words.
    fn why(&self, candidate: usize, target: &Scheduled) -> String {
        let scores = &self.plan.recommendation.plan.scores;
        let better = scores.iter().filter(|score| **score > scores[candidate]).count();
        let object = &self.objects[self.offers.rows[candidate]];
        let last = object.lightcurve.mjd.last().map_or(f64::NAN, |last| self.mjd - last);
        let probable = self.probabilities(candidate).get(&format!("p_{}", self.positive)).copied();
        format!(
            "{}{} of {} by {}, p({}) = {:.2}; last seen {:.0} d ago, up for {:.1} h",
            better + 1,
            ordinal(better + 1),
            self.offers.rows.len(),
            self.policy.strategy,
            self.positive,
            probable.unwrap_or(f64::NAN),
            last,
            target.visible.hours(),
        )
    }

    /// Hours of each telescope: planned and to be had.
    fn hours(&self) -> Vec<(f64, f64)> {
        let planned = |place: usize| -> f64 {
            let of = self.plan.scheduled.iter().filter(|target| target.pick.telescope == place);
            // From a positive 0: the sum of nothing is a negative one.
            of.fold(0.0, |sum, target| sum + target.pick.seconds) / 3600.0
        };
        let budgets = self.offers.telescopes.iter().enumerate();
        budgets.map(|(place, night)| (planned(place), night.seconds / 3600.0)).collect()
    }

    /// Why the plan is empty, if it is.
    fn nothing(&self) -> Option<String> {
        if !self.plan.scheduled.is_empty() {
            return None;
        }
        let dark = self.plan.nights.iter().any(|night| night.hours() > 0.0);
        Some(match (self.alive, dark, self.offers.rows.len()) {
            (0, ..) => "nothing is planned: no object without a label was detected lately".to_owned(),
            (_, false, _) => "nothing is planned: it does not get dark at any of the telescopes".to_owned(),
            (alive, _, 0) => format!(
                "nothing is planned: none of the {alive} objects alive is up and bright enough for any of the telescopes"
            ),
            (.., offered) => {
                format!("nothing is planned: the policy wants none of the {offered} that could be taken")
            }
        })
    }

    /// The plan for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{}: {} objects alive, {} can be taken; learned from {} labels",
            date::day(self.mjd),
            self.alive,
            self.offers.rows.len(),
            self.labelled
        )];
        if self.unplaced > 0 {
            lines.push(format!("{} of them have no coordinates and cannot be planned", self.unplaced));
        }
        for ((telescope, night), (planned, budget)) in
            self.telescopes.iter().zip(&self.plan.nights).zip(self.hours())
        {
            let targets = self
                .plan
                .scheduled
                .iter()
                .filter(|target| self.telescopes[target.pick.telescope].name == telescope.name);
            lines.push(format!(
                "  {:<20} {:>3} targets, {planned:.1} of {budget:.1} h; {}",
                telescope.name,
                targets.count(),
                sky(night)
            ));
        }
        lines.extend(self.nothing());
        lines
    }

    /// The outcome for a machine.
    pub(crate) fn result(&self) -> Value {
        let telescopes = self.telescopes.iter().zip(self.hours()).map(|(telescope, (planned, budget))| {
            json!({ "name": telescope.name, "hours_planned": planned, "hours": budget })
        });
        let plan = &self.plan.recommendation.plan;
        json!({
            "date": date::day(self.mjd),
            "mjd": self.mjd,
            "policy": self.policy,
            "labels": self.labelled,
            "alive": self.alive,
            "without_coordinates": self.unplaced,
            "candidates": self.offers.rows.len(),
            "targets": self.plan.scheduled.len(),
            "telescopes": telescopes.collect::<Vec<_>>(),
            "value": plan.value,
            "bound": plan.bound,
            "message": self.nothing(),
        })
    }

    /// Writes the tables.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Failure> {
        let rows = self.rows();
        write_file(&out.join("plan.csv"), self.plan_csv(&rows)?)?;
        let plan = json!({ "night": self.result(), "plan": rows });
        write_file(&out.join("plan.json"), serde_json::to_vec_pretty(&plan).map_err(Failure::work)?)?;
        let request = serde_json::to_vec_pretty(&self.request(&rows)).map_err(Failure::work)?;
        write_file(&out.join("askforspectrum.json"), request)?;
        write_file(&out.join("candidates.csv"), self.candidates_csv()?)?;
        // That of an earlier plan would lie beside an empty one.
        for ending in ["svg", "png"] {
            std::fs::remove_file(out.join("figures").join(format!("timeline.{ending}"))).ok();
        }
        if rows.is_empty() {
            return Ok(());
        }
        write_figure(&self.timeline(&rows), "timeline", out)
    }

    fn plan_csv(&self, rows: &[Row]) -> Result<Vec<u8>, Failure> {
        let mut header: Vec<String> = [
            "rank",
            "object_id",
            "ra",
            "dec",
            "telescope",
            "start",
            "start_mjd",
            "exposure",
            "overhead",
            "magnitude",
            "airmass",
            "moon_separation",
        ]
        .map(str::to_owned)
        .into();
        header.extend(self.classes.iter().map(|class| format!("p_{class}")));
        header.extend(["score", "worth", "why"].map(str::to_owned));
        let rows = rows.iter().map(|row| {
            let mut cells = vec![
                row.rank.to_string(),
                row.object_id.clone(),
                row.ra.to_string(),
                row.dec.to_string(),
                row.telescope.clone(),
                row.start.clone(),
                row.start_mjd.to_string(),
                row.exposure.to_string(),
                row.overhead.to_string(),
                row.magnitude.to_string(),
                row.airmass.to_string(),
                row.moon_separation.to_string(),
            ];
            let p =
                |class: &String| row.probabilities.get(&format!("p_{class}")).copied().unwrap_or(f64::NAN);
            cells.extend(self.classes.iter().map(|class| p(class).to_string()));
            cells.extend([
                row.score.map(|score| score.to_string()).unwrap_or_default(),
                row.worth.to_string(),
                row.why.clone(),
            ]);
            cells
        });
        csv(std::iter::once(header).chain(rows))
    }

    /// All that could be taken, the planned and the others.
    fn candidates_csv(&self) -> Result<Vec<u8>, Failure> {
        let mut header: Vec<String> = ["object_id", "ra", "dec", "magnitude"].map(str::to_owned).into();
        header.extend(self.classes.iter().map(|class| format!("p_{class}")));
        header.push("score".to_owned());
        header.extend(self.telescopes.iter().map(|telescope| format!("exposure_{}", telescope.name)));
        header.push("telescope".to_owned());
        let telescopes = self.telescopes.len();
        let known = |value: f64| if value.is_nan() { String::new() } else { value.to_string() };
        let rows = self.offers.rows.iter().enumerate().map(|(candidate, &row)| {
            let [ra, dec] = self.offers.places[candidate];
            let mut cells = vec![self.objects[row].object_id.clone(), ra.to_string(), dec.to_string()];
            cells.push(round(self.offers.magnitude[candidate], 3).to_string());
            cells.extend(
                self.plan.recommendation.probabilities.row(candidate).iter().map(ToString::to_string),
            );
            cells.push(known(round(self.plan.recommendation.plan.scores[candidate], 9)));
            let exposures = &self.offers.exposures[candidate * telescopes..(candidate + 1) * telescopes];
            cells.extend(exposures.iter().map(|exposure| known(exposure.ceil())));
            let planned = self.plan.scheduled.iter().find(|target| target.pick.object == candidate);
            cells.push(
                planned.map(|target| self.telescopes[target.pick.telescope].name.clone()).unwrap_or_default(),
            );
            cells
        });
        csv(std::iter::once(header).chain(rows))
    }

    /// What DESC's TOM and FASTDB take at `askforspectrum`: priorities from 5, high, to 1, low, by rank. Objects whose names
    /// are whole numbers are named by numbers, as TOM wants them.
    fn request(&self, rows: &[Row]) -> Value {
        let numbers: Option<Vec<i64>> = rows.iter().map(|row| row.object_id.parse().ok()).collect();
        let priorities: Vec<usize> = (0..rows.len()).map(|place| 5 - 5 * place / rows.len()).collect();
        let names: Vec<&str> = rows.iter().map(|row| row.object_id.as_str()).collect();
        let objects = numbers.map_or_else(|| json!(names), |numbers| json!(numbers));
        json!({ "requester": self.requester, "objectids": objects, "priorities": priorities })
    }

    /// The page for the observer, but for the record of the run.
    pub(crate) fn page(&self, command: &str) -> Report {
        let mut cards = Vec::new();
        for ((telescope, night), (planned, budget)) in
            self.telescopes.iter().zip(&self.plan.nights).zip(self.hours())
        {
            cards.push(Card::new(
                telescope.name.clone(),
                format!("{planned:.1} of {budget:.1} h"),
                sky(night),
            ));
        }
        let mut summary = format!(
            "{} objects are alive, {} can be taken tonight, **{}** are planned by `{}`. The learner knows {} labels.",
            self.alive,
            self.offers.rows.len(),
            self.plan.scheduled.len(),
            self.policy,
            self.labelled
        );
        if let Some(nothing) = self.nothing() {
            summary = format!("**{nothing}**.");
        }
        let mut warnings = Vec::new();
        if self.unplaced > 0 {
            warnings
                .push(format!("{} objects alive have no coordinates and cannot be planned", self.unplaced));
        }
        let page = Report::new(&self.title, command).summary(summary).cards(cards).warnings(warnings);
        if self.plan.scheduled.is_empty() {
            return page;
        }
        let rows = self.rows();
        let mut ordered: Vec<&Row> = rows.iter().collect();
        ordered.sort_by(|a, b| a.telescope.cmp(&b.telescope).then(a.start_mjd.total_cmp(&b.start_mjd)));
        let table = ordered.iter().map(|row| {
            [
                row.telescope.clone(),
                date::clock(row.start_mjd),
                format!("{:.0}", row.exposure / 60.0),
                target_link(&row.object_id, &row.object_id),
                row.rank.to_string(),
                sexagesimal(row.ra / 15.0, 1),
                sexagesimal(row.dec, 0),
                format!("{:.1}", row.magnitude),
                format!("{:.2}", row.airmass),
                format!("{:.2}", self.probable(row)),
            ]
        });
        let header = ["telescope", "start", "min", "object", "rank", "RA", "Dec", self.band, "airmass"];
        let header = header.into_iter().map(str::to_owned).chain([format!("p({})", self.positive)]);
        page.figure(&self.timeline(&rows), "Bars are targets, by rank: the paler part is overhead, the line behind them when they are up.")
            .section("The night, in order", "Times are UTC.")
            .table(header, table)
            .section(
                "The targets",
                "In the order of what they are worth. Only points taken before the night are shown, and known to the \
                 learner; the curves are the smooth fits that the features are made of.",
            )
            .targets(self.cards(&rows))
    }

    /// The probability of the class that is looked for.
    fn probable(&self, row: &Row) -> f64 {
        row.probabilities.get(&format!("p_{}", self.positive)).copied().unwrap_or(f64::NAN)
    }

    /// The most probable class of a row.
    fn class(&self, row: &Row) -> String {
        let best = row.probabilities.iter().max_by(|a, b| a.1.total_cmp(b.1));
        best.map(|(name, _)| name.trim_start_matches("p_").to_owned()).unwrap_or_default()
    }

    fn timeline(&self, rows: &[Row]) -> Figure {
        let telescope = |(place, (telescope, night)): (usize, (&Telescope, &Night))| {
            let dark = night.interval().map_or((f64::NAN, f64::NAN), |dark| (dark.start, dark.end));
            let bars =
                self.plan.scheduled.iter().zip(rows).filter(|(target, _)| target.pick.telescope == place);
            TelescopeNight {
                name: telescope.name.clone(),
                dark,
                sun_down: sun_down(telescope, self.mjd).unwrap_or(dark),
                moon_up: moon_up(night, dark),
                bars: bars
                    .map(|(target, row)| NightBar {
                        label: row.rank.to_string(),
                        name: row.object_id.clone(),
                        group: self.class(row),
                        start: target.start,
                        end: target.start + (row.overhead + row.exposure) / SECONDS_A_DAY,
                        overhead: row.overhead / SECONDS_A_DAY,
                        window: (target.visible.start, target.visible.end),
                    })
                    .collect(),
            }
        };
        let telescopes = self.telescopes.iter().zip(&self.plan.nights).enumerate().map(telescope).collect();
        night_timeline(&NightTimeline {
            title: "The night".into(),
            groups: self.classes.to_vec(),
            telescopes,
        })
    }

    fn cards(&self, rows: &[Row]) -> Vec<Target> {
        let fitters = Fitters::new(&BazinParams::default());
        let card = |(target, row): (&Scheduled, &Row)| {
            let object = &self.objects[self.offers.rows[target.pick.object]];
            let described = Described::new(object, self.bands, &fitters);
            let panel = gallery::panel(&described, described.smooth(), object.object_id.clone());
            let line = |name: &str, value: String| (name.to_owned(), value);
            let mut lines = vec![
                line("telescope", row.telescope.clone()),
                line("start", format!("{} UTC", date::clock(row.start_mjd))),
                line("exposure", format!("{:.0} s", row.exposure)),
                line("where", format!("{} {}", sexagesimal(row.ra / 15.0, 1), sexagesimal(row.dec, 0))),
                line(
                    "tonight",
                    format!(
                        "{} = {:.1}, airmass {:.2}, Moon at {:.0}°",
                        self.band, row.magnitude, row.airmass, row.moon_separation
                    ),
                ),
            ];
            let p = row.probabilities.iter();
            let p: Vec<String> =
                p.map(|(name, p)| format!("{} {p:.2}", name.trim_start_matches("p_"))).collect();
            lines.push(line("probabilities", p.join(", ")));
            Target {
                id: row.object_id.clone(),
                heading: format!("{} · {}", row.rank, row.object_id),
                lines,
                note: row.why.clone(),
                figure: Some(light_curve_card(&panel, Some(self.mjd))),
            }
        };
        self.plan.scheduled.iter().zip(rows).map(card).collect()
    }
}

const SECONDS_A_DAY: f64 = 86_400.0;

/// From sunset to sunrise.
fn sun_down(telescope: &Telescope, mjd: f64) -> Option<(f64, f64)> {
    let limits = Limits { twilight: 0.0, ..telescope.limits };
    let night = Night::new(&telescope.site, &limits, mjd).ok()?.interval()?;
    Some((night.start, night.end))
}

/// When the Moon is up in a night, to ten minutes.
fn moon_up(night: &Night, dark: (f64, f64)) -> Vec<(f64, f64)> {
    const STEP: f64 = 1.0 / 144.0;
    let steps = ((dark.1 - dark.0) / STEP).max(0.0) as usize;
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for step in 0..steps {
        let (from, to) = (dark.0 + step as f64 * STEP, (dark.0 + (step + 1) as f64 * STEP).min(dark.1));
        if night.moon_altitude(0.5 * (from + to)) < 0.0 {
            continue;
        }
        match spans.last_mut() {
            Some(span) if (span.1 - from).abs() < 0.1 * STEP => span.1 = to,
            _ => spans.push((from, to)),
        }
    }
    spans
}

/// Night and Moon in words.
fn sky(night: &Night) -> String {
    match night.interval() {
        Some(dark) => format!(
            "dark {} to {} UTC, Moon {:.0} %",
            date::clock(dark.start),
            date::clock(dark.end),
            100.0 * night.illumination()
        ),
        None => "no night".to_owned(),
    }
}

fn ordinal(number: usize) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// Hours or degrees, minutes and seconds with so many decimals.
fn sexagesimal(value: f64, decimals: usize) -> String {
    let scale = 10f64.powi(decimals as i32);
    let units = (value.abs() * 3600.0 * scale).round();
    let seconds = units / scale;
    let (whole, minutes) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0);
    let width = if decimals == 0 { 2 } else { 3 + decimals };
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{whole:02}:{minutes:02}:{:0width$.decimals$}", seconds % 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_sixtieths() {
        assert_eq!(sexagesimal(52.5 / 15.0, 1), "03:30:00.0");
        assert_eq!(sexagesimal(-27.504_166_7, 0), "−27:30:15");
        assert_eq!(sexagesimal(9.999_999_9, 0), "10:00:00");
    }

    #[test]
    fn numbers_have_their_endings() {
        let words: Vec<String> =
            [1, 2, 3, 4, 11, 12, 13, 21, 112].iter().map(|&n| format!("{n}{}", ordinal(n))).collect();
        assert_eq!(words.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 112th");
    }
}
