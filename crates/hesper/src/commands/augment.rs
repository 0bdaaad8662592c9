//! `hesper augment`: copies of labelled light curves that look like those to be classified.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hesper_adapt::strata::{PropensityParams, Strata};
use hesper_adapt::{Source, Target};
use hesper_features::augment::{AugmentParams, Copy, Redshifts, Synthesis, augment, redraw};
use hesper_features::{BazinParams, describe, select};
use hesper_learn::{LogisticParams, Prepare, Scaling};
use hesper_photometry::{Object, ObjectWriter};
use serde::Serialize;
use serde_json::{Value, json};

use crate::input::Reading;
use crate::judging::SampleName;
use crate::learning::matrix;
use crate::session::{Common, Session};
use crate::{Failure, print, progress};

/// Make copies of labelled light curves that look like those to be classified
///
/// Objects with a spectrum are bright and near, those to be classified are not. The copies keep their class; the table has
/// the labelled objects and their copies, named `ID_aug1` and so on, all of the spectroscopic sample: describe it with
/// `hesper features` and learn from it. Labels of the target are not looked at.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper augment objects.parquet --out augmented.parquet
  hesper augment labelled.parquet --like tonight.parquet --copies 30 --out augmented.parquet
  hesper augment objects.parquet --method staccato --out augmented.parquet
  hesper features augmented.parquet --out source.parquet
  hesper features objects.parquet --out target.parquet
  hesper adapt source.parquet target.parquet --positive Ia --learner boosted --method em --out adapted")]
