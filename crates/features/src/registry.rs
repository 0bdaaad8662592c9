//! All features and the sets they form.

use crate::{
    Error, Feature, bazin, bump, colour, coverage, decline, delay, gaussian_process, joint, luminosity, peak,
    periodogram, photoz, shape, statistics, villar, width,
};

/// The features of the set `default`: results are compared over years, so it stays what it is.
pub const DEFAULT: [&Feature; 10] = [
    &bazin::FEATURE,
    &peak::FEATURE,
    &colour::FEATURE,
    &width::FEATURE,
    &decline::FEATURE,
    &delay::FEATURE,
    &shape::FEATURE,
    &luminosity::FEATURE,
    &photoz::FEATURE,
    &coverage::FEATURE,
];

/// Other shapes than Bazin's.
const SHAPES: [&Feature; 4] = [&joint::FEATURE, &bump::FEATURE, &villar::FEATURE, &gaussian_process::FEATURE];

const STATISTICS: [&Feature; 13] = joined(&[&statistics::MALANCHEV, &statistics::OTHERS]);

/// All features, in the order of their columns: those of [`DEFAULT`] first, then other shapes, then those that assume no
/// shape, then the periodogram.
pub const FEATURES: [&Feature; 28] = joined(&[&DEFAULT, &SHAPES, &STATISTICS, &[&periodogram::FEATURE]]);

/// The features of all `parts`, one after the other; a constant must be told how many there are.
const fn joined<const N: usize>(parts: &[&[&'static Feature]]) -> [&'static Feature; N] {
    let mut all = [parts[0][0]; N];
    let (mut part, mut place) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            all[place] = parts[part][index];
            place += 1;
            index += 1;
        }
        part += 1;
    }
    assert!(place == N, "the number of features is not the sum of the parts");
    all
}

/// A named choice of features.
#[derive(Debug)]
pub struct FeatureSet {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The features, in the order of their columns.
    pub features: &'static [&'static Feature],
}

/// The sets. A single feature is a set of its own, too.
pub const SETS: [FeatureSet; 4] = [
    FeatureSet {
        name: "default",
        summary: "what tells supernovae apart: Bazin fits, colours, widths, luminosity, redshift",
        features: &DEFAULT,
    },
    FeatureSet {
        name: "malanchev",
        summary: "the 13 numbers a band that RESSPECT takes from light-curve; they assume no shape",
        features: &statistics::MALANCHEV,
    },
    FeatureSet {
        name: "statistics",
        summary: "all numbers of each band that assume no shape: malanchev, moments, percentiles, order in time",
        features: &STATISTICS,
    },
    FeatureSet { name: "all", summary: "all features", features: &FEATURES },
];

/// The features of sets and features named, without repetition, in the order named.
///
/// # Errors
/// [`Error::Unknown`] for a name that is neither, with the nearest that is.
pub fn select<S: AsRef<str>>(names: &[S]) -> Result<Vec<&'static Feature>, Error> {
    let mut chosen: Vec<&'static Feature> = Vec::new();
    for name in names {
        let name = name.as_ref().trim();
        let set = SETS.iter().find(|set| set.name == name).map(|set| set.features.to_vec());
        let single =
            || FEATURES.into_iter().find(|feature| feature.name == name).map(|feature| vec![feature]);
        for feature in set.or_else(single).ok_or_else(|| unknown(name))? {
            if !chosen.iter().any(|known| known.name == feature.name) {
                chosen.push(feature);
            }
        }
    }
    Ok(chosen)
}

fn unknown(name: &str) -> Error {
    let known: Vec<&str> =
        SETS.iter().map(|set| set.name).chain(FEATURES.iter().map(|feature| feature.name)).collect();
    let nearest = hesper_photometry::nearest(name, known.iter().copied()).map(str::to_owned);
    Error::Unknown { name: name.to_owned(), known: known.join(", "), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_features_are_chosen_by_name() {
        assert_eq!(select(&["bazin"]).unwrap().len(), 1);
        assert_eq!(select(&["default", "bazin"]).unwrap().len(), DEFAULT.len());
        assert_eq!(select(&["all", "default"]).unwrap().len(), FEATURES.len());
        let message = select(&["bazim"]).unwrap_err().to_string();
        assert!(message.contains("did you mean \"bazin\"?"), "{message}");
    }

    #[test]
    fn each_feature_tells_its_columns_minimum_and_reference() {
        let bands: Vec<_> = ["g", "r"].iter().map(|b| hesper_photometry::Band::new(b).unwrap()).collect();
        for feature in FEATURES {
            assert!(feature.doc.starts_with(&format!("**{}**", feature.name)), "{}", feature.name);
            assert!(
                feature.doc.contains("Minimum data:") && feature.doc.contains("Reference:"),
                "{}",
                feature.name
            );
            assert!(feature.cost.contains("µs"), "{}", feature.name);
            for column in (feature.columns)(&bands) {
                assert!(column.starts_with(feature.name), "{column}");
            }
        }
    }
}
