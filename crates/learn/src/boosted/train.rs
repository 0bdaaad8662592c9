//! The rounds.

use super::bins;
use super::bins::Column;
use super::grow::{Ground, Grower, Search, Tree};
use super::histograms::Histograms;
use super::objective::{Objective, to_probabilities};
use super::sorted::{self, Sorted};
use super::split::Rules;
use super::sums::Scale;
use super::{Boosted, BoostedParams};
use crate::forest::{check_size, present_classes};
use crate::random::Stream;
use crate::split::stratified_hold_out;
use crate::{Error, Matrix, TrainingSet};

/// Streams of random numbers beside those of the rounds, which count from 0.
const FEATURE_STREAM: u64 = 1 << 63;

/// Some rows with what the margins make of them.
struct Part {
    /// Their numbers in the table.
    rows: Vec<u32>,
    /// For each its class as a place among those present.
    classes: Vec<u32>,
    weights: Option<Vec<f64>>,
    /// The margins of each row.
    sums: Vec<f64>,
    /// The same as probabilities.
    probabilities: Vec<f64>,
}

impl Part {
    fn new(data: &TrainingSet<'_>, rows: Vec<u32>, classes: Vec<u32>) -> Self {
        let weights = data.weights.map(|weights| rows.iter().map(|&row| weights[row as usize]).collect());
        Self { rows, classes, weights, sums: Vec::new(), probabilities: Vec::new() }
    }

    fn objective(&self, margins: usize) -> Objective<'_> {
        Objective { classes: &self.classes, weights: self.weights.as_deref(), margins }
    }

    fn set_out(&mut self, start: &[f64]) {
        self.sums = start.repeat(self.rows.len());
    }

    fn update_probabilities(&mut self, margins: usize) {
        self.probabilities.clear();
        self.probabilities.extend_from_slice(&self.sums);
        to_probabilities(&mut self.probabilities, margins);
    }

    /// Adds what a tree of the model says of rows that it did not learn from.
    fn add_tree(&mut self, model: &Boosted, x: &Matrix, tree: usize, places: impl Iterator<Item = usize>) {
        let margins = model.start.len();
        for place in places {
            let leaf = model.leaf(tree, x.row(self.rows[place] as usize));
            self.sums[place * margins + tree % margins] += model.values[leaf];
        }
    }
}

pub(super) fn train(params: &BoostedParams, data: &TrainingSet<'_>, seed: u64) -> Result<Boosted, Error> {
    params.check()?;
    data.check()?;
    for (what, actual) in [("rows", data.x.rows()), ("features", data.x.cols()), ("classes", data.n_classes)]
    {
        check_size(what, actual)?;
    }
    let rows: Vec<u32> = (0..data.x.rows() as u32)
        .filter(|&row| data.weights.is_none_or(|weights| weights[row as usize] > 0.0))
        .collect();
    let (classes, present) = present_classes(data, &rows);
    let (learned, held_out) = divide(params, data, rows, classes, seed)?;
    let mut model = Boosted {
        n_features: data.x.cols(),
        n_classes: data.n_classes,
        start: Vec::new(),
        nodes: Vec::new(),
        roots: Vec::new(),
        values: Vec::new(),
        covers: Vec::new(),
        importances: vec![0.0; data.x.cols()],
        present,
    };
    if model.present.len() > 1 {
        Training { params, x: data.x, seed, model: &mut model }.run(learned, held_out)?;
    }
    Ok(model)
}

/// The rows to learn from and those held out to stop by.
fn divide(
    params: &BoostedParams,
    data: &TrainingSet<'_>,
    rows: Vec<u32>,
    classes: Vec<u32>,
    seed: u64,
) -> Result<(Part, Option<Part>), Error> {
    let Some(stopping) = params.early_stopping else { return Ok((Part::new(data, rows, classes), None)) };
    let fold = stratified_hold_out(&classes, stopping.fraction, seed)?;
    let part = |places: &[usize]| {
        let numbers = places.iter().map(|&place| rows[place]).collect();
        Part::new(data, numbers, places.iter().map(|&place| classes[place]).collect())
    };
    Ok((part(&fold.train), Some(part(&fold.test))))
}

struct Training<'a> {
    params: &'a BoostedParams,
    x: &'a Matrix,
    seed: u64,
    model: &'a mut Boosted,
}

