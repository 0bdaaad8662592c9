use hesper_learn::{DenseEnsemble, DenseLayer, DenseNetwork, Learner, Matrix};
use hesper_nn::Stream;
use serde::{Deserialize, Serialize};

use super::encoder::{EncoderRows, codes};
use super::refine::{Anchor, Refine};
use super::{Codes, EncoderParams, GraphSearch, Head, KnownCodes, LoadingsSearch, SupervisedSearch, UnitMap};
use crate::deep::scaled_inputs;
use crate::maps::{Moments, Scale};
use crate::{Error, FewLabels, Fitted, Info, LabelledTarget, Source, Target};

/// By what the places of units are found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fitness {
    /// Not at all: each unit in its own place, for comparison.
    Place,
    /// By the few labels of the target.
    Supervised(SupervisedSearch),
    /// By the correlations of units.
    Graph(GraphSearch),
    /// By loadings on principal components.
    Loadings(LoadingsSearch),
}

/// With which weights the target's encoder starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// With random ones of its own: concepts land anywhere.
    Own,
    /// With those that the source's encoder has learned: where domains are near, concepts stay in their places.
    #[default]
    Source,
}

/// Conceptual adaptation: an encoder for each domain, and hidden units of the target put in the places of the source's.
///
/// The source's encoder learns from all its labels, the target's from its few and from giving its inputs back. A
/// search finds which unit of the target, and with which sign, stands for which of the source's; then the source's last layer
/// classifies the target. Units are brought to mean 0 and deviation 1 in each domain before. The learner given to
/// [`FewLabels::fit`] is ignored; the classifier is one dense network, which takes the target's features as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Concepts {
    /// The plan of both encoders.
    pub encoder: EncoderParams,
    /// How units are matched. Default: by the few labels.
    pub fitness: Fitness,
    /// With which weights the target's encoder starts. Default: the source's.
    pub start: Start,
    /// How the target's encoder goes on learning once units have their places; nothing: not at all. Default: it does.
    pub refine: Option<Refine>,
    /// Whose means and deviations scale the features. Default: each domain's own.
    pub scale: Scale,
}

impl Default for Concepts {
    fn default() -> Self {
        Self {
            encoder: EncoderParams::default(),
            fitness: Fitness::Supervised(SupervisedSearch::default()),
            start: Start::default(),
            refine: Some(Refine::default()),
            scale: Scale::PerDomain,
        }
    }
}

static INFO: Info = Info {
    name: "concepts",
    doc: "Conceptual adaptation: an encoder for each domain, and a search for the signed permutation of the target's hidden \
          units under which they mean what the source's do, by few labels, by the graph of their correlations, or by their \
          principal components; the source's last layer then classifies the target.",
};

/// Both encoders, scaled features and codes: what maps are searched for.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The source's encoder, with the last layer that it learned; on scaled features.
    pub source: DenseNetwork,
    /// The target's.
    pub target: DenseNetwork,
    /// Codes of the source's objects.
    pub source_codes: Codes,
    /// Codes of the target's objects, labelled ones last.
    pub target_codes: Codes,
    moments: Option<Moments>,
    y: Vec<u32>,
    x: Matrix,
    few: Matrix,
    known: Matrix,
    known_y: Vec<u32>,
}

