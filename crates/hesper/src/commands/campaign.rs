//! `hesper campaign`: which objects, on which telescope, night after night.

use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::{Feature, select, survey_bands};
use hesper_followup::campaign::{
    COMPLETE, Calendar, Campaign, CampaignData, CampaignParams, CampaignRun, Evolution, Offers, Policy,
    evolve,
};
use hesper_followup::{LoopData, Partition, Start};
use hesper_learn::{Learner, Matrix};
use hesper_photometry::{Band, Object, Sample};
use hesper_telescope::Telescope;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::campaign_file::CampaignFile;
use crate::campaign_report::CampaignReport;
use crate::input::Reading;
use crate::learning::ClassView;
use crate::pieces::Pieces;
use crate::session::{Common, Session, forget_record};
use crate::{Failure, print, progress};

/// Play follow-up campaigns on a survey, night after night
///
/// Each night, what is known by then is learned from, each policy's strategy says which objects it would like a spectrum of,
/// an allocator spends the telescope time, and labels come back some nights later, or not at all. Policies and seeds run in
/// parallel; a run that was interrupted goes on where it was when the same command is given again. All are scored on one
/// fixed hold-out. Writes metrics.csv (night by night), ledger.csv (every query: why, and what came of it), telescopes.csv,
/// figures and report.html.
#[derive(Args, Serialize)]
#[command(after_help = "\
Examples:
  hesper campaign examples/snpcc_nightly.toml --out campaign
  hesper campaign my.toml --photometry objects.parquet --nights 30 --seeds 2 --strategies random,bald@greedy --out try")]
pub(crate) struct CampaignCommand {
    /// The configuration: what is observed by whom, and how labels come
    #[arg(value_name = "CONFIG.toml", required_unless_present = "example")]
    config: Option<PathBuf>,
    /// Directory to write
    #[arg(long, value_name = "DIR", required_unless_present = "example")]
    out: Option<PathBuf>,
    /// Light curves, instead of those of the configuration
    #[arg(long, value_name = "FILE")]
    photometry: Option<PathBuf>,
    /// Play this many nights only
    #[arg(long, value_name = "N")]
    nights: Option<u32>,
    /// How many times each policy runs
    #[arg(long, value_name = "S")]
    seeds: Option<usize>,
    /// Policies to compare: `STRATEGY[@ALLOCATOR][+ADAPTER]`
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    strategies: Vec<Policy>,
    /// Begin anew where DIR holds pieces of a campaign with other settings
    #[arg(long)]
    restart: bool,
    /// Print a configuration with all keys and their defaults
    #[arg(long, exclusive = true)]
    example: bool,
    #[command(flatten)]
    common: Common,
}

/// Objects whose nights are made together, and kept together when the work is interrupted.
const BLOCK: usize = 1000;

impl CampaignCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.example {
            return print::result(CampaignFile::example()?);
        }
        let (Some(config), Some(out)) = (&self.config, &self.out) else {
            return Err(Failure::request("CONFIG.toml and --out are needed: see hesper campaign --help"));
        };
        let (file, photometry) = self.settings(config)?;
        let telescopes = file.telescopes(config)?;
        let learner = file.learner.build()?;
        let features = select(&file.features)?;
        let mut session = Session::start(&self.common, &json!({ "command": &self, "campaign": &file }))?;
        session.input(config)?;
        let digest = session.input(&photometry)?;
        session.output_directory(out)?;
        forget_record(out)?;
        let origin = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "photometry": digest,
            "settings": file.origin(),
            "telescopes": &telescopes,
        });
        let pieces = Pieces::open(out, &origin, self.restart)?;
        let ground = Ground::read(&file, config, &photometry, &features, out, &pieces)?;
        let runs = ground.play(&file.campaign, &telescopes, file.visibility, learner.as_ref(), &pieces)?;
        let report = CampaignReport {
            file: &file,
            telescopes: &telescopes,
            ground: &ground,
            runs: &runs,
            command: session.command_line(),
        };
        report.lines()?.iter().for_each(|line| session.say(line));
        report.write(out)?;
        session.finish(&report.result()?)?.end(report.page()?, out)
    }

    /// The configuration with what the command line says instead, and where the light curves are.
    fn settings(&self, config: &Path) -> Result<(CampaignFile, PathBuf), Failure> {
        let mut file = CampaignFile::read(config)?;
        let params = &mut file.campaign;
        params.seed = self.common.seed;
        if let Some(nights) = self.nights {
            if nights == 0 {
                return Err(Failure::request("--nights is 0, but must be at least 1"));
            }
            params.last_day = params.last_day.min(params.first_day.saturating_add(nights - 1));
        }
        if let Some(seeds) = self.seeds {
            params.seeds = seeds;
        }
        if !self.strategies.is_empty() {
            params.strategies.clone_from(&self.strategies);
        }
        params.check()?;
        let photometry = match (&self.photometry, &file.photometry) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => CampaignFile::beside(config, path),
            (None, None) => {
                return Err(Failure::request(format!(
                    "{} names no light curves: give them as `photometry` there, or with --photometry",
                    config.display()
                )));
            }
        };
        Ok((file, photometry))
    }
}

