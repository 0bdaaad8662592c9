use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use safetensors::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::restore::restore;
use crate::{Classifier, Error, Learner, Matrix, Tensor, TensorMap, TrainingSet};

/// A classifier with the names of what goes in and what comes out, and how it was made.
///
/// On disk it is a [safetensors](https://github.com/huggingface/safetensors) file: numbers and nothing that runs. Its
/// metadata has one entry, `hesper`: a JSON object with `version`, `learner`, `params`, `features`, `classes`, perhaps
/// `objects`, and `sha256`, the digest of the other fields and the tensors. Which tensors there are depends on the learner.
///
/// ```
/// use hesper_learn::{ForestParams, Matrix, Model, TrainingSet};
/// let x = Matrix::from_rows(&[[0.0], [1.0]])?;
/// let data = TrainingSet { x: &x, y: &[0, 1], weights: None, n_classes: 2 };
/// let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
/// let model = Model::train(&ForestParams::default(), &data, names(&["colour"]), names(&["II", "Ia"]), 1)?;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("model.safetensors");
/// model.save(&path)?;
/// assert_eq!(Model::load(&path)?.predict_proba(&x)?, model.predict_proba(&x)?);
/// # Ok::<(), hesper_learn::Error>(())
/// ```
pub struct Model {
    /// The name of the learner that made the classifier.
    pub learner: String,
    /// The learner's parameters; under `chosen`, if there, what learning itself decided ([`Classifier::choice`]).
    pub params: serde_json::Value,
    /// The names of the features, in the order of the columns.
    pub features: Vec<String>,
    /// The names of the classes, in the order of their numbers.
    pub classes: Vec<String>,
    /// The version of the model format.
    pub version: u32,
    /// Digests of the objects that were learned from; none if they are not known.
    objects: BTreeSet<u64>,
    classifier: Box<dyn Classifier>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("learner", &self.learner)
            .field("params", &self.params)
            .field("features", &self.features)
            .field("classes", &self.classes)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The version of the model format that [`Model::save`] writes and the newest that [`Model::load`] reads.
const VERSION: u32 = 1;
const ENTRY: &str = "hesper";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    learner: String,
    params: serde_json::Value,
    features: Vec<String>,
    classes: Vec<String>,
    /// The digests of the objects that were learned from, 16 hexadecimal digits each, in ascending order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    objects: String,
    /// Comes last: the digest is of the text with an empty string in its place.
    sha256: String,
}

impl Model {
    /// Puts a classifier and its names together.
    ///
    /// # Errors
    /// When the numbers of names are not the classifier's, or a name comes twice.
    pub fn new(
        learner: &dyn Learner,
        classifier: Box<dyn Classifier>,
        features: Vec<String>,
        classes: Vec<String>,
    ) -> Result<Self, Error> {
        let (learner, mut params) = (learner.name().to_owned(), learner.parameters());
        if let (Some(params), Some(choice)) = (params.as_object_mut(), classifier.choice()) {
            params.insert("chosen".to_owned(), choice);
        }
        Error::check_length("names of features", classifier.n_features(), features.len())?;
        Error::check_length("names of classes", classifier.n_classes(), classes.len())?;
        for (name, names) in [("features", &features), ("classes", &classes)] {
            if let Some(twice) = repeated(names) {
                let value = format!("`{twice}` twice");
                return Err(Error::Parameter { name, value, limit: "different names" });
            }
        }
        Ok(Self {
            learner,
            params,
            features,
            classes,
            version: VERSION,
            objects: BTreeSet::new(),
            classifier,
        })
    }

    /// Learns and keeps the names.
    ///
    /// # Errors
    /// As [`Learner::fit`] and [`Model::new`].
    pub fn train(
        learner: &dyn Learner,
        data: &TrainingSet<'_>,
        features: Vec<String>,
        classes: Vec<String>,
        seed: u64,
    ) -> Result<Self, Error> {
        Self::new(learner, learner.fit(data, seed)?, features, classes)
    }

    /// The classifier.
    pub fn classifier(&self) -> &dyn Classifier {
        self.classifier.as_ref()
    }

    /// Class probabilities, rows × classes, for rows of [`Self::features`].
    ///
    /// # Errors
    /// As [`Classifier::predict_proba`].
    pub fn predict_proba(&self, x: &Matrix) -> Result<Matrix, Error> {
        self.classifier.predict_proba(x)
    }

    /// Remembers the objects that were learned from: their names, one per row of `x`, and features. The file then has 16
    /// bytes more for each.
    ///
    /// # Errors
    /// When there are not as many names as rows.
    pub fn remember_objects(&mut self, names: &[String], x: &Matrix) -> Result<(), Error> {
        Error::check_length("names of objects, one per row", x.rows(), names.len())?;
        self.objects = names.iter().enumerate().map(|(row, name)| object_digest(name, x.row(row))).collect();
        Ok(())
    }

    /// Whether the model learned from an object of this name and with these features, which calibration and tests must
    /// leave out; nothing if it does not know what it learned from.
    pub fn learned_from(&self, name: &str, features: &[f64]) -> Option<bool> {
        (!self.objects.is_empty()).then(|| self.objects.contains(&object_digest(name, features)))
    }

