use hesper_learn::Matrix;

use super::tree::{Flows, Tree};
use super::{Outcome, Plan, check_cost, masses, total};
use crate::Error;

/// Units of mass in all, where masses are not simple fractions.
const UNITS: f64 = (1u64 << 50) as f64;
/// A number's bits: up to as many, whole numbers are added exactly.
const BITS: u32 = f64::MANTISSA_DIGITS;

/// The cheapest plan (the earth mover's), by the network simplex (Ahuja, Magnanti & Orlin 1993, Network Flows, chapter 11).
/// Masses are counted in whole units, 2⁻⁵⁰ of all or less, so that no rest is ever rounded away.
///
/// A tree spans source and target objects; in turn, stretches of the cost table are searched for the arc that would save most,
/// and it takes the place of the one that limits how much can flow around. Of several that do, the last on the way around goes,
/// so that the tree stays strongly feasible and no tree comes twice (Cunningham 1976, doi:10.1007/BF01580379): equal points
/// and ties cannot make it run in circles.
///
/// That holds of exact arithmetic. So costs are first rounded to whole multiples of a small unit, such that sums along the
/// longest path are exact; a second search with the costs as they are mends what that changed, usually nothing.
///
/// `cost` is source × target; the weights of either side may have any sum.
///
/// # Errors
/// [`Error::Domain`] for weights or costs that are not finite, negative weights, lengths that differ.
pub fn exact(source: &[f64], target: &[f64], cost: &Matrix) -> Result<Plan, Error> {
    let (a, b) = (masses("source", source, cost.rows())?, masses("target", target, cost.cols())?);
    check_cost(cost)?;
    let (supply, demand) = units(&a, &b);
    let all: u64 = supply.iter().sum();
    let mut mass = vec![0.0; cost.data().len()];
    // What has no mass has no part in it.
    let some = |units: &[u64]| -> Vec<usize> { (0..units.len()).filter(|&at| units[at] > 0).collect() };
    let (rows, columns) = (some(&supply), some(&demand));
    let mut kept = Vec::with_capacity(rows.len() * columns.len());
    rows.iter().for_each(|&row| kept.extend(columns.iter().map(|&column| cost.row(row)[column])));
    let pick = |units: &[u64], kept: &[usize]| kept.iter().map(|&at| units[at]).collect::<Vec<u64>>();
    let tree = cheapest(&kept, &pick(&supply, &rows), &pick(&demand, &columns));
    for (row, column, amount) in tree.flows() {
        mass[rows[row] * cost.cols() + columns[column]] = amount as f64 / all as f64;
    }
    let value = total(cost, &mass);
    Ok(Plan { mass: Matrix::new(cost.rows(), cost.cols(), mass)?, cost: value, outcome: Outcome::Exact })
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

/// The tree of the cheapest flows from `supply` to `demand`, all above 0 and with the same sum. `cost` is row after row.
fn cheapest(cost: &[f64], supply: &[u64], demand: &[u64]) -> Tree {
    let (rows, columns) = (supply.len(), demand.len());
    let largest = cost.iter().fold(0.0, |most: f64, cost| most.max(cost.abs()));
    let mut tree = Tree::new(greedy(cost, supply, demand), rows, columns);
    if largest > 0.0 {
        // A price is a sum along a path of at most all nodes, and a reduced cost is of three such numbers.
        let lost = (rows + columns + 1).ilog2() + 2;
        let (power, units) = (2f64.powi(largest.log2().ceil() as i32), 2f64.powi((BITS - lost) as i32));
        let whole: Vec<f64> = cost.iter().map(|cost| (cost / power * units).round()).collect();
        search(&whole, &mut tree, 0.5, usize::MAX);
        // Here rounding could let it run in circles: it gets so many steps, and what is left then is rounding.
        search(cost, &mut tree, largest * 1e-15, 2 * (rows + columns));
    }
    tree
}

/// Flows that use up every row in turn by its cheapest columns that still want mass: a forest.
fn greedy(cost: &[f64], supply: &[u64], demand: &[u64]) -> Flows {
    let columns = demand.len();
    let mut least = cost[..columns].to_vec();
    for costs in cost.chunks_exact(columns) {
        least.iter_mut().zip(costs).for_each(|(least, cost)| *least = least.min(*cost));
    }
    let mut open: Vec<usize> = (0..columns).collect();
    let (mut wanted, mut flows) = (demand.to_vec(), Flows::new());
    for (row, (&supply, costs)) in supply.iter().zip(cost.chunks_exact(columns)).enumerate() {
        let mut left = supply;
        while left > 0 {
            let over = |at: &usize| costs[open[*at]] - least[open[*at]];
            let Some(at) = (0..open.len()).min_by(|a, b| over(a).total_cmp(&over(b))) else {
                break;
            };
            let column = open[at];
            let amount = left.min(wanted[column]);
            flows.push((row, column, amount));
            left -= amount;
            wanted[column] -= amount;
            if wanted[column] == 0 {
                open.swap_remove(at);
            }
        }
    }
    flows
}

/// Lets arcs enter until none is cheaper by more than `tolerance` than the way through the tree, or `most` have.
fn search(cost: &[f64], tree: &mut Tree, tolerance: f64, most: usize) {
    tree.price(cost);
    let (rows, columns) = (tree.rows, tree.columns);
    let costs = |row: usize| &cost[row * columns..(row + 1) * columns];
    // Whole rows of about twice the square root of all arcs: so many make the search as dear as the change of the tree.
    let block = 2 * (((rows * columns) as f64).sqrt() as usize).div_ceil(columns);
    let (mut row, mut entered, mut idle) = (0, 0, 0);
    while idle < rows && entered < most {
        let mut best = (-tolerance, None);
        for _ in 0..block {
            let reduced = least(costs(row), &tree.prices[rows..rows + columns]) - tree.prices[row];
            if reduced < best.0 {
                best = (reduced, Some(row));
            }
            row = if row + 1 == rows { 0 } else { row + 1 };
            idle += 1;
        }
        if let Some(from) = best.1 {
            let mut cheapest = (f64::INFINITY, 0);
            for (column, (cost, price)) in
                costs(from).iter().zip(&tree.prices[rows..rows + columns]).enumerate()
            {
                if cost - price < cheapest.0 {
                    cheapest = (cost - price, column);
                }
            }
            tree.enter(from, rows + cheapest.1, best.0);
            entered += 1;
            idle = 0;
        }
    }
}

/// The least of cost − price, in eight minima side by side.
fn least(costs: &[f64], prices: &[f64]) -> f64 {
    let mut least = [f64::INFINITY; 8];
    let (costs, costs_rest) = costs.as_chunks::<8>();
    let (prices, prices_rest) = prices.as_chunks::<8>();
    for (costs, prices) in costs.iter().zip(prices) {
        for lane in 0..8 {
            let value = costs[lane] - prices[lane];
            least[lane] = if value < least[lane] { value } else { least[lane] };
        }
    }
    let rest = costs_rest.iter().zip(prices_rest).map(|(cost, price)| cost - price);
    least.into_iter().chain(rest).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]
        /// Prices that no way undercuts, and flows along ways that cost just the price: both together prove the optimum. Costs
        /// and masses of few values make ties of all kinds.
        #[test]
        fn flows_are_optimal(
            n in 1usize..12, m in 1usize..12, levels in prop_oneof![Just(1e9), Just(3.0), Just(1.0)],
            costs in prop::collection::vec(-1.0..1.0f64, 144), amounts in prop::collection::vec(1u64..1000, 24),
            most in prop_oneof![Just(1u64), Just(3), Just(1000)],
        ) {
            let cost: Vec<f64> = costs[..n * m].iter().map(|value| (value * levels).round() / levels).collect();
            let amount = |at: usize| 1 + amounts[at] % most;
            let (mut supply, mut demand): (Vec<u64>, Vec<u64>) = ((0..n).map(amount).collect(), (12..12 + m).map(amount).collect());
            let (all, wanted) = (supply.iter().sum::<u64>(), demand.iter().sum::<u64>());
            supply[0] += wanted.saturating_sub(all);
            demand[m - 1] += all.saturating_sub(wanted);
            let tree = cheapest(&cost, &supply, &demand);
            for row in 0..n {
                for column in 0..m {
                    let gap = cost[row * m + column] - tree.prices[row] - tree.prices[n + column];
                    prop_assert!(gap > -1e-13, "{gap}");
                }
            }
            for (row, column, amount) in tree.flows() {
                let gap = cost[row * m + column] - tree.prices[row] - tree.prices[n + column];
                prop_assert!(gap.abs() < 1e-13, "{gap}");
                supply[row] -= amount;
                demand[column] -= amount;
            }
            prop_assert!(supply.iter().chain(&demand).all(|left| *left == 0));
        }

        #[test]
        fn masses_are_those_asked_for(
            n in 1usize..12, m in 1usize..12, weights in prop::collection::vec(-0.3..1.0f64, 24),
            costs in prop::collection::vec(-1.0..1.0f64, 144), scale in prop_oneof![Just(1.0), Just(1e149), Just(1e-310)],
        ) {
            let cost = Matrix::new(n, m, costs[..n * m].iter().map(|cost| cost * scale).collect()).unwrap();
            let of = |range: std::ops::Range<usize>, least: f64| -> Vec<f64> {
                range.map(|at| weights[at].max(least) + if at % 12 == 0 { 0.1 } else { 0.0 }).collect()
            };
            let (a, b) = (of(0..n, 0.0), of(12..12 + m, 0.0));
            let plan = exact(&a, &b, &cost).unwrap();
            for (row, asked) in masses("a", &a, n).unwrap().iter().enumerate() {
                prop_assert!((plan.mass.row(row).iter().sum::<f64>() - asked).abs() < 1e-14);
            }
            for (column, wanted) in masses("b", &b, m).unwrap().iter().enumerate() {
                prop_assert!((plan.mass.column(column).iter().sum::<f64>() - wanted).abs() < 1e-14);
            }
            // Objects with next to no mass make next to no difference.
            let nearly = exact(&of(0..n, 1e-10), &of(12..12 + m, 1e-10), &cost).unwrap();
            prop_assert!((nearly.cost - plan.cost).abs() <= 1e-6 * scale, "{} {}", nearly.cost, plan.cost);
        }
    }

    #[test]
    fn many_equal_points_come_to_an_end() {
        let n = 300;
        let value = |at: usize| ((at % 5) as f64 - (at / n % 3) as f64).abs();
        let cost = Matrix::new(n, n, (0..n * n).map(value).collect()).unwrap();
        let masses: Vec<f64> = (0..n).map(|at| (at % 4) as f64).collect();
        let same = Matrix::new(n, n, vec![2.5; n * n]).unwrap();
        for (a, b) in [(&masses, &masses), (&vec![1.0; n], &vec![1.0; n]), (&masses, &vec![1.0; n])] {
            // Masses evenly at 0, 1, 2, and evenly at 0 to 4: on a line, the area between the distribution functions.
            assert!((exact(a, b, &cost).unwrap().cost - 1.0).abs() < 1e-12);
            assert!((exact(a, b, &same).unwrap().cost - 2.5).abs() < 1e-12);
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
