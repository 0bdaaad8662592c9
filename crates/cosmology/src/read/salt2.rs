//! Fits of the SALT2 model, standardised to distances.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Table;
use crate::error::check;
use crate::{Distances, Error, LIGHT_SPEED};

/// How SALT2 fits become distances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Salt2Params {
    /// The coefficient of the stretch x1, magnitudes.
    pub alpha: f64,
    /// The coefficient of the colour c, magnitudes.
    pub beta: f64,
    /// The absolute magnitude to subtract, magnitudes.
    pub absolute: f64,
    /// Whether the column `zHDERR` enters the error of the modulus. Where redshifts are in truth exact, as simulated ones often are
    /// whatever their stated errors, it must not.
    pub redshift_error: bool,
    /// The scatter of peculiar velocities, km/s, that enters the error of the modulus.
    pub peculiar_velocity: f64,
    /// Fits whose modulus has an error above this are left out, magnitudes.
    pub largest_error: f64,
    /// Fits whose modulus has an error below this are left out, magnitudes: degenerate fits have almost none.
    pub smallest_error: f64,
}

impl Default for Salt2Params {
    fn default() -> Self {
        Self {
            alpha: 0.14,
            beta: 3.1,
            absolute: -19.365,
            redshift_error: false,
            peculiar_velocity: 300.0,
            largest_error: 1.0,
            smallest_error: 0.01,
        }
    }
}

impl Salt2Params {
    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        check((0.0..=1.0).contains(&self.alpha), "alpha", self.alpha, "0 to 1")?;
        check((0.0..=10.0).contains(&self.beta), "beta", self.beta, "0 to 10")?;
        check(self.absolute.is_finite(), "absolute", self.absolute, "finite")?;
        let velocity = self.peculiar_velocity;
        check((0.0..=10_000.0).contains(&velocity), "peculiar_velocity", velocity, "0 to 10,000 km/s")?;
        check(self.smallest_error > 0.0, "smallest_error", self.smallest_error, "above 0")?;
        check(
            self.largest_error > self.smallest_error,
            "largest_error",
            self.largest_error,
            "above smallest_error",
        )
    }
}

/// Distances of SALT2 fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Salt2Sample {
    /// The distances; with the truth where the file has a column `SIM_TYPE_INDEX`, whose 1 and 11 are Ia.
    pub distances: Distances,
    /// For each its row in the file, from 0.
    pub rows: Vec<usize>,
    /// How many fits were left out for their errors.
    pub left_out: usize,
}

