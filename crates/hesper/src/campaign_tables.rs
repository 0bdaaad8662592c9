//! The tables that a campaign writes.

use hesper_followup::campaign::{CampaignRun, NightScores, Policy};
use hesper_telescope::Telescope;
use serde::Serialize;

use crate::Failure;
use crate::commands::campaign::Ground;
use crate::session::csv;

/// metrics.csv: a row for each scored night of each run.
pub(crate) fn metrics(
    runs: &[CampaignRun],
    telescopes: &[Telescope],
    ground: &Ground,
) -> Result<Vec<u8>, Failure> {
    let mut header: Vec<String> =
        ["policy", "seed", "day", "mjd", "candidates", "spectra", "labels", "effective_labels", "hours"]
            .map(str::to_owned)
            .into();
    header.extend(telescopes.iter().map(|telescope| format!("hours_{}", telescope.name)));
    for ending in ["", "_complete"] {
        header.extend(["accuracy", "efficiency", "purity", "fom"].map(|name| format!("{name}{ending}")));
    }
    let rows = runs.iter().flat_map(|run| run.nights.iter().map(move |night| (run, night)));
    let rows = rows.map(|(run, night)| {
        let mut row = vec![
            run.policy.clone(),
            run.seed.to_string(),
            night.day.to_string(),
            ground.calendar.mjd(night.day).to_string(),
            night.candidates.to_string(),
            night.queries.to_string(),
            night.labels.to_string(),
            night.effective_labels.to_string(),
            night.hours.iter().sum::<f64>().to_string(),
        ];
        row.extend(night.hours.iter().map(ToString::to_string));
        for NightScores { accuracy, efficiency, purity, fom } in [night.tonight, night.complete] {
            row.extend([accuracy, efficiency, purity, fom].map(|value| value.to_string()));
        }
        row
    });
    csv(std::iter::once(header).chain(rows))
}

/// ledger.csv: a row for each query: why, and what came of it.
pub(crate) fn ledger(
    runs: &[CampaignRun],
    telescopes: &[Telescope],
    ground: &Ground,
) -> Result<Vec<u8>, Failure> {
    let header = [
        "policy",
        "seed",
        "day",
        "mjd",
        "rank",
        "object_id",
        "telescope",
        "seconds",
        "magnitude",
        "score",
        "worth",
        "snr_share",
        "outcome",
        "label_day",
        "class",
    ];
    let queries = runs.iter().flat_map(|run| run.queries.iter().map(move |query| (run, query)));
    let rows = queries.map(|(run, query)| {
        let class = ground.objects[query.row].class.as_deref();
        let class = query.label_day.and(class).unwrap_or_default();
        vec![
            run.policy.clone(),
            run.seed.to_string(),
            query.day.to_string(),
            ground.calendar.mjd(query.day).to_string(),
            query.rank.to_string(),
            ground.data.object_id[query.row].clone(),
            telescopes[query.telescope].name.clone(),
            query.seconds.to_string(),
            query.magnitude.to_string(),
            query.score.to_string(),
            query.worth.to_string(),
            query.snr_share.to_string(),
            if query.label_day.is_some() { "classified" } else { "failed" }.to_owned(),
            query.label_day.map(|day| day.to_string()).unwrap_or_default(),
            class.to_owned(),
        ]
    });
    csv(std::iter::once(header.map(str::to_owned).into()).chain(rows))
}

/// What a telescope did in a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TelescopeUse {
    policy: String,
    seed: u64,
    telescope: String,
    nights_lost: u32,
    hours_open: f64,
    hours_used: f64,
    spectra: usize,
    classified: usize,
}

/// telescopes.csv: a row for each telescope of each run.
pub(crate) fn use_of_telescopes(runs: &[CampaignRun], telescopes: &[Telescope]) -> Vec<TelescopeUse> {
    let of = |run: &CampaignRun, place: usize, telescope: &Telescope| {
        let queries = || run.queries.iter().filter(|query| query.telescope == place);
        TelescopeUse {
            policy: run.policy.clone(),
            seed: run.seed,
            telescope: telescope.name.clone(),
            nights_lost: run.nights_lost[place],
            hours_open: run.hours_open[place],
            hours_used: queries().fold(0.0, |sum, query| sum + query.seconds) / 3600.0,
            spectra: queries().count(),
            classified: queries().filter(|query| query.label_day.is_some()).count(),
        }
    };
    let pairs = runs
        .iter()
        .flat_map(|run| telescopes.iter().enumerate().map(move |(place, telescope)| (run, place, telescope)));
    pairs.map(|(run, place, telescope)| of(run, place, telescope)).collect()
}

/// The columns of [`means_of_telescopes`].
pub(crate) const TELESCOPE_HEADER: [&str; 7] =
    ["policy", "telescope", "nights lost", "hours open", "hours used", "spectra", "classified"];

/// The means over seeds, a row for each policy and telescope.
pub(crate) fn means_of_telescopes(uses: &[TelescopeUse], policies: &[Policy]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for policy in policies.iter().map(ToString::to_string) {
        let mut telescopes: Vec<&str> = Vec::new();
        for of in uses.iter().filter(|of| of.policy == policy) {
            if !telescopes.contains(&of.telescope.as_str()) {
                telescopes.push(&of.telescope);
            }
        }
        for telescope in telescopes {
            let of: Vec<&TelescopeUse> =
                uses.iter().filter(|of| of.policy == policy && of.telescope == telescope).collect();
            let mean = |value: fn(&TelescopeUse) -> f64| {
                format!("{:.1}", of.iter().map(|of| value(of)).sum::<f64>() / of.len() as f64)
            };
            rows.push(vec![
                policy.clone(),
                telescope.to_owned(),
                mean(|of| f64::from(of.nights_lost)),
                mean(|of| of.hours_open),
                mean(|of| of.hours_used),
                mean(|of| of.spectra as f64),
                mean(|of| of.classified as f64),
            ]);
        }
    }
    rows
}
