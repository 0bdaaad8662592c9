//! What a campaign writes down: scores night by night, and every query.

use serde::{Deserialize, Serialize};

/// One policy with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignRun {
    /// The policy, as it was named.
    pub policy: String,
    /// The seed.
    pub seed: u64,
    /// The scored nights, in order.
    pub nights: Vec<NightRecord>,
    /// The queries, in order.
    pub queries: Vec<CampaignQuery>,
    /// Hours that each telescope had in all nights, those lost to the weather left out.
    pub hours_open: Vec<f64>,
    /// Nights that each telescope lost to the weather.
    pub nights_lost: Vec<u32>,
}

/// What was known and spent at the dusk of a night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NightRecord {
    /// Days after the survey's first.
    pub day: u32,
    /// Objects that could be asked for.
    pub candidates: usize,
    /// Spectra taken so far.
    pub queries: usize,
    /// Labels that came of them.
    pub labels: usize,
    /// Hours used so far of each telescope.
    pub hours: Vec<f64>,
    /// Scores on the hold-out, each object as it is known tonight. One that is not detected yet has no prediction: it is
    /// neither right nor found.
    pub tonight: NightScores,
    /// Scores on the hold-out with complete light curves: what the labels will be worth when the season is over.
    pub complete: NightScores,
    /// How many equal weights the adapter's are worth; the number of labelled objects where there is none.
    pub effective_labels: f64,
}

/// Scores of a night.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NightScores {
    /// Share of right predictions.
    pub accuracy: f64,
    /// Share of the positive class that is found.
    pub efficiency: f64,
    /// Share of the found that are of the positive class.
    pub purity: f64,
    /// Figure of merit.
    pub fom: f64,
}

/// A query of a campaign: which object, when, by what, why, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignQuery {
    /// The object's row.
    pub row: usize,
    /// Days after the survey's first.
    pub day: u32,
    /// The telescope's place in the list.
    pub telescope: usize,
    /// From 1, in the order of the night's plan.
    pub rank: usize,
    /// The strategy's score.
    pub score: f64,
    /// What the allocator counted it for.
    pub worth: f64,
    /// Seconds of telescope time, overhead included.
    pub seconds: f64,
    /// The magnitude expected of it that night.
    pub magnitude: f64,
    /// The signal-to-noise ratio reached, as a share of that wanted.
    pub snr_share: f64,
    /// The day on which its label is known; `None` where the spectrum failed.
    pub label_day: Option<u32>,
}
