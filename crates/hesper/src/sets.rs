//! Sets of classes for predictions, calibrated on objects that the model did not learn from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use hesper_features::FeatureTable;
use hesper_learn::conformal::{
    Conformal, ConformalParams, Coverage, PredictionSets, ShiftParams, ShiftWeights, shift_weights,
};
use hesper_learn::metrics::Interval;
use hesper_learn::{ForestParams, Matrix, Model};
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::predict::model_features;
use crate::learning::REST;
use crate::plain_table::PlainOptions;
use crate::{Failure, print};

/// Whether and how sets are made.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct SetOptions {
    /// Also give each object the set of classes that holds its true one with this probability, such as 0.9 (conformal
    /// prediction): the columns set, classes with | between them, and set_size
    #[arg(long, value_name = "LEVEL", requires = "calibration", value_parser = level)]
    sets: Option<f64>,
    /// Objects with known classes to calibrate the sets by. The model is too sure of those that it learned from, so these
    /// are left out: give others, such as those that `hesper train --set-aside` keeps back
    #[arg(long, value_name = "FEATURES", requires = "sets")]
    pub(crate) calibration: Option<PathBuf>,
    /// Keep the promise for the objects of each class, not only for all together; needs many calibration objects of each
    #[arg(long, requires = "sets")]
    by_class: bool,
    /// Weight the calibration objects so that they resemble those to predict, where these are fainter, say
    #[arg(long, requires = "sets")]
    weighted: bool,
}

fn level(text: &str) -> Result<f64, String> {
    let level = text.parse().ok().filter(|level| *level > 0.0 && *level < 1.0);
    level.ok_or_else(|| "must be between 0 and 1, such as 0.9".to_owned())
}

/// Leaves of the forest that tells calibration objects from those to predict: so many objects make a share believable.
const LEAF: usize = 20;
/// Where old and new objects are told apart so well, weights rest on few objects.
const FEW: f64 = 30.0;

/// The sets of objects.
pub(crate) struct Sets {
    sets: PredictionSets,
    level: f64,
    calibrated_by: usize,
    shift: Option<ShiftWeights>,
    mean_size: f64,
    single: f64,
    empty: f64,
    /// The number of objects whose class is known though neither the model nor the sets were made by them, and how many
    /// of their sets hold it.
    coverage: Option<(usize, Coverage)>,
}

/// Objects to calibrate by.
struct Calibration {
    /// The place of each by its name.
    ids: BTreeMap<String, usize>,
    x: Matrix,
    labels: Vec<u32>,
}

impl Calibration {
    /// The place of an object among these; surveys give one name to different objects.
    fn place(&self, name: &str, features: &[f64]) -> Option<usize> {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        let place = *self.ids.get(name)?;
        self.x.row(place).iter().zip(features).all(same).then_some(place)
    }
}

impl SetOptions {
    /// The sets of objects with these probabilities, where they are asked for.
    pub(crate) fn of(
        &self,
        model: &Model,
        table: &FeatureTable,
        x: &Matrix,
        probabilities: &Matrix,
        seed: u64,
    ) -> Result<Option<Sets>, Failure> {
        let (Some(level), Some(path)) = (self.sets, &self.calibration) else { return Ok(None) };
        let known = calibration(model, path)?;
        let params = ConformalParams { level, mondrian: self.by_class, ..ConformalParams::default() };
        let shift = self.weighted.then(|| shift(&known, table, x, seed)).transpose()?;
        let weights = shift.as_ref().map(|shift| (shift.source.as_slice(), shift.target.as_slice()));
        let conformal = Conformal::calibrate(
            &params,
            &model.predict_proba(&known.x)?,
            &known.labels,
            weights.map(|weights| weights.0),
            seed,
        )?;
        self.warn(model, &conformal, &known, shift.as_ref());
        let sets = conformal.sets(probabilities, weights.map(|weights| weights.1))?;
        let rows = sets.rows() as f64;
        let sizes: Vec<usize> = (0..sets.rows()).map(|row| sets.size(row)).collect();
        let share = |size: usize| sizes.iter().filter(|one| **one == size).count() as f64 / rows;
        Ok(Some(Sets {
            level,
            calibrated_by: known.labels.len(),
            mean_size: sizes.iter().sum::<usize>() as f64 / rows,
            single: share(1),
            empty: share(0),
            coverage: coverage(model, table, x, &known, &sets)?,
            shift,
            sets,
        }))
    }

    /// Says where the promise is empty.
    fn warn(&self, model: &Model, conformal: &Conformal, known: &Calibration, shift: Option<&ShiftWeights>) {
        let thresholds = conformal.thresholds();
        let endless: Vec<&str> = thresholds
            .iter()
            .zip(&model.classes)
            .filter(|(threshold, _)| threshold.is_infinite())
            .map(|(_, class)| class.as_str())
            .collect();
        if !endless.is_empty() && self.by_class {
            print::note(format_args!(
                "warning: too few calibration objects to leave {} out of any set at this level: give more of them, a lower \
                 level, or no --by-class",
                endless.join(", ")
            ));
        } else if !endless.is_empty() {
            print::note(format_args!(
                "warning: {} calibration objects are too few for this level, so every set holds every class: give more",
                known.labels.len()
            ));
        }
        if let Some(shift) = shift.filter(|shift| shift.effective_size < FEW) {
            print::note(format_args!(
                "warning: weighted, the calibration objects count as {:.0}: they are too unlike those to predict for sets to \
                 be relied on; label some of these",
                shift.effective_size
            ));
        }
    }
}

