use std::sync::Arc;

use hesper_learn::Learner;
use serde::{Deserialize, Serialize};

use super::guard::{COMPANY, Gain};
use super::{Domains, Guard, LabelFreeScore, Score, SourceOnly, Trial};
use crate::prior::PriorCorrection;
use crate::{Error, Fitted, Info, Method, Source, Target};

/// What may be chosen.
pub struct Candidate {
    /// The name under which it appears on the leaderboard.
    pub name: String,
    /// The method.
    pub method: Box<dyn Method>,
    /// Its learner, if it is not the one that all share.
    pub learner: Option<Arc<dyn Learner>>,
}

impl Candidate {
    /// A method under its own name, with the learner that all share.
    pub fn new(method: Box<dyn Method>) -> Self {
        Self { name: method.info().name.to_owned(), method, learner: None }
    }
}

/// Tries several methods and takes the one with the best score, if the guard lets it; the source-only model otherwise.
///
/// What most candidates get wrong alike, the guard does not see: where objects were selected by what they look like, so that
/// maps lead astray, or where little but the classes' shares has changed, leave such candidates out.
///
/// ```
/// use hesper_adapt::maps::Coral;
/// use hesper_adapt::prior::PriorCorrection;
/// use hesper_adapt::select::{Candidate, Select};
/// use hesper_adapt::{Source, Target};
/// use hesper_learn::{LogisticParams, Matrix};
/// let x = Matrix::from_rows(&[[0.0], [0.1], [0.2], [1.0], [1.1], [1.2]])?;
/// let source = Source { x: &x, y: &[0, 0, 0, 1, 1, 1], n_classes: 2 };
/// let select = Select::new(vec![Candidate::new(Box::new(PriorCorrection::em()))]);
/// let selected = select.run(&source, &Target { x: &x }, &LogisticParams::default(), 1)?;
/// // Nothing has shifted, so that nothing is gained.
/// assert_eq!(selected.name, "source-only");
/// assert!(selected.fitted.warnings[0].contains("source-only"));
/// # Ok::<(), hesper_adapt::Error>(())
/// ```
pub struct Select {
    /// What is tried.
    pub candidates: Vec<Candidate>,
    /// What is fallen back to, and what others have to beat. Default [`SourceOnly`].
    pub baseline: Candidate,
    /// By what candidates are ranked. Default [`LabelFreeScore::MutualInformation`]: with the guard it gained more and lost less
    /// than the consensus alone on Mars landforms, supernovae and synthetic shifts. Without a guard it lost.
    pub score: LabelFreeScore,
    /// What they must stand. Default [`Guard::default`]; without one the best score is taken whatever it is.
    pub guard: Option<Guard>,
}

/// A candidate on the leaderboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Its score, if it could be fitted and scored.
    pub score: Option<f64>,
    /// The gain over the baseline; none for the baseline itself, or without a guard.
    pub gain: Option<Gain>,
    /// Effective size of its weights, if it has any.
    pub effective_size: Option<f64>,
    /// The share of each class among the predicted ones; empty if it could not be fitted.
    pub predicted: Vec<f64>,
    /// Why it was not to be taken, in words; empty if it was.
    pub objections: Vec<String>,
}

/// What was chosen.
pub struct Selected {
    /// The name of the candidate.
    pub name: String,
    /// Whether it is the baseline for want of a better one.
    pub fell_back: bool,
    /// The classifier. Its warnings begin with how it was chosen.
    pub fitted: Fitted,
    /// All candidates, the best score first, then those that could not be fitted or scored.
    pub leaderboard: Vec<Standing>,
}

impl Select {
    /// With the default baseline, score and guard.
    pub fn new(candidates: Vec<Candidate>) -> Self {
        let baseline = Candidate::new(Box::new(SourceOnly));
        Self { candidates, baseline, score: LabelFreeScore::MutualInformation, guard: Some(Guard::default()) }
    }

