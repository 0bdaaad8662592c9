use proptest::prelude::*;

use super::*;

const GOLDEN: &str = "\
SURVEY: DES
SNID:   17
SNTYPE:  -9
RA:      0.500000  deg
DECL:    -43.000000  deg
MWEBV:   0.0111    MW E(B-V)
REDSHIFT_HELIO:   0.36000 +- 0.05000  (Helio, z_best)
REDSHIFT_FINAL:   0.35020 +- 0.04680  (CMB)
REDSHIFT_SPEC:    -9.00000 +- 9.00000

HOST_GALAXY_PHOTO-Z:   0.3502  +- 0.0468
SIM_COMMENT:  SN Type = II , MODEL = SDSS-017862
# TERSE LIGHT CURVE OUTPUT:
NOBS: 3
NVAR: 9
VARLIST:  MJD  FLT FIELD   FLUXCAL   FLUXCALERR   SNR    MAG     MAGERR  SIM_MAG
OBS:  56172.039  r NULL   4.410e+00   1.758e+01   0.25   99.000    5.000   98.914
OBS:  56171.051  g NULL  -3.679e+01   7.809e+01  -0.47   99.000    5.000   99.055
DETECTION:  6 MJDs satisfy g+r+i+z
OBS:  56173.000  z NULL  +1.0e2   2e0   -0.47   99.000    5.000   99.055
END:
";

fn fault(text: &str) -> String {
    let fault = parse(text.as_bytes()).unwrap_err();
    fault.into_error("x.DAT").to_string()
}

fn changed(from: &str, to: &str) -> String {
    assert!(GOLDEN.contains(from), "{from:?} is not in the golden file");
    GOLDEN.replacen(from, to, 1)
}

#[test]
fn a_file_is_read_as_it_stands() {
    let object = parse(GOLDEN.as_bytes()).unwrap();
    assert_eq!(object.object_id, "17");
    assert_eq!((object.ra, object.dec, object.mwebv), (Some(0.5), Some(-43.0), Some(0.0111)));
    assert_eq!((object.redshift, object.redshift_err), (Some(0.3502), Some(0.0468)));
    assert_eq!((object.host_photoz, object.host_photoz_err), (Some(0.3502), Some(0.0468)));
    assert_eq!(object.class.as_deref(), Some("II"));
    assert_eq!(object.sample, Sample::Photometric);
    let curve = &object.lightcurve;
    assert_eq!(curve.mjd, [56171.051, 56172.039, 56173.0]);
    let scale = fluxcal_to_njy();
    assert_eq!(curve.flux, [-36.79 * scale, 4.41 * scale, 100.0 * scale]);
    assert_eq!(curve.flux_err, [78.09 * scale, 17.58 * scale, 2.0 * scale]);
    assert_eq!(curve.band.iter().map(Band::as_str).collect::<String>(), "grz");
}

#[test]
fn line_ends_and_the_order_of_columns_do_not_matter() {
    let wanted = parse(GOLDEN.as_bytes()).unwrap();
    assert_eq!(parse(GOLDEN.replace('\n', "\r\n").as_bytes()).unwrap(), wanted);
    assert_eq!(parse(GOLDEN.trim_end().as_bytes()).unwrap(), wanted);
    let swapped = "SNID: 17\nVARLIST: FLUXCALERR FLUXCAL BAND MJD\nOBS: 2 1 g 7\nEND:\n";
    let curve = parse(swapped.as_bytes()).unwrap().lightcurve;
    assert_eq!((curve.mjd[0], curve.flux[0]), (7.0, fluxcal_to_njy()));
}

#[test]
fn classes_come_from_the_simulation_then_from_the_spectrum() {
    for (code, class) in
        [(1, "Ia"), (2, "II"), (3, "Ibc"), (21, "IIn"), (22, "IIP"), (23, "IIL"), (32, "Ib"), (33, "Ic")]
    {
        let text = changed("SNTYPE:  -9", &format!("SNTYPE: {code}"));
        let object = parse(text.as_bytes()).unwrap();
        assert_eq!((object.sample, object.class.as_deref()), (Sample::Spectroscopic, Some("II")));
        let object = parse(text.replace("SIM_COMMENT", "OTHER").as_bytes()).unwrap();
        assert_eq!(object.class.as_deref(), Some(class));
    }
    let object = parse(changed("SIM_COMMENT", "OTHER").as_bytes()).unwrap();
    assert_eq!((object.sample, object.class), (Sample::Photometric, None));
}

#[test]
fn codes_for_not_known_become_nothing() {
    let text = changed("0.35020 +- 0.04680", "-9.000 +- 9.000").replace("MWEBV:   0.0111", "MWEBV: -9");
    let object = parse(text.replace("RA:      0.5", "RA: -999.").as_bytes()).unwrap();
    assert_eq!((object.redshift, object.redshift_err, object.mwebv, object.ra), (None, None, None, None));
    let object = parse(changed("0.35020 +- 0.04680", "0.35020").as_bytes()).unwrap();
    assert_eq!((object.redshift, object.redshift_err), (Some(0.3502), None));
    // A point that was not measured is no point, but an error that is negative is a fault.
    let object = parse(changed("4.410e+00   1.758e+01", "-9.000e+00  -9.000e+00").as_bytes()).unwrap();
    assert_eq!(object.lightcurve.len(), 2);
    assert!(fault(&changed("1.758e+01", "-9.000e+00")).contains("x.DAT:17: FLUXCALERR is -9, but must be"));
}

