"""Writes three simulated objects in all formats that name a zero point, and a FITS table of all types of columns.

    hesper simulate --objects 40 --out objects.parquet
    python3 make.py objects.parquet

Every format holds the same numbers, fluxes as 32-bit floats of zero point 27.5, so that all readers must give the same
objects to the last bit. Needs astropy, numpy and pyarrow; their versions go into versions.txt.
"""

import gzip
import io
import json
import sys
from pathlib import Path

import astropy
import numpy as np
import pyarrow
import pyarrow.parquet as pq
from astropy.io import fits
from astropy.table import Table

HERE = Path(__file__).parent
CHOSEN = ["S000004", "S000031", "S000034"]
POINTS = 24
ZERO_POINT = 27.5
# SNANA's codes of classes.
CODES = {"Ia": 1, "Ib": 32, "IIL": 23}


def single(value):
    """A number as a 32-bit float holds it, as a Python float."""
    return float(np.float32(value))


def objects(path):
    rows = {row["object_id"]: row for row in pq.read_table(path).to_pylist()}
    for name in CHOSEN:
        row = rows[name]
        step = max(1, len(row["lightcurve"]) // POINTS)
        scale = 10 ** (0.4 * (31.4 - ZERO_POINT))
        points = [
            {
                "mjd": point["mjd"],
                "band": point["band"],
                "flux": single(point["flux"] / scale),
                "err": single(point["flux_err"] / scale),
            }
            for point in row["lightcurve"][::step][:POINTS]
        ]
        spectroscopic = row["sample"] == "spectroscopic"
        yield {
            "name": name,
            "code": CODES[row["class"]] if spectroscopic else -9,
            "class": row["class"],
            "ra": row["ra"],
            "dec": row["dec"],
            "mwebv": single(row["mwebv"]),
            "z": single(row["redshift"]),
            "z_err": single(row["redshift_err"]) if row["redshift_err"] is not None else -9.0,
            "photoz": single(row["host_photoz"]),
            "photoz_err": single(row["host_photoz_err"]),
            "points": points,
        }


def write_text(all_objects):
    (HERE / "text").mkdir(exist_ok=True)
    for one in all_objects:
        lines = [
            "SURVEY: SIM",
            f"SNID: {one['name']}",
            f"SNTYPE: {one['code']}",
            f"RA: {one['ra']!r} deg",
            f"DECL: {one['dec']!r} deg",
            f"MWEBV: {one['mwebv']!r}",
            f"REDSHIFT_FINAL: {one['z']!r} +- {one['z_err']!r}",
            f"HOSTGAL_PHOTOZ: {one['photoz']!r} +- {one['photoz_err']!r}",
            f"SIM_TYPE_NAME: SN{one['class']}",
            f"NOBS: {len(one['points'])}",
            "VARLIST: MJD BAND FLUXCAL FLUXCALERR",
        ]
        lines += [f"OBS: {p['mjd']!r} {p['band']} {p['flux']!r} {p['err']!r}" for p in one["points"]]
        (HERE / "text" / f"{one['name']}.DAT").write_text("\n".join(lines) + "\nEND:\n")


def write_fits(all_objects):
    """The columns, types and file names of SNANA's own writer, as far as they matter here, and some that do not."""
    folder = HERE / "SIM_FITS"
    folder.mkdir(exist_ok=True)
    pointers, at = [], 1
    for one in all_objects:
        pointers.append((at, at + len(one["points"]) - 1))
        at += len(one["points"]) + 1
    column = lambda name, form, values: fits.Column(name=name, format=form, array=np.array(values))
    each = lambda key: [one[key] for one in all_objects]
    head = fits.BinTableHDU.from_columns(
        [
            column("SNID", "16A", each("name")),
            column("IAUC", "16A", ["NULL"] * len(all_objects)),
            column("FAKE", "1I", [2] * len(all_objects)),
            column("RA", "1D", each("ra")),
            column("DEC", "1D", each("dec")),
            column("SNTYPE", "1J", each("code")),
            column("NOBS", "1J", [len(one["points"]) for one in all_objects]),
            column("PTROBS_MIN", "1J", [first for first, _ in pointers]),
            column("PTROBS_MAX", "1J", [last for _, last in pointers]),
            column("MWEBV", "1E", each("mwebv")),
            column("REDSHIFT_HELIO", "1E", [z + 0.001 for z in each("z")]),
            column("REDSHIFT_HELIO_ERR", "1E", each("z_err")),
            column("REDSHIFT_FINAL", "1E", each("z")),
            column("REDSHIFT_FINAL_ERR", "1E", each("z_err")),
            column("HOSTGAL_OBJID", "1K", [2**40 + i for i in range(len(all_objects))]),
            column("HOSTGAL_PHOTOZ", "1E", each("photoz")),
            column("HOSTGAL_PHOTOZ_ERR", "1E", each("photoz_err")),
            column("SIM_MODEL_NAME", "32A", ["MODEL"] * len(all_objects)),
            column("SIM_TYPE_INDEX", "1I", [CODES[name] for name in each("class")]),
            column("SIM_TYPE_NAME", "8A", ["SN" + name for name in each("class")]),
        ],
        name="Header",
    )
    end = {"mjd": -777.0, "band": "-", "flux": -777.0, "err": -777.0}
    rows = [point for one in all_objects for point in [*one["points"], end]]
    of = lambda key: [row[key] for row in rows]
    phot = fits.BinTableHDU.from_columns(
        [
            column("MJD", "1D", of("mjd")),
            column("BAND", "2A", of("band")),
            column("CCDNUM", "1I", [1] * len(rows)),
            column("FIELD", "12A", ["NULL"] * len(rows)),
            column("PHOTFLAG", "1J", [0] * len(rows)),
            column("PHOTPROB", "1E", [0.0] * len(rows)),
            column("FLUXCAL", "1E", of("flux")),
            column("FLUXCALERR", "1E", of("err")),
            column("ZEROPT", "1E", [30.0] * len(rows)),
        ],
        name="Photometry",
    )
    primary = fits.PrimaryHDU()
    primary.header["SURVEY"] = "SIM"
    primary.header["PHOTFILE"] = "SIM_PHOT.FITS"
    fits.HDUList([primary, head]).writeto(folder / "SIM_HEAD.FITS", overwrite=True)
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), phot]).writeto(stream)
    (folder / "SIM_PHOT.FITS.gz").write_bytes(gzip.compress(stream.getvalue(), 9, mtime=0))
    (folder / "SIM.LIST").write_text("SIM_HEAD.FITS\n")
    (folder / "SIM.README").write_text("Simulated objects of hesper, written by make.py.\n")


