//! One policy with one seed, night after night.

use hesper_adapt::{Source, Target};
use hesper_learn::conformal::effective_size;
use hesper_learn::metrics::{self, Detection};
use hesper_learn::{Classifier, Learner, Matrix, TrainingSet};
use hesper_telescope::allocate::TelescopeNight;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chance::{Subject, uniform};
use super::plan::Plan;
use super::policy::Built;
use super::{
    CampaignData, CampaignParams, CampaignQuery, CampaignRun, Evening, NightRecord, NightScores, Offers,
    Policy, StartFeatures, TrainingFeatures,
};
use crate::asking::{Abilities, probabilities};
use crate::{Error, Partition, Start};

/// What all runs of a campaign share.
pub(super) struct Ground<'a> {
    pub(super) data: &'a CampaignData,
    pub(super) partition: &'a Partition,
    pub(super) learner: &'a dyn Learner,
    pub(super) params: &'a CampaignParams,
    /// One for each night.
    pub(super) offers: &'a [Offers],
    /// The probability that each telescope loses a night.
    pub(super) weather_loss: &'a [f64],
}

/// An object whose class is known.
struct Labelled {
    row: usize,
    class: u32,
    /// The day whose features it is learned with, where they do not evolve.
    since: Option<u32>,
    /// Whether it was known from the start.
    start: bool,
}

/// The state of a run from night to night.
pub(super) struct Nights<'a> {
    ground: &'a Ground<'a>,
    policy: Built,
    seed: u64,
    labelled: Vec<Labelled>,
    /// How often each row was taken.
    taken: Vec<u32>,
    hours: Vec<f64>,
    abilities: Abilities,
    run: CampaignRun,
}

/// The labelled objects of a night as the learner sees them.
struct Sample {
    x: Matrix,
    rows: Vec<usize>,
    classes: Vec<u32>,
    weights: Option<Vec<f64>>,
}

impl<'a> Nights<'a> {
    pub(super) fn new(ground: &'a Ground<'a>, policy: &Policy, seed: u64) -> Result<Self, Error> {
        let mut nights = Self {
            ground,
            policy: policy.build()?,
            seed,
            labelled: Vec::new(),
            taken: vec![0; ground.data.objects.class.len()],
            hours: vec![0.0; ground.weather_loss.len()],
            abilities: Abilities::default(),
            run: CampaignRun {
                policy: policy.to_string(),
                seed,
                nights: Vec::new(),
                queries: Vec::new(),
                hours_open: vec![0.0; ground.weather_loss.len()],
                nights_lost: vec![0; ground.weather_loss.len()],
            },
        };
        match ground.params.start {
            Start::Spectroscopic => ground.partition.spectroscopic.iter().for_each(|&row| nights.know(row)),
            Start::Nothing => (),
            Start::Random(count) => {
                let mut pool = ground.partition.pool.clone();
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                for _ in 0..count.min(pool.len()) {
                    let row = pool.swap_remove(rng.random_range(0..pool.len()));
                    nights.know(row);
                    nights.taken[row] = u32::MAX;
                }
            }
        }
        Ok(nights)
    }

    /// A class that is known from the start.
    fn know(&mut self, row: usize) {
        if let Some(class) = self.ground.data.objects.class[row] {
            self.labelled.push(Labelled { row, class, since: None, start: true });
        }
    }

    /// Goes through all nights. `progress` is called after each.
    pub(super) fn run(mut self, progress: &(dyn Fn() + Sync)) -> Result<CampaignRun, Error> {
        let params = self.ground.params;
        for day in params.first_day..=params.last_day {
            self.night(day)?;
            progress();
        }
        Ok(self.run)
    }

    fn night(&mut self, day: u32) -> Result<(), Error> {
        let params = self.ground.params;
        self.reveal(day);
        let sample = self.sample(day)?;
        // The same draws for all policies in the same night: what differs between them is their choice.
        let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(u64::from(day));
        let offers = self.open(day);
        let since = day - params.first_day;
        let scored = since.is_multiple_of(params.score_every) || day == params.last_day;
        let needs = self.policy.needs();
        let asked = !offers.rows.is_empty();
        let classifier =
            if scored || asked && self.abilities.must_fit(&needs) { self.fit(&sample, seed)? } else { None };
        if scored {
            self.score(day, &sample, classifier.as_deref(), offers.rows.len())?;
        }
        if asked {
            let plan = self.choose(day, &sample, classifier.as_deref(), &offers, seed)?;
            self.observe(day, &offers, &plan);
        }
        Ok(())
    }

