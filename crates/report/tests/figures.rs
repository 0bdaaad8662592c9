//! Every figure, from plausible data and from hostile: well-formed, inside its frame, the same each time.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

use hesper_report::*;
use proptest::prelude::*;

const HOSTILE: &str = "<script>&amp;\"'</svg>]]>\u{0}\u{b}\u{fffe}\u{202e}日本\n\t";

/// One figure of each kind, all made of the same numbers and names.
fn all(names: &[String], numbers: &[f64]) -> Vec<Figure> {
    let name = |index: usize| names.get(index % names.len().max(1)).cloned().unwrap_or_default();
    let shifted = |by: usize| {
        let mut shifted = numbers.to_vec();
        if !shifted.is_empty() {
            shifted.rotate_left(by % numbers.len());
        }
        shifted
    };
    let number = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    let pairs: Vec<(f64, f64)> = numbers.iter().copied().zip(shifted(1)).collect();
    let panel = |index: usize| Panel {
        title: name(index),
        y_label: name(index + 1),
        series: (0..2)
            .map(|series| Series {
                name: name(index + series),
                x: numbers.to_vec(),
                y: shifted(series + 1),
                low: shifted(2),
                high: shifted(3),
            })
            .collect(),
        reference_lines: vec![(name(index), number(0)), (name(index + 1), number(1))],
    };
    let band = |index: usize| BandSeries {
        band: name(index),
        mjd: numbers.to_vec(),
        flux: shifted(1),
        flux_err: shifted(2),
        model: pairs.clone(),
        fitted: if index == 0 { Vec::new() } else { shifted(3) },
    };
    let set = |index: usize| PointSet { name: name(index), x: numbers.to_vec(), y: shifted(index) };
    let bins = pairs.iter().map(|&(a, b)| ReliabilityBin {
        lower: a,
        upper: b,
        mean_predicted: a,
        observed_fraction: b,
        count: a,
    });
    let interval = |index: usize| NamedInterval {
        name: name(index),
        value: number(index),
        low: number(index + 1),
        high: number(index + 2),
    };
    let night = |index: usize| TelescopeNight {
        name: name(index),
        dark: (number(index), number(index + 1)),
        sun_down: (number(index + 2), number(index + 3)),
        moon_up: pairs.clone(),
        bars: pairs
            .iter()
            .enumerate()
            .map(|(at, &(start, end))| NightBar {
                label: name(at),
                name: name(at + 1),
                group: name(at + index),
                start,
                end,
                overhead: number(at + 2),
                window: (number(at), number(at + 3)),
            })
            .collect(),
    };
    let contour_set = |index: usize| ContourSet {
        name: name(index),
        density: (0..numbers.len().pow(2)).map(|at| number(at * (index + 1) % numbers.len())).collect(),
        levels: if index == 0 { numbers.to_vec() } else { ContourSet::default().levels },
        best: Some((number(0), number(1))),
        x_marginal: shifted(2),
        y_marginal: shifted(index),
    };
    vec![
        learning_curves(&LearningCurves {
            title: name(0),
            x_label: name(1),
            panels: (0..names.len()).map(panel).collect(),
        }),
        light_curves(&LightCurvePanels {
            title: name(0),
            panels: (0..names.len())
                .map(|index| LightCurvePanel { title: name(index), bands: (0..2).map(band).collect() })
                .collect(),
        }),
        class_distribution(&ClassDistribution {
            title: name(0),
            classes: names.to_vec(),
            groups: (0..2).map(|index| ClassGroup { name: name(index), counts: shifted(index) }).collect(),
        }),
        reliability(&Reliability {
            title: name(0),
            positive: name(1),
            curves: vec![ReliabilityCurve { name: name(0), bins: bins.collect() }],
        }),
        redshift_magnitude(&RedshiftMagnitude {
            title: name(0),
            x_label: name(1),
            y_label: name(2),
            y_downwards: true,
            background: set(0),
            sets: vec![set(1), set(2)],
        }),
        confusion(&Confusion {
            title: name(0),
            classes: names.to_vec(),
            counts: (0..names.len()).map(shifted).collect(),
        }),
        bars_with_intervals(&BarsWithIntervals {
            title: name(0),
            x_label: name(1),
            bars: (0..numbers.len()).map(interval).collect(),
        }),
        night_timeline(&NightTimeline {
            title: name(0),
            groups: names.iter().skip(2).cloned().collect(),
            telescopes: (0..names.len()).map(night).collect(),
        }),
        contours(&Contours {
            title: name(0),
            x_label: name(1),
            x: numbers.to_vec(),
            y_label: name(2),
            y: shifted(1),
            sets: (0..names.len()).map(contour_set).collect(),
            x_lines: vec![(name(0), number(0))],
            y_lines: vec![(name(1), number(1))],
        }),
        light_curve_card(
            &LightCurvePanel { title: name(0), bands: (0..names.len()).map(band).collect() },
            Some(number(0)),
        ),
    ]
}

