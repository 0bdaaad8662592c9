//! The learners by name, their parameters from the command line, and what can be put around them.

use clap::{Args, ValueEnum};
use hesper_learn::search::{Factory, SearchParams, Searched, factory_of};
use hesper_learn::{
    BoostedParams, Calibrated, Calibration, Committee, ForestParams, Learner, LogisticParams,
    NaiveBayesParams, NeighboursParams, Prepared, Scaling, SvmParams,
};
use hesper_nn::MlpParams;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::search_spaces::space;
use crate::{Failure, config};

/// Folds whose predictions calibrate.
const CALIBRATION_FOLDS: usize = 5;

/// The learners there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LearnerName {
    /// Random forest
    Forest,
    /// Gradient-boosted trees
    Boosted,
    /// Multilayer perceptron
    Mlp,
    /// Multinomial logistic regression
    Logistic,
    /// k nearest neighbours
    Neighbours,
    /// Gaussian naive Bayes
    NaiveBayes,
    /// Support vector machine with a radial basis function
    Svm,
}

impl LearnerName {
    /// The name by which it is asked for.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What it is, one paragraph: method, what it is good for, source.
    pub(crate) fn doc(self) -> &'static str {
        match self {
            Self::Forest => {
                "Random forest: the mean of trees, each grown on a bootstrap of the objects and choosing each split from \
                 a random few of the features. Robust, needs no tuning, takes missing values (Breiman 2001, \
                 doi:10.1023/A:1010933404324)."
            }
            Self::Boosted => {
                "Gradient-boosted trees on histograms: each tree corrects the ones before it, leaf by leaf where that \
                 gains most. Often the most accurate on tables, takes missing values; with few labels it is surer of \
                 itself than it should be: see --calibrate (Friedman 2001, doi:10.1214/aos/1013203451; leaf-wise and \
                 binned as in LightGBM, Ke et al. 2017)."
            }
            Self::Mlp => {
                "Multilayer perceptron: a dense neural network, trained by AdamW on the cross-entropy. Smooth decision \
                 surfaces from scaled features; its last hidden layer serves strategies that measure distances \
                 (Rumelhart, Hinton & Williams 1986, doi:10.1038/323533a0)."
            }
            Self::Logistic => {
                "Multinomial logistic regression with an L2 penalty: linear, fast, well calibrated, hard to overfit; a \
                 baseline that every other learner should beat (Hastie, Tibshirani & Friedman 2009, ch. 4.4)."
            }
            Self::Neighbours => {
                "k nearest neighbours: the share of each class among the k labelled objects nearest in scaled features. \
                 Nothing is assumed but that near objects are alike (Cover & Hart 1967, doi:10.1109/TIT.1967.1053964)."
            }
            Self::NaiveBayes => {
                "Gaussian naive Bayes: each feature of each class a normal distribution, independent of the others. Needs \
                 the fewest labels, and its probabilities are too extreme where features repeat one another (Hastie, \
                 Tibshirani & Friedman 2009, ch. 6.6.3)."
            }
            Self::Svm => {
                "Support vector machine with a radial basis function: the widest margin between two classes, every two \
                 against each other; probabilities by Platt scaling and pairwise coupling. Good with few labels; its \
                 time grows with the square of the labelled objects (Cortes & Vapnik 1995, doi:10.1007/BF00994018; Fan, \
                 Chen & Lin 2005; Wu, Lin & Weng 2004)."
            }
        }
    }

    /// The parameters and their defaults.
    pub(crate) fn defaults(self) -> Result<serde_json::Value, Failure> {
        Ok(self.build(&[])?.learner.parameters())
    }

    /// Whether it needs complete, scaled features; trees take them as they are.
    fn needs_scaling(self) -> bool {
        !matches!(self, Self::Forest | Self::Boosted)
    }

    fn build(self, settings: &[Setting]) -> Result<Tuned, Failure> {
        match self {
            Self::Forest => tuned(settings, ForestParams::check),
            Self::Boosted => tuned(settings, BoostedParams::check),
            Self::Mlp => tuned(settings, MlpParams::check),
            Self::Logistic => tuned(settings, LogisticParams::check),
            Self::Neighbours => tuned(settings, NeighboursParams::check),
            Self::NaiveBayes => tuned(settings, NaiveBayesParams::check),
            Self::Svm => tuned(settings, SvmParams::check),
        }
    }
}

/// The learner, its parameters, and what is put around it.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct LearnerOptions {
    /// The learner; `hesper learners` tells what each is good for
    #[arg(long, value_enum, default_value_t = LearnerName::Forest)]
    learner: LearnerName,
    #[command(flatten)]
    tuning: Tuning,
}

