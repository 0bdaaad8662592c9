//! The classes of transients that are simulated.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A class of transient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Normal thermonuclear supernovae, the standardisable candles.
    Ia,
    /// Hydrogen-rich core collapse with a plateau.
    IIP,
    /// Hydrogen-rich core collapse with a linear decline.
    IIL,
    /// Core collapse inside dense circumstellar matter: slow and blue.
    IIn,
    /// Core collapse with little hydrogen left.
    IIb,
    /// Core collapse without hydrogen.
    Ib,
    /// Core collapse without hydrogen and helium.
    Ic,
    /// Faint, fast and red thermonuclear supernovae.
    #[serde(rename = "Ia-91bg")]
    Ia91bg,
    /// Faint thermonuclear supernovae of low velocity.
    Iax,
    /// Superluminous supernovae without hydrogen.
    #[serde(rename = "SLSN-I")]
    SlsnI,
    /// Tidal disruptions of stars: hot and blue for months.
    #[serde(rename = "TDE")]
    Tde,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 11] = [
        Self::Ia,
        Self::IIP,
        Self::IIL,
        Self::IIn,
        Self::IIb,
        Self::Ib,
        Self::Ic,
        Self::Ia91bg,
        Self::Iax,
        Self::SlsnI,
        Self::Tde,
    ];

    /// The name used in tables, such as `Ia` or `SLSN-I`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ia => "Ia",
            Self::IIP => "IIP",
            Self::IIL => "IIL",
            Self::IIn => "IIn",
            Self::IIb => "IIb",
            Self::Ib => "Ib",
            Self::Ic => "Ic",
            Self::Ia91bg => "Ia-91bg",
            Self::Iax => "Iax",
            Self::SlsnI => "SLSN-I",
            Self::Tde => "TDE",
        }
    }

    /// The class of that name, if it is simulated.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Whether the class is a core collapse of ordinary luminosity.
    pub fn is_core_collapse(self) -> bool {
        matches!(self, Self::IIP | Self::IIL | Self::IIn | Self::IIb | Self::Ib | Self::Ic)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for class in Class::ALL {
            assert_eq!(Class::parse(class.as_str()), Some(class));
        }
        assert_eq!(Class::parse("Ia "), None);
    }
}