impl Training<'_> {
    fn run(&mut self, mut learned: Part, mut held_out: Option<Part>) -> Result<(), Error> {
        let (params, x) = (self.params, self.x);
        let columns = bins::code(x, &learned.rows, params.max_bins, params.min_rows_in_leaf);
        let margins = if self.model.present.len() == 2 { 1 } else { self.model.present.len() };
        self.model.start = learned.objective(margins).start();
        for part in std::iter::once(&mut learned).chain(&mut held_out) {
            part.set_out(&self.model.start);
        }
        let rows = learned.rows.len();
        if rows <= sorted::MAX_ROWS {
            self.rounds(&columns, Grower::new(Sorted::new(&columns, rows), rows), learned, held_out, margins)
        } else {
            self.rounds(&columns, Grower::new(Histograms::new(), rows), learned, held_out, margins)
        }
    }

    fn rounds<S: Search>(
        &mut self,
        columns: &[Column],
        mut grower: Grower<S>,
        mut learned: Part,
        mut held_out: Option<Part>,
        margins: usize,
    ) -> Result<(), Error> {
        let (params, x) = (self.params, self.x);
        let mut derivatives = Vec::new();
        let drawn = params.bagging_fraction < 1.0 || params.feature_fraction < 1.0;
        // The lowest log-loss on the rows held out, and with how many rounds.
        let mut best = (f64::INFINITY, 0);
        // The gains of each round's trees by feature, for rounds may yet be dropped.
        let mut gains = Vec::with_capacity(params.rounds);
        for round in 0..params.rounds {
            learned.update_probabilities(margins);
            let others = self.draw_rows(round, learned.rows.len(), &mut grower.rows);
            let bag = grower.rows.clone();
            let mut of_round = Vec::new();
            for margin in 0..margins {
                let scale =
                    learned.objective(margins).derivatives(&learned.probabilities, margin, &mut derivatives);
                let features = self.draw_features(round * margins + margin);
                grower.rows.clone_from(&bag);
                let tree = grower.grow(&Ground {
                    columns,
                    rows: &derivatives,
                    features: &features,
                    rules: self.rules(scale),
                    max_leaves: params.max_leaves,
                    max_depth: params.max_depth.unwrap_or(usize::MAX),
                });
                of_round.extend_from_slice(&tree.gains);
                self.add(&tree, &scale, &grower.rows, &mut learned, margin)?;
                let tree = self.model.roots.len() - 1;
                learned.add_tree(self.model, x, tree, others.iter().map(|&place| place as usize));
                if let Some(held_out) = &mut held_out {
                    held_out.add_tree(self.model, x, tree, 0..held_out.rows.len());
                }
            }
            let idle = of_round.is_empty();
            gains.push(of_round);
            if let Some(held_out) = &mut held_out {
                held_out.update_probabilities(margins);
                let loss = held_out.objective(margins).log_loss(&held_out.probabilities);
                if loss < best.0 {
                    best = (loss, round + 1);
                }
                let patience = params.early_stopping.map_or(usize::MAX, |stopping| stopping.patience);
                if round + 1 - best.1 >= patience {
                    break;
                }
            }
            // No later round would find what this one did not, unless it draws other rows or features.
            if idle && !drawn {
                break;
            }
        }
        let kept = if held_out.is_some() { best.1 } else { gains.len() };
        self.keep(kept * margins);
        self.sum_importances(&gains[..kept]);
        Ok(())
    }

    fn rules(&self, scale: Scale) -> Rules {
        Rules {
            scale,
            rows_in_leaf: self.params.min_rows_in_leaf,
            hessian_in_leaf: (scale.to_hessian_units(self.params.min_hessian_in_leaf).ceil() as i64).max(1),
            l2: scale.to_hessian_units(self.params.l2),
        }
    }

    /// Puts the rows of a round into `bag`, ascending, and returns the others.
    fn draw_rows(&self, round: usize, rows: usize, bag: &mut Vec<u32>) -> Vec<u32> {
        bag.clear();
        bag.extend(0..rows as u32);
        if self.params.bagging_fraction >= 1.0 {
            return Vec::new();
        }
        Stream::new(self.seed, round as u64).shuffle(bag);
        let count = (self.params.bagging_fraction * rows as f64).round().max(1.0) as usize;
        let mut others = bag.split_off(count.min(rows));
        bag.sort_unstable();
        others.sort_unstable();
        others
    }

    /// The features that a tree may split by, ascending.
    fn draw_features(&self, tree: usize) -> Vec<usize> {
        let mut features: Vec<usize> = (0..self.x.cols()).collect();
        if self.params.feature_fraction < 1.0 {
            Stream::new(self.seed, FEATURE_STREAM | tree as u64).shuffle(&mut features);
            let count = (self.params.feature_fraction * features.len() as f64).round().max(1.0) as usize;
            features.truncate(count);
            features.sort_unstable();
        }
        features
    }

    /// Adds a tree to the model and what it says to the margins of its rows.
    fn add(
        &mut self,
        tree: &Tree,
        scale: &Scale,
        rows: &[u32],
        learned: &mut Part,
        margin: usize,
    ) -> Result<(), Error> {
        let model = &mut *self.model;
        let (root, margins) = (model.nodes.len(), model.start.len());
        check_size("nodes", root + tree.nodes.len())?;
        model.roots.push(root as u32);
        model.nodes.extend(tree.nodes.iter().map(|node| node.shifted(root as u32)));
        model.values.resize(model.nodes.len(), 0.0);
        model.covers.resize(model.nodes.len(), 0.0);
        for &(node, start, end) in &tree.leaves {
            let of_leaf = &rows[start..end];
            model.covers[root + node] = match &learned.weights {
                None => of_leaf.len() as f64,
                Some(weights) => of_leaf.iter().map(|&row| weights[row as usize]).sum(),
            };
            // A tree of one leaf has nothing to add.
            if tree.nodes.len() > 1 {
                let value = self.params.learning_rate * scale.value(tree.sums[node], self.params.l2);
                model.values[root + node] = value;
                for &row in of_leaf {
                    learned.sums[row as usize * margins + margin] += value;
                }
            }
        }
        for node in (0..tree.nodes.len()).rev() {
            let child = tree.nodes[node].child as usize;
            if child > node {
                model.covers[root + node] = model.covers[root + child] + model.covers[root + child + 1];
            }
        }
        Ok(())
    }

    /// Drops all trees but the first.
    fn keep(&mut self, trees: usize) {
        let model = &mut *self.model;
        if let Some(&end) = model.roots.get(trees) {
            model.roots.truncate(trees);
            model.nodes.truncate(end as usize);
            model.values.truncate(end as usize);
            model.covers.truncate(end as usize);
        }
    }

    fn sum_importances(&mut self, gains: &[Vec<(usize, f64)>]) {
        let importances = &mut self.model.importances;
        for &(feature, gain) in gains.iter().flatten() {
            importances[feature] += gain;
        }
        let sum: f64 = importances.iter().sum();
        if sum > 0.0 {
            importances.iter_mut().for_each(|importance| *importance /= sum);
        }
    }
}
