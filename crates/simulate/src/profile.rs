//! What distinguishes the classes: rates, luminosities, light curves, temperatures.
//!
//! Sources. Local core-collapse rate: Li et al. (2011); shares of its classes: the same volume-limited sample with the
//! classifications of Shivvers et al. (2017). Type Ia rate: Frohmaier et al. (2019). 91bg-like and Iax rates: the
//! models of PLAsTiCC, Kessler et al. (2019). SLSN-I: Quimby et al. (2013). Tidal disruptions: Yao et al. (2023). Star
//! formation: Madau & Dickinson (2014), eq. 15. Peak magnitudes in B and their scatter: Richardson et al. (2014) for
//! ordinary classes (the scatter of type Ia apart), round numbers typical of the class for the last four. The knots of
//! light curves and temperatures, dust and line blanketing are drawn by eye after typical well-observed events and the
//! colours of the challenge's simulation: they are nobody's fit.

use crate::Class;

/// Phase (rest-frame days from the peak in B), magnitudes below the peak in B, colour temperature (K).
pub(crate) type Knot = (f64, f64, f64);

/// How a class's rate changes with redshift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Evolution {
    /// (1+z) to a power.
    Power(f64),
    /// With the density of star formation.
    StarFormation,
}

impl Evolution {
    /// The rate at redshift `z` over the local one.
    pub(crate) fn factor(self, z: f64) -> f64 {
        let star_formation = |z: f64| (1.0 + z).powf(2.7) / (1.0 + ((1.0 + z) / 2.9).powf(5.6));
        match self {
            Self::Power(power) => (1.0 + z).powf(power),
            Self::StarFormation => star_formation(z) / star_formation(0.0),
        }
    }
}

/// What is common to the events of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// Local rate, events a year and Mpc³.
    pub rate: f64,
    /// How the rate changes with redshift.
    pub evolution: Evolution,
    /// Mean peak absolute magnitude in B, AB.
    pub magnitude: f64,
    /// Its scatter.
    pub magnitude_scatter: f64,
    /// Scatter of the logarithm of the width of the light curve.
    pub stretch_scatter: f64,
    /// Further scatter of the logarithm of the time scale of the decline.
    pub decline_scatter: f64,
    /// Scatter of the logarithm of the temperature.
    pub temperature_scatter: f64,
    /// Mean reddening E(B−V) by the host (exponential distribution).
    pub host_ebv: f64,
    /// Ultraviolet line blanketing at any temperature, magnitudes 1000 Å below its edge.
    pub blanketing: f64,
    /// Further blanketing once the gas has cooled to 6000 K.
    pub cool_blanketing: f64,
    /// Strength of the second maximum in the near infrared, 0 to 1.
    pub second_maximum: f64,
    /// The light curve.
    pub knots: &'static [Knot],
}

/// Local rate of core collapse, a year and Mpc³ (Li et al. 2011).
const CORE_COLLAPSE: f64 = 0.705e-4;
/// Share of hydrogen-rich core collapse (Shivvers et al. 2017), shared among IIP, IIL and IIn as in Li et al. (2011).
const HYDROGEN_RICH: f64 = 0.696;

impl Profile {
    /// The profile of a class.
    pub(crate) fn of(class: Class) -> Self {
        match class {
            Class::Ia => IA,
            Class::IIP => IIP,
            Class::IIL => IIL,
            Class::IIn => IIN,
            Class::IIb => IIB,
            Class::Ib => IB,
            Class::Ic => IC,
            Class::Ia91bg => IA_91BG,
            Class::Iax => IAX,
            Class::SlsnI => SLSN_I,
            Class::Tde => TDE,
        }
    }
}

