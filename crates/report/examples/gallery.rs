//! Writes every kind of figure (SVG and PNG) and a sample report into a folder: `cargo run --release -p hesper-report
//! --example gallery -- FOLDER`. The data are made up.

use std::path::PathBuf;

use hesper_report::*;

/// A small generator of numbers in 0..1, so that the gallery needs no dependency (Numerical Recipes' 64-bit constants).
struct Chance(u64);

impl Chance {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn curves() -> Figure {
    let mut chance = Chance(3);
    let strategies = [
        ("uncertainty", 1.0),
        ("entropy", 0.93),
        ("canonical", 0.35),
        ("random", 0.6),
        ("committee entropy", 0.97),
    ];
    let metrics = [
        ("Accuracy", 0.61, 0.27, Some(0.891)),
        ("Efficiency", 0.9, -0.24, None),
        ("Purity", 0.35, 0.4, Some(0.817)),
        ("Figure of merit", 0.137, 0.22, Some(0.384)),
    ];
    let panels = metrics
        .iter()
        .map(|&(title, start, gain, reference)| Panel {
            title: title.into(),
            series: strategies
                .iter()
                .map(|&(name, share)| {
                    let x: Vec<f64> = (0..=200).map(|step| f64::from(step) * 5.0).collect();
                    let y: Vec<f64> = x
                        .iter()
                        .map(|x| start + gain * share * (1.0 - (-x / 300.0).exp()) + 0.004 * chance.normal())
                        .collect();
                    let half = |x: f64| 0.006 + 0.02 * (-x / 400.0_f64).exp() * x / (x + 20.0);
                    let low = x.iter().zip(&y).map(|(x, y)| y - half(*x)).collect();
                    let high = x.iter().zip(&y).map(|(x, y)| y + half(*x)).collect();
                    Series { name: name.into(), x, y, low, high }
                })
                .collect(),
            reference_lines: reference
                .map(|value| ("trained on all 13,918 labels".into(), value))
                .into_iter()
                .collect(),
            ..Panel::default()
        })
        .collect();
    learning_curves(&LearningCurves {
        title: "What 1,000 spectra teach, by the strategy that chose them".into(),
        x_label: "spectra taken".into(),
        panels,
    })
}

fn light_curve(
    chance: &mut Chance,
    title: &str,
    peak: f64,
    bands: &[(&str, f64)],
    outlier: bool,
) -> LightCurvePanel {
    let start = 56_190.0 + 60.0 * chance.uniform();
    let bazin =
        |t: f64, amplitude: f64| amplitude * (-(t - start) / 28.0).exp() / (1.0 + (-(t - start) / 4.0).exp());
    let bands = bands
        .iter()
        .map(|&(band, share)| {
            let amplitude = 1.6 * peak * share;
            let mut series = BandSeries { band: band.into(), ..BandSeries::default() };
            let mut mjd = 56_171.0 + 5.0 * chance.uniform();
            while mjd < 56_340.0 {
                if !(56_262.0..56_275.0).contains(&mjd) {
                    let error = 0.05 * peak * (0.4 + chance.uniform());
                    series.mjd.push(mjd);
                    series.flux.push(bazin(mjd, amplitude) + error * chance.normal());
                    series.flux_err.push(error);
                }
                mjd += 4.0 + 5.0 * chance.uniform();
            }
            if outlier && let Some(flux) = series.flux.get_mut(8) {
                *flux += 0.9 * peak;
            }
            if share > 0.25 {
                series.model = (0..400)
                    .map(|step| 56_168.0 + 0.45 * f64::from(step))
                    .map(|t| (t, bazin(t, amplitude)))
                    .collect();
            }
            series
        })
        .collect();
    LightCurvePanel { title: title.into(), bands }
}

fn light(panels: usize) -> Figure {
    let mut chance = Chance(11);
    let griz = [("g", 0.55), ("r", 1.0), ("i", 0.9), ("z", 0.75)];
    let six = [("u", 0.2), ("g", 0.6), ("r", 1.0), ("i", 0.85), ("z", 0.7), ("y", 0.6)];
    let titles = [
        "1032 · Ia · z = 0.31",
        "4410 · II · z = 0.22",
        "20871 · Ibc · z = 0.27",
        "771 · Ia · z = 0.74",
        "90112 · Ia · z = 0.55",
        "13 · II · z = 0.12",
    ];
    let panels = (0..panels)
        .map(|index| {
            let bands: &[_] = if panels == 1 { &six } else { &griz };
            light_curve(
                &mut chance,
                titles[index % 6],
                [2400.0, 900.0, 650.0, 260.0, 410.0, 8600.0][index % 6],
                bands,
                index == 1,
            )
        })
        .collect();
    light_curves(&LightCurvePanels { title: "Light curves and their fits".into(), panels })
}

fn classes() -> Figure {
    class_distribution(&ClassDistribution {
        title: "The spectroscopic sample is not the sky".into(),
        classes: ["Ia", "II", "Ibc", "IIn", "91bg"].map(String::from).to_vec(),
        groups: vec![
            ClassGroup { name: "spectroscopic".into(), counts: vec![559.0, 371.0, 142.0, 25.0, 6.0] },
            ClassGroup { name: "photometric".into(), counts: vec![3049.0, 8204.0, 1980.0, 560.0, 68.0] },
            ClassGroup { name: "queried (uncertainty)".into(), counts: vec![402.0, 318.0, 231.0, 40.0, 9.0] },
            ClassGroup { name: "queried (random)".into(), counts: vec![] },
        ],
    })
}

fn diagram() -> Figure {
    let mut chance = Chance(5);
    let curve = |name: &str, bend: f64, chance: &mut Chance| ReliabilityCurve {
        name: name.into(),
        bins: (0..10)
            .map(|bin| {
                let lower = f64::from(bin) / 10.0;
                let mean_predicted = lower + 0.05;
                let observed = mean_predicted
                    + bend * (mean_predicted * std::f64::consts::TAU).sin()
                    + 0.02 * chance.normal();
                let count =
                    (2000.0 * ((mean_predicted - 0.5).abs() * 2.0).powi(3) + 40.0 * chance.uniform()).round();
                ReliabilityBin {
                    lower,
                    upper: lower + 0.1,
                    mean_predicted,
                    observed_fraction: observed.clamp(0.0, 1.0),
                    count,
                }
            })
            .collect(),
    };
    reliability(&Reliability {
        title: "Probabilities before and after calibration".into(),
        positive: "Ia".into(),
        curves: vec![curve("forest", -0.13, &mut chance), curve("forest, calibrated", -0.01, &mut chance)],
    })
}

fn plane() -> Figure {
    let mut chance = Chance(8);
    let mut cloud = |name: &str, number: usize, centre: f64, width: f64| {
        let mut set = PointSet { name: name.into(), ..PointSet::default() };
        for _ in 0..number {
            let z = (centre + width * chance.normal()).abs().max(0.02);
            set.x.push(z);
            set.y.push(23.6 + 4.2 * z.log10() + 0.55 * chance.normal());
        }
        set
    };
    let background = cloud("photometric", 13_861, 0.68, 0.2);
    let sets = vec![
        cloud("spectroscopic start", 300, 0.44, 0.13),
        cloud("uncertainty", 160, 0.6, 0.12),
        cloud("random", 60, 0.68, 0.2),
    ];
    redshift_magnitude(&RedshiftMagnitude {
        title: "Where the queries fall".into(),
        x_label: "redshift".into(),
        y_label: "peak r magnitude".into(),
        y_downwards: true,
        background,
        sets,
    })
}

fn matrix(classes: usize) -> Figure {
    let mut chance = Chance(2);
    let names = [
        "Ia",
        "II",
        "Ibc",
        "91bg",
        "Iax",
        "TDE",
        "SLSN-I",
        "AGN",
        "Kilonova",
        "M dwarf flare",
        "RR Lyrae",
        "Mira",
        "Eclipsing binary",
        "Microlens",
    ];
    let counts = (0..classes)
        .map(|row| {
            let total = (900.0 * chance.uniform().powi(2) + 20.0).round();
            (0..classes)
                .map(|column| {
                    let share =
                        if row == column { 0.75 } else { 0.5 * chance.uniform().powi(4) / classes as f64 };
                    (total * share).round()
                })
                .collect()
        })
        .collect();
    confusion(&Confusion {
        title: format!("{classes} classes, ten-fold cross-validation"),
        classes: names[..classes].iter().map(|name| (*name).into()).collect(),
        counts,
    })
}

fn bars() -> Figure {
    let names = [
        "bazin_fall_r",
        "colour_g_r_at_peak",
        "bazin_amplitude_i",
        "photometric redshift",
        "width_r",
        "bazin_rise_r",
        "snr_max",
        "bazin_chi2_z",
    ];
    let bars = names.iter().enumerate().map(|(index, name)| {
        let value = 0.21 * (-(index as f64) / 3.0).exp();
        NamedInterval {
            name: (*name).into(),
            value: if index == 6 { f64::NAN } else { value },
            low: value - 0.012,
            high: value + 0.015,
        }
    });
    bars_with_intervals(&BarsWithIntervals {
        title: "Which features the forest uses".into(),
        x_label: "importance".into(),
        bars: bars.collect(),
    })
}

/// A night with a few targets for each telescope, or with many.
fn night(many: bool) -> Figure {
    let mut chance = Chance(21);
    let groups = ["Ia", "II", "Ibc", "none likely"];
    let mut rank = 0;
    let mut telescope = |name: &str, evening: f64, count: usize, minutes: f64, chance: &mut Chance| {
        let (from, to) = (56_250.0 + evening, 56_250.0 + evening + 0.335);
        let mut now = from + 0.004;
        let mut bars = Vec::new();
        while bars.len() < count {
            let length = minutes * (0.4 + 1.2 * chance.uniform()) / 1440.0;
            if now + length > to {
                break;
            }
            rank += 1;
            let mut bar = NightBar {
                label: rank.to_string(),
                name: format!("SN {}", (90_000.0 * chance.uniform()).round()),
                group: groups[((4.0 * chance.uniform().powi(2)) as usize).min(3)].into(),
                start: now,
                end: now + length,
                overhead: (0.15 * minutes).min(8.0) / 1440.0,
                window: (now - 0.12 * chance.uniform(), now + length + 0.12 * chance.uniform()),
            };
            bar.window = (bar.window.0.max(from), bar.window.1.min(to));
            now = bar.end + if chance.uniform() < 0.2 { 0.01 } else { 0.0 };
            bars.push(bar);
        }
        TelescopeNight {
            name: name.into(),
            dark: (from, to),
            sun_down: (from - 0.058, to + 0.058),
            moon_up: vec![(from + 0.21, to + 0.3)],
            bars,
        }
    };
    let telescopes = if many {
        vec![
            telescope("4 m, Chile, 120 short ones", 0.02, 120, 4.0, &mut chance),
            telescope("2 m, Chile", 0.02, 45, 10.0, &mut chance),
            telescope("8 m, Hawaii", 0.21, 20, 25.0, &mut chance),
            telescope("1 m, closed", 0.02, 0, 1.0, &mut chance),
        ]
    } else {
        vec![
            telescope("4 m, Cerro Tololo", 0.02, 8, 45.0, &mut chance),
            telescope("8 m, Cerro Pachón", 0.02, 10, 24.0, &mut chance),
            telescope("2 m, Haleakalā", 0.21, 0, 1.0, &mut chance),
        ]
    };
    night_timeline(&NightTimeline {
        title: "What to observe in the night of 19 November 2012".into(),
        groups: groups.map(String::from).to_vec(),
        telescopes,
    })
}

fn posterior(sets: usize) -> Figure {
    let line = |from: f64, to: f64, count: u32| {
        (0..count).map(|at| from + (to - from) * f64::from(at) / f64::from(count - 1)).collect::<Vec<_>>()
    };
    let (x, y) = (line(0.0, 0.7, 141), line(-2.5, 0.0, 126));
    let kinds =
        [("perfect", 0.30, -1.0, 1.0), ("random", 0.33, -1.12, 1.6), ("contaminated", 0.24, -0.78, 1.3)];
    let sets = kinds[..sets].iter().map(|&(name, omega, w, wide)| {
        // Bent as supernovae bend it: a large Ωm is made up for by a more negative w.
        let density = |x: f64, y: f64| {
            let along = (x - omega) / (0.05 * wide);
            let across = (y - w + 3.2 * (x - omega) + 9.0 * (x - omega).powi(2)) / (0.07 * wide);
            (-0.5 * (along * along + across * across)).exp()
        };
        let grid: Vec<f64> = y.iter().flat_map(|y| x.iter().map(move |x| density(*x, *y))).collect();
        ContourSet {
            name: name.into(),
            best: Some((omega, w)),
            x_marginal: (0..x.len()).map(|column| grid.iter().skip(column).step_by(x.len()).sum()).collect(),
            y_marginal: grid.chunks(x.len()).map(|row| row.iter().sum()).collect(),
            density: grid,
            ..ContourSet::default()
        }
    });
    contours(&Contours {
        title: "Dark energy from three samples".into(),
        x_label: "Ωm".into(),
        y_label: "w".into(),
        sets: sets.collect(),
        x_lines: vec![("Ωm = 0.3".into(), 0.3)],
        y_lines: vec![("w = −1".into(), -1.0)],
        x,
        y,
    })
}

fn targets() -> Vec<Target> {
    let mut chance = Chance(31);
    let griz = [("g", 0.55), ("r", 1.0), ("i", 0.9), ("z", 0.75)];
    (1..=7)
        .map(|rank| {
            let id = format!("SN {}", 1000 * rank + 32);
            let mut panel = light_curve(&mut chance, &id, 300.0 + 400.0 * f64::from(rank), &griz, false);
            for band in &mut panel.bands {
                let taken = band.mjd.iter().filter(|mjd| **mjd < 56_250.0).count();
                band.mjd.truncate(taken);
                band.model.retain(|(mjd, _)| *mjd < 56_265.0);
            }
            Target {
                heading: format!("{rank} · {id}"),
                lines: vec![
                    ("telescope".into(), "4 m, Cerro Tololo".into()),
                    ("start".into(), format!("0{rank}:24 UTC")),
                    ("exposure".into(), "1,209 s + 120 s overhead".into()),
                    ("magnitude tonight".into(), "r = 21.0 ± 0.1".into()),
                    ("probabilities".into(), "**Ia 0.52** · II 0.31 · Ibc 0.17".into()),
                ],
                note: "The forest cannot tell Ia from II, and it is well placed until 04:10.".into(),
                figure: Some(light_curve_card(&panel, Some(56_250.0))),
                id,
            }
        })
        .collect()
}

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".into()));
    let mut run = RunManifest::start(env!("CARGO_PKG_VERSION"), std::env::args());
    let figures = [
        ("learning_curves", curves()),
        ("light_curves_1", light(1)),
        ("light_curves_4", light(4)),
        ("light_curves_6", light(6)),
        ("class_distribution", classes()),
        ("reliability", diagram()),
        ("redshift_magnitude", plane()),
        ("confusion_3", matrix(3)),
        ("confusion_14", matrix(14)),
        ("bars", bars()),
        ("night", night(false)),
        ("night_many", night(true)),
        ("contours_1", posterior(1)),
        ("contours_3", posterior(3)),
        (
            "nothing",
            learning_curves(&LearningCurves {
                title: "Nothing yet".into(),
                panels: vec![Panel { title: "Purity".into(), ..Panel::default() }; 3],
                ..LearningCurves::default()
            }),
        ),
    ];
    for (name, figure) in &figures {
        figure.save(folder.join(format!("{name}.svg")))?;
        figure.save(folder.join(format!("{name}.png")))?;
    }
    run.seed(42).threads(2).input(folder.join("bars.svg"))?.metrics(&[("fom", 0.343)])?;
    let manifest = run.finish();
    manifest.write(folder.join("run.json"))?;
    let [curves, _, light, _, classes, reliability, plane, _, matrix, bars, night, _, _, posterior, _] =
        figures.map(|(_, figure)| figure);
    Report::new("A night's work, before it begins", "hesper loop · 13,861 objects · 20 seeds · made-up data")
        .summary("Asking for the spectra of the objects that the forest is least sure of reaches a figure of merit of **0.343** after 1,000 queries; random choice reaches 0.306. The hold-out of 4,158 objects was never asked about.")
        .cards([
            Card::new("Figure of merit", "0.343", "random: 0.306"),
            Card::new("Purity", "0.750", "95 % interval 0.742–0.758"),
            Card::new("Efficiency", "0.685", "at the start: 0.903"),
            Card::new("Spectra", "1,000", "one by one, 20 seeds"),
        ])
        .section("What the spectra teach", "Each curve is the mean over **20 seeds**; the bands are 95 % intervals of the mean. The hold-out is the same for all strategies, so the curves can be compared:\n\n- `uncertainty` takes what the forest cannot decide,\n- `random` takes anything.")
        .figure(&curves, "Metrics on the fixed hold-out against the number of spectra taken.")
        .table(["Strategy", "Accuracy", "Efficiency", "Purity", "Figure of merit"], [["uncertainty", "0.882", "0.685", "0.750", "0.343"], ["random", "0.872", "0.616", "0.748", "0.306"], ["canonical", "0.575", "0.910", "0.320", "0.125"]])
        .section("What was asked", "")
        .figure(&classes, "Shares of the classes.")
        .figure(&plane, "Queried objects over the photometric sample.")
        .section("What the forest sees", "Fits are by **variable projection**.")
        .figure(&light, "Four of the objects. Points are measurements with their errors, lines are fits.")
        .figure(&bars, "Mean decrease in impurity.")
        .section("What it gets wrong", "")
        .figure(&matrix, "Confusion of fourteen classes.")
        .figure(&reliability, "Observed against predicted.")
        .section("Tonight", "")
        .figure(&night, "The plan. Numbers are ranks.")
        .table(["Rank", "Object", "Start"], (1..=7).map(|rank| {
            let id = format!("SN {}", 1000 * rank + 32);
            [target_link(&rank.to_string(), &id), id, format!("0{rank}:24")]
        }))
        .targets(targets())
        .section("What it is for", "")
        .figure(&posterior, "Contours of 68.3 % and 95.4 %.")
        .details("Words", "**Purity** is the share of true Ia among those called Ia.\n\n**Efficiency** is the share of all Ia that are called Ia.")
        .manifest(&manifest)
        .footer("Made by `hesper 0.1.0`.")
        .write(folder.join("report.html"))?;
    println!("{}", folder.display());
    Ok(())
}
