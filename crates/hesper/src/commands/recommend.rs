//! `hesper recommend`: which objects deserve a spectrum tonight.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hesper_features::{Feature, select, survey_bands};
use hesper_followup::campaign::{
    Alive, Calendar, Evening, Evolution, NightPlan, Offers, Policy, Target, evolve,
};
use hesper_learn::{LabelCoder, Matrix};
use hesper_photometry::{Band, Object, Sample};
use serde::Serialize;
use serde_json::json;

use crate::campaign_file::telescopes;
use crate::input::Reading;
use crate::learners::LearnerOptions;
use crate::session::{Common, Session, forget_record};
use crate::tonight::Tonight;
use crate::{Failure, date, labels, print, progress};

/// Recommend which objects deserve a spectrum tonight
///
/// Learns from the labels, scores every object that is alive, and writes the plan of the night: what each telescope takes,
/// when, for how long, and why. Only points taken before the date are seen. plan.html is for the observer; plan.csv,
/// plan.json and askforspectrum.json are for programs; candidates.csv has everyone who was considered.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper recommend --photometry objects.parquet --labels labels.csv --telescopes ntt-efosc2 --date 2012-11-19 --out tonight
  hesper recommend --photometry objects.parquet --telescopes mine.toml,gemini-south-gmos --date 56250 \\
      --strategy bald@greedy --out tonight")]
pub(crate) struct Recommend {
    /// Light curves in any format that `convert` reads
    #[arg(long, value_name = "FILE")]
    photometry: PathBuf,
    /// Classes from spectra: CSV with object_id and class [default: the classes of the objects whose sample is
    /// spectroscopic]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Telescopes: presets by name, and TOML files
    #[arg(long, value_delimiter = ',', required = true, value_name = "NAMES")]
    telescopes: Vec<String>,
    /// The night: a modified Julian day or YYYY-MM-DD; the night is that whose midnight is nearest to 0h UTC of it
    #[arg(long, value_parser = date::parse, value_name = "DATE")]
    date: f64,
    /// Directory to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Who chooses: `STRATEGY[@ALLOCATOR][+ADAPTER]`
    #[arg(long, default_value = "uncertainty", value_name = "POLICY")]
    strategy: Policy,
    /// Sets or single features
    #[arg(long = "set", value_delimiter = ',', default_value = "default", value_name = "NAMES")]
    sets: Vec<String>,
    /// The class that is looked for; all others are one class, unless --multiclass
    #[arg(long, default_value = "Ia", value_name = "CLASS")]
    positive: String,
    /// Let the learner tell all classes apart
    #[arg(long)]
    multiclass: bool,
    /// Days after the last detection in which an object may still be asked for
    #[arg(long, default_value_t = Alive::default().recent, value_name = "DAYS")]
    recent: f64,
    /// The band whose magnitude tonight exposures are reckoned by
    #[arg(long, default_value = "r", value_name = "BAND")]
    band: String,
    /// Who asks, in askforspectrum.json
    #[arg(long, default_value = "hesper", value_name = "NAME")]
    requester: String,
    #[command(flatten)]
    learner: LearnerOptions,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    common: Common,
}

/// The objects of a night: all that was known by its date.
struct Sky {
    objects: Vec<Object>,
    bands: Vec<Band>,
    evolution: Evolution,
    /// The class of each object whose spectrum is known.
    known: Vec<Option<String>>,
}