/// Weights by which the calibration resembles the objects of a table. Those that are in both have one weight.
fn shift(known: &Calibration, table: &FeatureTable, x: &Matrix, seed: u64) -> Result<ShiftWeights, Failure> {
    let place = |row: usize| known.place(&table.object_id[row], x.row(row));
    let fresh: Vec<usize> = (0..table.rows()).filter(|row| place(*row).is_none()).collect();
    if fresh.is_empty() {
        return Err(Failure::request(
            "--weighted: all objects to predict are among those of the calibration, which needs no weights then",
        ));
    }
    let forest = ForestParams { min_samples_leaf: LEAF, ..ForestParams::default() };
    let found = shift_weights(&ShiftParams::default(), &forest, &known.x, &x.select_rows(&fresh), seed)?;
    let mut of_fresh = found.target.iter().copied();
    let target = (0..table.rows())
        .map(|row| place(row).map(|place| found.source[place]).or_else(|| of_fresh.next()).unwrap_or(1.0))
        .collect();
    Ok(ShiftWeights { target, ..found })
}

/// The number of a class among the model's: by its name, or as one of the rest.
fn code(model: &Model, class: &str) -> Option<u32> {
    let found = model.classes.iter().position(|known| known == class);
    let rest = || match model.classes.as_slice() {
        [positive, rest] if rest == REST || (positive == REST && rest == "rest") => Some(1),
        _ => None,
    };
    found.or_else(rest).map(|class| class as u32)
}

/// The objects of a table that can calibrate the model: of known classes, and not learned from.
fn calibration(model: &Model, path: &Path) -> Result<Calibration, Failure> {
    let (table, x) = model_features(model, path, &PlainOptions::default())?;
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut learned, mut rows, mut labels, mut tells) = (0, Vec::new(), Vec::new(), true);
    for (row, class) in table.class.iter().enumerate() {
        let Some(class) = class else { continue };
        match model.learned_from(&table.object_id[row], x.row(row)) {
            Some(true) => {
                learned += 1;
                continue;
            }
            Some(false) => {}
            None => tells = false,
        }
        match code(model, class) {
            Some(label) => {
                rows.push(row);
                labels.push(label);
            }
            None => *unknown.entry(class).or_default() += 1,
        }
    }
    if rows.is_empty() {
        let reason = if learned > 0 {
            format!(
                "the model learned from all {learned} objects with known classes, and cannot be calibrated by them: give \
                 others, such as those that `hesper train --set-aside` keeps back"
            )
        } else {
            "no object has a class that the model knows: give a table with the column `class`".to_owned()
        };
        return Err(Failure::work(format!("{}: {reason}", path.display())));
    }
    if learned > 0 {
        print::note(format_args!(
            "{learned} objects of {} are left out of the calibration: the model learned from them",
            path.display()
        ));
    }
    if !tells {
        print::note(
            "warning: the model does not tell which objects it learned from; sets are too small if it learned from \
                     those of the calibration",
        );
    }
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.iter().map(|(class, count)| format!("{class}: {count}")).collect();
        print::note(format_args!(
            "warning: the model does not know some classes of the calibration ({}): no set can hold them",
            unknown.join(", ")
        ));
    }
    let ids = rows.iter().enumerate().map(|(place, &row)| (table.object_id[row].clone(), place)).collect();
    Ok(Calibration { ids, x: x.select_rows(&rows), labels })
}

/// How often the sets hold the class where it is known and neither the model nor the sets were made by it.
fn coverage(
    model: &Model,
    table: &FeatureTable,
    x: &Matrix,
    known: &Calibration,
    sets: &PredictionSets,
) -> Result<Option<(usize, Coverage)>, Failure> {
    let fresh = |row: usize| {
        let id = &table.object_id[row];
        known.place(id, x.row(row)).is_none() && model.learned_from(id, x.row(row)) == Some(false)
    };
    let of_row = |row: usize| Some((row, code(model, table.class[row].as_ref()?)?));
    let (rows, truth): (Vec<usize>, Vec<u32>) =
        (0..table.rows()).filter(|row| fresh(*row)).filter_map(of_row).unzip();
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some((rows.len(), sets.select_rows(&rows).coverage(&truth, 0.95)?)))
}

impl Sets {
    /// The sets.
    pub(crate) fn sets(&self) -> &PredictionSets {
        &self.sets
    }

    /// How large they are, for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "sets that hold the true class of {} %, calibrated by {} objects: {:.2} classes on average; {:.1} % hold one, \
             {:.1} % none",
            rounded(100.0 * self.level),
            self.calibrated_by,
            self.mean_size,
            100.0 * self.single,
            100.0 * self.empty
        )];
        if let Some(shift) = &self.shift {
            lines.push(format!(
                "  weighted, these count as {:.0} objects; they are told from those to predict with ROC AUC {:.2}",
                shift.effective_size, shift.separation
            ));
        }
        if let Some((objects, Coverage { share: Interval { estimate, lower, upper }, .. })) = &self.coverage {
            lines.push(format!(
                "  of {objects} other objects whose class is known, {:.1} % have it in their set [{:.1}, {:.1}]",
                100.0 * estimate,
                100.0 * lower,
                100.0 * upper
            ));
        }
        lines
    }

    /// The result for a machine.
    pub(crate) fn result(&self) -> Value {
        json!({
            "level": self.level,
            "calibrated_by": self.calibrated_by,
            "effective_size": self.shift.as_ref().map(|shift| shift.effective_size),
            "separation": self.shift.as_ref().map(|shift| shift.separation),
            "mean_size": self.mean_size,
            "single": self.single,
            "empty": self.empty,
            "coverage": self.coverage.as_ref().map(|(objects, coverage)| json!({
                "objects": objects,
                "share": coverage.share,
                "by_class": coverage.by_class,
            })),
        })
    }
}

/// A number without the digits that arithmetic adds.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