    /// The labels that have come by the dusk of this day.
    fn reveal(&mut self, day: u32) {
        for query in self.run.queries.iter().filter(|query| query.label_day == Some(day)) {
            if let Some(class) = self.ground.data.objects.class[query.row] {
                let since =
                    (self.ground.params.training_features == TrainingFeatures::Frozen).then_some(query.day);
                self.labelled.push(Labelled { row: query.row, class, since, start: false });
            }
        }
    }

    /// The labelled objects with the features that they have tonight; those never seen are left out.
    fn sample(&self, day: u32) -> Result<Sample, Error> {
        let (data, params) = (self.ground.data, self.ground.params);
        let columns = data.evolution.columns();
        let mut sample =
            Sample { x: Matrix::default(), rows: Vec::new(), classes: Vec::new(), weights: None };
        let mut values = Vec::with_capacity(self.labelled.len() * columns);
        for labelled in &self.labelled {
            if labelled.start && params.start_features == StartFeatures::Complete {
                values.extend_from_slice(data.objects.x.row(labelled.row));
            } else if let Some(known) = data.evolution.known(labelled.row, labelled.since.unwrap_or(day)) {
                values.extend(known.features.iter().map(|value| f64::from(*value)));
            } else {
                continue;
            }
            sample.rows.push(labelled.row);
            sample.classes.push(labelled.class);
        }
        sample.x = Matrix::new(sample.rows.len(), columns, values)?;
        if let Some(adapter) = &self.policy.adapter {
            let pool = self.ground.partition.pool.iter().copied();
            let sky: Vec<usize> = pool.filter(|&row| data.seen(row, day, &params.alive)).collect();
            let sky = data.evolution.features(&sky, day)?;
            let n_classes = data.objects.n_classes;
            let labelled = Source { x: &sample.x, y: &sample.classes, n_classes };
            sample.weights = adapter.weights(&labelled, &Target { x: &sky }, self.seed)?;
        }
        Ok(sample)
    }

    /// What tonight offers to this run: without what it has taken, and without telescopes under clouds.
    fn open(&mut self, day: u32) -> Offers {
        let ground = self.ground;
        let offers = &ground.offers[(day - ground.params.first_day) as usize];
        let labels = &ground.params.labels;
        let count = offers.telescopes.len();
        let mut open = Offers { telescopes: offers.telescopes.clone(), ..Offers::default() };
        for (telescope, (night, loss)) in open.telescopes.iter_mut().zip(ground.weather_loss).enumerate() {
            if labels.weather && uniform(self.seed, Subject::Weather { telescope }, day) < *loss {
                night.seconds = 0.0;
                self.run.nights_lost[telescope] += 1;
            }
            self.run.hours_open[telescope] += night.seconds / 3600.0;
        }
        let recent = self.run.queries.iter().rev().take_while(|query| query.day + labels.latency > day);
        let waiting: Vec<usize> = recent.map(|query| query.row).collect();
        for (place, &row) in offers.rows.iter().enumerate() {
            if self.taken[row] >= labels.attempts || waiting.contains(&row) {
                continue;
            }
            let exposures = &offers.exposures[place * count..(place + 1) * count];
            let fits =
                |(exposure, night): (&f64, &TelescopeNight)| exposure + night.overhead <= night.seconds;
            if exposures.iter().zip(&open.telescopes).any(fits) {
                open.rows.push(row);
                open.magnitude.push(offers.magnitude[place]);
                open.exposures.extend_from_slice(exposures);
                open.snr_share.extend_from_slice(&offers.snr_share[place * count..(place + 1) * count]);
                open.places.extend(offers.places.get(place));
            }
        }
        open
    }

    fn fit(&mut self, sample: &Sample, seed: u64) -> Result<Option<Box<dyn Classifier>>, Error> {
        if sample.rows.is_empty() {
            return Ok(None);
        }
        let n_classes = self.ground.data.objects.n_classes;
        let weights = sample.weights.as_deref();
        let set = TrainingSet { x: &sample.x, y: &sample.classes, weights, n_classes };
        Ok(Some(self.ground.learner.fit(&set, seed)?))
    }

