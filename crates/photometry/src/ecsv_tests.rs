use super::*;
use crate::read::{Source, Step};
use crate::{Band, VegaOffsets, flux_scale};

const SNCOSMO: &str = "\
# %ECSV 1.0
# ---
# datatype:
# - {name: time, unit: d, datatype: float64}
# - {name: band, datatype: string}
# - {name: flux, unit: uJy, datatype: float64}
# - {name: fluxerr, unit: uJy, datatype: float64}
# meta: !!omap
# - {z: 0.5}
# - {name: SN 2011fe}
# - {ra: 10.5}
# - {dec: -9.0}
# - {type: SN Ia}
# schema: astropy-2.0
time band flux fluxerr
55072.5 \"sdssr\" -1.5 0.5
55070.0 sdssg 2.0 1.0
";

fn object(text: &str) -> Result<Object, Error> {
    let decoded = decode::of_bytes(text.as_bytes().to_vec());
    let mut source = open(Path::new("x.ecsv"), Compression::None, decoded, &Arc::default())?;
    match source.next_step() {
        Some(Step::Object(object)) => Ok(object),
        Some(Step::Bad(error) | Step::Fatal(error)) => Err(error),
        None => panic!("no object"),
    }
}

#[test]
fn a_file_is_read_with_its_metadata_and_units() {
    let found = object(SNCOSMO).unwrap();
    assert_eq!(found.object_id, "SN 2011fe");
    assert_eq!(
        (found.redshift, found.ra, found.dec, found.class.as_deref()),
        (Some(0.5), Some(10.5), Some(-9.0), Some("Ia"))
    );
    assert_eq!(found.lightcurve.flux, [2.0 * flux_scale(23.9), -1.5 * flux_scale(23.9)]);
    assert_eq!(found.lightcurve.band[0], Band::new("sdssg").unwrap());
    // Without a name, the file's.
    let unnamed = SNCOSMO.replace("# - {name: SN 2011fe}\n", "");
    assert_eq!(object(&unnamed).unwrap().object_id, "x");
    let commas = SNCOSMO.replace("# meta", "# delimiter: ','\n# meta");
    let (head, rows) = commas.split_once("time band").unwrap();
    let commas = format!("{head}time,band{}", rows.replace(' ', ","));
    assert_eq!(object(&commas).unwrap(), found);
    // One zero point for all in the metadata.
    let zp = SNCOSMO.replace("unit: uJy, ", "").replace("# - {z: 0.5}", "# - {zp: 23.9}\n# - {z: 0.5}");
    assert_eq!(object(&zp).unwrap(), found);
}

#[test]
fn faults_name_line_column_value_and_remedy() {
    for (from, to, wanted) in [
        ("# %ECSV 1.0", "# %ECSV 2.0", "x.ecsv:1: '%ECSV 2.0' is not ECSV 1.x"),
        ("# %ECSV 1.0", "#", "x.ecsv:1: the first line is not '# %ECSV 1.0': the file is no ECSV"),
        ("# datatype", "# datatypes", "no list of columns, datatype"),
        ("- {name: time", "- {names: time", "a column under datatype has no name"),
        ("float64}\n# - {name: band", "float64\n# - {name: band", "x.ecsv:4: the head is no YAML"),
        (
            "time band flux",
            "time bend flux",
            "x.ecsv:15: the columns are 'time bend flux fluxerr', but the head lists",
        ),
        ("{z: 0.5}", "{z: half}", "z of the metadata is 'half', not a number"),
        ("{ra: 10.5}", "{ra: -10.5}", "ra of the metadata is -10.5, but must be from 0 to 360 degrees"),
        ("2.0 1.0", "2.0", "x.ecsv:17: there are 3 values in 4 columns"),
        ("2.0 1.0", "two 1.0", "x.ecsv:17: flux is 'two', not a number"),
        ("2.0 1.0", "2.0 0", "x.ecsv:17: flux_err is 0, but must be finite and positive"),
        ("unit: uJy, ", "unit: ct, ", "fluxes need their zero point"),
        ("# meta", "# delimiter: '|'\n# meta", "the delimiter is '|', neither a space nor a comma"),
    ] {
        let text = SNCOSMO.replacen(from, to, 1);
        assert_ne!(text, SNCOSMO, "{from}");
        let message = object(&text).unwrap_err().to_string();
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
    let head = &SNCOSMO[..SNCOSMO.find("time band").unwrap()];
    assert!(object(head).unwrap_err().to_string().contains("x.ecsv:14: the file ends after its head"));
    let zp = SNCOSMO
        .replace("# meta", "# - {name: zp, datatype: float64}\n# meta")
        .replace("flux fluxerr", "flux fluxerr zp")
        .replace("1.5 0.5", "1.5 0.5 25.0");
    let message = object(&zp).unwrap_err().to_string();
    assert!(
        message.contains("the unit of the flux is uJy, whose zero point is 23.9, but zp is 25"),
        "{message}"
    );
}

#[test]
fn vega_is_read_with_its_offsets() {
    let text = "\
# %ECSV 1.0
# ---
# datatype:
# - {name: mjd, datatype: float64}
# - {name: band, datatype: string}
# - {name: flux, datatype: float64}
# - {name: fluxerr, datatype: float64}
# - {name: zp, datatype: float64}
# - {name: zpsys, datatype: string}
mjd band flux fluxerr zp zpsys
55072.5 bessellb 1.5 0.5 25.0 vega
";
    let message = object(text).unwrap_err().to_string();
    assert!(message.contains("x.ecsv:11: ") && message.contains("--vega-offset bessellb=MAG"), "{message}");
    let vega = VegaOffsets::from([(Band::new("bessellb").unwrap(), -0.1)]);
    let context = Arc::new(Context { table: None, vega });
    let decoded = decode::of_bytes(text.as_bytes().to_vec());
    let mut source = open(Path::new("x.ecsv"), Compression::None, decoded, &context).unwrap();
    let Some(Step::Object(object)) = source.next_step() else { panic!("no object") };
    assert_eq!(object.lightcurve.flux, [1.5 * flux_scale(25.0 - 0.1)]);
}
