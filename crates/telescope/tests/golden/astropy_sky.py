"""Golden values of places, nights and visible windows, by astropy: `python astropy_sky.py`, which writes beside itself

- places.csv: the Sun and the Moon, geocentric, mean equator and equinox of date, km; the Moon's lit part;
- altitudes.csv: altitudes of stars, of the Sun and of the Moon above sites, without refraction, and airmass after
  Pickering (2002), which is not the formula that is tested;
- nights.csv: begin and end of nights, empty where there is none, by root finding on astropy's altitude of the Sun;
- windows.csv: when objects are above a limit of airmass in a night, by sampling every 10 seconds.

Made with astropy 8.0.2. No tables are downloaded: the Earth's rotation is that of the tables that come with astropy.
"""

import csv
import pathlib

import astropy.units as u
import numpy as np
from astropy.coordinates import (
    AltAz,
    EarthLocation,
    PrecessedGeocentric,
    SkyCoord,
    get_body,
    get_sun,
)
from astropy.time import Time
from astropy.utils import iers

iers.conf.auto_download = False
iers.conf.iers_degraded_accuracy = "warn"

HERE = pathlib.Path(__file__).parent
# Longitude, latitude, height: Paranal, Cerro Tololo, Mauna Kea, Siding Spring, La Palma, Calar Alto, near the date line, the
# equator, Tromso, Svalbard, a high southern station, the poles.
SITES = [
    (-70.3976, -24.6157, 2518), (-70.8065, -30.1690, 2200), (-155.4681, 19.8208, 4213), (149.0661, -31.2754, 1164),
    (342.1184, 28.7606, 2396), (-2.5463, 37.2236, 2168), (179.9, -17.0, 0), (10.0, 0.0, 0), (18.9, 69.65, 100),
    (15.6, 78.2, 500), (123.35, -75.1, 3233), (0.0, 90.0, 0), (45.0, -90.0, 2835),
]
DATES = [46066.0, 51544.7, 54832.3, 56171.0, 56250.0, 56352.9, 57469.5, 59100.25, 60310.0, 60481.6, 60676.1]
rng = np.random.default_rng(4)


def location(site):
    return EarthLocation.from_geodetic(site[0] * u.deg, site[1] * u.deg, site[2] * u.m)


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([[f"{value:.9g}" if isinstance(value, float) and abs(value) < 1e4 else
                           f"{value:.6f}" if isinstance(value, float) else value for value in row] for row in rows])


def pickering(altitude):
    return 1 / np.sin(np.radians(altitude + 244 / (165 + 47 * altitude**1.1)))


def places():
    rows = []
    for mjd in np.concatenate([DATES, np.round(rng.uniform(45000, 61000, 60), 4)]):
        time = Time(mjd, format="mjd")
        frame = PrecessedGeocentric(equinox=time, obstime=time)
        sun, moon = get_sun(time), get_body("moon", time)
        row = [float(mjd)]
        for body in (sun.transform_to(frame), moon.transform_to(frame)):
            row += [float(body.ra.deg), float(body.dec.deg), float(body.distance.km)]
        # The angle at the Moon.
        to_sun, to_earth = (sun.cartesian - moon.cartesian), -moon.cartesian
        cosine = to_sun.dot(to_earth) / to_sun.norm() / to_earth.norm()
        rows.append(row + [float((1 + cosine) / 2)])
    write("places.csv", ["mjd", "sun_ra", "sun_dec", "sun_km", "moon_ra", "moon_dec", "moon_km", "lit"], rows)


def altitudes():
    rows = []
    stars = [(0.0, 0.0), (359.99, -30.0), (-0.01, -30.0), (365.0, 20.0), (10.0, 90.0), (200.0, -90.0), (180.0, 89.9),
             (83.6, 22.0), (54.0, -28.0)]
    for site in SITES:
        for mjd in rng.choice(DATES, 4, replace=False) + np.round(rng.uniform(-0.5, 0.5, 4), 4):
            time = Time(mjd, format="mjd")
            frame = AltAz(obstime=time, location=location(site))
            sun = get_sun(time).transform_to(frame).alt.deg
            moon = get_body("moon", time, location(site)).transform_to(frame).alt.deg
            some = stars + [tuple(pair) for pair in
                            np.round(np.c_[rng.uniform(0, 360, 4), np.degrees(np.arcsin(rng.uniform(-1, 1, 4)))], 5)]
            up = SkyCoord([s[0] for s in some] * u.deg, [s[1] for s in some] * u.deg).transform_to(frame).alt.deg
            for (ra, dec), altitude in zip(some, up):
                mass = pickering(altitude) if altitude > 0 else np.nan
                rows.append([*map(float, (*site, mjd, ra, dec, altitude, mass, sun, moon))])
    header = ["longitude", "latitude", "height", "mjd", "ra", "dec", "altitude", "airmass", "sun", "moon"]
    write("altitudes.csv", header, rows)


def sun_altitude(site, mjds):
    time = Time(mjds, format="mjd")
    return get_sun(time).transform_to(AltAz(obstime=time, location=location(site))).alt.deg


def moon_above(site, mjds):
    time = Time(mjds, format="mjd")
    frame = AltAz(obstime=time, location=location(site))
    return get_body("moon", time, location(site)).transform_to(frame)