    /// Writes the model, whole or not at all. The same model gives the same bytes.
    ///
    /// # Errors
    /// When the classifier has no place in the format, or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let tensors = self.classifier.tensors().ok_or_else(|| Error::NotSavable(self.learner.clone()))?;
        let header = Header {
            version: self.version,
            learner: self.learner.clone(),
            params: self.params.clone(),
            features: self.features.clone(),
            classes: self.classes.clone(),
            objects: self.objects.iter().map(|digest| format!("{digest:016x}")).collect(),
            sha256: String::new(),
        };
        let damaged = |reason: String| Error::Model { path: path.to_owned(), reason };
        let text = serde_json::to_string(&header).map_err(|error| damaged(error.to_string()))?;
        let sha256 = digest(&text, &tensors);
        let text = format!("{}{sha256}\"}}", text.strip_suffix("\"}").unwrap_or(&text));
        let entries = HashMap::from([(ENTRY.to_owned(), text)]);
        let bytes = safetensors::serialize(
            tensors.iter().map(|(name, tensor)| (name, Saved::new(tensor))),
            Some(entries),
        )
        .map_err(|error| damaged(error.to_string()))?;
        hesper_files::write(path, bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
    }

    /// Reads a model and checks all of it: nothing in a file can make the classifier panic or run without end.
    ///
    /// # Errors
    /// When the file cannot be read, is no model, is damaged, or was written by a newer version.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes).map_err(|reason| Error::Model { path: path.to_owned(), reason })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let text = metadata.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let text = text.ok_or("it is a safetensors file without the entry `hesper` in its metadata")?;
        let version =
            serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string())?["version"]
                .as_u64();
        if version != Some(VERSION.into()) {
            let found = version.map_or("unknown".to_owned(), |version| version.to_string());
            return Err(format!("its format has version {found}, and this program reads version {VERSION}"));
        }
        let header: Header = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let tensors = file.iter().map(|(name, view)| Ok((name.to_owned(), read_tensor(name, &view)?)));
        let tensors: TensorMap = tensors.collect::<Result<_, String>>()?;
        let empty = text.strip_suffix("\"}").and_then(|text| text.strip_suffix(&header.sha256));
        let empty = empty.ok_or("its digest is not where it should be")?;
        if digest(&format!("{empty}\"}}"), &tensors) != header.sha256 {
            return Err("its digest does not fit its content: the file was damaged or changed".to_owned());
        }
        if let Some(twice) = repeated(&header.features).or(repeated(&header.classes)) {
            return Err(format!("it names `{twice}` twice"));
        }
        let objects = read_objects(&header.objects).ok_or("its list of objects is not readable")?;
        let Header { version, learner, params, features, classes, .. } = header;
        let classifier = restore(&learner, &tensors, features.len(), classes.len())?;
        Ok(Self { learner, params, features, classes, version, objects, classifier })
    }
}

fn repeated(names: &[String]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    names.iter().map(String::as_str).find(|name| !seen.insert(*name))
}

/// The first 64 bits of a digest of an object's name and features: surveys give one name to different objects.
fn object_digest(name: &str, features: &[f64]) -> u64 {
    let mut hash = Sha256::new();
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name);
    for value in features {
        // There are many NaN, and two zeros.
        let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
        hash.update(value.to_le_bytes());
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn read_objects(text: &str) -> Option<BTreeSet<u64>> {
    let (digests, rest) = text.as_bytes().as_chunks::<16>();
    let read = |digits: &[u8; 16]| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    if rest.is_empty() { digests.iter().map(read).collect() } else { None }
}

fn digest(header: &str, tensors: &TensorMap) -> String {
    let mut hash = Sha256::new();
    hash.update((header.len() as u64).to_le_bytes());
    hash.update(header);
    for (name, tensor) in tensors {
        let bytes = tensor.bytes();
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update([u8::from(matches!(tensor, Tensor::F64(_)))]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_tensor(name: &str, view: &safetensors::tensor::TensorView<'_>) -> Result<Tensor, String> {
    if view.shape().len() != 1 {
        return Err(format!("its tensor `{name}` has {} dimensions instead of one", view.shape().len()));
    }
    match view.dtype() {
        Dtype::F64 => Ok(Tensor::F64(
            view.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect(),
        )),
        Dtype::U32 => Ok(Tensor::U32(
            view.data().as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        )),
        other => Err(format!("its tensor `{name}` holds numbers of the unexpected type {other:?}")),
    }
}

/// A tensor as `safetensors` writes it.
struct Saved {
    dtype: Dtype,
    shape: [usize; 1],
    bytes: Vec<u8>,
}

impl Saved {
    fn new(tensor: &Tensor) -> Self {
        let dtype = match tensor {
            Tensor::F64(_) => Dtype::F64,
            Tensor::U32(_) => Dtype::U32,
        };
        Self { dtype, shape: [tensor.len()], bytes: tensor.bytes() }
    }
}

impl View for Saved {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
