//! The table of exposure times: seconds that each preset needs to reach its signal-to-noise ratio at magnitudes 18 to 24,
//! airmass 1.25, without Moon and under a full Moon 45° up and 60° away. In brackets: more than the telescope grants.
//!
//! `exposure_times [FILE.toml]`: the telescopes of the file in place of the presets.

use std::{error::Error, path::Path};

use hesper_telescope::{Conditions, Exposure, Mode, Moonlight, Telescope, exposure};

fn main() -> Result<(), Box<dyn Error>> {
    let telescopes = match std::env::args().nth(1) {
        Some(path) => Telescope::read(Path::new(&path))?,
        None => Telescope::presets()?,
    };
    let magnitudes = [18.0, 19.0, 20.0, 21.0, 22.0, 22.5, 23.0, 24.0];
    print!("{:<20}{:<6}{:>4}", "telescope", "moon", "snr");
    for magnitude in magnitudes {
        print!("{magnitude:>10.1}");
    }
    println!();
    let full = Moonlight::Scattered { phase_angle: 5.0, altitude: 45.0, separation: 60.0 };
    for telescope in &telescopes {
        for (name, moon) in [("none", Moonlight::None), ("full", full)] {
            // RESSPECT's mode knows no Moon.
            if telescope.mode == Mode::Resspect && moon != Moonlight::None {
                continue;
            }
            print!("{:<20}{name:<6}{:>4}", telescope.name, telescope.observing.snr);
            for magnitude in magnitudes {
                let cell = match exposure(telescope, magnitude, &Conditions { airmass: 1.25, moon }) {
                    Exposure::Possible(seconds) => format!("{:.0}", seconds.0),
                    Exposure::TooLong(seconds) => format!("({:.0})", seconds.0),
                    Exposure::TooFaint => "faint".to_owned(),
                    Exposure::TooBright => "bright".to_owned(),
                    _ => "?".to_owned(),
                };
                print!("{cell:>10}");
            }
            println!();
        }
    }
    Ok(())
}