    fn score(
        &mut self,
        day: u32,
        sample: &Sample,
        classifier: Option<&dyn Classifier>,
        candidates: usize,
    ) -> Result<(), Error> {
        let data = self.ground.data;
        let hold_out = &self.ground.partition.hold_out;
        let seen: Vec<usize> =
            hold_out.iter().copied().filter(|&row| data.seen(row, day, &self.ground.params.alive)).collect();
        let predict = |x: &Matrix| -> Result<Vec<u32>, Error> {
            Ok(metrics::most_probable(&probabilities(classifier, x, data.objects.n_classes)?))
        };
        let of_seen = predict(&data.evolution.features(&seen, day)?)?;
        // Of those not seen nothing is said: a class that there is not is neither right nor found.
        let mut of_seen = seen.iter().zip(of_seen).peekable();
        let none = data.objects.n_classes as u32;
        let tonight: Vec<u32> = hold_out
            .iter()
            .map(|row| of_seen.next_if(|(seen, _)| *seen == row).map_or(none, |(_, class)| class))
            .collect();
        let complete = predict(&data.objects.x.select_rows(hold_out))?;
        let record = NightRecord {
            day,
            candidates,
            queries: self.run.queries.len(),
            labels: self.labelled.iter().filter(|labelled| !labelled.start).count(),
            hours: self.hours.clone(),
            tonight: self.scores(&tonight)?,
            complete: self.scores(&complete)?,
            effective_labels: match &sample.weights {
                Some(weights) => effective_size(weights),
                None => sample.rows.len() as f64,
            },
        };
        self.run.nights.push(record);
        Ok(())
    }

    fn scores(&self, predicted: &[u32]) -> Result<NightScores, Error> {
        let objects = &self.ground.data.objects;
        let truth: Vec<u32> =
            self.ground.partition.hold_out.iter().filter_map(|row| objects.class[*row]).collect();
        let detection = Detection::new(&truth, predicted, objects.positive)?;
        Ok(NightScores {
            accuracy: metrics::accuracy(&truth, predicted)?,
            efficiency: detection.efficiency(),
            purity: detection.purity(),
            fom: detection.figure_of_merit(self.ground.params.fom_weight),
        })
    }

    /// The night's plan.
    fn choose(
        &mut self,
        day: u32,
        sample: &Sample,
        classifier: Option<&dyn Classifier>,
        offers: &Offers,
        seed: u64,
    ) -> Result<Plan, Error> {
        let (data, partition) = (self.ground.data, self.ground.partition);
        let needs = self.policy.needs();
        let (places, reference) = if needs.place {
            let reference = data.objects.place.select_rows(&partition.spectroscopic);
            (data.places(&sample.rows, &offers.rows, day)?, reference)
        } else {
            (Matrix::default(), Matrix::default())
        };
        let object_id: Vec<String> = offers.rows.iter().map(|&row| data.object_id[row].clone()).collect();
        let evening = Evening {
            learner: self.ground.learner,
            labelled: &sample.x,
            classes: &sample.classes,
            n_classes: data.objects.n_classes,
            positive: data.objects.positive,
            candidates: &data.evolution.features(&offers.rows, day)?,
            object_id: &object_id,
            offers,
            places: &places,
            reference: &reference,
            committee: self.ground.params.committee,
            seed,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(day) + 1);
        evening.plan(&self.policy, sample.weights.as_deref(), classifier, &mut self.abilities, &mut rng)
    }

    /// Takes the spectra of the plan.
    fn observe(&mut self, day: u32, offers: &Offers, plan: &Plan) {
        let labels = &self.ground.params.labels;
        for pick in &plan.picks {
            let row = offers.rows[pick.object];
            let snr_share = offers.snr_share[pick.object * offers.telescopes.len() + pick.telescope];
            let luck = uniform(self.seed, Subject::Spectrum { row }, day);
            let succeeds = luck < labels.success(snr_share);
            self.taken[row] = if succeeds { u32::MAX } else { self.taken[row].saturating_add(1) };
            self.hours[pick.telescope] += pick.seconds / 3600.0;
            self.run.queries.push(CampaignQuery {
                row,
                day,
                telescope: pick.telescope,
                rank: pick.rank + 1,
                score: plan.scores[pick.object],
                worth: pick.worth,
                seconds: pick.seconds,
                magnitude: offers.magnitude[pick.object],
                snr_share,
                label_day: succeeds.then_some(day + labels.latency),
            });
        }
    }
}