const IA: Profile = Profile {
    rate: 2.27e-5,
    evolution: Evolution::Power(1.70),
    magnitude: -19.25,
    // What is left after stretch and colour: the intrinsic scatter of a Tripp relation.
    magnitude_scatter: 0.12,
    stretch_scatter: 0.0,
    decline_scatter: 0.04,
    temperature_scatter: 0.03,
    host_ebv: 0.0,
    blanketing: 1.5,
    cool_blanketing: 0.5,
    second_maximum: 1.0,
    knots: &[
        (-18.0, 6.0, 9000.0),
        (-15.0, 2.9, 9700.0),
        (-12.0, 1.35, 10500.0),
        (-10.0, 0.80, 11000.0),
        (-7.0, 0.33, 11500.0),
        (-5.0, 0.15, 11500.0),
        (-3.0, 0.05, 11200.0),
        (0.0, 0.0, 10600.0),
        (3.0, 0.06, 9900.0),
        (5.0, 0.17, 9300.0),
        (8.0, 0.42, 8300.0),
        (10.0, 0.62, 7600.0),
        (15.0, 1.13, 6200.0),
        (20.0, 1.70, 5100.0),
        (25.0, 2.20, 4500.0),
        (30.0, 2.60, 4200.0),
        (35.0, 2.85, 4250.0),
        (40.0, 3.00, 4500.0),
        (50.0, 3.18, 4900.0),
        (60.0, 3.35, 5300.0),
        (80.0, 3.67, 6000.0),
        (100.0, 4.00, 6500.0),
    ],
};

const IIP: Profile = Profile {
    rate: CORE_COLLAPSE * HYDROGEN_RICH * 0.791,
    evolution: Evolution::StarFormation,
    magnitude: -16.75,
    magnitude_scatter: 0.98,
    stretch_scatter: 0.12,
    decline_scatter: 0.15,
    temperature_scatter: 0.14,
    host_ebv: 0.12,
    blanketing: 0.1,
    cool_blanketing: 1.6,
    second_maximum: 0.0,
    knots: &[
        (-9.0, 5.0, 24000.0),
        (-7.0, 2.2, 21000.0),
        (-5.0, 1.0, 18500.0),
        (-3.0, 0.32, 16000.0),
        (0.0, 0.0, 13500.0),
        (5.0, 0.07, 11500.0),
        (10.0, 0.25, 10000.0),
        (20.0, 0.75, 7600.0),
        (30.0, 1.20, 6500.0),
        (40.0, 1.50, 5800.0),
        (60.0, 1.90, 5100.0),
        (80.0, 2.25, 4800.0),
        (95.0, 2.65, 4600.0),
        (105.0, 3.40, 4550.0),
        (115.0, 4.30, 4500.0),
        (130.0, 4.75, 4500.0),
        (200.0, 5.50, 4500.0),
    ],
};

const IIL: Profile = Profile {
    rate: CORE_COLLAPSE * HYDROGEN_RICH * 0.110,
    evolution: Evolution::StarFormation,
    magnitude: -17.98,
    magnitude_scatter: 0.86,
    stretch_scatter: 0.12,
    decline_scatter: 0.15,
    temperature_scatter: 0.14,
    host_ebv: 0.12,
    blanketing: 0.1,
    cool_blanketing: 1.4,
    second_maximum: 0.0,
    knots: &[
        (-12.0, 5.0, 22000.0),
        (-8.0, 1.8, 18500.0),
        (-5.0, 0.65, 16000.0),
        (-2.0, 0.10, 14000.0),
        (0.0, 0.0, 13000.0),
        (5.0, 0.10, 11200.0),
        (10.0, 0.35, 9800.0),
        (20.0, 1.05, 7800.0),
        (30.0, 1.75, 6700.0),
        (40.0, 2.40, 6000.0),
        (60.0, 3.30, 5500.0),
        (80.0, 3.95, 5300.0),
        (100.0, 4.60, 5200.0),
        (150.0, 5.60, 5200.0),
    ],
};