/// Reads a CSV (packed by gzip or not) of SALT2 fits in SNANA's column names: `zHD` or `zCMB`, `mB`, `x1`, `c`, `x0`, `mBERR`, `x1ERR`,
/// `cERR`, `COV_x1_c`, `COV_x1_x0`, `COV_c_x0`. The modulus is that of Tripp 1998,
///
/// ```text
/// μ = mB + α x1 − β c − M
/// ```
///
/// and its variance that of the three with their covariances; those with mB = −2.5 log10 x0 + constant are −2.5/(ln 10 x0) times those
/// with x0. Intrinsic scatter is not in it.
///
/// # Errors
/// [`Error::Io`]; [`Error::Malformed`] with file, line and value for a missing column, a value that is no finite number, a redshift or
/// x0 not above 0, or a file in which every fit is left out; [`Error::Parameter`] for parameters out of range.
pub fn read_salt2(path: &Path, params: &Salt2Params) -> Result<Salt2Sample, Error> {
    params.check()?;
    let table = Table::read(path)?;
    let column = |names: &[&str]| table.values(table.column(names)?);
    let (z, x0) = (column(&["zHD", "zCMB", "z"])?, column(&["x0"])?);
    for (name, values) in [("the redshift", &z), ("x0", &x0)] {
        if let Some(row) = values.iter().position(|value| *value <= 0.0) {
            let message =
                format!("{name} is {}, but must be above 0: correct or remove the fit", values[row]);
            return Err(Error::malformed(path, Some(table.rows[row].0), message));
        }
    }
    let (magnitude, stretch, colour) = (column(&["mB"])?, column(&["x1"])?, column(&["c"])?);
    let errors = [column(&["mBERR"])?, column(&["x1ERR"])?, column(&["cERR"])?];
    let joint = [column(&["COV_x1_x0"])?, column(&["COV_c_x0"])?, column(&["COV_x1_c"])?];
    let z_err = if params.redshift_error { column(&["zHDERR", "zCMBERR"])? } else { vec![0.0; z.len()] };
    let (alpha, beta) = (params.alpha, params.beta);
    let variance = |row: usize| {
        let per_flux = -2.5 / (std::f64::consts::LN_10 * x0[row]);
        let [magnitude, stretch, colour] = [0, 1, 2].map(|k| errors[k][row]);
        let own = magnitude * magnitude + (alpha * stretch).powi(2) + (beta * colour).powi(2);
        let shared = per_flux * (alpha * joint[0][row] - beta * joint[1][row]) - alpha * beta * joint[2][row];
        // dμ/dz of the nearby universe, 5/(ln 10 z): where it matters, the redshift is small.
        let spread = (params.peculiar_velocity / LIGHT_SPEED).hypot(z_err[row]);
        own + 2.0 * shared + (5.0 / std::f64::consts::LN_10 * spread / z[row]).powi(2)
    };
    let range = params.smallest_error.powi(2)..=params.largest_error.powi(2);
    let rows: Vec<usize> = (0..z.len()).filter(|row| range.contains(&variance(*row))).collect();
    if rows.is_empty() {
        let message = format!(
            "none of {} fits has an error of the modulus from {} to {} mag: widen the range",
            z.len(),
            params.smallest_error,
            params.largest_error
        );
        return Err(Error::malformed(path, None, message));
    }
    let modulus =
        |row: &usize| magnitude[*row] + alpha * stretch[*row] - beta * colour[*row] - params.absolute;
    let mut distances = Distances::new(
        rows.iter().map(|row| z[*row]).collect(),
        rows.iter().map(modulus).collect(),
        rows.iter().map(|row| variance(*row).sqrt()).collect(),
    )?;
    if let Some(column) = table.find(&["zHEL"]) {
        let z_hel = table.values(column)?;
        distances = distances.with_heliocentric(rows.iter().map(|row| z_hel[*row]).collect())?;
    }
    if let Some(column) = table.find(&["SIM_TYPE_INDEX"]) {
        let index = table.values(column)?;
        distances =
            distances.with_truth(rows.iter().map(|row| [1.0, 11.0].contains(&index[*row])).collect())?;
    }
    Ok(Salt2Sample { left_out: z.len() - rows.len(), distances, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
CID,zHD,zHDERR,zHEL,mB,mBERR,x1,x1ERR,c,cERR,x0,COV_x1_c,COV_x1_x0,COV_c_x0,SIM_TYPE_INDEX
1,0.5,0.01,0.501,23.0,0.05,0.7,0.4,-0.05,0.04,1e-5,0.002,-3e-8,-1e-8,11
2,0.6,0.01,0.6,23.4,0.05,-0.2,0.4,0.1,0.04,1e-5,0.002,-3e-8,-1e-8,42
3,0.6,0.01,0.6,23.4,0.05,-0.2,4,0.1,0.9,1e-5,0.002,-3e-8,-1e-8,11
";

    fn read(table: &str, params: &Salt2Params) -> Result<Salt2Sample, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.csv");
        std::fs::write(&path, table).unwrap();
        read_salt2(&path, params)
            .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
    }

    #[test]
    fn the_modulus_and_its_variance_are_tripps() {
        let params = Salt2Params { redshift_error: true, ..Salt2Params::default() };
        let sample = read(TABLE, &params).unwrap();
        assert_eq!((sample.left_out, &sample.rows[..]), (1, &[0, 1][..]));
        let distances = sample.distances;
        assert_eq!((distances.ia(), distances.z_hel()), (Some(&[true, false][..]), &[0.501, 0.6][..]));
        assert!((distances.modulus()[0] - (23.0 + 0.14 * 0.7 + 3.1 * 0.05 + 19.365)).abs() < 1e-12);
        // vᵀ C v with v = (1, α, −β) and the covariance of (mB, x1, c).
        let flux = -2.5 / (10f64.ln() * 1e-5);
        let matrix = [
            [0.0025, flux * -3e-8, flux * -1e-8],
            [flux * -3e-8, 0.16, 0.002],
            [flux * -1e-8, 0.002, 0.0016],
        ];
        let v = [1.0, 0.14, -3.1];
        let fit: f64 = (0..9).map(|k| v[k / 3] * matrix[k / 3][k % 3] * v[k % 3]).sum();
        let redshift = (5.0 / 10f64.ln() / 0.5).powi(2) * (0.01f64.powi(2) + (300.0 / LIGHT_SPEED).powi(2));
        assert!((distances.errors()[0].powi(2) / (fit + redshift) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn faults_are_named() {
        let params = Salt2Params::default();
        let with = |old: &str, new: &str| read(&TABLE.replace(old, new), &params).unwrap_err();
        assert_eq!(
            with("2,0.6,", "2,-0.6,"),
            "f.csv:3: the redshift is -0.6, but must be above 0: correct or remove the fit"
        );
        assert!(with("23.0", "bright").starts_with("f.csv:2: mB is \"bright\""));
        assert!(with("mBERR", "error").contains("no column mBERR"));
        let narrow = Salt2Params { smallest_error: 0.9, ..params.clone() };
        assert!(
            read(TABLE, &narrow)
                .unwrap_err()
                .contains("none of 3 fits has an error of the modulus from 0.9 to 1 mag")
        );
        assert!(Salt2Params { alpha: f64::NAN, ..params }.check().is_err());
    }
}
