//! The fit against scipy's, on bands that `golden.py` drew and fitted; it tells how.

use super::*;

#[test]
fn no_band_is_fitted_worse_than_by_scipy() {
    let mut bands = 0;
    for section in include_str!("golden.txt").split("# ").skip(1) {
        let (title, rows) = section.split_once('\n').unwrap();
        let (name, theirs) = title.split_once("; chi2 ").unwrap();
        let theirs: f64 = theirs.parse().unwrap();
        let mut curve = BandCurve::default();
        for row in rows.lines() {
            let numbers: Vec<f64> = row.split(' ').map(|number| number.parse().unwrap()).collect();
            curve.mjd.push(numbers[0]);
            curve.flux.push(numbers[1]);
            curve.flux_err.push(numbers[2]);
        }
        let fit = fitter().fit(&curve).unwrap();
        println!("{name}: {} {theirs}", fit.chi2);
        assert!(fit.chi2 <= 1.001 * theirs, "{name}: χ² {} against scipy's {theirs}, {fit:?}", fit.chi2);
        bands += 1;
    }
    assert_eq!(bands, 9);
}