impl LearnerOptions {
    /// The name of the learner asked for.
    pub(crate) fn name(&self) -> String {
        self.learner.name()
    }

    /// The learner asked for as it is, for commands that scale the columns before anything is learned.
    pub(crate) fn build_unscaled(&self) -> Result<Box<dyn Learner>, Failure> {
        let own = self.tuning.owned(&[self.learner])?.remove(0);
        Ok(self.tuning.around(own.tuned.learner))
    }

    /// How columns are scaled.
    pub(crate) fn scaling(&self) -> Scaling {
        self.tuning.scaling.into()
    }

    /// The learner asked for, which may search for its parameters.
    pub(crate) fn build(&self, search: Option<SearchParams>) -> Result<Box<dyn Learner>, Failure> {
        Ok(self.tuning.build(&[self.learner], search)?.remove(0).1)
    }
}

/// What can be said of every learner.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub(crate) struct Tuning {
    /// A parameter of the learner, such as trees=200, or of one of several, such as forest.trees=200 (repeatable);
    /// `hesper learners` lists them
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<Setting>,
    /// How the columns are scaled for learners that need it, which is all but trees
    #[arg(long, value_enum, default_value_t = ScalingName::Normal, value_name = "HOW")]
    scaling: ScalingName,
    /// Correct the probabilities by what they were worth out of fold, within the labelled objects
    #[arg(long, value_enum, value_name = "METHOD")]
    calibrate: Option<CalibrationName>,
    /// Let so many learners, each on a bootstrap of the labelled objects, vote
    #[arg(long, value_name = "N")]
    committee: Option<usize>,
}

/// A learner in a configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LearnerFile {
    /// The learner.
    name: LearnerName,
    /// Its parameters, those that are not the default.
    parameters: toml::Table,
    /// How the columns are scaled for learners that need it.
    scaling: ScalingName,
    /// How the probabilities are corrected.
    calibrate: Option<CalibrationName>,
    /// So many learners vote, each on a bootstrap of the labelled objects.
    committee: Option<usize>,
}

impl Default for LearnerFile {
    fn default() -> Self {
        Self {
            name: LearnerName::Forest,
            parameters: toml::Table::new(),
            scaling: ScalingName::default(),
            calibrate: None,
            committee: None,
        }
    }
}

impl LearnerFile {
    /// The learner asked for.
    pub(crate) fn build(&self) -> Result<Box<dyn Learner>, Failure> {
        let setting =
            |(name, value): (&String, &toml::Value)| Setting { name: name.clone(), value: value.to_string() };
        let tuning = Tuning {
            params: self.parameters.iter().map(setting).collect(),
            scaling: self.scaling,
            calibrate: self.calibrate,
            committee: self.committee,
        };
        Ok(tuning.build(&[self.name], None)?.remove(0).1)
    }
}

/// How columns are scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ScalingName {
    /// Not at all
    None,
    /// To mean 0 and standard deviation 1
    Standard,
    /// By median and quartiles, and held within ±10
    Robust,
    /// To a normal distribution, by ranks
    #[default]
    Normal,
}

/// How probabilities are corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CalibrationName {
    /// One number that makes all of them more or less extreme; the fewest labels needed
    Temperature,
    /// A logistic curve for each class
    Platt,
    /// A curve of three parameters for each class
    Beta,
    /// Any rising steps for each class; needs many labels
    Isotonic,
}

/// A learner with the name by which it was asked for.
pub(crate) type Named = (String, Box<dyn Learner>);

impl From<ScalingName> for Scaling {
    fn from(name: ScalingName) -> Self {
        match name {
            ScalingName::None => Self::None,
            ScalingName::Standard => Self::Standard,
            ScalingName::Robust => Self::Robust,
            ScalingName::Normal => Self::Normal,
        }
    }
}

impl Tuning {
    /// The learners with their names, each with its parameters, which may be searched for.
    pub(crate) fn build(
        &self,
        names: &[LearnerName],
        search: Option<SearchParams>,
    ) -> Result<Vec<Named>, Failure> {
        let all = names.iter().zip(self.owned(names)?).map(|(name, Own { known, tuned, settings })| {
            let learner = match search {
                None => self.scaled(*name, tuned.learner),
                Some(params) => self.searched(*name, tuned.factory, params, &settings)?,
            };
            Ok((known, self.around(learner)))
        });
        all.collect()
    }