const IIN: Profile = Profile {
    rate: CORE_COLLAPSE * HYDROGEN_RICH * 0.099,
    evolution: Evolution::StarFormation,
    magnitude: -18.53,
    magnitude_scatter: 1.36,
    stretch_scatter: 0.20,
    decline_scatter: 0.35,
    temperature_scatter: 0.16,
    host_ebv: 0.12,
    blanketing: 0.0,
    cool_blanketing: 0.5,
    second_maximum: 0.0,
    knots: &[
        (-30.0, 5.0, 16000.0),
        (-24.0, 2.6, 15500.0),
        (-18.0, 1.2, 14500.0),
        (-12.0, 0.5, 13500.0),
        (-6.0, 0.12, 12500.0),
        (0.0, 0.0, 11500.0),
        (10.0, 0.15, 10200.0),
        (20.0, 0.42, 9200.0),
        (40.0, 1.05, 7800.0),
        (60.0, 1.65, 7000.0),
        (80.0, 2.20, 6600.0),
        (120.0, 3.00, 6300.0),
        (200.0, 4.40, 6200.0),
    ],
};

const IIB: Profile = Profile {
    rate: CORE_COLLAPSE * 0.100,
    evolution: Evolution::StarFormation,
    magnitude: -16.99,
    magnitude_scatter: 0.92,
    stretch_scatter: 0.12,
    decline_scatter: 0.10,
    temperature_scatter: 0.14,
    host_ebv: 0.15,
    blanketing: 0.8,
    cool_blanketing: 0.8,
    second_maximum: 0.0,
    knots: STRIPPED_KNOTS,
};

const IB: Profile = Profile {
    // The stripped share, less IIb; Ib outnumber Ic by 1.7 (Shivvers et al. 2017).
    rate: CORE_COLLAPSE * 0.128,
    evolution: Evolution::StarFormation,
    magnitude: -17.45,
    magnitude_scatter: 1.12,
    stretch_scatter: 0.14,
    decline_scatter: 0.12,
    temperature_scatter: 0.14,
    host_ebv: 0.15,
    blanketing: 1.0,
    cool_blanketing: 0.7,
    second_maximum: 0.0,
    knots: STRIPPED_KNOTS,
};

const IC: Profile = Profile {
    rate: CORE_COLLAPSE * 0.076,
    evolution: Evolution::StarFormation,
    magnitude: -17.66,
    magnitude_scatter: 1.18,
    stretch_scatter: 0.18,
    decline_scatter: 0.12,
    temperature_scatter: 0.14,
    host_ebv: 0.15,
    blanketing: 1.1,
    cool_blanketing: 0.7,
    second_maximum: 0.0,
    knots: &[
        (-18.0, 5.0, 8800.0),
        (-15.0, 2.7, 8700.0),
        (-12.0, 1.45, 8500.0),
        (-9.0, 0.70, 8300.0),
        (-6.0, 0.26, 8000.0),
        (-3.0, 0.06, 7600.0),
        (0.0, 0.0, 7100.0),
        (5.0, 0.20, 6300.0),
        (10.0, 0.68, 5600.0),
        (15.0, 1.22, 5050.0),
        (20.0, 1.65, 4750.0),
        (25.0, 1.95, 4600.0),
        (30.0, 2.15, 4550.0),
        (40.0, 2.45, 4600.0),
        (60.0, 2.85, 4900.0),
        (100.0, 3.60, 5300.0),
    ],
};

/// Ib and IIb.
const STRIPPED_KNOTS: &[Knot] = &[
    (-22.0, 5.0, 9800.0),
    (-18.0, 2.9, 9500.0),
    (-14.0, 1.6, 9100.0),
    (-10.0, 0.72, 8700.0),
    (-6.0, 0.22, 8200.0),
    (-3.0, 0.05, 7800.0),
    (0.0, 0.0, 7300.0),
    (5.0, 0.18, 6600.0),
    (10.0, 0.62, 5900.0),
    (15.0, 1.15, 5300.0),
    (20.0, 1.60, 4900.0),
    (25.0, 1.90, 4700.0),
    (30.0, 2.10, 4600.0),
    (40.0, 2.35, 4700.0),
    (60.0, 2.70, 5000.0),
    (100.0, 3.40, 5500.0),
];

