use super::*;
use crate::{decode, flux_scale};

const ROWS: &str = r#"[
 {"diaobjectid": 17, "rootid": "a-b", "ra": 10.0, "dec": -9.0, "zp": 31.4, "redshift": -99.0, "sncode": -99,
  "photometry": {"mjd": [60001.5, 60000.5], "band": ["r", "g"], "flux": [5.0, -1.0], "fluxerr": [1.0, 2.0], "isdet": [1, 0]}},
 {"diaobjectid": 18, "rootid": "c-d", "zp": 27.5, "redshift": 0.25, "sncode": 2222, "hostgal_pzmean": 0.3,
  "photometry": [{"mjd": 60001.5, "band": "r", "flux": 5, "fluxerr": 1, "zp": null}]}
]"#;

fn steps(name: &str, text: &str) -> Vec<Step> {
    let decoded = decode::of_bytes(text.as_bytes().to_vec());
    let mut source = match Documents::open(Path::new(name), Compression::None, decoded, &Arc::default()) {
        Ok(source) => source,
        Err(error) => return vec![Step::Fatal(error)],
    };
    std::iter::from_fn(|| source.next_step()).collect()
}

fn objects(name: &str, text: &str) -> Vec<Object> {
    let object = |step| match step {
        Step::Object(object) => object,
        Step::Bad(error) | Step::Fatal(error) => panic!("{error}"),
    };
    steps(name, text).into_iter().map(object).collect()
}

fn refusal(name: &str, text: &str) -> String {
    let error = |step| match step {
        Step::Object(_) => None,
        Step::Bad(error) | Step::Fatal(error) => Some(error.to_string()),
    };
    steps(name, text).into_iter().find_map(error).unwrap_or_else(|| panic!("{text} was read"))
}

#[test]
fn hot_transients_are_read() {
    let found = objects("x.json", ROWS);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].object_id.as_str(), found[0].ra, found[0].dec), ("a-b", Some(10.0), Some(-9.0)));
    assert_eq!((found[0].redshift, found[0].class.as_deref()), (None, None));
    assert_eq!(found[0].lightcurve.flux, [-1.0, 5.0]);
    assert_eq!((found[1].redshift, found[1].class.as_deref()), (Some(0.25), Some("2222")));
    assert_eq!(found[1].host_photoz, Some(0.3));
    assert_eq!(found[1].lightcurve.flux, [5.0 * flux_scale(27.5)]);
}

/// FASTDB's newer answers: nJy without a zero point, what is known of the objects beside the light curves.
#[test]
fn light_curves_and_what_is_known_of_them_are_joined() {
    let text = r#"{"ltcvs": [
        {"rootid": "a", "mjd": [60000.5], "band": ["r"], "flux": [5.0], "fluxerr": [1.0]},
        {"rootid": "b", "mjd": [], "band": [], "flux": [], "fluxerr": []}],
        "objinfo": {"rootid": ["b", "a"], "diaobjectid": [1, 2], "ra": [1.5, 2.5], "dec": [0.5, null]}}"#;
    let found = objects("x.json", text);
    assert_eq!((found[0].object_id.as_str(), found[0].ra, found[0].dec), ("a", Some(2.5), None));
    assert_eq!(found[0].lightcurve.flux, [5.0]);
    assert_eq!((found[1].ra, found[1].lightcurve.len()), (Some(1.5), 0));
    let rows = text.replace(
        r#"{"rootid": ["b", "a"], "diaobjectid": [1, 2], "ra": [1.5, 2.5], "dec": [0.5, null]}"#,
        r#"[{"rootid": "b", "ra": 1.5, "dec": 0.5}, {"rootid": "a", "ra": 2.5}]"#,
    );
    assert_eq!(objects("x.json", &rows), found);
    let one =
        r#"{"ltcvs": {"rootid": "a", "mjd": [60000.5], "band": ["r"], "flux": [5.0], "fluxerr": [1.0]}}"#;
    assert_eq!(objects("x.json", one)[0].lightcurve, found[0].lightcurve);
}

