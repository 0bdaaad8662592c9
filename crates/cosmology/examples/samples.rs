//! What public samples of supernovae say of Ωm and w, beside the published values, and what contaminants do to simulated ones;
//! each with its CPU seconds (median of `REPEATS` runs, all threads).
//!
//! `samples [FOLDER [REPEATS]]`, with the folder that holds `pantheon2018`, `union3` and `plasticc_salt2_fits`.
//!
//! The published values, from supernovae alone with systematic errors: Pantheon, Scolnic et al. 2018,
//! doi:10.3847/1538-4357/aab9bb; Union3, Rubin et al., arXiv:2311.12098. Both fitted all supernovae; here their binned releases are.

use std::error::Error;
use std::path::{Path, PathBuf};

use hesper_cosmology::{
    Axis, ChainParams, Cosmology, Gaussian, GridParams, GridPosterior, Marginal, Mixture, MixtureParams,
    Prior, Redshifts, Salt2Params, on_grid, read_binned, read_salt2, sample_wcdm,
};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| PathBuf::from("../shared/data/cosmology"), PathBuf::from);
    let repeats: usize = arguments.next().map_or(Ok(3), |text| text.parse())?;
    published(&folder, repeats)?;
    simulated(&folder, repeats)?;
    speed(repeats);
    Ok(())
}

fn published(folder: &Path, repeats: usize) -> Result<(), Box<dyn Error>> {
    println!("| sample | model | Ωm | w | χ² | published | CPU s |\n|---|---|---|---|---|---|---|");
    for (name, table, matrix, lambda, flat_w) in [
        (
            "Pantheon, 40 bins",
            "pantheon2018/lcparam_DS17f.txt",
            "pantheon2018/sys_DS17f.txt",
            "Ωm 0.298 ± 0.022",
            "w −1.090 ± 0.220",
        ),
        (
            "Union3, 22 nodes",
            "union3/lcparam_full.txt",
            "union3/mag_covmat.txt",
            "Ωm 0.356 +0.028 −0.026",
            "–",
        ),
    ] {
        let likelihood = Gaussian::new(&read_binned(&folder.join(table), Some(&folder.join(matrix)))?)?;
        let grid = GridParams { w0: Axis::fixed(-1.0), ..GridParams::default() };
        for (model, grid, published) in [("ΛCDM", grid, lambda), ("wCDM", GridParams::default(), flat_w)] {
            let (found, seconds) = timed(repeats, || on_grid(&likelihood, &grid))?;
            let best = Cosmology::flat_w(found.best.matter, found.best.w0);
            let w = found.w0.as_ref().map_or_else(|| "−1".to_owned(), tell);
            let (chi_square, matter) = (likelihood.chi_square(&best).0, tell(&found.matter));
            println!(
                "| {name} | flat {model} | {matter} | {w} | {chi_square:.1} | {published} | {seconds:.3} |"
            );
        }
        let (chains, seconds) =
            timed(repeats, || sample_wcdm(&likelihood, &GridParams::default(), &ChainParams::default()))?;
        let parameter = |k| {
            let ((mean, deviation), [low, median, high]) =
                (chains.moments(k), [0.158_655, 0.5, 0.841_345].map(|part| chains.quantile(k, part)));
            let (above, below) = (high - median, median - low);
            format!("{median:.3} +{above:.3} −{below:.3} (mean {mean:.3} ± {deviation:.3})")
        };
        let (r_hat, size) =
            (chains.r_hat(0).max(chains.r_hat(1)), chains.effective_size(0).min(chains.effective_size(1)));
        let (matter, w) = (parameter(0), parameter(1));
        println!(
            "| {name} | flat wCDM, 4 chains: R̂ {r_hat:.4}, {size:.0} effective | {matter} | {w} | | | {seconds:.3} |"
        );
    }
    Ok(())
}

