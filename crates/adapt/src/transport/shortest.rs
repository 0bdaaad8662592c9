use hesper_learn::Matrix;

use super::{Outcome, Plan, check_cost, masses, total};
use crate::Error;

/// Units of mass in all, where masses are not simple fractions.
const UNITS: f64 = (1u64 << 50) as f64;

/// The cheapest plan (the earth mover's), by shortest augmenting paths: each source object in turn sends its mass along the
/// paths of least reduced cost (Dijkstra), as in Jonker & Volgenant's assignment (1987, doi:10.1007/BF02278710), but for any
/// masses. Masses are counted in whole units, 2⁻⁵⁰ of all or less, so that no rest is ever rounded away.
///
/// `cost` is source × target; the weights of either side may have any sum.
///
/// # Errors
/// [`Error::Domain`] for weights or costs that are not finite, negative weights, lengths that differ.
pub fn exact(source: &[f64], target: &[f64], cost: &Matrix) -> Result<Plan, Error> {
    let (a, b) = (masses("source", source, cost.rows())?, masses("target", target, cost.cols())?);
    check_cost(cost)?;
    let (mut supply, mut demand) = units(&a, &b);
    let all: u64 = supply.iter().sum();
    let search = solve(cost, &mut supply, &mut demand)?;
    let mut mass = vec![0.0; cost.data().len()];
    for (column, flows) in search.flows.iter().enumerate() {
        for (row, amount) in flows {
            mass[row * cost.cols() + column] = *amount as f64 / all as f64;
        }
    }
    let value = total(cost, &mass);
    Ok(Plan { mass: Matrix::new(cost.rows(), cost.cols(), mass)?, cost: value, outcome: Outcome::Exact })
}

/// Sends all supply to where it is wanted.
fn solve<'c>(cost: &'c Matrix, supply: &mut [u64], demand: &mut [u64]) -> Result<Search<'c>, Error> {
    let mut search = Search::new(cost);
    for (row, supply) in supply.iter_mut().enumerate() {
        while *supply > 0 {
            let Some(column) = search.shortest(row, demand) else {
                let what = "no way was found for some mass: a defect".to_owned();
                return Err(Error::Failed { method: "exact transport", what });
            };
            let sent = search.augment(row, column, (*supply).min(demand[column]));
            *supply -= sent;
            demand[column] -= sent;
        }
    }
    Ok(search)
}

/// Masses in whole units, with the same sum on both sides.
fn units(a: &[f64], b: &[f64]) -> (Vec<u64>, Vec<u64>) {
    let even = |masses: &[f64]| masses.iter().all(|mass| *mass == masses[0]);
    if even(a) && even(b) {
        return (vec![b.len() as u64; a.len()], vec![a.len() as u64; b.len()]);
    }
    let round = |masses: &[f64]| masses.iter().map(|mass| (mass * UNITS).round() as u64).collect::<Vec<_>>();
    let (mut a, mut b) = (round(a), round(b));
    let (left, right) = (a.iter().sum::<u64>(), b.iter().sum::<u64>());
    // The few units that rounding took from one side go to its heaviest object.
    let short = if left < right { &mut a } else { &mut b };
    if let Some(heaviest) = short.iter_mut().max() {
        *heaviest += left.abs_diff(right);
    }
    (a, b)
}

/// The state of the search: flows, prices, and what one search for a path needs.
struct Search<'c> {
    cost: &'c Matrix,
    /// Who sends to each column, and how much.
    flows: Vec<Vec<(usize, u64)>>,
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    distance: Vec<f64>,
    /// The row from which each column is reached.
    from_row: Vec<usize>,
    /// The column from which each row is reached, and how far it is; itself unreached when not of this search.
    rows: Vec<(usize, f64)>,
    reached: Vec<bool>,
}

const NONE: usize = usize::MAX;

impl<'c> Search<'c> {
    fn new(cost: &'c Matrix) -> Self {
        let (n, m) = (cost.rows(), cost.cols());
        let mut column_price = cost.row(0).to_vec();
        for row in 1..n {
            column_price.iter_mut().zip(cost.row(row)).for_each(|(price, cost)| *price = price.min(*cost));
        }
        let least = |row| {
            cost.row(row).iter().zip(&column_price).map(|(cost, price)| cost - price).fold(f64::MAX, f64::min)
        };
        Self {
            cost,
            flows: vec![Vec::new(); m],
            row_price: (0..n).map(least).collect(),
            column_price,
            distance: vec![f64::INFINITY; m],
            from_row: vec![NONE; m],
            rows: vec![(NONE, 0.0); n],
            reached: vec![false; n],
        }
    }

