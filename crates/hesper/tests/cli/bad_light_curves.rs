//! Light curves that cannot be read: the message names the file, the line, the value and the remedy.

use crate::bench::{Bench, light_curve};
use crate::transcript::Transcript;

fn refuse(transcript: &mut Transcript, bench: &Bench, input: &str) {
    transcript.refuse(bench, 1, &format!("convert {input} --out out/objects.parquet"));
}

#[test]
fn bad_text_is_told_by_file_and_line() {
    let bench = Bench::new();
    let good = light_curve("744");
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    bench.write("cut-in-a-line/744.DAT", &good[..good.find(" 2.0 10.0").unwrap()]);
    bench.write("cut-between-lines/744.DAT", &good[..good.find("OBS: 56208.1").unwrap()]);
    bench.write("cut-in-the-last-number/744.DAT", good.strip_suffix("5\nEND:\n").unwrap());
    bench.write("cut-in-the-head/744.DAT", &good[..good.find("NOBS").unwrap()]);
    bench.write("empty-file/744.DAT", "");
    bench.write("wrong-column/744.DAT", changed(" FLUXCAL ", " FLUXCALL "));
    bench.write("no-column/744.DAT", changed(" FLUXCAL ", " COUNTS "));
    bench.write("nan-flux/744.DAT", changed(" 20.0 ", " nan "));
    bench.write("negative-error/744.DAT", changed("20.0 2.0", "20.0 -2.0"));
    bench.write("no-number/744.DAT", changed(" 20.0 ", " 2O.0 "));
    bench.write("same-name/a.DAT", &good);
    bench.write("same-name/b.DAT", &good);
    let mut transcript = Transcript::default();
    for input in [
        "cut-in-a-line",
        "cut-between-lines",
        "cut-in-the-last-number",
        "cut-in-the-head",
        "empty-file",
        "wrong-column",
        "no-column",
        "nan-flux",
        "negative-error/744.DAT",
        "no-number",
        "same-name",
    ] {
        refuse(&mut transcript, &bench, input);
    }
    transcript.check("bad_snana");
}

#[test]
fn bad_files_and_directories_are_told_by_what_they_are() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("empty")).unwrap();
    bench.write("tables/objects.parquet", "x");
    bench.write("letters/to-mother.txt", "x");
    bench.write("nothing.parquet", "");
    bench.write("text.parquet", "object_id,flux\n");
    bench.write("survey.fits", "SIMPLE  =");
    bench.write("short.tar", vec![1; 700]);
    bench.write("short.tar.xz", [0xfd, b'7', b'z', b'X', b'Z', 0]);
    let mut transcript = Transcript::default();
    for input in [
        "empty",
        "tables",
        "letters",
        "nothing.parquet",
        "text.parquet",
        "survey.fits",
        "short.tar",
        "short.tar.xz",
    ] {
        refuse(&mut transcript, &bench, input);
    }
    transcript.refuse(&bench, 2, "convert nowhere.tar.xz --out out/objects.parquet");
    transcript.refuse(&bench, 1, "features empty --out out/features.parquet");
    transcript.check("bad_files");
}

#[test]
fn bad_plasticc_tables_are_told_by_line() {
    let head = "object_id,mjd,passband,flux,flux_err,detected\n";
    let bench = Bench::new();
    bench.write("band.csv", format!("{head}1,59000.5,2,10.0,1.0,1\n1,59001.5,7,10.0,1.0,1\n"));
    bench.write("flux.csv", format!("{head}1,59000.5,2,nan,1.0,1\n"));
    bench.write("error.csv", format!("{head}1,59000.5,2,10.0,-1.0,1\n"));
    bench.write("column.csv", "object_id,mjd,passband,flus,flux_err\n1,59000.5,2,10.0,1.0\n");
    bench.write("short.csv", format!("{head}1,59000.5,2\n"));
    let mut transcript = Transcript::default();
    for input in ["band.csv", "flux.csv", "error.csv", "column.csv", "short.csv"] {
        refuse(&mut transcript, &bench, input);
    }
    transcript.refuse(&bench, 1, "convert flux.csv --metadata nowhere.csv --out out/objects.parquet");
    transcript.check("bad_plasticc");
}

#[test]
fn bad_csv_ecsv_and_json_are_told_by_place() {
    let bench = Bench::new();
    let head = "mjd,band,mag,magerr\n";
    bench.write("error.csv", format!("{head}59000.5,g,20.0,0.1\n59001.5,g,20.1,-0.1\n"));
    bench.write("column.csv", "mjd,bant,mag,magerr\n59000.5,g,20.0,0.1\n");
    bench.write("julian.csv", format!("{head}2459000.5,g,20.0,0.1\n"));
    bench.write("zero.csv", "mjd,band,flux,flux_err\n59000.5,g,20.0,0.1\n");
    bench.write("vega.csv", "mjd,band,mag,magerr,magsys\n59000.5,g,20.0,0.1,vega\n");
    bench.write("objects.csv", "name,ra,dec,type\na,1,2,SN Ia\n");
    bench.write("version.ecsv", "# %ECSV 9\n");
    bench.write("cut.json", "[{\"objectid\": 1, ");
    bench.write("nan.json", "[{\"objectid\": 1, \"ra\": NaN}]");
    bench.write("length.json", "{\"name\": \"a\", \"zp\": 31.4, \"mjd\": [1, 2], \"band\": [\"g\", \"g\"], \"flux\": [1], \"fluxerr\": [1, 1]}");
    bench.write("SIM_PHOT.FITS", "SIMPLE  =");
    bench.write("SIM_HEAD.FITS", "SIMPLE  =");
    let mut transcript = Transcript::default();
    for input in [
        "error.csv",
        "column.csv",
        "julian.csv",
        "zero.csv",
        "vega.csv",
        "objects.csv",
        "version.ecsv",
        "cut.json",
        "nan.json",
        "length.json",
        "SIM_PHOT.FITS",
        "SIM_HEAD.FITS",
    ] {
        refuse(&mut transcript, &bench, input);
    }
    transcript.refuse(&bench, 1, "convert error.csv --metadata objects.csv --out out/objects.parquet");
    transcript.refuse(&bench, 2, "convert vega.csv --vega-offset g=x --out out/objects.parquet");
    bench.run("convert vega.csv --vega-offset g=-0.08 --out objects.parquet");
    transcript.check("bad_curves");
}