/// All that a campaign's runs share.
pub(crate) struct Ground {
    pub(crate) objects: Vec<Object>,
    pub(crate) view: ClassView,
    pub(crate) data: CampaignData,
    pub(crate) partition: Partition,
    pub(crate) calendar: Calendar,
}

impl Ground {
    fn read(
        file: &CampaignFile,
        config: &Path,
        photometry: &Path,
        features: &[&'static Feature],
        out: &Path,
        pieces: &Pieces,
    ) -> Result<Self, Failure> {
        let params = &file.campaign;
        let reading = Reading {
            skip_bad: false,
            metadata: file.metadata.as_ref().map(|path| CampaignFile::beside(config, path)),
            vega_offsets: Vec::new(),
        };
        let (objects, _) = reading.all(photometry, &out.join("campaign"))?;
        let calendar = Calendar::new(&objects, params.last_day)?;
        let bands = survey_bands(&objects);
        let evolution = evolution(&objects, features, &bands, calendar, params, pieces)?;
        let class: Vec<Option<String>> = objects.iter().map(|object| object.class.clone()).collect();
        let view = ClassView::new(&class, &file.positive, file.multiclass)?;
        let place = objects.iter().enumerate().flat_map(|(row, object)| {
            let known = evolution.known(row, COMPLETE);
            let brightest = known.map_or(f64::NAN, |known| f64::from(known.sight.brightest));
            [object.redshift.unwrap_or(f64::NAN), brightest]
        });
        let spectroscopic = |object: &Object| object.sample == Sample::Spectroscopic;
        // A sample that is all of spectra has no pool. Where the campaign does not start from it, it is played as if there
        // were none.
        let as_photometric = params.start != Start::Spectroscopic && objects.iter().all(spectroscopic);
        if as_photometric {
            print::note("all objects are of the spectroscopic sample: they are taken for photometric ones");
        }
        let data = CampaignData {
            objects: LoopData {
                x: evolution.complete()?,
                class: view.codes.clone(),
                n_classes: view.classes.len(),
                positive: view.code(&file.positive),
                spectroscopic: objects
                    .iter()
                    .map(|object| !as_photometric && spectroscopic(object))
                    .collect(),
                place: Matrix::new(objects.len(), 2, place.collect())?,
            },
            object_id: objects.iter().map(|object| object.object_id.clone()).collect(),
            evolution,
        };
        let partition = data.objects.partition(params.hold_out, params.seed)?;
        Ok(Self { objects, view, data, partition, calendar })
    }

    /// What each night offers.
    fn offers(
        &self,
        params: &CampaignParams,
        telescopes: &[Telescope],
        visibility: bool,
    ) -> Result<Vec<Offers>, Failure> {
        let bar = progress::bar("looking up", Some(u64::from(params.last_day - params.first_day) + 1));
        let days: Vec<u32> = (params.first_day..=params.last_day).collect();
        let places = self.places();
        let offers = days
            .par_iter()
            .map(|&day| {
                let targets = self.data.targets(&self.partition.pool, &places, day, &params.alive);
                bar.inc(1);
                Ok(Offers::tonight(telescopes, &targets, self.calendar.mjd(day), visibility)?)
            })
            .collect();
        bar.finish_and_clear();
        offers
    }

    /// Where each object is, degrees; NaN where nobody knows.
    pub(crate) fn places(&self) -> Vec<[f64; 2]> {
        let known = |place: Option<f64>| place.unwrap_or(f64::NAN);
        self.objects.iter().map(|object| [known(object.ra), known(object.dec)]).collect()
    }

    /// Plays all policies with all seeds, but for those that an interrupted run has finished.
    fn play(
        &self,
        params: &CampaignParams,
        telescopes: &[Telescope],
        visibility: bool,
        learner: &dyn Learner,
        pieces: &Pieces,
    ) -> Result<Vec<CampaignRun>, Failure> {
        let offers = self.offers(params, telescopes, visibility)?;
        let weather: Vec<f64> = telescopes.iter().map(|telescope| telescope.observing.weather_loss).collect();
        let campaign = Campaign::new(&self.data, &self.partition, learner, params, &offers, &weather)?;
        let seeds = (0..params.seeds as u64).map(|place| params.seed.wrapping_add(place));
        let tasks: Vec<(&Policy, u64, String)> = seeds
            .flat_map(|seed| params.strategies.iter().map(move |policy| (policy, seed)))
            .map(|(policy, seed)| (policy, seed, format!("{policy}-{seed}.json")))
            .collect();
        let open: Vec<_> =
            tasks.iter().filter(|(_, _, piece)| pieces.value::<CampaignRun>(piece).is_none()).collect();
        if open.len() < tasks.len() {
            let done = tasks.len() - open.len();
            print::note(format_args!("{done} of {} runs were finished before", tasks.len()));
        }
        let bar = progress::bar("playing", Some((open.len() * offers.len()) as u64));
        open.into_par_iter().try_for_each(|(policy, seed, piece)| {
            let run = campaign.run(policy, *seed, &|| bar.inc(1))?;
            pieces.keep_value(piece, &run)
        })?;
        bar.finish_and_clear();
        // All are taken from the pieces, so that it makes no difference when they were made.
        let mut runs: Vec<CampaignRun> = tasks
            .iter()
            .map(|(_, _, piece)| {
                pieces
                    .value(piece)
                    .ok_or_else(|| Failure::work(format!("the finished piece {piece} is gone")))
            })
            .collect::<Result<_, _>>()?;
        let place =
            |run: &CampaignRun| params.strategies.iter().position(|policy| policy.to_string() == run.policy);
        runs.sort_by_key(|run| (place(run), run.seed));
        Ok(runs)
    }
}

/// What was known of the objects each night, block by block, but for blocks that an interrupted run has finished.
fn evolution(
    objects: &[Object],
    features: &[&'static Feature],
    bands: &[Band],
    calendar: Calendar,
    params: &CampaignParams,
    pieces: &Pieces,
) -> Result<Evolution, Failure> {
    let bar = progress::bar("nights", Some(objects.len() as u64));
    let mut all: Option<Evolution> = None;
    for (place, block) in objects.chunks(BLOCK).enumerate() {
        let piece = format!("nights-{place:03}.safetensors");
        let known = pieces.bytes(&piece).and_then(|bytes| Evolution::from_bytes(&bytes).ok());
        let part = match known {
            Some(part) => {
                bar.inc(block.len() as u64);
                part
            }
            None => {
                let part = evolve(block, features, bands, calendar, &params.alive, &|| bar.inc(1))?;
                pieces.keep(&piece, &part.to_bytes()?)?;
                part
            }
        };
        match &mut all {
            Some(all) => all.append(&part),
            None => all = Some(part),
        }
    }
    bar.finish_and_clear();
    all.ok_or_else(|| Failure::work("there is no object to play with"))
}
