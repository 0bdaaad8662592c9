use hesper_learn::Matrix;

use crate::Error;

/// Gives each row a column of its own so that the sum of costs is least, by shortest augmenting paths with prices (Jonker &
/// Volgenant 1987, doi:10.1007/BF02278710). At most as many rows as columns; time rows² × columns.
///
/// ```
/// use hesper_adapt::concept::assign;
/// use hesper_learn::Matrix;
/// assert_eq!(assign(&Matrix::from_rows(&[[4.0, 1.0, 3.0], [2.0, 0.0, 5.0]])?)?, [1, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Domain`] for more rows than columns, or a cost that is not finite or beyond ±1e150.
pub fn assign(cost: &Matrix) -> Result<Vec<usize>, Error> {
    let wrong = |what: String| Err(Error::Domain { domain: "cost", what });
    if cost.rows() > cost.cols() {
        let (rows, columns) = (cost.rows(), cost.cols());
        return wrong(format!("{rows} rows cannot each have one of {columns} columns: transpose it"));
    }
    if let Some(at) = cost.data().iter().position(|value| value.is_nan() || value.abs() >= 1e150) {
        let (row, column) = (at / cost.cols(), at % cost.cols());
        return wrong(format!(
            "row {row}, column {column} is {}, but must be finite and below 1e150",
            cost.data()[at]
        ));
    }
    let mut search = Search {
        cost,
        rows: vec![0.0; cost.rows()],
        columns: vec![0.0; cost.cols()],
        owner: vec![None; cost.cols()],
    };
    for row in 0..cost.rows() {
        search.place(row);
    }
    let mut assigned = vec![0; cost.rows()];
    for (column, owner) in search.owner.iter().enumerate() {
        if let Some(row) = owner {
            assigned[*row] = column;
        }
    }
    Ok(assigned)
}

struct Search<'c> {
    cost: &'c Matrix,
    /// Prices: no cost is below the sum of its row's and column's.
    rows: Vec<f64>,
    columns: Vec<f64>,
    /// The row that has each column.
    owner: Vec<Option<usize>>,
}

impl Search<'_> {
    /// Finds a column for a row, moving others along the shortest path.
    fn place(&mut self, start: usize) {
        let count = self.columns.len();
        let (mut distance, mut from) = (vec![f64::INFINITY; count], vec![None; count]);
        let mut open: Vec<usize> = (0..count).collect();
        let mut settled = Vec::new();
        let (mut row, mut length, mut via) = (start, 0.0, None);
        let end = loop {
            let costs = self.cost.row(row);
            let mut nearest = (f64::INFINITY, 0);
            for (at, &column) in open.iter().enumerate() {
                let way = length + costs[column] - self.rows[row] - self.columns[column];
                if way < distance[column] {
                    distance[column] = way;
                    from[column] = via;
                }
                let better = distance[column] < nearest.0
                    // Of equally near columns, a free one ends the search.
                    || (distance[column] == nearest.0
                        && self.owner[column].is_none()
                        && self.owner[open[nearest.1]].is_some());
                if better {
                    nearest = (distance[column], at);
                }
            }
            length = nearest.0;
            // There are as many columns as rows, so that one is open.
            let column = open.swap_remove(nearest.1);
            match self.owner[column] {
                None => break column,
                Some(other) => {
                    settled.push(column);
                    (row, via) = (other, Some(column));
                }
            }
        };
        self.rows[start] += length;
        for column in settled {
            let gained = length - distance[column];
            self.columns[column] -= gained;
            if let Some(row) = self.owner[column] {
                self.rows[row] += gained;
            }
        }
        let mut column = end;
        while let Some(before) = from[column] {
            self.owner[column] = self.owner[before];
            column = before;
        }
        self.owner[column] = Some(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least sum over all ways to give each row a column of its own.
    fn least(cost: &Matrix, row: usize, taken: &mut Vec<usize>) -> f64 {
        if row == cost.rows() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for column in 0..cost.cols() {
            if !taken.contains(&column) {
                taken.push(column);
                best = best.min(cost.row(row)[column] + least(cost, row + 1, taken));
                taken.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_other_way_is_cheaper(
            n in 1usize..6, more in 0usize..3, whole: bool, numbers in prop::collection::vec(-1.0..1.0f64, 48),
        ) {
            // Whole numbers make ties.
            let value = |value: f64| if whole { (3.0 * value).round() } else { value };
            let numbers = numbers[..n * (n + more)].iter().map(|number| value(*number)).collect();
            let cost = Matrix::new(n, n + more, numbers).unwrap();
            let assigned = assign(&cost).unwrap();
            let sum: f64 = assigned.iter().enumerate().map(|(row, column)| cost.row(row)[*column]).sum();
            prop_assert!((sum - least(&cost, 0, &mut vec![])).abs() < 1e-12);
            let mut distinct = assigned.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), n);
        }
    }

    #[test]
    fn what_cannot_be_assigned_is_refused() {
        assert!(assign(&Matrix::from_rows(&[[1.0], [2.0]]).unwrap()).is_err());
        assert!(assign(&Matrix::from_rows(&[[f64::NAN]]).unwrap()).is_err());
        assert!(assign(&Matrix::from_rows(&[[f64::INFINITY, 1.0]]).unwrap()).is_err());
        assert!(assign(&Matrix::default()).unwrap().is_empty());
        assert_eq!(assign(&Matrix::from_rows(&[[1e149, -1e149], [0.0, 0.0]]).unwrap()).unwrap(), [1, 0]);
    }
}
