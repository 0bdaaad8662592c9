//! What the host galaxy says of the distance.

use crate::Feature;

/// The host's photometric redshift and its error.
pub(crate) const FEATURE: Feature = Feature {
    name: "photoz",
    summary: "photometric redshift of the host galaxy and its error, where given",
    doc: "\
**photoz**: the photometric redshift of the host galaxy, as the survey gives it, for all objects alike. The best redshift
of an object is no feature: where it comes from a spectrum it tells which objects have one.

| column | unit | meaning |
|---|---|---|
| `photoz` | – | redshift |
| `photoz_err` | – | its error |

Minimum data: none.
Reference: the survey's own.
",
    cost: "1 µs",
    min_points: 0,
    columns: |_| vec!["photoz".to_owned(), "photoz_err".to_owned()],
    compute: |described, values| {
        let object = described.object();
        values.extend([object.host_photoz, object.host_photoz_err].map(|value| value.unwrap_or(f64::NAN)));
    },
    errors: None,
};