impl Recommend {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let features = select(&self.sets)?;
        let telescopes = telescopes(&self.telescopes)?;
        self.strategy.check()?;
        let learner = self.learner.build(None)?;
        let alive = Alive { recent: self.recent, band: self.band.clone(), ..Alive::default() };
        let mut session =
            Session::start(&self.common, &json!({ "command": &self, "telescopes": &telescopes }))?;
        session.input(&self.photometry)?;
        if let Some(labels) = &self.labels {
            session.input(labels)?;
        }
        session.output_directory(&self.out)?;
        forget_record(&self.out)?;
        let sky = self.sky(&features, &alive)?;
        let classes = self.classes(&sky)?;
        let code = |class: &String| -> u32 {
            if self.multiclass {
                classes.iter().position(|known| known == class).unwrap_or_default() as u32
            } else {
                u32::from(*class != self.positive)
            }
        };
        let labelled: Vec<usize> = sky.labelled().collect();
        let codes: Vec<u32> = labelled.iter().filter_map(|&row| sky.known[row].as_ref()).map(code).collect();
        let (targets, unplaced) = sky.targets(&alive);
        let offers = Offers::tonight(&telescopes, &targets, self.date, true)?;
        let object_id: Vec<String> =
            offers.rows.iter().map(|&row| sky.objects[row].object_id.clone()).collect();
        let places = sky.places(&labelled, &offers.rows)?;
        let evening = Evening {
            learner: learner.as_ref(),
            labelled: &sky.evolution.features(&labelled, DUSK)?,
            classes: &codes,
            n_classes: classes.len(),
            positive: classes.iter().position(|class| *class == self.positive).unwrap_or_default() as u32,
            candidates: &sky.evolution.features(&offers.rows, DUSK)?,
            object_id: &object_id,
            offers: &offers,
            places: &places,
            reference: &sky.places(&labelled, &[])?,
            committee: hesper_followup::LoopParams::default().committee,
            seed: self.common.seed,
        };
        let plan: NightPlan = evening.night(&self.strategy, &telescopes, self.date)?;
        let tonight = Tonight {
            title: format!("Spectra for the night of {}", date::day(self.date)),
            mjd: self.date,
            policy: &self.strategy,
            band: &self.band,
            positive: &self.positive,
            requester: &self.requester,
            classes: &classes,
            telescopes: &telescopes,
            objects: &sky.objects,
            bands: &sky.bands,
            offers: &offers,
            plan: &plan,
            labelled: labelled.len(),
            alive: targets.len(),
            unplaced,
        };
        tonight.lines().iter().for_each(|line| session.say(line));
        tonight.write(&self.out)?;
        let page = tonight.page(&session.command_line());
        let finished = session.finish(&tonight.result())?;
        page.manifest(&finished.manifest).write(self.out.join("plan.html"))?;
        finished.write_record(&self.out)?;
        finished.print()?;
        print::note(format_args!("plan: {}", self.out.join("plan.html").display()));
        Ok(())
    }

    /// Reads the light curves, hides what was taken after the date, and describes the rest.
    fn sky(&self, features: &[&'static Feature], alive: &Alive) -> Result<Sky, Failure> {
        let (mut objects, _) = self.reading.all(&self.photometry, &self.out.join("recommend"))?;
        for object in &mut objects {
            object.lightcurve = object.lightcurve.before(self.date);
        }
        let known = self.known(&objects)?;
        let bands = survey_bands(&objects);
        let calendar = Calendar { first: self.date, last: 0 };
        let bar = progress::bar("describing", Some(objects.len() as u64));
        let evolution = if bands.is_empty() {
            Evolution::new(0)
        } else {
            evolve(&objects, features, &bands, calendar, alive, &|| bar.inc(1))?
        };
        bar.finish_and_clear();
        Ok(Sky { objects, bands, evolution, known })
    }

    /// The class of each object whose spectrum is known.
    fn known(&self, objects: &[Object]) -> Result<Vec<Option<String>>, Failure> {
        let Some(path) = &self.labels else {
            let class =
                |object: &Object| object.class.clone().filter(|_| object.sample == Sample::Spectroscopic);
            return Ok(objects.iter().map(class).collect());
        };
        let labels: BTreeMap<String, String> = labels::read(path)?;
        let known: Vec<Option<String>> =
            objects.iter().map(|object| labels.get(&object.object_id).cloned()).collect();
        let found = known.iter().flatten().count();
        if found < labels.len() {
            print::note(format_args!(
                "{} of the {} labels of {} are of objects without light curves in {}: they teach nothing",
                labels.len() - found,
                labels.len(),
                path.display(),
                self.photometry.display()
            ));
        }
        Ok(known)
    }

    /// The names of the classes as the learner sees them.
    fn classes(&self, sky: &Sky) -> Result<Vec<String>, Failure> {
        let coder = LabelCoder::new(sky.labelled().filter_map(|row| sky.known[row].as_ref()));
        let known = coder.classes();
        if known.len() < 2 || !known.contains(&self.positive) {
            let shown = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Failure::request(format!(
                "the labelled objects that were seen before the date are of the classes: {shown}; at least two are needed, \
                 {:?} among them: see --labels and --positive",
                self.positive
            )));
        }
        Ok(if self.multiclass {
            known.to_vec()
        } else {
            vec![self.positive.clone(), crate::learning::REST.to_owned()]
        })
    }
}

/// The one dusk of the calendar.
const DUSK: u32 = 0;

impl Sky {
    /// The objects with a class and a point.
    fn labelled(&self) -> impl Iterator<Item = usize> {
        (0..self.objects.len())
            .filter(|&row| self.known[row].is_some() && self.evolution.known(row, DUSK).is_some())
    }

    /// The objects that are alive and have no class, and how many of them have no place on the sky.
    fn targets(&self, alive: &Alive) -> (Vec<Target>, usize) {
        let mut unplaced = 0;
        let mut targets = Vec::new();
        for (row, object) in self.objects.iter().enumerate() {
            let Some(known) = self.evolution.known(row, DUSK).filter(|_| self.known[row].is_none()) else {
                continue;
            };
            if !known.alive(f64::from(DUSK), alive) {
                continue;
            }
            let Some(expected) = known.magnitude(f64::from(DUSK)) else { continue };
            let place = [object.ra.unwrap_or(f64::NAN), object.dec.unwrap_or(f64::NAN)];
            unplaced += usize::from(place.iter().any(|angle| angle.is_nan()));
            targets.push(Target { row, place, expected, actual: expected });
        }
        (targets, unplaced)
    }

    /// Redshift and brightest magnitude, of the labelled first.
    fn places(&self, labelled: &[usize], candidates: &[usize]) -> Result<Matrix, Failure> {
        let place = |&row: &usize| {
            let brightest =
                self.evolution.known(row, DUSK).map_or(f64::NAN, |known| f64::from(known.sight.brightest));
            [self.objects[row].redshift.unwrap_or(f64::NAN), brightest]
        };
        let values: Vec<f64> = labelled.iter().chain(candidates).flat_map(place).collect();
        Ok(Matrix::new(labelled.len() + candidates.len(), 2, values)?)
    }
}