/// What holds for every figure: XML that a reader accepts, with a title, and no word outside the frame.
fn check(figure: &Figure) {
    let svg = figure.svg();
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let title = root.children().find(|node| node.has_tag_name("title")).unwrap_or(root);
    assert_eq!(title.text().unwrap_or_default(), figure.title());
    let (width, height) = figure.size();
    assert!(width > 0.0 && height > 0.0 && height.is_finite());
    for text in root.descendants().filter(|node| node.tag_name().name() == "text") {
        let at = |name| text.attribute(name).and_then(|value| value.parse::<f64>().ok()).unwrap_or(f64::NAN);
        assert!((0.0..=width).contains(&at("x")) && (0.0..=height).contains(&at("y")), "{text:?}\n{svg}");
    }
    let mut names: Vec<_> = root.descendants().filter_map(|node| node.attribute("id")).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    for node in root.descendants() {
        if let Some(clip) = node.attribute("clip-path") {
            assert!(names.contains(&&clip["url(#".len()..clip.len() - 1]));
        }
    }
}

/// No ink reaches the picture's edge: nothing is cut off, whatever the names.
fn check_margins(figure: &Figure) {
    let map = tiny_skia::Pixmap::decode_png(&figure.png(1.0).unwrap()).unwrap();
    let (width, height) = (map.width(), map.height());
    let white = |x, y| map.pixel(x, y).is_some_and(|pixel| pixel.red() == 255 && pixel.blue() == 255);
    let path = std::env::temp_dir().join("hesper-report-cut-off.png");
    let cut = (0..width).any(|x| !white(x, 0) || !white(x, height - 1))
        || (0..height).any(|y| !white(0, y) || !white(width - 1, y));
    if cut {
        figure.save(&path).unwrap();
        panic!("{} is cut off: see {}", figure.description(), path.display());
    }
}

#[test]
fn nothing_and_next_to_nothing_can_be_shown() {
    let name = |count: usize| (0..count).map(|index| format!("name {index}")).collect::<Vec<_>>();
    for names in [0, 1, 3, 20] {
        for numbers in
            [vec![], vec![f64::NAN; 3], vec![0.0], vec![5.0], vec![f64::INFINITY, f64::NEG_INFINITY]]
        {
            for figure in all(&name(names), &numbers) {
                check(&figure);
                check_margins(&figure);
            }
        }
    }
    for figure in all(&[], &[]) {
        assert!(figure.svg().contains("no data"), "{}", figure.svg());
    }
}

#[test]
fn hostile_names_stay_names() {
    let names =
        [HOSTILE.to_owned(), format!("{HOSTILE} {}", "long ".repeat(200)), "x".repeat(5000), String::new()];
    for figure in all(&names, &[0.1, 0.5, 0.9, 0.2]) {
        check(&figure);
        assert!(!figure.svg().contains("<script"));
        check_margins(&figure);
    }
}

#[test]
fn a_gap_divides_a_curve() {
    let curve = |y: [f64; 5]| {
        let series = Series {
            name: "random".into(),
            x: vec![0.0, 1.0, 2.0, 3.0, 4.0],
            y: y.to_vec(),
            ..Series::default()
        };
        let panels = vec![Panel { series: vec![series], ..Panel::default() }];
        let svg = learning_curves(&LearningCurves { panels, ..LearningCurves::default() }).svg();
        let line = |line: &&str| line.contains("#80868e") && line.contains("clip-path");
        svg.lines().filter(line).map(|line| line.matches('M').count()).sum::<usize>()
    };
    assert_eq!(curve([1.0, 2.0, 1.0, 2.0, 1.0]), 1);
    assert_eq!(curve([1.0, 2.0, f64::NAN, 2.0, 1.0]), 2);
    // A point alone is a dot.
    assert_eq!(curve([1.0, f64::NAN, 1.0, f64::NAN, 1.0]), 3);
}

#[test]
fn a_strategy_has_one_colour_in_all_figures() {
    let figure = |names: &[&str]| {
        let series = names.iter().map(|name| Series {
            name: (*name).into(),
            x: vec![0.0, 1.0],
            y: vec![0.0, 1.0],
            ..Series::default()
        });
        let panels = vec![Panel { series: series.collect(), ..Panel::default() }];
        learning_curves(&LearningCurves { panels, ..LearningCurves::default() }).svg()
    };
    assert!(figure(&["uncertainty"]).contains("#0072b2"));
    assert!(figure(&["mine", "yours", "uncertainty", "random"]).contains("#0072b2"));
    assert!(!figure(&["random"]).contains("#0072b2"));
}

