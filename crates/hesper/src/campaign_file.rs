//! The configuration of a campaign.

use std::path::{Path, PathBuf};

use hesper_followup::campaign::CampaignParams;
use hesper_telescope::Telescope;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::learners::LearnerFile;
use crate::{Failure, config};

/// A campaign as its file tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CampaignFile {
    /// Light curves in any format that `convert` reads; relative to the file.
    pub(crate) photometry: Option<PathBuf>,
    /// What is known of the objects, where the light curves do not say; relative to the file.
    pub(crate) metadata: Option<PathBuf>,
    /// Sets or single features.
    pub(crate) features: Vec<String>,
    /// The class that is looked for.
    pub(crate) positive: String,
    /// Whether all classes are told apart, not only the positive one from the rest.
    pub(crate) multiclass: bool,
    /// Presets by name, and files of telescopes, relative to the file.
    pub(crate) telescopes: Vec<String>,
    /// Whether an object must be up for a telescope at night; without, every object can be taken from everywhere at the
    /// telescope's standard airmass, as RESSPECT has it.
    pub(crate) visibility: bool,
    /// The learner.
    pub(crate) learner: LearnerFile,
    /// Nights, policies, labels.
    pub(crate) campaign: CampaignParams,
}

impl Default for CampaignFile {
    fn default() -> Self {
        Self {
            photometry: None,
            metadata: None,
            features: vec!["default".to_owned()],
            positive: "Ia".to_owned(),
            multiclass: false,
            telescopes: vec!["resspect-4m".to_owned(), "resspect-8m".to_owned()],
            visibility: true,
            learner: LearnerFile::default(),
            campaign: CampaignParams::default(),
        }
    }
}

impl CampaignFile {
    /// A file with all keys and their defaults.
    pub(crate) fn example() -> Result<String, Failure> {
        let text = toml::to_string_pretty(&Self::default()).map_err(Failure::work)?;
        // The seed is the command line's.
        Ok(text.lines().filter(|line| !line.starts_with("seed = ")).collect::<Vec<_>>().join("\n"))
    }

    /// Reads a configuration.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        config::read(path)
    }

    /// A path of the configuration: relative to it.
    pub(crate) fn beside(config: &Path, path: &Path) -> PathBuf {
        config.parent().map_or_else(|| path.to_owned(), |directory| directory.join(path))
    }

    /// The telescopes.
    pub(crate) fn telescopes(&self, config: &Path) -> Result<Vec<Telescope>, Failure> {
        let beside = |name: &String| {
            if name.ends_with(".toml") {
                Self::beside(config, Path::new(name)).to_string_lossy().into_owned()
            } else {
                name.clone()
            }
        };
        telescopes(&self.telescopes.iter().map(beside).collect::<Vec<_>>())
    }

    /// All that a run depends on but its policy, its seed and the light curves.
    pub(crate) fn origin(&self) -> Value {
        let mut settings = json!(self);
        if let Value::Object(settings) = &mut settings {
            settings.remove("photometry");
        }
        if let Some(Value::Object(campaign)) = settings.get_mut("campaign") {
            campaign.remove("strategies");
            campaign.remove("seeds");
        }
        settings
    }
}

/// Telescopes by name: presets, and all of each TOML file.
pub(crate) fn telescopes(names: &[String]) -> Result<Vec<Telescope>, Failure> {
    let mut telescopes: Vec<Telescope> = Vec::new();
    for name in names {
        if name.ends_with(".toml") {
            telescopes.extend(Telescope::read(Path::new(name))?);
        } else {
            telescopes.push(Telescope::preset(name)?);
        }
    }
    if telescopes.is_empty() {
        return Err(Failure::request(
            "no telescope is named: name presets, such as resspect-4m, or TOML files of telescopes",
        ));
    }
    for (place, telescope) in telescopes.iter().enumerate() {
        if telescopes[..place].iter().any(|other| other.name == telescope.name) {
            let name = &telescope.name;
            return Err(Failure::request(format!("there are two telescopes {name:?}: name each but once")));
        }
    }
    Ok(telescopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_sound_file() {
        let text = CampaignFile::example().unwrap();
        let file: CampaignFile = toml::from_str(&text).unwrap();
        assert_eq!(json!(file), json!(CampaignFile::default()));
        file.campaign.check().unwrap();
        assert_eq!(file.telescopes(Path::new("x.toml")).unwrap().len(), 2);
    }

    #[test]
    fn what_runs_depend_on_leaves_out_which_runs_there_are() {
        let mut file = CampaignFile::default();
        let origin = file.origin();
        file.campaign.seeds += 1;
        file.campaign.strategies.clear();
        assert_eq!(file.origin(), origin);
        file.campaign.labels.latency += 1;
        assert_ne!(file.origin(), origin);
    }

    #[test]
    fn the_examples_are_sound_files() {
        let directory = Path::new("../../examples");
        for name in ["snpcc_fixed", "snpcc_nightly", "snpcc_from_nothing", "plasticc_nightly"] {
            let path = directory.join(format!("{name}.toml"));
            let file = CampaignFile::read(&path).unwrap();
            file.campaign.check().unwrap();
            file.learner.build().unwrap();
            hesper_features::select(&file.features).unwrap();
            assert!(!file.telescopes(&path).unwrap().is_empty(), "{name}");
            assert!(file.photometry.unwrap().is_relative(), "{name}");
        }
    }
}