#[test]
fn each_line_may_be_a_document() {
    let line = |name: &str| {
        format!(
            r#"{{"name": "{name}", "zp": 31.4, "mjd": [1.0], "band": ["g"], "mag": [20], "magerr": [0.1]}}"#
        )
    };
    let text = format!("{}\n\n{}\n", line("a"), line("b"));
    for name in ["x.jsonl", "x.ndjson", "x.json"] {
        assert_eq!(objects(name, &text).len(), 2, "{name}");
    }
    // A bad line does not spoil the others.
    let text = format!("{}\n{{\"name\": \n{}\n", line("a"), line("b"));
    let found = steps("x.jsonl", &text);
    assert!(matches!(&found[..], [Step::Object(_), Step::Bad(_), Step::Object(_)]));
    assert!(refusal("x.jsonl", &text).starts_with("x.jsonl:2: the JSON ends too early, so it is cut short"));
    let text = text.replace("{\"name\": \n", "{\"name\": NaN}\n");
    let message = refusal("x.json", &text);
    assert!(message.starts_with("x.json:2: this is no JSON at column 10 ("), "{message}");
    assert!(message.ends_with("correct it; NaN is written null"), "{message}");
}

#[test]
fn faults_name_object_point_column_value_and_remedy() {
    for (from, to, wanted) in [
        (
            "[5.0, -1.0]",
            "[5.0]",
            "x.json: object a-b: mjd has 2 values, but flux 1: give every point all of them",
        ),
        ("[5.0, -1.0]", "[5.0, null]", "object a-b: point 2: flux is missing, but not its error"),
        ("[5.0, -1.0]", "[5.0, \"x\"]", "object a-b: point 2: flux is 'x', not a number: correct"),
        ("[5.0, -1.0]", "7", "flux is no list"),
        ("[1.0, 2.0]", "[1.0, -2.0]", "flux_err is -2, but must be finite and positive"),
        ("\"zp\": 31.4, ", "", "fluxes need their zero point: add a column zp"),
        ("[60001.5, 60000.5]", "[60001.5, null]", "point 2: mjd is null or missing"),
        ("[60001.5, 60000.5]", "60001.5", "mjd is no list"),
        ("\"band\": [", "\"bant\": [", "there is no column band among"),
        ("\"rootid\": \"a-b\"", "\"rootid\": 1.5", "object 1 has the rootid '1.5': give it a name"),
        ("\"dec\": -9.0", "\"dec\": -99.5", "object a-b: dec is -99.5, but must be from -90 to 90 degrees"),
        ("\"redshift\": 0.25", "\"redshift\": \"x\"", "object c-d: redshift is 'x', not a number"),
        ("[{\"mjd\"", "[7, {\"mjd\"", "object c-d: point 1: it is a number, not a map"),
    ] {
        let text = ROWS.replacen(from, to, 1);
        assert_ne!(text, ROWS, "{from}");
        let message = refusal("x.json", &text);
        assert!(message.contains(wanted), "{from} → {to}: {message}");
    }
    for (text, wanted) in [
        ("7", "there is no light curve in the JSON"),
        ("{\"status\": \"error\"}", "there is no light curve in the JSON"),
        ("[7]", "object 1 is a number, not a map"),
        ("[{}]", "object 1 has none of objectid, rootid"),
        ("[{\"name\": \"a\"}]", "object a: there is no photometry"),
        ("[{\"name\": \"a\", \"photometry\": [{}]}]", "object a: point 1: there is no column mjd"),
        ("{\"mjd\": [", "x.json:1: the JSON ends too early, so it is cut short"),
        ("[1,,2]", "x.json:1: this is no JSON at column 4"),
    ] {
        let message = refusal("x.json", text);
        assert!(message.contains(wanted), "{text}: {message}");
    }
    // Nested more deeply than anyone would.
    assert!(refusal("x.json", &"[".repeat(100_000)).contains("no JSON"));
}