#[test]
fn fluxes_have_humane_units_and_days_no_offset() {
    let panel = |scale: f64| {
        let band = BandSeries {
            band: "r".into(),
            mjd: vec![56171.0, 56250.0, 56352.0],
            flux: vec![0.0, 8.0 * scale, scale],
            flux_err: vec![scale; 3],
            ..BandSeries::default()
        };
        let panels = vec![LightCurvePanel { title: "a".into(), bands: vec![band] }];
        light_curves(&LightCurvePanels { title: String::new(), panels }).svg()
    };
    assert!(panel(100.0).contains("flux (nJy)") && panel(1e5).contains("flux (µJy)"));
    assert!(panel(100.0).contains(">56200<") && panel(100.0).contains("no fit"));
}

#[test]
fn rows_of_a_confusion_matrix_sum_to_one_hundred() {
    let data = Confusion {
        title: "c".into(),
        classes: vec!["Ia".into(), "II".into()],
        counts: vec![vec![750.0, 250.0], vec![1.0, 3.0]],
    };
    let svg = confusion(&data).svg();
    for text in [">75<", ">25<", ">750<", ">n = 1,000<", ">n = 4<"] {
        assert!(svg.contains(text), "{text}");
    }
}

/// Bars of 20 minutes one after the other from 01:00 UTC, each with three minutes of overhead.
fn a_night(count: u32, minutes: f64) -> TelescopeNight {
    let bar = |index: u32| {
        let start = 56250.0 + (60.0 + minutes * f64::from(index)) / 1440.0;
        NightBar {
            label: (index + 1).to_string(),
            name: format!("SN {}", 1000 + index),
            group: ["Ia", "II"][index as usize % 2].into(),
            start,
            end: start + minutes / 1440.0,
            overhead: 3.0 / 1440.0,
            window: (56250.0, 56250.35),
        }
    };
    TelescopeNight {
        name: "4 m".into(),
        dark: (56250.02, 56250.36),
        sun_down: (56249.98, 56250.4),
        moon_up: vec![(56250.2, 56250.5)],
        bars: (0..count).map(bar).collect(),
    }
}

fn timeline(telescopes: Vec<TelescopeNight>) -> Figure {
    night_timeline(&NightTimeline { title: "Tonight".into(), telescopes, ..NightTimeline::default() })
}

#[test]
fn a_night_says_when_and_what() {
    let idle = TelescopeNight { name: "8 m".into(), dark: (56250.1, 56250.4), ..TelescopeNight::default() };
    let svg = timeline(vec![a_night(5, 20.0), idle]).svg();
    for text in [
        ">1<",
        ">SN 1004<",
        ">Ia<",
        ">II<",
        ">02:00<",
        ">moon up<",
        ">overhead<",
        ">nothing planned<",
        ">UTC from 2012-11-18 to 2012-11-19<",
        ">5 targets, 1.7 h planned, 8.2 h dark<",
        "8 m (7.2 h dark): nothing planned.",
        "1 SN 1000 (Ia) 01:00 to 01:20",
    ] {
        assert!(svg.contains(text), "{text}\n{svg}");
    }
    assert!(!svg.contains("MJD"));
}

#[test]
fn labels_of_many_bars_thin_out_and_none_of_few_do() {
    let labels = |count: u32, minutes: f64| {
        let svg = timeline(vec![a_night(count, minutes)]).svg();
        (1..=count).filter(|label| svg.contains(&format!(">{label}<"))).count()
    };
    assert_eq!(labels(12, 30.0), 12);
    assert_eq!(labels(30, 14.0), 30);
    let many = labels(120, 4.0);
    assert!((20..100).contains(&many), "{many}");
}

#[test]
fn bars_at_the_same_time_do_not_cover_each_other() {
    let rows = |bars: Vec<NightBar>| {
        let svg = timeline(vec![TelescopeNight { bars, ..a_night(0, 20.0) }]).svg();
        // Each bar lies on paper, which the ground and the legend do not.
        let paper = svg.lines().filter(|line| line.contains("f-paper") && line.contains("<path"));
        let top = |line: &str| {
            line.split_once(" d=\"M").and_then(|(_, path)| path.split(['H', ' ']).nth(1)).map(str::to_owned)
        };
        paper.filter_map(top).collect::<std::collections::BTreeSet<_>>().len()
    };
    let bar = a_night(1, 20.0).bars.remove(0);
    let one = rows(vec![bar.clone()]);
    assert_eq!(rows(vec![bar.clone(); 4]), one + 3);
    let later = NightBar { start: bar.end, end: bar.end + 0.01, ..bar.clone() };
    assert_eq!(rows(vec![later, bar]), one);
}

