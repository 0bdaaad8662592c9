//! Two tables of features: the source, whose classes are known, and the target, whose classes are wanted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use clap::Args;
use hesper_adapt::{Source, Target};
use hesper_features::FeatureTable;
use hesper_learn::Matrix;
use hesper_photometry::Sample;
use serde::Serialize;

use crate::input::choose_columns;
use crate::judging::SampleName;
use crate::learning::{ClassView, matrix};
use crate::plain_table::PlainOptions;
use crate::session::Session;
use crate::{Failure, print};

/// Which objects are the source and which the target.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct DomainOptions {
    /// A table of features with classes, to learn from: as `features` writes it, or CSV
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// A table of the same features, whose classes are wanted; it may be the source's, of which the other sample is taken
    #[arg(value_name = "TARGET")]
    target: PathBuf,
    /// Learn this class against all others [default: all classes]
    #[arg(long, value_name = "CLASS")]
    pub(crate) positive: Option<String>,
    /// Call the class FROM, in either table, TO: surveys have other names for the same
    #[arg(long, value_name = "FROM=TO", value_delimiter = ',', value_parser = renaming)]
    rename: Vec<(String, String)>,
    /// Only objects of these classes, of either table; objects without a class stay in the target [default: all]
    #[arg(long, value_name = "CLASSES", value_delimiter = ',')]
    classes: Vec<String>,
    /// The source's objects, of a table that tells them apart
    #[arg(long, value_enum, default_value_t = SampleName::Spectroscopic)]
    source_sample: SampleName,
    /// The target's objects, of a table that tells them apart
    #[arg(long, value_enum, default_value_t = SampleName::Photometric)]
    target_sample: SampleName,
    /// Feature columns to use: features and sets by name, and patterns with `*`; a leading `!` leaves out [default: all that
    /// both tables have]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    columns: Vec<String>,
    #[command(flatten)]
    plain: PlainOptions,
}

/// Parses `90=Ia`.
fn renaming(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("must be FROM=TO, such as 90=Ia".to_owned()),
    }
}

/// Source and target with the same features.
pub(crate) struct Domains {
    /// The source's objects, which all have a class.
    pub(crate) source: FeatureTable,
    /// Their features, objects × features.
    pub(crate) x: Matrix,
    /// Their classes.
    pub(crate) y: Vec<u32>,
    /// The names of the source's classes.
    pub(crate) classes: Vec<String>,
    /// The target's objects.
    pub(crate) target: FeatureTable,
    /// Their features.
    pub(crate) t: Matrix,
    /// Their classes where they are known, for scores alone: nothing is fitted to them. A class that the source does not
    /// have is `None`.
    pub(crate) truth: Vec<Option<u32>>,
    /// What should be known of the tables.
    pub(crate) warnings: Vec<String>,
}

impl DomainOptions {
    /// Reads both tables. What is noteworthy is told at once on stderr.
    pub(crate) fn read(&self, session: &mut Session) -> Result<Domains, Failure> {
        session.input(&self.source)?;
        session.input(&self.target)?;
        let source = self.renamed(&self.source)?;
        let target = if self.source == self.target { source.clone() } else { self.renamed(&self.target)? };
        let mut warnings = Vec::new();
        let (source, target) = self.same_columns(&source, &target, &mut warnings)?;
        let source =
            labelled(&chosen(&source, self.source_sample, &self.source, "--source-sample")?, &self.source)?;
        let target = chosen(&target, self.target_sample, &self.target, "--target-sample")?;
        let view = match &self.positive {
            Some(positive) => ClassView::binary(&source.class, positive)?,
            None => ClassView::all(&source.class)?,
        };
        if view.classes.len() < 2 {
            return Err(Failure::work(format!(
                "{}: all objects of the source are of the class {}: give a table with at least two classes",
                self.source.display(),
                view.classes.join(", ")
            )));
        }
        let strangers: BTreeMap<&String, usize> = self.strangers(&view, &target);
        if !strangers.is_empty() {
            let count: usize = strangers.values().sum();
            let names: Vec<&str> = strangers.keys().map(|name| name.as_str()).collect();
            warnings.push(format!(
                "{count} objects of the target are of classes that the source does not have ({}): they are predicted, but not \
                 scored",
                names.join(", ")
            ));
        }
        warnings.extend(shared(&source, &target));
        warnings.iter().for_each(|warning| print::note(format_args!("warning: {warning}")));
        Ok(Domains {
            x: matrix(&source)?,
            y: view.codes.iter().flatten().copied().collect(),
            truth: target.class.iter().map(|class| self.code(&view.classes, class.as_ref()?)).collect(),
            t: matrix(&target)?,
            classes: view.classes,
            source,
            target,
            warnings,
        })
    }

    /// The classes that a table tells of objects, by their names.
    pub(crate) fn classes(&self, path: &Path) -> Result<BTreeMap<String, String>, Failure> {
        let table = self.renamed(path)?;
        let known = table.object_id.into_iter().zip(table.class);
        Ok(known.filter_map(|(id, class)| Some((id, class?))).collect())
    }