const IA_91BG: Profile = Profile {
    rate: 3.0e-6,
    evolution: Evolution::Power(1.70),
    magnitude: -17.7,
    magnitude_scatter: 0.4,
    stretch_scatter: 0.08,
    decline_scatter: 0.06,
    temperature_scatter: 0.05,
    host_ebv: 0.05,
    blanketing: 2.0,
    cool_blanketing: 0.5,
    second_maximum: 0.0,
    knots: &[
        (-14.0, 5.0, 8600.0),
        (-11.0, 2.2, 8500.0),
        (-8.0, 0.95, 8300.0),
        (-5.0, 0.35, 7900.0),
        (-2.0, 0.05, 7400.0),
        (0.0, 0.0, 7000.0),
        (3.0, 0.15, 6300.0),
        (6.0, 0.50, 5700.0),
        (10.0, 1.10, 5000.0),
        (15.0, 1.90, 4300.0),
        (20.0, 2.40, 4200.0),
        (30.0, 2.85, 4350.0),
        (50.0, 3.40, 4900.0),
        (100.0, 4.80, 5500.0),
    ],
};

const IAX: Profile = Profile {
    rate: 6.0e-6,
    evolution: Evolution::StarFormation,
    magnitude: -16.9,
    magnitude_scatter: 0.9,
    stretch_scatter: 0.12,
    decline_scatter: 0.10,
    temperature_scatter: 0.06,
    host_ebv: 0.12,
    blanketing: 1.5,
    cool_blanketing: 0.5,
    second_maximum: 0.0,
    knots: &[
        (-14.0, 5.0, 12500.0),
        (-10.0, 1.7, 11800.0),
        (-6.0, 0.50, 10800.0),
        (-3.0, 0.12, 9900.0),
        (0.0, 0.0, 8900.0),
        (5.0, 0.40, 7300.0),
        (10.0, 1.15, 6100.0),
        (15.0, 1.90, 5200.0),
        (20.0, 2.40, 4800.0),
        (30.0, 3.00, 4600.0),
        (60.0, 3.90, 4900.0),
        (100.0, 4.80, 5200.0),
    ],
};

const SLSN_I: Profile = Profile {
    rate: 3.2e-8,
    evolution: Evolution::StarFormation,
    magnitude: -21.5,
    magnitude_scatter: 0.6,
    stretch_scatter: 0.25,
    decline_scatter: 0.20,
    temperature_scatter: 0.12,
    host_ebv: 0.08,
    blanketing: 0.3,
    cool_blanketing: 0.6,
    second_maximum: 0.0,
    knots: &[
        (-50.0, 4.5, 18000.0),
        (-40.0, 2.2, 17500.0),
        (-30.0, 1.1, 16500.0),
        (-20.0, 0.45, 15500.0),
        (-10.0, 0.10, 14500.0),
        (0.0, 0.0, 13000.0),
        (10.0, 0.12, 11300.0),
        (20.0, 0.40, 10000.0),
        (30.0, 0.75, 9000.0),
        (50.0, 1.60, 7500.0),
        (70.0, 2.50, 6800.0),
        (100.0, 3.60, 6500.0),
        (150.0, 4.60, 6500.0),
    ],
};

const TDE: Profile = Profile {
    rate: 3.1e-7,
    evolution: Evolution::Power(0.0),
    magnitude: -18.3,
    magnitude_scatter: 1.0,
    stretch_scatter: 0.20,
    decline_scatter: 0.25,
    temperature_scatter: 0.15,
    host_ebv: 0.08,
    blanketing: 0.0,
    cool_blanketing: 0.0,
    second_maximum: 0.0,
    knots: &[
        (-40.0, 4.0, 20000.0),
        (-30.0, 1.9, 20000.0),
        (-20.0, 0.75, 20000.0),
        (-10.0, 0.18, 20000.0),
        (0.0, 0.0, 20000.0),
        (10.0, 0.12, 20000.0),
        (20.0, 0.35, 20000.0),
        (40.0, 0.90, 20500.0),
        (60.0, 1.40, 21000.0),
        (100.0, 2.20, 22000.0),
        (200.0, 3.60, 23000.0),
    ],
};