#[test]
fn what_has_no_time_is_left_out() {
    let mut night = a_night(3, 30.0);
    night.bars[1].start = f64::NAN;
    let svg = timeline(vec![night]).svg();
    assert!(svg.contains(">1<") && !svg.contains(">2<") && svg.contains(">3<"));
    assert!(timeline(vec![TelescopeNight::default()]).svg().contains("no data"));
}

fn posterior() -> Contours {
    let line = |from: f64, to: f64| (0..80).map(move |at| from + (to - from) * f64::from(at) / 79.0);
    let (x, y): (Vec<f64>, Vec<f64>) = (line(0.0, 1.0).collect(), line(-3.0, 0.0).collect());
    let density = |x: f64, y: f64| (-0.5 * (((x - 0.3) / 0.05).powi(2) + ((y + 1.0) / 0.2).powi(2))).exp();
    let set = ContourSet {
        name: "all".into(),
        density: y.iter().flat_map(|y| x.iter().map(move |x| density(*x, *y))).collect(),
        best: Some((0.3, -1.0)),
        ..ContourSet::default()
    };
    Contours {
        x_label: "Ωm".into(),
        y_label: "w".into(),
        sets: vec![set],
        x_lines: vec![("Ωm = 0.3".into(), 0.3), ("far".into(), 0.9)],
        y_lines: vec![("w = −1".into(), -1.0)],
        x,
        y,
        ..Contours::default()
    }
}

#[test]
fn contours_show_what_is_inside_and_little_else() {
    let svg = contours(&posterior()).svg();
    for text in [">68.3 %<", ">95.4 %<", ">Ωm = 0.3<", ">w = −1<", ">0.40<", ">−1.0<"] {
        assert!(svg.contains(text), "{text}\n{svg}");
    }
    // The axes end where the contours do, and so do the lines to compare with.
    assert!(!svg.contains(">far<") && !svg.contains(">0.8<") && !svg.contains(">−3.0<"));
    assert!(svg.contains("68.3 % within 0.22"), "{svg}");
}

#[test]
fn sets_differ_without_colour_and_marginals_have_gaps() {
    let mut data = posterior();
    data.sets.push(ContourSet { name: "other".into(), ..data.sets[0].clone() });
    assert!(contours(&data).svg().contains("stroke-dasharray=\"6 3.5\""));
    let strokes = |data: &Contours| contours(data).svg().matches("stroke-width=\"1.6\"").count();
    assert_eq!(strokes(&data), 0);
    data.sets[0].x_marginal = data.x.iter().map(|x| (-(x - 0.3).powi(2) / 0.005).exp()).collect();
    let line = |data: &Contours| {
        let svg = contours(data).svg();
        let line = svg
            .lines()
            .find(|line| line.contains("stroke-width=\"1.6\""))
            .map(|line| line.matches('M').count());
        line.unwrap_or(0)
    };
    assert_eq!(line(&data), 1);
    data.sets[0].x_marginal[24] = f64::NAN;
    assert_eq!(line(&data), 2);
    data.sets.iter_mut().for_each(|set| set.density.clear());
    assert!(contours(&data).svg().contains("no data"));
}

#[test]
fn a_card_marks_tonight() {
    let band = BandSeries {
        band: "r".into(),
        mjd: vec![56200.0, 56240.0],
        flux: vec![1.0, 2.0],
        ..BandSeries::default()
    };
    let panel = LightCurvePanel { title: "SN 1".into(), bands: vec![band] };
    let figure = light_curve_card(&panel, Some(56250.0));
    assert!(figure.svg().contains(">tonight<") && figure.size().0 < 400.0);
    assert!(!light_curve_card(&panel, None).svg().contains(">tonight<"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn any_data_can_be_shown(
        names in prop::collection::vec(any::<String>(), 0..7),
        numbers in prop::collection::vec(prop_oneof![any::<f64>(), -1.0..2.0, 0.0..1e6, Just(f64::NAN), Just(f64::MAX)], 0..12),
    ) {
        for (figure, again) in all(&names, &numbers).iter().zip(all(&names, &numbers)) {
            check(figure);
            prop_assert_eq!(figure.svg(), again.svg());
        }
    }

    #[test]
    fn any_data_can_be_painted(numbers in prop::collection::vec(prop_oneof![any::<f64>(), -1.0..2.0, -1e-12..1e-12, 0.0..1e6], 0..5)) {
        for figure in all(&["a".to_owned(), "b".to_owned()], &numbers) {
            check_margins(&figure);
        }
    }
}
