//! The bump: a logistic function whose argument rises and then falls.

use hesper_photometry::BandCurve;

use crate::exponential::exponentials;
use crate::levenberg_marquardt::{Arrival, Landscape, NormalEquations, Tolerance, Walk};
use crate::{Feature, per_band};

/// The bump puts the brightest point at x = 40.
const ORIGIN: f64 = 40.0;
/// Bounds of p1, the argument at the brightest point, and p3: rises from hours to years, falls alike.
const SLOPE: (f64, f64) = (1e-3, 10.0);
const HEIGHT: (f64, f64) = (-10.0, 10.0);
const RATE: (f64, f64) = (1e-3, 0.2);
/// Slopes p1 and rates p3 where walks may start; (0.225, 0.038) is RESSPECT's start.
const SLOPES: [f64; 5] = [0.05, 0.1, 0.225, 0.5, 1.2];
const RATES: [f64; 5] = [0.01, 0.02, 0.038, 0.06, 0.09];
/// The argument at the brightest point where walks start; RESSPECT's start has 1.93.
const START_HEIGHT: f64 = 2.0;
/// How many of the starts are followed.
const FOLLOWED: usize = 3;

/// A parameter's name and its value.
type Parameter = (&'static str, fn(&BumpFit) -> f64);

const PARAMETERS: [Parameter; 6] = [
    ("p1", |fit| fit.p1),
    ("p2", |fit| fit.p2),
    ("p3", |fit| fit.p3),
    ("peak_time", |fit| fit.peak_time),
    ("peak_flux", |fit| fit.peak_flux),
    ("chi2", |fit| fit.chi2 / (fit.n - BumpFit::PARAMETERS) as f64),
];

/// The parameters of the bump of each band.
pub(crate) const FEATURE: Feature = Feature {
    name: "bump",
    summary: "bump function fitted to each band: p1, p2, p3, time and flux of the brightest point, reduced chi2",
    doc: "\
**bump**: a logistic function of three parameters, fitted to each band by itself.

    f(t) = F_max · σ(p1·x + p2 − e^(p3·x)),   x = t − t_max + 40,   σ(u) = 1/(1 + e^(−u))

with F_max and t_max, flux (nJy) and time of the band's brightest point. Minimises χ² = Σ (flux − f)²/flux_err² by
Levenberg–Marquardt from the best three of 25 starts, of which (0.225, −2.5, 0.038) is one, within
p1 from 0.001 to 10, p3 from 0.001 to 0.2 and the argument of σ at t_max from −10 to 10.

| column | unit | meaning |
|---|---|---|
| `bump_p1_<band>` | 1/day | steepness of the rise |
| `bump_p2_<band>` | – | its height |
| `bump_p3_<band>` | 1/day | speed of the fall |
| `bump_peak_time_<band>` | MJD | t_max |
| `bump_peak_flux_<band>` | nJy | F_max |
| `bump_chi2_<band>` | – | χ² by the number of points less 3 |

F_max is a measured flux: where the points are noisy it is too high, and the fit with it.

Minimum data: 4 points in the band, one of them above 0.
Reference: the function is that of the RESSPECT project's code, https://github.com/LSSTDESC/RESSPECT.
",
    cost: "95 µs",
    min_points: BumpFit::MIN_POINTS,
    columns: |bands| PARAMETERS.iter().flat_map(|(name, _)| per_band(&format!("bump_{name}"), bands)).collect(),
    compute: |described, values| {
        let fits: Vec<Option<BumpFit>> = described.curves().iter().map(BumpFit::new).collect();
        for (_, parameter) in PARAMETERS {
            values.extend(fits.iter().map(|fit| fit.as_ref().map_or(f64::NAN, parameter)));
        }
    },
    errors: None,
};

/// The fit of `F_max·σ(p1·x + p2 − e^(p3·x))`, x = t − t_max + 40 d, to one band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BumpFit {
    /// Steepness of the rise, 1/day.
    pub p1: f64,
    /// Height.
    pub p2: f64,
    /// Speed of the fall, 1/day.
    pub p3: f64,
    /// t_max, the time of the brightest point, MJD.
    pub peak_time: f64,
    /// F_max, the flux of the brightest point, nJy.
    pub peak_flux: f64,
    /// χ² of the points.
    pub chi2: f64,
    /// The number of points.
    pub n: usize,
    /// Whether the search ended because nothing more was to be gained.
    pub converged: bool,
}

impl BumpFit {
    /// The fewest points that can be fitted: one more than there are parameters.
    pub const MIN_POINTS: usize = Self::PARAMETERS + 1;
    const PARAMETERS: usize = 3;

