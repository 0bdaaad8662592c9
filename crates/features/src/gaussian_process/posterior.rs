//! What the points say of the flux at any time and wavelength, by Cholesky decomposition (Rasmussen & Williams 2006,
//! algorithm 2.1).

use super::coupling;
use super::points::Points;

/// The decomposed covariance of the points, in units of the squared amplitude.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    amplitude: f64,
    /// √3/ℓ, 1/day.
    rate: f64,
    /// The lower triangle L, row after row, without gaps: row i begins at i(i + 1)/2.
    triangle: Vec<f64>,
    /// K⁻¹·flux, in units of the amplitude.
    alpha: Vec<f64>,
}

impl Posterior {
    /// The posterior of an amplitude and a time scale, and the log likelihood of the fluxes by their errors; `None` where the
    /// covariance cannot be decomposed.
    pub(super) fn new(points: &Points, amplitude: f64, time_scale: f64) -> Option<(Self, f64)> {
        let n = points.len();
        let rate = 3f64.sqrt() / time_scale;
        let waves = points.wavelengths.len();
        let mut triangle = Vec::with_capacity(n * (n + 1) / 2);
        for i in 0..n {
            for j in 0..i {
                let shared = points.coupling[points.wave[i] * waves + points.wave[j]];
                triangle.push(shared * matern(rate * (points.day[i] - points.day[j])));
            }
            triangle.push(1.0 + points.variance[i] / (amplitude * amplitude));
        }
        let determinant = decompose(&mut triangle, n)?;
        let mut alpha: Vec<f64> = points.flux.iter().map(|flux| flux / amplitude).collect();
        forward(&triangle, &mut alpha);
        let chi2: f64 = alpha.iter().map(|value| value * value).sum();
        backward(&triangle, &mut alpha);
        let errors: f64 = points.variance.iter().map(|variance| variance.ln()).sum();
        let cost = chi2 + determinant + n as f64 * ((2.0 * std::f64::consts::PI).ln() + 2.0 * amplitude.ln())
            - errors;
        Some((Self { amplitude, rate, triangle, alpha }, -0.5 * cost))
    }

    pub(super) fn amplitude(&self) -> f64 {
        self.amplitude
    }

    /// What a time and a wavelength have in common with the points, in units of the squared amplitude.
    pub(super) fn shared(&self, points: &Points, day: f64, wavelength: f64) -> Vec<f64> {
        let shared: Vec<f64> = points.wavelengths.iter().map(|known| coupling(*known, wavelength)).collect();
        (0..points.len())
            .map(|i| shared[points.wave[i]] * matern(self.rate * (day - points.day[i]).abs()))
            .collect()
    }

    /// The mean at the place that has so much in common with the points.
    pub(super) fn mean(&self, shared: &[f64]) -> f64 {
        self.amplitude * dot(shared, &self.alpha)
    }

    /// The variance of the process at a time and a wavelength.
    pub(super) fn variance(&self, points: &Points, day: f64, wavelength: f64) -> f64 {
        let mut column = self.shared(points, day, wavelength);
        forward(&self.triangle, &mut column);
        let known: f64 = column.iter().map(|value| value * value).sum();
        (1.0 - known).max(0.0) * self.amplitude * self.amplitude
    }

    /// The decomposed covariance of the process at several places (day, wavelength), in units of the squared amplitude: a
    /// lower triangle, row after row. `jitter` is added to the variances. `None` where it cannot be decomposed.
    pub(super) fn joint(&self, points: &Points, places: &[(f64, f64)], jitter: f64) -> Option<Vec<f64>> {
        let solved = |&(day, wavelength): &(f64, f64)| {
            let mut column = self.shared(points, day, wavelength);
            forward(&self.triangle, &mut column);
            column
        };
        let columns: Vec<Vec<f64>> = places.iter().map(solved).collect();
        let mut triangle = Vec::with_capacity(places.len() * (places.len() + 1) / 2);
        for (i, (day, wavelength)) in places.iter().enumerate() {
            for (j, (other, colour)) in places[..=i].iter().enumerate() {
                let before = coupling(*wavelength, *colour) * matern(self.rate * (day - other).abs());
                triangle.push(before - dot(&columns[i], &columns[j]));
            }
            if let Some(variance) = triangle.last_mut() {
                *variance = variance.max(0.0) + jitter;
            }
        }
        decompose(&mut triangle, places.len())?;
        Some(triangle)
    }

