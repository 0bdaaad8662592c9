//! What a comparison of two samples found, as lines, a table, figures and a page.

use std::path::Path;

use hesper_adapt::shift::{FeatureShift, ShiftReport};
use hesper_learn::Matrix;
use hesper_report::{
    BarsWithIntervals, Card, ClassDistribution, ClassGroup, Figure, NamedInterval, PointSet,
    RedshiftMagnitude, Report, bars_with_intervals, class_distribution, redshift_magnitude,
};

use crate::Failure;
use crate::domains::Domains;
use crate::session::{csv, write_figure, write_file};

/// So many features are drawn and told; the table has them all.
const SHOWN: usize = 20;
/// So many are listed on the terminal.
const LISTED: usize = 5;

/// Features whose correlation is larger than this tell the same.
const ALIKE: f64 = 0.5;

/// Tells of a comparison.
pub(crate) struct ShiftPage<'a> {
    pub(crate) report: &'a ShiftReport,
    pub(crate) domains: &'a Domains,
    /// Source and target as they were compared.
    pub(crate) scaled: (&'a Matrix, &'a Matrix),
    pub(crate) subtitle: String,
}

impl ShiftPage<'_> {
    fn name(&self, shift: &FeatureShift) -> &str {
        &self.domains.source.names[shift.feature]
    }

    /// What it tells a person on the terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let report = self.report;
        let mut lines = vec![
            format!(
                "{} objects of the source, {} of the target, {} features",
                report.objects[0],
                report.objects[1],
                report.features.len()
            ),
            report.verdict.clone(),
        ];
        if let Some(prior) = &report.prior {
            for (class, name) in self.domains.classes.iter().enumerate() {
                let bbse = prior.bbse.as_ref().map(|bbse| format!(", {:.3} by BBSE", bbse[class]));
                lines.push(format!(
                    "  {name:<14} {:.3} of the source; of the target perhaps {:.3} by EM{}",
                    prior.source[class],
                    prior.em[class],
                    bbse.unwrap_or_default()
                ));
            }
        }
        lines.push("most different features (Kolmogorov-Smirnov):".to_owned());
        lines.extend(
            report
                .features
                .iter()
                .take(LISTED)
                .map(|shift| format!("  {:<28} {:.3}", self.name(shift), shift.ks)),
        );
        lines
    }

    /// Writes features.csv and the figures.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Failure> {
        let header = ["feature", "ks", "p_value", "standardised_difference", "wasserstein"];
        let rows = self.report.features.iter().map(|shift| {
            let values = [shift.ks, shift.p_value, shift.standardised_difference, shift.wasserstein];
            std::iter::once(self.name(shift).to_owned())
                .chain(values.map(|value| value.to_string()))
                .collect::<Vec<String>>()
        });
        let all = std::iter::once(header.map(str::to_owned).to_vec()).chain(rows);
        write_file(&out.join("features.csv"), csv(all)?)?;
        write_figure(&self.bars(), "features", out)?;
        if let Some(figure) = self.plane() {
            write_figure(&figure, "plane", out)?;
        }
        self.classes().map_or(Ok(()), |figure| write_figure(&figure, "classes", out))
    }

    /// The features by how different they are.
    fn bars(&self) -> Figure {
        let bars = self.report.features.iter().take(SHOWN).map(|shift| NamedInterval {
            name: self.name(shift).to_owned(),
            value: shift.ks,
            low: f64::NAN,
            high: f64::NAN,
        });
        bars_with_intervals(&BarsWithIntervals {
            title: "Features by how different they are".into(),
            x_label: "Kolmogorov-Smirnov distance".into(),
            bars: bars.collect(),
        })
    }

    /// Both samples in the plane of the most different feature and the next that tells something else.
    fn plane(&self) -> Option<Figure> {
        let (x, t) = (self.scaled.0, self.scaled.1);
        let first = self.report.features.first()?;
        let others = &self.report.features[1..];
        let alike =
            |shift: &&FeatureShift| correlation(&x.column(first.feature), &x.column(shift.feature)).abs();
        let second = others.iter().find(|shift| alike(shift) < ALIKE).or(others.first())?;
        let set = |name: &str, table: &Matrix| PointSet {
            name: name.to_owned(),
            x: table.column(first.feature),
            y: table.column(second.feature),
        };
        Some(redshift_magnitude(&RedshiftMagnitude {
            title: "Two of the most different features".into(),
            x_label: self.name(first).to_owned(),
            y_label: self.name(second).to_owned(),
            y_downwards: false,
            background: set("target", t),
            sets: vec![set("source", x)],
        }))
    }

    /// The classes' shares in the source, and what they may be in the target.
    fn classes(&self) -> Option<Figure> {
        let prior = self.report.prior.as_ref()?;
        let [source, target] = self.report.objects.map(|count| count as f64);
        let group = |name: &str, shares: &[f64], objects: f64| ClassGroup {
            name: name.to_owned(),
            counts: shares.iter().map(|share| (share * objects).round()).collect(),
        };
        let mut groups = vec![group("source", &prior.source, source)];
        groups.push(group("target, by EM", &prior.em, target));
        groups.extend(prior.bbse.as_ref().map(|shares| group("target, by BBSE", shares, target)));
        Some(class_distribution(&ClassDistribution {
            title: "Classes, known and estimated".into(),
            classes: self.domains.classes.clone(),
            groups,
        }))
    }

    /// The page.
    pub(crate) fn page(&self) -> Report {
        let report = self.report;
        let test = &report.two_sample;
        let cards = [
            Card::new(
                "proxy A-distance",
                format!("{:.2}", test.a_distance),
                format!("0 alike, 2 apart; p = {:.3}", test.p_value),
            ),
            Card::new(
                "ROC AUC of source against target",
                format!("{:.3}", test.auc),
                "0.5: cannot be told apart".to_owned(),
            ),
            Card::new("MMD²", format!("{:.4}", report.mmd.squared), format!("p = {:.3}", report.mmd.p_value)),
            Card::new(
                "effective size",
                format!("{:.0}", report.effective_size),
                format!("of {} objects of the source, weighted to look like the target", report.objects[0]),
            ),
        ];
        let rows = report.features.iter().take(SHOWN).map(|shift| {
            [
                self.name(shift).to_owned(),
                format!("{:.3}", shift.ks),
                format!("{:.2e}", shift.p_value),
                format!("{:+.2}", shift.standardised_difference),
                format!("{:.3}", shift.wasserstein),
            ]
        });
        let mut page = Report::new("How do the samples differ?", &self.subtitle)
            .summary(format!("**{}**", report.verdict))
            .cards(cards)
            .warnings(self.domains.warnings.clone())
            .section(
                "Features",
                "The Kolmogorov-Smirnov distance is the largest difference of the cumulative distributions; **difference** is \
                 that of the means, target less source, in standard deviations; **area** is that between the cumulative \
                 distributions of the scaled feature.",
            )
            .figure(&self.bars(), format!("The {} most different features.", SHOWN.min(report.features.len())));
        if let Some(figure) = self.plane() {
            page = page.figure(
                &figure,
                "The most different feature, and the next that does not go with it; scaled.",
            );
        }
        page = page.table(["feature", "distance", "p", "difference", "area"], rows);
        if let Some(figure) = self.classes() {
            page = page
                .section(
                    "Classes",
                    "What the target's classes may be if only their shares differ, by two estimates. Where samples differ in \
                     more than that, both are wrong.",
                )
                .figure(&figure, "No class of the target was looked at.");
        }
        page
    }
}

/// Pearson's correlation; 0 where one does not vary.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        both += (a - mean_a) * (b - mean_b);
        own += (a - mean_a) * (a - mean_a);
        other += (b - mean_b) * (b - mean_b);
    }
    if own > 0.0 && other > 0.0 { both / (own * other).sqrt() } else { 0.0 }
}