def night(site, mjd, twilight):
    """Begin and end, or None, of the night whose local mean midnight is nearest, between culminations of the Sun."""
    turn = site[0] / 360
    midnight = np.floor(mjd + turn + 0.5) - turn
    grid = midnight + np.linspace(-0.55, 0.55, 1585)
    time = Time(grid, format="mjd")
    sun = get_sun(time).transform_to(AltAz(obstime=time, location=location(site)))
    local = get_sun(time).transform_to(PrecessedGeocentric(equinox=time, obstime=time)).ra.deg
    hour = time.sidereal_time("mean", longitude=site[0] * u.deg).deg - local
    hour = (hour + 180) % 360 - 180
    # Upper culminations: where the hour angle goes through zero.
    noons = [grid[i] - hour[i] / 360 for i in range(len(grid) - 1) if hour[i] < 0 <= hour[i + 1]]
    if hour[0] >= 0 and len(noons) == 1:
        noons = [grid[0] - hour[0] / 360, *noons]
    first, last = noons[0], noons[-1]
    assert 0.99 < last - first < 1.01, (site, mjd, noons)
    fine = np.linspace(first, last, 2881)
    dark = sun_altitude(site, fine) < twilight
    if not dark.any():
        return None
    index = np.flatnonzero(dark)
    assert len(index) == index[-1] - index[0] + 1
    ends = []
    for light, inside in ((index[0] - 1, index[0]), (index[-1] + 1, index[-1])):
        if light in (-1, len(fine)):
            ends.append(fine[inside])
            continue
        a, b = fine[light], fine[inside]
        for _ in range(16):
            middle = (a + b) / 2
            a, b = (a, middle) if sun_altitude(site, middle) < twilight else (middle, b)
        ends.append((a + b) / 2)
    return ends


def nights():
    rows = []
    for site in SITES:
        for number, mjd in enumerate([54832.3, 56171.0, 56250.0, 57469.5, 60481.6, 60576.0]):
            twilight = [-18.0, -12.0, 0.0][number % 3]
            found = night(site, mjd, twilight)
            start, end = found or ("", "")
            down = ""
            if found:
                fine = np.linspace(start, end, 361)
                down = float(np.mean(moon_above(site, fine).alt.deg < 0) * (end - start) * 24)
            rows.append([*map(float, (*site, mjd, twilight)), start, end, down])
    write("nights.csv", ["longitude", "latitude", "height", "mjd", "twilight", "start", "end", "moonless_hours"], rows)


def window(site, mjd, limit, ra, dec, found):
    """One row: the longest span above the limit within the night `found`, the number of spans, and the best moment."""
    start, end = found
    grid = np.linspace(start, end, int((end - start) * 8640) + 1)
    frame = AltAz(obstime=Time(grid, format="mjd"), location=location(site))
    moon = moon_above(site, grid)
    star = SkyCoord(ra * u.deg, dec * u.deg).transform_to(frame)
    # Pickering's airmass grows again far below the horizon.
    mass = np.where(star.alt.deg > 5, pickering(np.maximum(star.alt.deg, 5)), 99)
    up = np.concatenate([[False], mass <= limit, [False]])
    begins, ends = np.flatnonzero(~up[:-1] & up[1:]), np.flatnonzero(up[:-1] & ~up[1:]) - 1
    row = [*map(float, (*site, mjd, limit, ra, dec))]
    if len(begins) == 0:
        return row + [""] * 6
    which = int(np.argmax(ends - begins))
    span = slice(begins[which], ends[which] + 1)
    best = begins[which] + int(np.argmin(mass[span]))
    return row + [grid[begins[which]], grid[ends[which]], len(begins), float(mass[best]),
                  float(star[best].separation(moon[best]).deg), float(moon[best].alt.deg)]


def windows():
    rows = []
    for site in SITES:
        for mjd in (56171.0, 56250.0, 60310.0):
            found = night(site, mjd, -18.0)
            if not found:
                continue
            for limit in (1.4, 2.5):
                ra, dec = rng.uniform(0, 360), np.degrees(np.arcsin(rng.uniform(-1, 1)))
                if rng.uniform() < 0.5:
                    dec = np.clip(site[1] + rng.normal(0, 25), -90, 90)
                rows.append(window(site, mjd, limit, ra, dec, found))
    rows += twice()
    header = ["longitude", "latitude", "height", "mjd", "limit", "ra", "dec", "start", "end", "spans", "airmass",
              "moon_separation", "moon_altitude"]
    write("windows.csv", header, rows)


def twice():
    """Stars that set and rise again in a long night."""
    rows = []
    for site, ra, dec, limit in [(SITES[5], 285.0, 60.0, 2.5), (SITES[8], 270.0, 35.0, 2.5), (SITES[8], 300.0, 50.0, 1.4),
                                 (SITES[9], 250.0, 40.0, 1.6), (SITES[9], 120.0, 12.0, 4.0)]:
        rows.append(window(site, 60310.0, limit, ra, dec, night(site, 60310.0, -18.0)))
    return rows


if __name__ == "__main__":
    places()
    altitudes()
    nights()
    windows()