    /// A table with its classes renamed, and without those that were not asked for.
    fn renamed(&self, path: &Path) -> Result<FeatureTable, Failure> {
        let mut table = self.plain.read(path)?;
        for class in table.class.iter_mut().flatten() {
            if let Some((_, to)) = self.rename.iter().find(|(from, _)| from == class) {
                *class = to.clone();
            }
        }
        if self.classes.is_empty() {
            return Ok(table);
        }
        let keep = |class: &Option<String>| class.as_ref().is_none_or(|class| self.classes.contains(class));
        let rows: Vec<usize> = (0..table.rows()).filter(|&row| keep(&table.class[row])).collect();
        if rows.is_empty() {
            return Err(Failure::request(format!(
                "{}: no object is of a class among {}: see --classes and --rename",
                path.display(),
                self.classes.join(", ")
            )));
        }
        Ok(table.select_rows(&rows))
    }

    /// The number of a class; nothing if the source does not have it.
    pub(crate) fn code(&self, classes: &[String], class: &String) -> Option<u32> {
        match &self.positive {
            Some(positive) => Some(u32::from(class != positive)),
            None => classes.iter().position(|known| known == class).map(|place| place as u32),
        }
    }

    fn strangers<'a>(&self, view: &ClassView, target: &'a FeatureTable) -> BTreeMap<&'a String, usize> {
        let mut strangers = BTreeMap::new();
        for class in target.class.iter().flatten().filter(|class| self.code(&view.classes, class).is_none()) {
            *strangers.entry(class).or_default() += 1;
        }
        strangers
    }

    /// Both tables with the columns that were asked for and that both have, in the order of the source's.
    fn same_columns(
        &self,
        source: &FeatureTable,
        target: &FeatureTable,
        warnings: &mut Vec<String>,
    ) -> Result<(FeatureTable, FeatureTable), Failure> {
        let asked: Vec<usize> = if self.columns.is_empty() {
            (0..source.columns()).collect()
        } else {
            let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
            choose_columns(source, &self.source, &names)?
        };
        let (both, missing): (Vec<usize>, Vec<usize>) =
            asked.iter().partition(|&&column| target.column(&source.names[column]).is_some());
        if both.is_empty() {
            return Err(Failure::request(format!(
                "{} and {} have no feature in common: the source has {}, the target {}",
                self.source.display(),
                self.target.display(),
                source.names.join(", "),
                target.names.join(", ")
            )));
        }
        let listed = |names: Vec<&str>| format!("{} ({})", names.len(), names.join(", "));
        if !missing.is_empty() {
            let names = missing.iter().map(|&column| source.names[column].as_str()).collect();
            warnings.push(format!("features that the target does not have are left out: {}", listed(names)));
        }
        let known: BTreeSet<&String> = source.names.iter().collect();
        let more: Vec<&str> =
            target.names.iter().filter(|name| !known.contains(name)).map(String::as_str).collect();
        if !more.is_empty() && self.columns.is_empty() {
            warnings.push(format!("features that the source does not have are left out: {}", listed(more)));
        }
        let there: Vec<usize> =
            both.iter().filter_map(|&column| target.column(&source.names[column])).collect();
        Ok((source.select_columns(&both), target.select_columns(&there)))
    }
}

/// The objects of a sample. A table without samples is taken whole.
fn chosen(
    table: &FeatureTable,
    sample: SampleName,
    path: &Path,
    option: &str,
) -> Result<FeatureTable, Failure> {
    let rows: Vec<usize> = (0..table.rows()).filter(|&row| sample.takes(table.sample[row])).collect();
    if rows.is_empty() {
        let have = table.sample.iter().flatten().next().map(|sample| match sample {
            Sample::Spectroscopic => "spectroscopic",
            Sample::Photometric => "photometric",
        });
        return Err(Failure::request(format!(
            "{}: no object is in the sample asked for{}: see {option}",
            path.display(),
            have.map(|have| format!("; there are {have} ones")).unwrap_or_default()
        )));
    }
    Ok(table.select_rows(&rows))
}

/// The objects with a class.
fn labelled(table: &FeatureTable, path: &Path) -> Result<FeatureTable, Failure> {
    let rows: Vec<usize> = (0..table.rows()).filter(|&row| table.class[row].is_some()).collect();
    if rows.is_empty() {
        return Err(Failure::work(format!(
            "{}: no object has a known class: give a table with the column `class`, or name it with --class-column",
            path.display()
        )));
    }
    Ok(table.select_rows(&rows))
}

/// What to say of objects that are in both domains.
fn shared(source: &FeatureTable, target: &FeatureTable) -> Option<String> {
    let key = |table: &FeatureTable, row: usize| {
        let bits: Vec<u64> = table.row(row).iter().map(|value| value.to_bits()).collect();
        (table.object_id[row].clone(), bits)
    };
    let own: HashSet<_> = (0..source.rows()).map(|row| key(source, row)).collect();
    let count = (0..target.rows()).filter(|&row| own.contains(&key(target, row))).count();
    (count > 0).then(|| {
        format!("{count} objects of the target are also in the source: their scores say nothing of new ones")
    })
}

impl Domains {
    pub(crate) fn source(&self) -> Source<'_> {
        Source { x: &self.x, y: &self.y, n_classes: self.classes.len() }
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target { x: &self.t }
    }
}