    /// The mean at one wavelength as a function of time.
    pub(super) fn wave(&self, points: &Points, wavelength: f64) -> Wave {
        let n = points.len();
        let shared: Vec<f64> = points.wavelengths.iter().map(|known| coupling(*known, wavelength)).collect();
        let weight = |i: usize| self.amplitude * self.alpha[i] * shared[points.wave[i]];
        let mut past = Vec::with_capacity(n);
        let mut sums = Sums::default();
        for i in 0..n {
            sums = if i > 0 { sums.after(self.rate * (points.day[i] - points.day[i - 1])) } else { sums };
            sums.plain += weight(i);
            past.push(sums);
        }
        let mut future = vec![Sums::default(); n];
        let mut sums = Sums::default();
        for i in (0..n).rev() {
            sums = if i + 1 < n { sums.after(self.rate * (points.day[i + 1] - points.day[i])) } else { sums };
            sums.plain += weight(i);
            future[i] = sums;
        }
        Wave { rate: self.rate, past, future }
    }
}

/// The mean at one wavelength: sums over all points before and all points after each point.
///
/// A Matérn-3/2 kernel is e^−s(1 + s), so that a sum of kernels of earlier points remains such a sum as time goes on: the
/// mean at any time takes two of them, whatever the number of points.
#[derive(Clone, Debug)]
pub(super) struct Wave {
    rate: f64,
    past: Vec<Sums>,
    future: Vec<Sums>,
}

/// Σ w·e^−s and Σ w·s·e^−s over the points at the distances s.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    plain: f64,
    linear: f64,
}

impl Sums {
    fn after(self, s: f64) -> Self {
        let e = (-s).exp();
        Self { plain: e * self.plain, linear: e * (self.linear + s * self.plain) }
    }

    /// Σ w·(1 + s)·e^−s.
    fn kernel(self) -> f64 {
        self.plain + self.linear
    }
}

impl Wave {
    /// The mean at `day`.
    pub(super) fn mean(&self, points: &Points, day: f64) -> f64 {
        self.mean_between(points, day, points.day.partition_point(|known| *known <= day))
    }

    /// The mean at `day`, of which it is known that `next` is the first point after it.
    pub(super) fn mean_between(&self, points: &Points, day: f64, next: usize) -> f64 {
        let past = if next > 0 {
            self.past[next - 1].after(self.rate * (day - points.day[next - 1])).kernel()
        } else {
            0.0
        };
        let future = self
            .future
            .get(next)
            .map_or(0.0, |sums| sums.after(self.rate * (points.day[next] - day)).kernel());
        past + future
    }
}

/// The Matérn-3/2 kernel e^−x(1 + x) of x = √3·|Δt|/ℓ.
fn matern(x: f64) -> f64 {
    (1.0 + x) * (-x).exp()
}

/// Decomposes K = L·Lᵀ in place and returns ln det K; `None` where K is not positive.
fn decompose(triangle: &mut [f64], n: usize) -> Option<f64> {
    let mut determinant = 0.0;
    for i in 0..n {
        let (above, row) = triangle.split_at_mut(i * (i + 1) / 2);
        for j in 0..i {
            let other = &above[j * (j + 1) / 2..][..=j];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        determinant += pivot.ln();
        row[i] = pivot.sqrt();
    }
    Some(determinant)
}

/// Σ a·b in four parts, in an order that never changes: the compiler makes vector instructions of it.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a_parts, b_parts) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (x, y) in a_parts.0.iter().zip(b_parts.0) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    let rest: f64 = a_parts.1.iter().zip(b_parts.1).map(|(x, y)| x * y).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Solves L·x = b in place.
fn forward(triangle: &[f64], values: &mut [f64]) {
    for i in 0..values.len() {
        let row = &triangle[i * (i + 1) / 2..][..=i];
        values[i] = (values[i] - dot(&row[..i], &values[..i])) / row[i];
    }
}

/// Solves Lᵀ·x = b in place.
fn backward(triangle: &[f64], values: &mut [f64]) {
    for i in (0..values.len()).rev() {
        let row = &triangle[i * (i + 1) / 2..][..=i];
        values[i] /= row[i];
        let value = values[i];
        for (earlier, l) in values[..i].iter_mut().zip(row) {
            *earlier -= l * value;
        }
    }
}
