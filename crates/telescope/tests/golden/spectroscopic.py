"""Golden counts of the spectroscopic mode: `python spectroscopic.py`, which writes spectroscopic.csv beside itself.

The formulas are written anew from the documentation of `snr_equation` and from Krisciunas & Schaefer (1991), with Python's
own error function. The telescopes are those of the presets; python 3.11 or later.
"""

import math
import pathlib
import tomllib

HERE = pathlib.Path(__file__).parent
PRESETS = HERE / "../../src/presets/telescopes.toml"
CASES = [(18.0, 1.0, 170.0, -10.0, 60.0), (20.5, 1.3, 60.0, 30.0, 50.0), (22.0, 1.9, 5.0, 70.0, 35.0), (21.0, 1.2, 100.0, 10.0, 120.0)]


def counts(telescope, magnitude, airmass, phase, altitude, separation):
    inst, sky = telescope["instrument"], telescope["sky"]
    zero = 3631e-26 / 6.62607015e-34 * inst["bin"] / inst["wavelength"]
    power = zero * inst["efficiency"] * math.pi * telescope["diameter"] ** 2 / 4
    fwhm = sky["seeing"] * airmass**0.6 * (inst["wavelength"] / sky.get("seeing_wavelength", 500)) ** -0.2
    sigma = fwhm / math.sqrt(8 * math.log(2))
    within = lambda width: math.erf(width / 2 / sigma / math.sqrt(2))
    if "slit" in inst["aperture"]:
        width, height = inst["aperture"]["slit"], inst.get("extraction", 1.5) * fwhm
        part, area = within(width) * within(height), width * height
    else:
        height = inst["aperture"]["fibre"]
        part, area = 1 - math.exp(-((height / 2) ** 2) / 2 / sigma**2), math.pi * (height / 2) ** 2
    pixels = height / inst["pixel_scale"] * inst["bin"] / inst["dispersion"]
    k = sky["extinction"]
    way = lambda cosine: 1 / math.sqrt(1 - 0.96 * (1 - cosine**2))
    x = way(1 / airmass)
    nanolamberts = lambda v: 34.08 * math.exp(20.7233 - 0.92104 * v)
    moon = 0.0
    if altitude > 0:
        f = 10**5.36 * (1.06 + math.cos(math.radians(separation)) ** 2) + 10 ** (6.15 - separation / 40)
        light = 10 ** (-0.4 * (3.84 + 0.026 * phase + 4e-9 * phase**4))
        up = way(math.sin(math.radians(altitude)))
        moon = f * light * 10 ** (-0.4 * k * up) * (1 - 10 ** (-0.4 * k * x))
    dark = 10 ** (-0.4 * sky["dark"])
    glow = dark * x * 10 ** (-0.4 * k * (x - 1)) + dark * moon / nanolamberts(sky["dark"])
    source = power * 10 ** (-0.4 * (magnitude + k * airmass)) * part
    background = power * glow * area + inst["dark_current"] / 3600 * pixels
    return source, background, inst.get("reads", 1) * pixels * (inst["read_noise"] ** 2 + inst["gain"] ** 2 / 12)


if __name__ == "__main__":
    telescopes = tomllib.loads(PRESETS.read_text())["telescope"]
    with open(HERE / "spectroscopic.csv", "w") as file:
        print("telescope,magnitude,airmass,phase,altitude,separation,source,background,fixed", file=file)
        for telescope in telescopes:
            if telescope.get("mode") != "resspect":
                for case in CASES:
                    print(telescope["name"], *case, *map(repr, counts(telescope, *case)), sep=",", file=file)