    /// Fits the points of a band; `None` where they are fewer than [`BumpFit::MIN_POINTS`], none is above 0, or they
    /// hold numbers that bear no fit: NaN, infinite, or beyond the range of their squares.
    pub fn new(curve: &BandCurve) -> Option<Self> {
        let mut brightest = 0;
        for i in 1..curve.len() {
            if curve.flux[i] > curve.flux[brightest] {
                brightest = i;
            }
        }
        if curve.len() < Self::MIN_POINTS || curve.flux[brightest].is_nan() || curve.flux[brightest] <= 0.0 {
            return None;
        }
        let (peak_time, peak_flux) = (curve.mjd[brightest], curve.flux[brightest]);
        let mut bump = Bump {
            days: curve.mjd.iter().map(|t| t - peak_time).collect(),
            flux: curve.flux.iter().map(|f| f / peak_flux).collect(),
            weight: curve.flux_err.iter().map(|e| (peak_flux / e).powi(2)).collect(),
            exponential: vec![0.0; curve.len()],
            value: vec![0.0; curve.len()],
        };
        let energy: f64 =
            (0..curve.len()).map(|i| bump.weight[i] * bump.flux[i].powi(2) + 0.0 * bump.days[i]).sum();
        if !energy.is_finite() {
            return None;
        }
        let starts = bump.starts();
        let arrivals = starts.map(|start| walk().run(&mut bump, start));
        let Arrival { place, cost, converged } =
            arrivals.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost))?;
        let (p1, p3) = (place[0].exp(), place[2].exp());
        let p2 = place[1] - p1 * ORIGIN + (p3 * ORIGIN).exp();
        Some(Self { p1, p2, p3, peak_time, peak_flux, chi2: cost, n: curve.len(), converged })
    }

    /// The model's flux at a time (MJD), nJy.
    pub fn flux(&self, mjd: f64) -> f64 {
        let x = mjd - self.peak_time + ORIGIN;
        let argument = self.p1 * x + self.p2 - (self.p3 * x).exp();
        self.peak_flux / (1.0 + (-argument).exp())
    }
}

/// The walk over (ln p1, p1·40 + p2 − e^(40·p3), ln p3): the middle one is σ's argument at the brightest point, which the
/// other two then do not move.
fn walk() -> Walk<3> {
    Walk {
        bounds: [(SLOPE.0.ln(), SLOPE.1.ln()), HEIGHT, (RATE.0.ln(), RATE.1.ln())],
        stride: [1.0, 3.0, 0.5],
        iterations: 60,
        tolerance: Tolerance::Relative(1e-5),
        promise: 0.0,
    }
}

/// The points, by the brightest one, and arrays that are filled at each look.
struct Bump {
    days: Vec<f64>,
    flux: Vec<f64>,
    weight: Vec<f64>,
    /// e^(p3·x) at each point.
    exponential: Vec<f64>,
    /// σ at each point.
    value: Vec<f64>,
}

impl Bump {
    /// The cells of the grid from which the fit is best.
    fn starts(&mut self) -> [[f64; 3]; FOLLOWED] {
        let mut cells = Vec::with_capacity(SLOPES.len() * RATES.len());
        for rate in RATES {
            self.fill_exponential(rate);
            for slope in SLOPES {
                let place = [slope.ln(), START_HEIGHT, rate.ln()];
                cells.push((self.chi2(slope, START_HEIGHT, rate), place));
            }
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        std::array::from_fn(|i| cells[i].1)
    }

    fn fill_exponential(&mut self, rate: f64) {
        for (value, day) in self.exponential.iter_mut().zip(&self.days) {
            *value = rate * (day + ORIGIN);
        }
        exponentials(&mut self.exponential);
    }

    fn chi2(&mut self, slope: f64, height: f64, rate: f64) -> f64 {
        let at_peak = (rate * ORIGIN).exp();
        for i in 0..self.days.len() {
            self.value[i] = self.exponential[i] - at_peak - height - slope * self.days[i];
        }
        exponentials(&mut self.value);
        let mut chi2 = 0.0;
        for i in 0..self.days.len() {
            self.value[i] = 1.0 / (1.0 + self.value[i]);
            chi2 += self.weight[i] * (self.flux[i] - self.value[i]).powi(2);
        }
        chi2
    }
}

impl Landscape<3> for Bump {
    fn cost(&mut self, place: &[f64; 3]) -> f64 {
        let (slope, rate) = (place[0].exp(), place[2].exp());
        self.fill_exponential(rate);
        self.chi2(slope, place[1], rate)
    }

    fn normal_equations(&mut self, place: &[f64; 3]) -> NormalEquations<3> {
        let (slope, rate) = (place[0].exp(), place[2].exp());
        let at_peak = ORIGIN * (rate * ORIGIN).exp();
        let (mut jj, mut jr) = ([[0.0; 3]; 3], [0.0; 3]);
        for i in 0..self.days.len() {
            let value = self.value[i];
            let steepness = value * (1.0 - value);
            // Where σ is 0 the exponential may be infinite, or as good as.
            if steepness == 0.0 {
                continue;
            }
            let x = self.days[i] + ORIGIN;
            let gradient = [
                steepness * slope * self.days[i],
                steepness,
                -steepness * rate * (x * self.exponential[i] - at_peak),
            ];
            let residual = self.flux[i] - value;
            for a in 0..3 {
                let weighted = self.weight[i] * gradient[a];
                jr[a] += weighted * residual;
                for b in 0..=a {
                    jj[a][b] += weighted * gradient[b];
                }
            }
        }
        let mut equations = (jj, jr);
        walk().hold(&mut equations, place);
        equations
    }
}
