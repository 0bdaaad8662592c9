use proptest::prelude::*;

use super::*;
use crate::Band;
use crate::{decode, limiting_flux, measured_flux};

const ALERCE: &str = "\
oid,candid,mjd,fid,magpsf,sigmapsf,isdiffpos,diffmaglim
ZTF20aadvunl,1,58852.4,2,20.0,0.1,t,20.5
ZTF20aadvunl,2,58850.4,1,19.0,0.2,-1,20.4
ZTF20aadvunl,,58851.4,1,,,,20.3
ZTF20aadvunm,3,58851.4,3,18.0,0.01,1,
";

fn source(name: &str, text: &str) -> Result<CurveTable, Error> {
    let decoded = decode::of_bytes(text.as_bytes().to_vec());
    CurveTable::open(Path::new(name), Compression::None, decoded, &Arc::default())
}

fn objects(name: &str, text: &str) -> Result<Vec<Object>, Error> {
    let mut source = source(name, text)?;
    let mut objects = Vec::new();
    while let Some(step) = source.next_step() {
        match step {
            Step::Object(object) => objects.push(object),
            Step::Bad(error) | Step::Fatal(error) => return Err(error),
        }
    }
    Ok(objects)
}

fn refusal(text: &str) -> String {
    objects("x.csv", text).unwrap_err().to_string()
}

#[test]
fn a_survey_file_is_one_object_named_as_the_file() {
    let text = "time,mag,magerr,band\n58852.5,20.5,0.25,R\n58850.5,19.5,0.2,g\n";
    let object = &objects("a.tar.xz!x/ZTF20aadvunl.csv", text).unwrap()[0];
    assert_eq!(object.object_id, "ZTF20aadvunl");
    assert_eq!(object.lightcurve.mjd, [58850.5, 58852.5]);
    assert_eq!(object.lightcurve.band.iter().map(Band::as_str).collect::<String>(), "gr");
    assert_eq!((object.lightcurve.flux[1], object.lightcurve.flux_err[1]), measured_flux(20.5, 0.25));
    // Another survey's R is not ZTF's.
    let object = &objects("sn1987a.csv", text).unwrap()[0];
    assert_eq!(object.lightcurve.band[1].as_str(), "R");
    assert!(objects("empty.csv", "time,mag,magerr,band\n").unwrap()[0].lightcurve.is_empty());
}

#[test]
fn a_broker_table_holds_objects_detections_and_limits() {
    let objects = objects("alerce.csv", ALERCE).unwrap();
    let names: Vec<&str> = objects.iter().map(|object| object.object_id.as_str()).collect();
    assert_eq!(names, ["ZTF20aadvunl", "ZTF20aadvunm"]);
    let curve = &objects[0].lightcurve;
    let (faded, faded_err) = measured_flux(19.0, 0.2);
    assert_eq!((curve.flux[0], curve.flux_err[0]), (-faded, faded_err));
    assert_eq!((curve.flux[1], curve.flux_err[1]), limiting_flux(20.3, 5.0));
    assert_eq!((curve.flux[2], curve.flux_err[2]), measured_flux(20.0, 0.1));
    assert_eq!(objects[1].lightcurve.band[0].as_str(), "i");
}

#[test]
fn faults_name_line_column_value_and_remedy() {
    for (from, to, wanted) in [
        (
            "58850.4",
            "late",
            "x.csv:3: object ZTF20aadvunl: mjd is 'late', not a number: correct or remove the point",
        ),
        ("58850.4", "2458850.9", "mjd is 2458850.9, which is no modified Julian day: name the column jd"),
        ("58850.4", "", "mjd is empty"),
        (",0.2,", ",-0.2,", "the error of the magnitude is -0.2, but must be finite and positive"),
        (",0.2,", ",,", "the error of the magnitude is missing"),
        ("-1,20.4", "x,20.4", "isdiffpos is 'x', but must be t, f, 1, 0 or -1"),
        ("fid,", "when,", "x.csv:1: there is no column band among oid, candid, mjd, when"),
        ("sigmapsf", "sigma", "there is no column magerr among"),
        (",20.4", "", "x.csv:3: object ZTF20aadvunl: there are 7 values in 8 columns"),
        ("ZTF20aadvunl,2", ",2", "x.csv:3: object ZTF20aadvunl: oid is empty"),
    ] {
        let text = ALERCE.replacen(from, to, 1);
        assert_ne!(text, ALERCE, "{from}");
        let message = refusal(&text);
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
}

#[test]
fn heads_are_told_apart() {
    for (head, kind) in [
        ("time,mag,magerr,band\n1,2", Head::Curves),
        ("object_id,mjd,passband,flux,flux_err,detected", Head::Plasticc),
        ("object_id,mjd,band,flux,flux_err,zp", Head::Curves),
        ("\nZTFID,IAUID,RA,Dec,type,redshift", Head::Objects),
        ("object_id,ra,decl,target", Head::Objects),
        ("ZTF18aahatvc\nZTF18aahatvd", Head::Other),
        ("", Head::Other),
    ] {
        assert_eq!(Head::of(head.as_bytes()), kind, "{head}");
    }
}

proptest! {
    /// Magnitudes of a file come back from its fluxes.
    #[test]
    fn magnitudes_come_back(points in prop::collection::vec((5e4..6e4_f64, 10.0..25.0_f64, 1e-3..0.5_f64), 1..30)) {
        let mut text = "mjd,band,mag,magerr\n".to_owned();
        for (mjd, mag, error) in &points {
            text += &format!("{mjd},g,{mag},{error}\n");
        }
        let mut wanted = points.clone();
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let curve = &objects("x.csv", &text).unwrap()[0].lightcurve;
        for (i, (mjd, mag, error)) in wanted.into_iter().enumerate() {
            let (found, found_err) = crate::measured_magnitude(curve.flux[i], curve.flux_err[i]).unwrap();
            prop_assert_eq!(curve.mjd[i], mjd);
            prop_assert!((found - mag).abs() < 1e-11 && (found_err / error - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(changes in prop::collection::vec((0..ALERCE.len(), any::<u8>()), 1..10), cut in 0..ALERCE.len()) {
        let mut bytes = ALERCE.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut]] {
            let decoded = decode::of_bytes(bytes.to_vec());
            let _ = Head::of(bytes);
            let Ok(mut source) = CurveTable::open(Path::new("x"), Compression::None, decoded, &Arc::default()) else { continue };
            while let Some(step) = source.next_step() {
                if let Step::Object(object) = step {
                    let curve = &object.lightcurve;
                    for i in 0..curve.len() {
                        prop_assert!(LightCurve::check_point(curve.mjd[i], curve.flux[i], curve.flux_err[i]).is_ok());
                    }
                }
            }
        }
    }
}