    /// Tries all and chooses.
    ///
    /// # Errors
    /// [`Error::Domain`] and [`Error::Parameter`]; and what the baseline says when it cannot be fitted or scored. Candidates
    /// that fail are no error: the leaderboard says why.
    pub fn run(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Selected, Error> {
        if let Some(guard) = &self.guard {
            guard.check()?;
        }
        let domains = Domains::new(*source, *target, seed)?;
        let trial = |candidate| try_out(candidate, &domains, learner);
        let (mut trials, mut places) = (vec![trial(&self.baseline)?], Vec::new());
        let mut board = vec![Standing::of(&self.baseline)];
        for candidate in &self.candidates {
            let mut standing = Standing::of(candidate);
            match trial(candidate) {
                Ok(trial) => {
                    places.push(board.len());
                    trials.push(trial);
                }
                Err(error) => standing.objections.push(error.to_string()),
            }
            board.push(standing);
        }
        let mut scores = self.score.of(&trials).into_iter();
        let plain = scores.next().unwrap_or_else(|| Ok(Score::mean_of(vec![0.0])))?;
        let scores: Vec<Result<Score, Error>> = scores.collect();
        board[0].fill(&trials[0], Some(plain.value));
        for ((place, trial), score) in places.iter().zip(&trials[1..]).zip(&scores) {
            board[*place].fill(trial, score.as_ref().ok().map(|score| score.value));
            if let Err(error) = score {
                board[*place].objections.push(error.to_string());
            }
        }
        if let Some(guard) = &self.guard {
            let sound: Vec<Option<&Score>> = scores.iter().map(|score| score.as_ref().ok()).collect();
            let gains = guard.gains(&plain, &sound, seed);
            let agreement = self.agreement(guard, &trials, seed);
            let estimates = estimates(&trials, self.baseline_learner(learner));
            for (at, (place, trial)) in places.iter().zip(&trials[1..]).enumerate() {
                let Some(gain) = gains[at] else { continue };
                let agreement = agreement.as_ref().and_then(|gains| gains[at]);
                board[*place].gain = Some(gain);
                board[*place].objections.extend(guard.objections(trial, gain, agreement, &estimates));
                if guard.consensus && places.len() < COMPANY {
                    board[*place].objections.push(format!(
                        "of fewer than {COMPANY} candidates there is no consensus: nothing speaks for it but its own score"
                    ));
                }
            }
        }
        Ok(self.chosen(trials, places, board))
    }

    /// What each candidate gains in agreement with all, if that is asked and not the score itself.
    fn agreement(&self, guard: &Guard, trials: &[Trial<'_>], seed: u64) -> Option<Vec<Option<Gain>>> {
        if !guard.consensus || self.score == LabelFreeScore::Consensus || trials.len() <= COMPANY {
            return None;
        }
        let scores: Vec<Score> = LabelFreeScore::Consensus.of(trials).into_iter().flatten().collect();
        let (plain, others) = scores.split_first()?;
        let others: Vec<Option<&Score>> = others.iter().map(Some).collect();
        Some(guard.gains(plain, &others, seed))
    }

    fn baseline_learner<'a>(&'a self, shared: &'a dyn Learner) -> &'a dyn Learner {
        self.baseline.learner.as_deref().unwrap_or(shared)
    }

    /// Takes the best that may be taken, the first of equals; the baseline comes first of all.
    fn chosen(&self, mut trials: Vec<Trial<'_>>, places: Vec<usize>, mut board: Vec<Standing>) -> Selected {
        let mut best = (0, board[0].score);
        for (at, place) in places.iter().enumerate() {
            let standing = &board[*place];
            if standing.objections.is_empty() && standing.score > best.1 {
                best = (at + 1, standing.score);
            }
        }
        let place = if best.0 == 0 { 0 } else { places[best.0 - 1] };
        let name = board[place].name.clone();
        let (tried, by) = (self.candidates.len(), self.score.info().name);
        let chosen = trials.swap_remove(best.0);
        let info = chosen.method().info();
        let mut fitted = chosen.into_fitted();
        fitted.chosen.get_or_insert(info);
        let said = match (best.0, &self.guard) {
            (0, Some(_)) => format!(
                "the {name} model was kept: none of {tried} candidates was surely better by {by} and passed the guard against \
                 negative transfer"
            ),
            (0, None) => {
                format!("the {name} model was kept: none of {tried} candidates has a better score ({by})")
            }
            _ => format!(
                "{name} was chosen among {tried} candidates by {by}, which is no proof that it is right"
            ),
        };
        fitted.warnings.insert(0, said);
        if best.0 > 0 && places.len() < COMPANY {
            let why =
                format!("with fewer than {COMPANY} candidates there is no consensus, and the guard is weak");
            fitted.warnings.insert(1, why);
        }
        board.sort_by(|a, b| {
            b.score.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.score.unwrap_or(f64::NEG_INFINITY))
        });
        Selected { name, fell_back: best.0 == 0, fitted, leaderboard: board }
    }
}

fn try_out<'a>(
    candidate: &'a Candidate,
    domains: &'a Domains<'a>,
    shared: &'a dyn Learner,
) -> Result<Trial<'a>, Error> {
    Trial::new(domains, candidate.method.as_ref(), candidate.learner.as_deref().unwrap_or(shared))
}

/// All that is known of the classes' shares in the target. The first trial is the baseline.
fn estimates(trials: &[Trial<'_>], learner: &dyn Learner) -> Vec<Vec<f64>> {
    let Some(first) = trials.first() else { return Vec::new() };
    let domains = first.domains();
    let mut together = vec![0.0; domains.source().n_classes];
    for trial in trials {
        let shares = trial.predicted_shares();
        together.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share / trials.len() as f64);
    }
    let mut found = vec![first.predicted_shares(), together];
    let prior =
        PriorCorrection::default().shares(domains.source(), domains.target(), learner, domains.seed());
    if let Ok(shares) = prior {
        found.push(shares.em);
        found.extend(shares.bbse);
    }
    found
}

impl Standing {
    fn of(candidate: &Candidate) -> Self {
        Self {
            name: candidate.name.clone(),
            score: None,
            gain: None,
            effective_size: None,
            predicted: Vec::new(),
            objections: Vec::new(),
        }
    }

    fn fill(&mut self, trial: &Trial<'_>, score: Option<f64>) {
        self.score = score;
        self.effective_size = trial.fitted().effective_size;
        self.predicted = trial.predicted_shares();
    }
}

impl Method for Select {
    fn info(&self) -> &'static Info {
        &Info {
            name: "auto",
            doc: "Tries several methods and takes the one with the best label-free score, if it passes the guard against \
                  negative transfer; the source-only model otherwise.",
        }
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        Ok(self.run(source, target, learner, seed)?.fitted)
    }
}