def write_tables(all_objects):
    rows = ["object_id,mjd,band,flux,fluxerr,zp,zpsys"]
    for one in all_objects:
        rows += [f"{one['name']},{p['mjd']!r},{p['band']},{p['flux']!r},{p['err']!r},27.5,ab" for p in one["points"]]
    (HERE / "points.csv").write_text("\n".join(rows) + "\n")
    known = ["name,ra,dec,redshift,redshift_err,mwebv,class"]
    for one in all_objects:
        error = "" if one["z_err"] < 0 else repr(one["z_err"])
        known.append(
            f"{one['name']},{one['ra']!r},{one['dec']!r},{one['z']!r},{error},{one['mwebv']!r},SN {one['class']}"
        )
    (HERE / "objects.csv").write_text("\n".join(known) + "\n")
    (HERE / "ecsv").mkdir(exist_ok=True)
    for index, one in enumerate(all_objects):
        table = Table({key: [p[key] for p in one["points"]] for key in ["mjd", "band", "flux", "err"]})
        table.rename_columns(["mjd", "err"], ["time", "fluxerr"])
        table["time"].unit = "d"
        table["zp"], table["zpsys"] = 27.5, "ab"
        table["flux"].description = "written with 'quotes', a colon: and {braces}, and long enough to be wrapped " * 2
        table.meta.update(name=one["name"], ra=one["ra"], dec=one["dec"], z=one["z"], mwebv=one["mwebv"])
        table.meta["type"] = "SN " + one["class"]
        if one["z_err"] >= 0:
            table.meta["z_err"] = one["z_err"]
        table.meta["comments"] = ["of no account", {"nested": [1, 2]}]
        delimiter = " ," [index % 2]
        table.write(HERE / "ecsv" / f"curve{index}.ecsv", overwrite=True, delimiter=delimiter)


