use hesper_features::*;
use hesper_photometry::*;
use std::io::Write;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let objects: Vec<Object> = read(std::path::Path::new(&a[1]), &ReadOptions::default())
        .unwrap()
        .map(|o| o.unwrap())
        .take(4000)
        .collect();
    let curves: Vec<Vec<BandCurve>> = objects
        .iter()
        .map(|o| o.lightcurve.bands().into_iter().map(|b| o.lightcurve.in_band(b)).collect())
        .collect();
    for rep in 0..3 {
        let t = Instant::now();
        let mut f = BazinFitter::new(BazinParams {
            starts: std::env::var("S").unwrap().parse().unwrap(),
            iterations: std::env::var("I").unwrap().parse().unwrap(),
            tolerance: std::env::var("T").unwrap().parse().unwrap(),
            ..Default::default()
        });
        let fits: Vec<Vec<Option<BazinFit>>> =
            curves.iter().map(|c| c.iter().map(|c| f.fit(c)).collect()).collect();
        let s = t.elapsed().as_secs_f64();
        eprintln!("{} objects {:.3} s {:.0}/s", curves.len(), s, curves.len() as f64 / s);
        if rep == 2 {
            let mut out = std::io::BufWriter::new(std::fs::File::create(&a[2]).unwrap());
            let conv = fits.iter().flatten().flatten().filter(|f| f.converged).count();
            eprintln!("converged {conv} of {}", fits.iter().flatten().flatten().count());
            for f in fits.iter().flatten() {
                match f {
                    Some(f) => writeln!(
                        out,
                        "{:e} {} {} {:e} {:e} {} {}",
                        f.chi2, f.rise, f.fall, f.amplitude, f.baseline, f.t0, f.converged
                    )
                    .unwrap(),
                    None => writeln!(out, "nan").unwrap(),
                }
            }
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| {
        let t = Instant::now();
        let table =
            describe(&objects, &select(&["default"]).unwrap(), &BazinParams::default(), &|| {}).unwrap();
        let s = t.elapsed().as_secs_f64();
        eprintln!("default: {:.0}/s, {} columns", objects.len() as f64 / s, table.columns());
    });
}