    /// The learners with nothing around them.
    fn owned(&self, names: &[LearnerName]) -> Result<Vec<Own>, Failure> {
        let known: Vec<String> = names.iter().map(|name| name.name()).collect();
        for (place, name) in known.iter().enumerate() {
            if known[..place].contains(name) {
                return Err(Failure::request(format!("the learner {name} is named twice: name it once")));
            }
        }
        for Setting { name, .. } in &self.params {
            if let Some((learner, _)) =
                name.split_once('.').filter(|(learner, _)| !known.contains(&(*learner).to_owned()))
            {
                return Err(Failure::request(format!(
                    "--param {name}: {learner} is not among the learners {}",
                    known.join(", ")
                )));
            }
        }
        let of = |learner: &str| -> Vec<Setting> {
            let its = |setting: &Setting| match setting.name.split_once('.') {
                None => Some(setting.clone()),
                Some((owner, name)) => (owner == learner)
                    .then(|| Setting { name: name.to_owned(), value: setting.value.clone() }),
            };
            self.params.iter().filter_map(its).collect()
        };
        let own = |name: &LearnerName| {
            let settings = of(&name.name());
            Ok(Own { known: name.name(), tuned: name.build(&settings)?, settings })
        };
        names.iter().map(own).collect()
    }
}

impl Tuning {
    /// Puts preparation around a learner that needs it.
    fn scaled(&self, name: LearnerName, learner: Box<dyn Learner>) -> Box<dyn Learner> {
        if !name.needs_scaling() {
            return learner;
        }
        Box::new(Prepared { scaling: self.scaling.into(), learner })
    }

    /// A learner that searches for the parameters that are not set.
    fn searched(
        &self,
        name: LearnerName,
        factory: Box<Factory>,
        params: SearchParams,
        settings: &[Setting],
    ) -> Result<Box<dyn Learner>, Failure> {
        let mut space = space(name);
        space.0.retain(|parameter, _| settings.iter().all(|setting| setting.name != *parameter));
        if space.0.is_empty() {
            return Err(Failure::request(format!(
                "--search has nothing to search for: --param sets all that it would try for {}",
                name.name()
            )));
        }
        let tuning = self.clone();
        let factory = Box::new(move |candidate: &_| Ok(tuning.scaled(name, factory(candidate)?)));
        Ok(Box::new(Searched { space, factory, params }))
    }

    /// Puts committee and calibration around a learner, in this order.
    fn around(&self, mut learner: Box<dyn Learner>) -> Box<dyn Learner> {
        if let Some(members) = self.committee {
            learner = Box::new(Committee { learner, members });
        }
        if let Some(method) = self.calibrate {
            let method = match method {
                CalibrationName::Temperature => Calibration::Temperature,
                CalibrationName::Platt => Calibration::Platt,
                CalibrationName::Beta => Calibration::Beta,
                CalibrationName::Isotonic => Calibration::Isotonic,
            };
            learner = Box::new(Calibrated { learner, method, folds: CALIBRATION_FOLDS });
        }
        learner
    }
}

/// A learner with the settings that are its own.
struct Own {
    /// The name by which it was asked for.
    known: String,
    tuned: Tuned,
    settings: Vec<Setting>,
}

/// A parameter's name and value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Setting {
    name: String,
    value: String,
}

impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("must be NAME=VALUE".to_owned()),
        }
    }
}

/// A learner with its parameters, and what makes others of its kind that differ by some.
struct Tuned {
    learner: Box<dyn Learner>,
    factory: Box<Factory>,
}

/// A learner's parameters: the defaults but for what is set.
fn tuned<P: Learner + Serialize + DeserializeOwned + 'static>(
    settings: &[Setting],
    check: impl Fn(&P) -> Result<(), hesper_learn::Error>,
) -> Result<Tuned, Failure> {
    let mut table = toml::Table::new();
    for Setting { name, value } in settings {
        // What is no number, truth value or list is a word.
        let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
        let value =
            parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| value.clone().into());
        if table.insert(name.clone(), value).is_some() {
            return Err(Failure::request(format!("--param names {name} twice: name it once")));
        }
    }
    let params: P = table.try_into().map_err(|error: toml::de::Error| {
        let message =
            config::unknown_key(error.message()).unwrap_or_else(|| error.message().trim_end().to_owned());
        Failure::request(format!("--param: {message}"))
    })?;
    check(&params).map_err(|error| match error {
        hesper_learn::Error::Parameter { name, value, limit } => {
            Failure::request(format!("--param {name} is {value}, but must be {limit}"))
        }
        other => other.into(),
    })?;
    Ok(Tuned { factory: factory_of(&params), learner: Box::new(params) })
}
