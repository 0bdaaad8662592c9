//! The report is one file that asks nothing of the network.

use hesper_report::*;

fn report() -> Report {
    let figure = class_distribution(&ClassDistribution {
        title: "Shares <b>".into(),
        classes: vec!["Ia".into(), "II".into()],
        groups: vec![ClassGroup { name: "all & sundry".into(), counts: vec![3.0, 5.0] }],
    });
    let curves = learning_curves(&LearningCurves {
        title: "Curves".into(),
        panels: vec![Panel {
            series: vec![Series {
                name: "random".into(),
                x: vec![0.0, 1.0],
                y: vec![0.0, 1.0],
                ..Series::default()
            }],
            ..Panel::default()
        }],
        ..LearningCurves::default()
    });
    Report::new("A <title> & more", "sub")
        .summary("Short: **good**, `x < y`.")
        .cards([Card::new("FoM", "0.343", "")])
        .section("One", "Text.")
        .figure(&figure, "A caption with <i>.")
        .section("Two", "")
        .figure(&curves, "")
        .figure(&curves, "The same again.")
        .section("Three", "- a\n- b")
        .table(["Name", "Value"], [["a <script>alert(1)</script>", "1.5"], ["b", "–"]])
        .details("More", "Prose.")
        .manifest(&RunManifest::start("0.1.0", ["hesper", "`odd`", "<arg>"]).finish())
        .footer("The end.")
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    let html = report().html();
    for word in ["http:", "https:", "//", "<script", "src=", "@import", "url(http", "<link", "onload"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'") && html.starts_with("<!DOCTYPE html>"));
}

#[test]
fn names_inside_the_page_are_unique_and_links_lead_somewhere() {
    let html = report().html();
    let values = |attribute: &str| {
        html.split(attribute)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let names = values(" id=\"");
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let links = values("href=\"#");
    assert_eq!(links.len(), 3);
    let labels = values("aria-labelledby=\"");
    assert_eq!(labels.len(), 3);
    let labels = labels.iter().flat_map(|label| label.split(' ')).map(str::to_owned);
    for link in links.into_iter().chain(labels) {
        assert!(names.contains(&link), "{link}");
    }
}

#[test]
fn text_is_escaped_and_numbers_stand_right() {
    let html = report().html();
    assert!(html.contains("a &lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("<td class=\"n\">1.5</td>") && html.contains("<td>b</td>"));
    assert!(html.contains("<strong>good</strong>") && html.contains("<code>x &lt; y</code>"));
    assert!(html.contains("<li>b</li>"));
}

#[test]
fn the_same_report_has_the_same_bytes_and_is_written_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out/report.html");
    let report = report();
    report.write(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report.html());
    let error = report.write(directory.path()).unwrap_err().to_string();
    assert!(error.contains("is a directory"), "{error}");
}

#[test]
fn cards_of_targets_are_found_by_links() {
    let target = |id: &str| Target {
        id: id.into(),
        heading: format!("1 · {id}"),
        lines: vec![("start".into(), "01:24 UTC".into()), ("P(Ia)".into(), "**0.5** <b>".into())],
        note: "Likely & near.".into(),
        figure: Some(light_curve_card(
            &LightCurvePanel { title: id.into(), bands: Vec::new() },
            Some(56250.0),
        )),
    };
    let link = target_link("7", "SN 1");
    let html = Report::new("Tonight", "")
        .captioned_table("Plan", ["rank", "object"], [[link.as_str(), "SN 1"], ["8", "SN 2"]])
        .targets([target("SN 1"), target("SN \"2\"")])
        .targets([target("SN 1")])
        .targets([])
        .html();
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    assert!(ids.contains(&"target-SN_20_1"));
    assert!(html.contains("<td class=\"n\"><a href=\"#target-SN_20_1\">7</a></td>"), "{html}");
    assert_eq!(html.matches("<article").count(), 3);
    assert!(html.contains("<dd><strong>0.5</strong> &lt;b&gt;</dd>") && html.contains("Likely &amp; near."));
}
