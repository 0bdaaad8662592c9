//! What a call costs, in CPU seconds of the process, on one thread: exposure times in both modes, nights, and what is
//! visible in them.
//!
//! `night [OBJECTS [NIGHTS [REPEATS]]]` (20000, 160, 5) prints a line for each kind of call: calls, the median of the
//! repeats in microseconds a call, and a sum of the results, so that nothing is left out.

use std::{error::Error, hint::black_box};

use hesper_telescope::{
    Conditions, Direction, Moonlight, Night, Observability, Telescope, exposure, snr_after,
};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = [20_000, 160, 5];
    for (number, argument) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = argument.parse()?;
    }
    let [objects, nights, repeats] = numbers;
    // Evenly over the sky, by the golden angle.
    let mut stars = Vec::with_capacity(objects);
    for index in 0..objects {
        let (ra, dec) =
            (137.507_764 * index as f64, (2.0 * (index as f64 + 0.5) / objects as f64 - 1.0).asin());
        stars.push(Direction::new(ra, dec.to_degrees())?.ok_or("a coordinate is missing")?);
    }
    let presets = ["resspect-4m", "soar-goodman", "4most-lrs"];
    for name in presets {
        let telescope = Telescope::preset(name)?;
        let magnitude = |index: usize| 17.0 + 6.0 * index as f64 / objects as f64;
        let moon = Moonlight::Scattered { phase_angle: 40.0, altitude: 35.0, separation: 70.0 };
        let conditions = Conditions { airmass: 1.3, moon };
        report(&format!("exposure, {name}"), objects, repeats, || {
            let seconds = |index| exposure(&telescope, black_box(magnitude(index)), &conditions).seconds();
            (0..objects).filter_map(seconds).map(|seconds| seconds.0).sum()
        });
        report(&format!("snr, {name}"), objects, repeats, || {
            let ratio = |index| {
                snr_after(
                    &telescope,
                    black_box(magnitude(index)),
                    &conditions,
                    hesper_telescope::Seconds(900.0),
                )
            };
            (0..objects).map(ratio).sum()
        });
    }
    let telescopes = [Telescope::preset("soar-goodman")?, Telescope::preset("gemini-south-gmos")?];
    let night = |telescope: &Telescope, index: usize| telescope.night(56_171.0 + index as f64);
    report("night", 2 * nights, repeats, || {
        let hours = |telescope| {
            (0..nights).filter_map(|index| night(telescope, index).ok()).map(|n| n.hours()).sum::<f64>()
        };
        telescopes.iter().map(hours).sum()
    });
    let mut all: Vec<Night> = Vec::new();
    for telescope in &telescopes {
        for index in 0..nights {
            all.push(night(telescope, index)?);
        }
    }
    report("visibility", objects * all.len(), repeats, || {
        let hours = |night: &Night, star: &Direction| match night.look(*star) {
            Observability::Visible(visible) => visible.hours(),
            _ => 0.0,
        };
        all.iter().map(|night| stars.iter().map(|star| hours(night, star)).sum::<f64>()).sum()
    });
    Ok(())
}

/// Runs `work` several times and prints the median of its cost a call.
fn report(name: &str, calls: usize, repeats: usize, work: impl Fn() -> f64) {
    let mut micros = Vec::new();
    let mut sum = 0.0;
    for _ in 0..repeats.max(1) {
        let start = cpu_seconds();
        sum = black_box(work());
        micros.push((cpu_seconds() - start) / calls as f64 * 1e6);
    }
    micros.sort_by(f64::total_cmp);
    println!("{name}: {calls} calls, {:.3} us each, sum {sum:.6e}", micros[micros.len() / 2]);
}

/// CPU seconds of the process.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