fn simulated(folder: &Path, repeats: usize) -> Result<(), Box<dyn Error>> {
    println!(
        "\nPLAsTiCC, SALT2 fits; truth Ωm 0.3, w −1; prior Ωm 0.3 ± 0.02; scatter and offset profiled\n"
    );
    println!(
        "| sample | objects (left out) | Ia | fit | w | bias/σ against Ia alone | CPU s |\n|---|---|---|---|---|---|---|"
    );
    let grid = GridParams {
        matter: Axis { from: 0.15, to: 0.45, points: 41 },
        w0: Axis { from: -3.0, to: 0.5, points: 61 },
        prior: Prior::on_matter(0.3, 0.02),
        shrink: true,
    };
    for name in ["perfect3000", "fiducial3000", "random3000", "90SNIa10SNII", "99SNIa1SNIbc"] {
        let path = folder.join(format!("plasticc_salt2_fits/{name}.csv.gz"));
        let sample = read_salt2(&path, &Salt2Params::default())?;
        let n = sample.distances.len();
        let truth = sample.distances.ia().ok_or("the sample does not say which are Ia")?;
        let ia: Vec<usize> = (0..n).filter(|row| truth[*row]).collect();
        let purity = ia.len() as f64 / n as f64;
        let pure = sample.distances.select(&ia)?;
        let mut reference = None;
        let params = MixtureParams::default();
        let parabola = MixtureParams { trend: 2, ..params.clone() };
        for (fit, distances, probability, params) in [
            ("Ia alone", &pure, 1.0, &params),
            ("all as Ia", &sample.distances, 1.0, &params),
            ("mixture, purity known", &sample.distances, purity, &params),
            ("mixture, purity known, level a parabola", &sample.distances, purity, &parabola),
        ] {
            if fit != "Ia alone" && ia.len() == n {
                continue;
            }
            let likelihood = Mixture::new(distances, &vec![probability; distances.len()], params)?;
            let (found, seconds) = timed(repeats, || on_grid(&likelihood, &grid))?;
            let w = w(&found)?;
            let against = *reference.get_or_insert(w.mean);
            let bias = (w.mean - against) / w.deviation;
            let (left_out, count, w) = (sample.left_out, ia.len(), tell(w));
            println!("| {name} | {n} ({left_out}) | {count} | {fit} | {w} | {bias:+.2} | {seconds:.2} |");
        }
    }
    Ok(())
}

/// What single steps cost.
fn speed(repeats: usize) {
    let z: Vec<f64> = (1..=3000).map(|k| 5e-4 * f64::from(k)).collect();
    println!("\n| work | µs |\n|---|---|");
    let per = |what: &str, count: usize, work: &mut dyn FnMut(usize) -> f64| {
        let run = || Ok::<f64, std::convert::Infallible>((0..count).map(&mut *work).sum::<f64>());
        let Ok((sum, seconds)) = timed(repeats, run);
        std::hint::black_box(sum);
        println!("| {what} | {:.3} |", seconds / count as f64 * 1e6);
    };
    let lambda = Cosmology::default();
    per("one distance modulus, ΛCDM", 300_000, &mut |k| lambda.distance_modulus(z[k % 3000]));
    let flat_w = Cosmology::flat_w(0.3, -0.9);
    per("one distance modulus, wCDM", 300_000, &mut |k| flat_w.distance_modulus(z[k % 3000]));
    per("one gradient of the modulus", 300_000, &mut |k| flat_w.modulus_gradient(z[k % 3000]).w0);
    if let Ok(redshifts) = Redshifts::new(&z) {
        per("3,000 distance moduli of prepared redshifts, wCDM", 1000, &mut |k| {
            redshifts.distance_moduli(&Cosmology::flat_w(0.3, -0.9 - 1e-4 * k as f64)).sum()
        });
    }
}

fn w(posterior: &GridPosterior) -> Result<&Marginal, Box<dyn Error>> {
    Ok(posterior.w0.as_ref().ok_or("w was fixed")?)
}

/// Median with the central 68 %, and mean with the standard deviation.
fn tell(told: &Marginal) -> String {
    let (above, below) = (told.upper - told.median, told.median - told.lower);
    let cut = if told.cut { ", cut by its range" } else { "" };
    format!("{:.3} +{above:.3} −{below:.3} (mean {:.3} ± {:.3}{cut})", told.median, told.mean, told.deviation)
}

/// The result of the last of several runs and the median of their CPU seconds.
fn timed<T, E>(repeats: usize, mut work: impl FnMut() -> Result<T, E>) -> Result<(T, f64), E> {
    let mut seconds = Vec::new();
    loop {
        let start = cpu_seconds();
        let result = work()?;
        seconds.push(cpu_seconds() - start);
        if seconds.len() >= repeats {
            seconds.sort_by(f64::total_cmp);
            return Ok((result, seconds[seconds.len() / 2]));
        }
    }
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