#[test]
fn faults_name_line_column_value_and_remedy() {
    for (from, to, wanted) in [
        ("4.410e+00", "nan", "x.DAT:17: FLUXCAL is NaN, but must be finite: correct or remove the point"),
        ("4.410e+00", "inf", "FLUXCAL is inf"),
        ("4.410e+00", "1e308", "FLUXCAL is 1000000"),
        ("4.410e+00", "NULL", "x.DAT:17: FLUXCAL is 'NULL', not a number: correct it"),
        ("56172.039", "late", "MJD is 'late'"),
        ("1.758e+01", "0.0", "FLUXCALERR is 0, but must be finite and positive"),
        ("  r NULL", "  a_name_beyond_15_bytes NULL", "rename the band"),
        ("SNID:   17", "SNID:", "SNID is empty"),
        ("SNID:   17", "", "there is no SNID line"),
        ("SURVEY: DES", "SNID: 9", "x.DAT:2: a second SNID, 17, after 9: keep one object a file"),
        ("  FLUXCAL ", "  FLUXCALL ", "no column FLUXCAL among MJD, FLT, FIELD, FLUXCALL"),
        ("  FLUXCAL ", "  FLUXCALL ", "(did you mean 'FLUXCALL'?)"),
        (" MAG ", " MJD ", "VARLIST names MJD or its other name twice"),
        ("NOBS: 3", "NOBS: 5", "NOBS is 5, but there are 3 OBS lines: the file is cut short"),
        ("NOBS: 3", "NOBS: 2", "NOBS is 2, but there are 3 OBS lines: correct NOBS"),
        ("NOBS: 3", "NOBS: -1", "NOBS is -1, but must be a whole number"),
        ("DECL:    -43", "DECL: -143", "DECL is -143, but must be between -90 and 90 degrees"),
        ("RA:      0.5", "RA: ?", "RA is '?00000', not a number"),
        ("98.914", "98.914 7", "'7' stands beyond the 9 columns"),
        ("VARLIST", "LIST", "an OBS line comes before VARLIST"),
    ] {
        let message = fault(&changed(from, to));
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
    assert!(fault("").contains("the file is empty"));
    assert!(fault("\0\0\0").contains("no SNID line"));
}

/// Whatever is cut off a file, the reader either says so or has lost nothing.
#[test]
fn a_file_that_is_cut_short_is_never_taken_for_whole() {
    let wanted = parse(GOLDEN.as_bytes()).unwrap();
    let end = GOLDEN.find("END:").unwrap();
    for length in 0..GOLDEN.len() {
        match parse(&GOLDEN.as_bytes()[..length]) {
            Ok(object) => {
                // Nothing but END: may be missing, and that as a whole.
                assert!(
                    length == end || length >= end + "END:".len(),
                    "cut at byte {length} of {}",
                    GOLDEN.len()
                );
                assert_eq!(object, wanted);
            }
            Err(fault) => {
                assert!(length < end + "END:".len());
                assert!(fault.message.contains(':'), "no remedy: {}", fault.message);
            }
        }
    }
    let message = fault(&GOLDEN[..GOLDEN.find("OBS:  56173").unwrap()]);
    assert_eq!(
        message,
        "x.DAT:19: NOBS is 3, but there are 2 OBS lines and END: is missing: the file is cut short; copy it again"
    );
}

#[test]
fn an_object_without_points_is_an_object() {
    let object = parse(b"SNID: 1\nNOBS: 0\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\nEND:\n").unwrap();
    assert!(object.lightcurve.is_empty());
}

proptest! {
    /// Numbers come out as the standard library reads them.
    #[test]
    fn points_come_back(points in prop::collection::vec((0.0..1e5_f64, -1e6..1e6_f64, 1e-3..1e5_f64), 0..30)) {
        let mut text = format!("SNID: a\nNOBS: {}\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\n", points.len());
        let mut wanted = LightCurve::default();
        for (mjd, flux, flux_err) in &points {
            text += &format!("OBS: {mjd:.3}\tg {flux:e}  {flux_err:.6}\n");
            let (mjd, flux_err): (f64, f64) =
                (format!("{mjd:.3}").parse().unwrap(), format!("{flux_err:.6}").parse().unwrap());
            let scale = fluxcal_to_njy();
            wanted.push(mjd, Band::new("g").unwrap(), flux * scale, flux_err * scale);
        }
        wanted.sort_by_time();
        prop_assert_eq!(parse(text.as_bytes()).unwrap().lightcurve, wanted);
    }

    #[test]
    fn damaged_bytes_never_panic(changes in prop::collection::vec((0..GOLDEN.len(), any::<u8>()), 1..20), cut in 0..GOLDEN.len()) {
        let mut bytes = GOLDEN.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut], &bytes[cut..]] {
            if let Ok(object) = parse(bytes) {
                let curve = &object.lightcurve;
                for i in 0..curve.len() {
                    prop_assert!(LightCurve::check_point(curve.mjd[i], curve.flux[i], curve.flux_err[i]).is_ok());
                }
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = parse(&bytes);
    }
}
