//! Cosmologies of public samples, against another program and published values.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;

use hesper_cosmology::{
    Axis, ChainParams, Distances, Gaussian, GridParams, Likelihood, Marginal, Mixture, MixtureParams, Prior,
    Salt2Params, on_grid, read_binned, read_salt2, sample_wcdm,
};

/// The folder of the public samples, or nothing where there is none.
fn data() -> Option<PathBuf> {
    let root =
        std::env::var_os("HESPER_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let folder = root.join("cosmology");
    if !folder.is_dir() {
        println!("skipped: no data");
        return None;
    }
    Some(folder)
}

fn pantheon(folder: &std::path::Path) -> Distances {
    let folder = folder.join("pantheon2018");
    read_binned(&folder.join("lcparam_DS17f.txt"), Some(&folder.join("sys_DS17f.txt"))).unwrap()
}

fn union3(folder: &std::path::Path) -> Distances {
    let folder = folder.join("union3");
    read_binned(&folder.join("lcparam_full.txt"), Some(&folder.join("mag_covmat.txt"))).unwrap()
}

fn lambda() -> GridParams {
    GridParams { w0: Axis::fixed(-1.0), ..GridParams::default() }
}

fn assert_marginal(told: &Marginal, mean: f64, deviation: f64, quantiles: [f64; 3], tolerance: f64) {
    let values = [told.mean, told.deviation, told.lower, told.median, told.upper];
    let expected = [mean, deviation, quantiles[0], quantiles[1], quantiles[2]];
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() < tolerance * deviation, "{values:?}, not {expected}");
    }
}

/// numpy 2.4.6: `golden_posterior.py`. Scolnic et al. 2018 have Ωm = 0.298 ± 0.022 for flat ΛCDM and w = −1.090 ± 0.220 for flat
/// wCDM from these supernovae alone.
#[test]
fn pantheon_in_40_bins() {
    let Some(folder) = data() else { return };
    let distances = pantheon(&folder);
    assert_eq!(distances.len(), 40);
    let likelihood = Gaussian::new(&distances).unwrap();
    let found = on_grid(&likelihood, &lambda()).unwrap();
    assert_marginal(&found.matter, 0.29735, 0.02176, [0.27555, 0.29699, 0.31916], 0.01);
    let best = hesper_cosmology::Cosmology::flat_w(found.best.matter, -1.0);
    // The other's grid has a step of 0.0025, a ninth of the deviation.
    let chi_square = likelihood.chi_square(&best).0;
    assert!((39.2972..39.3013).contains(&chi_square), "{chi_square}");
    let found = on_grid(&likelihood, &GridParams::default()).unwrap();
    assert_marginal(&found.matter, 0.31384, 0.07521, [0.24068, 0.32239, 0.38693], 0.02);
    assert_marginal(&found.w0.unwrap(), -1.09085, 0.22111, [-1.31005, -1.07511, -0.87092], 0.02);
}

/// numpy 2.4.6: `golden_posterior.py`. Rubin et al., arXiv:2311.12098, have Ωm = 0.356 +0.028 −0.026 for flat ΛCDM.
#[test]
fn union3_in_22_nodes() {
    let Some(folder) = data() else { return };
    let likelihood = Gaussian::new(&union3(&folder)).unwrap();
    let found = on_grid(&likelihood, &lambda()).unwrap();
    assert_marginal(&found.matter, 0.35766, 0.02710, [0.33055, 0.35708, 0.38476], 0.01);
    let found = on_grid(&likelihood, &GridParams::default()).unwrap();
    // The posterior reaches Ωm = 0, where the two grids end differently.
    assert_marginal(&found.matter, 0.24411, 0.09604, [0.14117, 0.25303, 0.34173], 0.03);
    assert_marginal(&found.w0.unwrap(), -0.76545, 0.17160, [-0.93804, -0.74790, -0.59048], 0.03);
}

#[test]
fn chains_agree_with_the_grid() {
    let Some(folder) = data() else { return };
    let likelihood = Gaussian::new(&pantheon(&folder)).unwrap();
    let params = GridParams::default();
    let grid = on_grid(&likelihood, &params).unwrap();
    let chains = sample_wcdm(&likelihood, &params, &ChainParams::default()).unwrap();
    for (k, told) in [grid.matter, grid.w0.unwrap()].iter().enumerate() {
        let (mean, deviation) = chains.moments(k);
        let size = chains.effective_size(k);
        assert!(size > 1000.0 && chains.r_hat(k) < 1.01, "{size} {}", chains.r_hat(k));
        assert!((mean - told.mean).abs() < 4.0 * told.deviation / size.sqrt(), "{mean} {}", told.mean);
        assert!((deviation / told.deviation - 1.0).abs() < 5.0 / size.sqrt(), "{deviation}");
        let error = 2.0 * told.deviation / size.sqrt();
        assert!((chains.quantile(k, 0.5) - told.median).abs() < 3.0 * error);
    }
}

/// Of 3,000 objects 300 are II, fainter by two magnitudes: the plain fit is led astray, the mixture is not.
#[test]
fn contaminants_among_plasticc_supernovae() {
    let Some(folder) = data() else { return };
    let path = folder.join("plasticc_salt2_fits/90SNIa10SNII.csv.gz");
    let sample = read_salt2(&path, &Salt2Params::default()).unwrap();
    let distances = sample.distances;
    let ia = distances.ia().unwrap().to_vec();
    assert_eq!(sample.rows.len() + sample.left_out, 3000);
    let purity = ia.iter().filter(|ia| **ia).count() as f64 / ia.len() as f64;
    let grid = GridParams {
        matter: Axis { from: 0.2, to: 0.4, points: 31 },
        w0: Axis { from: -3.0, to: 0.0, points: 41 },
        prior: Prior::on_matter(0.3, 0.02),
        shrink: true,
    };
    let w = |likelihood: &dyn Fn() -> Mixture| on_grid(&likelihood(), &grid).unwrap().w0.unwrap();
    let n = distances.len();
    let params = MixtureParams::default();
    let pure: Vec<usize> = (0..n).filter(|row| ia[*row]).collect();
    let pure = distances.select(&pure).unwrap();
    let truth = w(&|| Mixture::new(&pure, &vec![1.0; pure.len()], &params).unwrap());
    let naive = w(&|| Mixture::new(&distances, &vec![1.0; n], &params).unwrap());
    let mixed = w(&|| Mixture::new(&distances, &vec![purity; n], &params).unwrap());
    println!(
        "Ia alone {} ± {}, all {} ± {}, mixture {} ± {}",
        truth.mean, truth.deviation, naive.mean, naive.deviation, mixed.mean, mixed.deviation
    );
    assert!((naive.mean - truth.mean).abs() > 3.0 * naive.deviation);
    assert!((mixed.mean - truth.mean).abs() < mixed.deviation);
    assert!(Gaussian::new(&distances).unwrap().log_likelihood(&Default::default()).is_finite());
}