    /// The nearest column that wants mass, by reduced cost; prices are updated so that the way to it costs nothing.
    fn shortest(&mut self, start: usize, demand: &[u64]) -> Option<usize> {
        self.distance.fill(f64::INFINITY);
        self.reached.fill(false);
        let mut open: Vec<usize> = (0..demand.len()).collect();
        let (mut settled, mut visited) = (Vec::new(), vec![start]);
        self.reached[start] = true;
        self.rows[start] = (NONE, 0.0);
        let mut scanned = 0;
        let (found, length) = loop {
            while scanned < visited.len() {
                let row = visited[scanned];
                scanned += 1;
                let base = self.rows[row].1 - self.row_price[row];
                let costs = self.cost.row(row);
                for &column in &open {
                    let way = base + costs[column] - self.column_price[column];
                    if way < self.distance[column] {
                        self.distance[column] = way;
                        self.from_row[column] = row;
                    }
                }
            }
            let mut best = (f64::INFINITY, NONE);
            for (at, &column) in open.iter().enumerate() {
                let way = self.distance[column];
                // Of equally near ones, one that wants mass ends the search.
                if way < best.0 || (way == best.0 && demand[column] > 0) {
                    best = (way, at);
                }
            }
            if best.1 == NONE {
                return None;
            }
            let column = open.swap_remove(best.1);
            if demand[column] > 0 {
                break (column, best.0);
            }
            settled.push(column);
            for &(row, _) in &self.flows[column] {
                if !self.reached[row] {
                    self.reached[row] = true;
                    self.rows[row] = (column, best.0);
                    visited.push(row);
                }
            }
        };
        for row in visited {
            self.row_price[row] += length - self.rows[row].1;
        }
        for column in settled {
            self.column_price[column] -= length - self.distance[column];
        }
        Some(found)
    }

    /// Sends as much as the way bears, at most `amount`.
    fn augment(&mut self, start: usize, end: usize, mut amount: u64) -> u64 {
        let (mut column, mut way) = (end, Vec::new());
        loop {
            let row = self.from_row[column];
            way.push((row, column));
            if row == start {
                break;
            }
            let back = self.rows[row].0;
            let flowing = self.flows[back].iter().find(|flow| flow.0 == row).map_or(0, |flow| flow.1);
            amount = amount.min(flowing);
            column = back;
        }
        for (row, column) in way {
            match self.flows[column].iter_mut().find(|flow| flow.0 == row) {
                Some(flow) => flow.1 += amount,
                None => self.flows[column].push((row, amount)),
            }
            if row != start {
                let flows = &mut self.flows[self.rows[row].0];
                flows.iter_mut().filter(|flow| flow.0 == row).for_each(|flow| flow.1 -= amount);
                flows.retain(|flow| flow.1 > 0);
            }
        }
        amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Prices that no way undercuts, and flows along ways that cost just the price: both together prove the optimum.
        #[test]
        fn plans_are_optimal(
            n in 1usize..8, m in 1usize..8, even in prop::bool::ANY,
            numbers in prop::collection::vec(0.0..1.0f64, 64), weights in prop::collection::vec(0.0..1.0f64, 16),
        ) {
            let cost = Matrix::new(n, m, numbers[..n * m].to_vec()).unwrap();
            let weigh = |at: usize| if even { 1.0 } else { weights[at] + 1e-3 };
            let (a, b): (Vec<f64>, Vec<f64>) = ((0..n).map(weigh).collect(), (8..8 + m).map(weigh).collect());
            let plan = exact(&a, &b, &cost).unwrap();
            let (asked, wanted) = (masses("a", &a, n).unwrap(), masses("b", &b, m).unwrap());
            for (row, asked) in asked.iter().enumerate() {
                prop_assert!((plan.mass.row(row).iter().sum::<f64>() - asked).abs() < 1e-14);
            }
            for (column, wanted) in wanted.iter().enumerate() {
                prop_assert!((plan.mass.column(column).iter().sum::<f64>() - wanted).abs() < 1e-14);
            }
            let (mut supply, mut demand) = units(&asked, &wanted);
            let search = solve(&cost, &mut supply, &mut demand).unwrap();
            let dual: f64 = search.row_price.iter().zip(&asked).map(|(p, a)| p * a).sum::<f64>()
                + search.column_price.iter().zip(&wanted).map(|(p, b)| p * b).sum::<f64>();
            for row in 0..n {
                for column in 0..m {
                    let gap = cost.row(row)[column] - search.row_price[row] - search.column_price[column];
                    prop_assert!(gap > -1e-12, "{gap}");
                }
            }
            prop_assert!((dual - plan.cost).abs() < 1e-12, "{dual} {}", plan.cost);
        }
    }

    #[test]
    fn what_cannot_be_moved_is_refused() {
        let cost = Matrix::from_rows(&[[0.0, 1.0]]).unwrap();
        assert!(exact(&[1.0, 1.0], &[1.0, 1.0], &cost).is_err());
        assert!(exact(&[1.0], &[0.0, 0.0], &cost).is_err());
        assert!(exact(&[1.0], &[1.0, f64::NAN], &cost).is_err());
        assert_eq!(exact(&[2.0], &[0.0, 5.0], &cost).unwrap().mass.data(), [0.0, 1.0]);
        assert!(exact(&[1.0], &[1.0], &Matrix::from_rows(&[[f64::INFINITY]]).unwrap()).is_err());
    }
}