def write_json(all_objects):
    """The answers of DESC's TOM and of FASTDB, by their documentation: rows of objects, or a list for each column."""
    answers = []
    for one in all_objects:
        photometry = {
            "mjd": [p["mjd"] for p in one["points"]],
            "band": [p["band"] for p in one["points"]],
            "flux": [p["flux"] for p in one["points"]],
            "fluxerr": [p["err"] for p in one["points"]],
        }
        answers.append(
            {
                "objectid": one["name"],
                "ra": one["ra"],
                "dec": one["dec"],
                "zp": 27.5,
                "redshift": one["z"],
                "redshift_err": one["z_err"],
                "mwebv": one["mwebv"],
                "class": one["class"],
                "photometry": photometry,
            }
        )
    flat = [{**{k: v for k, v in a.items() if k != "photometry"}, **a["photometry"]} for a in answers]
    columns = {key: [row[key] for row in flat] for key in flat[0]}
    (HERE / "json").mkdir(exist_ok=True)
    write = lambda name, value: (HERE / "json" / name).write_text(json.dumps(value, indent=None) + "\n")
    write("rows.json", {"status": "ok", "diaobject": answers})
    write("list.json", answers)
    write("columns.json", columns)
    points = [
        {**a, "photometry": [dict(zip(a["photometry"], p)) for p in zip(*a["photometry"].values())]} for a in answers
    ]
    (HERE / "json" / "lines.jsonl").write_text("".join(json.dumps(a) + "\n" for a in points))


def write_types():
    """A table of all types of columns after an image: the test has the values."""
    rows = 3
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("LOGICAL", "L", array=[True, False, True]),
            fits.Column("BYTE", "B", array=np.array([0, 7, 255], np.uint8)),
            fits.Column("SHORT", "I", array=np.array([-32768, 0, 12], np.int16), null=0),
            fits.Column("INT", "J", array=np.array([-5, 2**31 - 1, 0], np.int32)),
            fits.Column("LONG", "K", array=np.array([2**60 + 1, -1, 0], np.int64)),
            fits.Column("UNSIGNED", "K", bzero=2**63, array=np.array([2**63 + 5, 0, 2**64 - 1], np.uint64)),
            fits.Column("SCALED", "I", array=np.array([1, 2, -26], np.int16)),
            fits.Column("FLOAT", "E", array=np.array([0.1, np.nan, -1e30], np.float32)),
            fits.Column("DOUBLE", "D", array=np.array([0.1, -0.0, 1e300])),
            fits.Column("TEXT", "6A", array=["ab", "", "abcdef"]),
            fits.Column("VECTOR", "3E", array=np.zeros((rows, 3), np.float32)),
            fits.Column("BITS", "11X", array=np.zeros((rows, 11), bool)),
            fits.Column("LAST", "J", array=np.array([1, 2, 3], np.int32)),
        ]
    )
    image = fits.ImageHDU(np.arange(2000, dtype=np.int16).reshape(40, 50))
    path = HERE / "types.fits"
    fits.HDUList([fits.PrimaryHDU(), image, table]).writeto(path, overwrite=True)
    fits.setval(path, "TSCAL7", value=0.5, ext=2)
    fits.setval(path, "TZERO7", value=10.0, ext=2)


def main():
    all_objects = list(objects(sys.argv[1]))
    write_text(all_objects)
    write_fits(all_objects)
    write_tables(all_objects)
    write_json(all_objects)
    write_types()
    versions = [("astropy", astropy), ("numpy", np), ("pyarrow", pyarrow)]
    (HERE / "versions.txt").write_text("".join(f"{name} {module.__version__}\n" for name, module in versions))


if __name__ == "__main__":
    main()