impl Concepts {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`], [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        self.encoder.check()?;
        self.refine.map_or(Ok(()), |refine| refine.check())
    }

    /// Learns both encoders. The same can serve several searches.
    ///
    /// # Errors
    /// As [`FewLabels::fit`].
    pub fn encode(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        seed: u64,
    ) -> Result<Encoded, Error> {
        self.check()?;
        source.check()?;
        target.check(source)?;
        labelled.check(source)?;
        let all = Matrix::new(
            target.x.rows() + labelled.x.rows(),
            target.x.cols(),
            [target.x.data(), labelled.x.data()].concat(),
        )?;
        let moments = self.scale.moments(source, &Target { x: &all });
        let scaled = |x: &Matrix, whose: usize| match &moments {
            None => Ok(x.clone()),
            Some(moments) => moments[whose].apply(x),
        };
        let (own, others, few) = (scaled(source.x, 0)?, scaled(&all, 1)?, scaled(labelled.x, 1)?);
        let n_classes = source.n_classes;
        let mut seeds = Stream::new(seed, 0);
        let rows = EncoderRows { x: &own, labelled: &own, y: source.y, n_classes };
        let encoder = self.encoder.learn(rows, None, seeds.seed())?;
        let start = (self.start == Start::Source).then_some(&encoder);
        let rows = EncoderRows { x: &others, labelled: &few, y: labelled.y, n_classes };
        let other = self.encoder.learn(rows, start, seeds.seed())?;
        let source_codes = Codes::new(&codes(&encoder, &own)?)?;
        let target_codes = Codes::new(&codes(&other, &others)?)?;
        let known = target_codes.standardise(&codes(&other, &few)?)?;
        let moments = moments.map(|[_, others]| others);
        let (y, known_y) = (source.y.to_vec(), labelled.y.to_vec());
        Ok(Encoded {
            source: encoder,
            target: other,
            source_codes,
            target_codes,
            moments,
            y,
            x: others,
            few,
            known,
            known_y,
        })
    }
}

impl Encoded {
    /// The source's last layer on standardised codes.
    ///
    /// # Errors
    /// [`Error::Failed`] for a network without layers.
    pub fn head(&self) -> Result<Head, Error> {
        let codes = &self.source_codes;
        let last = last(&self.source)?;
        let classes = last.biases.len();
        let weight = |at: usize| f64::from(last.weights[at]) * codes.deviations[at / classes];
        let weights = (0..last.weights.len()).map(weight).collect();
        let mut biases: Vec<f64> = last.biases.iter().map(|bias| f64::from(*bias)).collect();
        for (row, mean) in last.weights.chunks_exact(classes).zip(&codes.means) {
            biases.iter_mut().zip(row).for_each(|(bias, weight)| *bias += mean * f64::from(*weight));
        }
        Ok(Head { weights: Matrix::new(codes.units(), classes, weights)?, biases })
    }

    /// The few labelled objects of the target as codes.
    pub fn known(&self) -> KnownCodes<'_> {
        KnownCodes { codes: &self.known, y: &self.known_y }
    }

    /// Searches for the places of the target's units.
    ///
    /// # Errors
    /// As the searches.
    pub fn find(&self, fitness: &Fitness, seed: u64) -> Result<UnitMap, Error> {
        match fitness {
            Fitness::Place => Ok(UnitMap::identity(self.source_codes.units())),
            Fitness::Supervised(search) => {
                search.find(&self.source_codes, &self.y, &self.head()?, self.known())
            }
            Fitness::Graph(search) => search.find(&self.source_codes, &self.target_codes, seed),
            Fitness::Loadings(search) => search.find(&self.source_codes, &self.target_codes),
        }
    }

    /// The target's encoder with the source's last layer on its units in these places: a network on unscaled features.
    ///
    /// # Errors
    /// [`Error::Domain`] for units that there are not; [`Error::Learn`] for features whose deviation 32 bits do not hold.
    pub fn classifier(&self, map: &UnitMap) -> Result<DenseNetwork, Error> {
        self.finished(&self.target, self.placed(map)?)
    }

    /// The same with an encoder that has gone on learning.
    ///
    /// # Errors
    /// As [`Self::classifier`], and [`Error::Parameter`].
    pub fn refined(&self, map: &UnitMap, refine: &Refine, seed: u64) -> Result<DenseNetwork, Error> {
        let last = self.placed(map)?;
        let anchor = Anchor {
            source: &self.source_codes,
            target: &self.target_codes,
            head: &self.head()?,
            map,
            x: &self.x,
            few: &self.few,
            y: &self.known_y,
        };
        self.finished(&refine.learn(&self.target, &anchor, seed)?, last)
    }

    /// The target's encoder with its own last layer, which knows the few labels only: for comparison.
    ///
    /// # Errors
    /// As [`Self::classifier`].
    pub fn own_classifier(&self) -> Result<DenseNetwork, Error> {
        self.finished(&self.target, last(&self.target)?.clone())
    }

    /// The source's last layer on units of the target as they come.
    fn placed(&self, map: &UnitMap) -> Result<DenseLayer, Error> {
        let (head, codes) = (self.head()?, &self.target_codes);
        let (units, classes) = (codes.units(), head.biases.len());
        if map.from.len() != head.weights.rows() || map.from.iter().any(|unit| *unit >= units) {
            let what = format!("a map of {} units, of which some may not be", map.from.len());
            return Err(Error::Domain { domain: "target", what });
        }
        let (mut weights, mut biases) = (vec![0.0; units * classes], head.biases.clone());
        for (unit, (from, sign)) in map.from.iter().zip(&map.sign).enumerate() {
            if codes.deviations[*from] == 0.0 {
                continue;
            }
            let factor = sign / codes.deviations[*from];
            crate::maps::add(&mut weights[from * classes..][..classes], factor, head.weights.row(unit));
            crate::maps::add(&mut biases, -factor * codes.means[*from], head.weights.row(unit));
        }
        let narrow = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
        Ok(DenseLayer { weights: narrow(weights), biases: narrow(biases), norm: None })
    }

    fn finished(&self, encoder: &DenseNetwork, last: DenseLayer) -> Result<DenseNetwork, Error> {
        let mut layers = encoder.layers().to_vec();
        layers.pop();
        layers.push(last);
        let network = DenseNetwork::new(encoder.inputs(), encoder.activation(), layers)?;
        match &self.moments {
            None => Ok(network),
            Some(moments) => Ok(scaled_inputs(&network, moments)?),
        }
    }
}

fn last(network: &DenseNetwork) -> Result<&DenseLayer, Error> {
    let what = || Error::Failed { method: INFO.name, what: "a network without layers".to_owned() };
    network.layers().last().ok_or_else(what)
}

impl FewLabels for Concepts {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn fit(
        &self,
        source: &Source<'_>,
        target: &Target<'_>,
        labelled: &LabelledTarget<'_>,
        _learner: &dyn Learner,
        seed: u64,
    ) -> Result<Fitted, Error> {
        let encoded = self.encode(source, target, labelled, seed)?;
        let map = encoded.find(&self.fitness, seed)?;
        let mut warnings = Vec::new();
        let (_, accuracy) = encoded.head()?.score(&map, encoded.known())?;
        let mut counts = vec![0usize; source.n_classes];
        labelled.y.iter().for_each(|class| counts[*class as usize] += 1);
        let most = counts.iter().max().map_or(0.0, |most| *most as f64 / labelled.y.len() as f64);
        if accuracy <= most {
            warnings.push(format!(
                "of the target's labels {:.0} % come out right, no more than if all were of the commonest class: the hidden units \
                 found no place",
                100.0 * accuracy
            ));
        }
        let network = match &self.refine {
            None => encoded.classifier(&map)?,
            Some(refine) => encoded.refined(&map, refine, seed)?,
        };
        let classifier = DenseEnsemble::new(vec![network])?;
        let learner = Some(DenseNetwork::LEARNER);
        Ok(Fitted { learner, warnings, ..Fitted::new(Box::new(classifier)) })
    }
}