pub(crate) struct Augment {
    /// Light curves of labelled objects, in any format that `convert` reads
    #[arg(value_name = "OBJECTS")]
    objects: PathBuf,
    /// The table to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Light curves like which the copies should be [default: the other objects of OBJECTS]
    #[arg(long, value_name = "TARGET")]
    like: Option<PathBuf>,
    /// How copies come about
    #[arg(long, value_enum, default_value_t = MethodName::Redshift)]
    method: MethodName,
    /// Copies for each labelled object, on average; with --method staccato the most of any
    #[arg(long, default_value_t = AugmentParams::default().copies, value_name = "N")]
    copies: usize,
    /// Where --method redshift puts the copies
    #[arg(long, value_enum, default_value_t = RedshiftName::Matched)]
    redshifts: RedshiftName,
    /// With --method redshift, draw curves from the Gaussian process rather than to take its mean
    #[arg(long)]
    draw: bool,
    /// With --method staccato, strata by which the copies are balanced; 1 gives each object as many
    #[arg(long, default_value_t = 5, value_name = "N")]
    strata: usize,
    /// The labelled objects, of a table that tells samples apart
    #[arg(long, value_enum, default_value_t = SampleName::Spectroscopic)]
    sample: SampleName,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum MethodName {
    /// The Gaussian process of an object at another redshift, seen with the visits, errors and host of one of the target
    Redshift,
    /// Drawn from the Gaussian process of an object at its own times, more where labels are few (STACCATO)
    Staccato,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum RedshiftName {
    /// At the photometric redshifts of the target's objects
    Matched,
    /// Anywhere an object may be brought, even in the logarithm
    Even,
}

impl Augment {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let params = AugmentParams {
            synthesis: match self.method {
                MethodName::Redshift => Synthesis::Redshift,
                MethodName::Staccato => Synthesis::Staccato,
            },
            copies: self.copies,
            redshifts: match self.redshifts {
                RedshiftName::Matched => Redshifts::Matched,
                RedshiftName::Even => Redshifts::Even,
            },
            draw: self.draw,
            seed: self.common.seed,
            ..AugmentParams::default()
        };
        params.check().map_err(Failure::request)?;
        let mut session = Session::start(&self.common, &json!({ "command": &self, "params": &params }))?;
        session.input(&self.objects)?;
        if let Some(like) = &self.like {
            session.input(like)?;
        }
        session.output(&self.out)?;
        let (labelled, target) = self.read()?;
        let bar = progress::bar("copying", None);
        let (copies, strata) = match self.method {
            MethodName::Staccato if self.strata != 1 => {
                let strata = self.balance(&labelled, &target, &params)?;
                let per_object = strata.copies(self.copies);
                let mut counts = vec![0; labelled.len()];
                for (stratum, copies) in strata.strata.iter().zip(&per_object) {
                    stratum.source.iter().for_each(|&row| counts[row] = *copies);
                }
                (redraw(&labelled, &counts, &params, &|| bar.inc(1)), Some((strata, per_object)))
            }
            _ => (augment(&labelled, &target, &params, &|| bar.inc(1)), None),
        };
        bar.finish_and_clear();
        let copies = copies.map_err(|error| match error {
            hesper_features::Error::Empty => Failure::work(format!(
                "{}: no copy could be made: labelled objects need 5 points and --method redshift a redshift, and there must \
                 be objects of the target with points and photometric redshifts (or --redshifts even)",
                self.objects.display()
            )),
            other => other.into(),
        })?;
        let mut writer = ObjectWriter::create(&self.out)?;
        for object in labelled.iter().chain(copies.iter().map(|copy| &copy.object)) {
            writer.write(object)?;
        }
        writer.finish()?;
        let result = self.result(&session, &labelled, &target, &copies, strata);
        let finished = session.finish(&result)?;
        finished.write_record(&self.out)?;
        finished.print()
    }

    /// The labelled objects, and those like which the copies should be.
    fn read(&self) -> Result<(Vec<Object>, Vec<Object>), Failure> {
        let (objects, _) = self.reading.all(&self.objects, &self.out)?;
        let chosen = |object: &Object| self.sample.takes(Some(object.sample)) && object.class.is_some();
        let (labelled, others): (Vec<Object>, Vec<Object>) = objects.into_iter().partition(chosen);
        if labelled.is_empty() {
            return Err(Failure::request(format!(
                "{}: no object of the sample asked for has a class: see --sample",
                self.objects.display()
            )));
        }
        if let Some(object) = labelled.iter().find(|object| object.object_id.contains("_aug")) {
            print::note(format_args!(
                "note: {} has copies already, such as {}: copies of copies drift away from what was seen",
                self.objects.display(),
                object.object_id
            ));
        }
        let target = match &self.like {
            None => others,
            Some(like) => self.reading.all(like, &self.out)?.0,
        };
        if target.is_empty() && (self.method == MethodName::Redshift || self.strata != 1) {
            return Err(Failure::request(format!(
                "{}: there is no object that the copies should be like: name a table of them with --like",
                self.like.as_ref().unwrap_or(&self.objects).display()
            )));
        }
        Ok((labelled, target))
    }

    /// Strata of the propensity to have a label, by logistic regression on the default features.
    fn balance(
        &self,
        labelled: &[Object],
        target: &[Object],
        params: &AugmentParams,
    ) -> Result<Strata, Failure> {
        let features = select(&["default"])?;
        let bar = progress::bar("describing", Some((labelled.len() + target.len()) as u64));
        let all: Vec<Object> = labelled.iter().chain(target).cloned().collect();
        let table = describe(&all, &features, &BazinParams::default(), &|| bar.inc(1))?;
        bar.finish_and_clear();
        let all = matrix(&table)?;
        let x = Prepare::fit(Scaling::Standard, &all, None)?.apply(&all)?;
        let own: Vec<usize> = (0..labelled.len()).collect();
        let others: Vec<usize> = (labelled.len()..all.rows()).collect();
        let (x, t) = (x.select_rows(&own), x.select_rows(&others));
        let mut classes: Vec<&String> = labelled.iter().flat_map(|object| &object.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let code = |object: &Object| {
            let place = object.class.as_ref().and_then(|class| classes.binary_search(&class).ok());
            place.unwrap_or_default() as u32
        };
        let y: Vec<u32> = labelled.iter().map(code).collect();
        let source = Source { x: &x, y: &y, n_classes: classes.len() };
        let learner = LogisticParams::default();
        let propensity =
            PropensityParams::default().fit(&source, &Target { x: &t }, &learner, params.seed)?;
        Ok(Strata::new(&source, &propensity, self.strata)?)
    }

    /// Tells what was made, and returns it for machines.
    fn result(
        &self,
        session: &Session,
        labelled: &[Object],
        target: &[Object],
        copies: &[Copy],
        strata: Option<(Strata, Vec<usize>)>,
    ) -> Value {
        let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for object in labelled {
            classes.entry(object.class.as_deref().unwrap_or_default()).or_default().0 += 1;
        }
        for copy in copies {
            classes.entry(copy.object.class.as_deref().unwrap_or_default()).or_default().1 += 1;
        }
        let mut parents: Vec<usize> = copies.iter().map(|copy| copy.parent).collect();
        parents.dedup();
        session.say(format!(
            "{} labelled objects, {} copies of {} of them in {:.1} s: {}",
            labelled.len(),
            copies.len(),
            parents.len(),
            session.seconds(),
            self.out.display()
        ));
        for (class, (own, made)) in &classes {
            session.say(format!("  {class:<12} {own:>8} labelled {made:>8} copies"));
        }
        let photoz = |objects: &mut dyn Iterator<Item = &Object>| {
            let mut all: Vec<f64> = objects.filter_map(|o| o.host_photoz.or(o.redshift)).collect();
            all.sort_by(f64::total_cmp);
            all.get(all.len() / 2).copied()
        };
        let medians = [
            photoz(&mut labelled.iter()),
            photoz(&mut copies.iter().map(|copy| &copy.object)),
            photoz(&mut target.iter()),
        ];
        if let [Some(own), Some(made), Some(wanted)] = medians {
            session.say(format!(
                "  median redshift: labelled {own:.3}, copies {made:.3}, objects to be like {wanted:.3}"
            ));
        }
        if let Some((strata, copies)) = &strata {
            for (place, (stratum, copies)) in strata.strata.iter().zip(copies).enumerate() {
                session.say(format!(
                    "  stratum {}: {:>6} labelled {:>8} to be like {copies:>6} copies of each",
                    place + 1,
                    stratum.source.len(),
                    stratum.target
                ));
            }
        }
        let strata = strata.map(|(strata, copies)| {
            let each = strata.strata.iter().zip(copies).map(|(stratum, copies)| {
                json!({
                    "labelled": stratum.source.len(),
                    "target": stratum.target,
                    "classes": stratum.classes,
                    "copies_of_each": copies,
                })
            });
            each.collect::<Vec<Value>>()
        });
        json!({
            "labelled": labelled.len(),
            "copies": copies.len(),
            "parents": parents.len(),
            "classes": classes.iter().map(|(class, (own, made))| {
                (class.to_string(), json!({ "labelled": own, "copies": made }))
            }).collect::<serde_json::Map<String, Value>>(),
            "median_redshift": { "labelled": medians[0], "copies": medians[1], "target": medians[2] },
            "strata": strata,
            "out": self.out,
        })
    }
}
