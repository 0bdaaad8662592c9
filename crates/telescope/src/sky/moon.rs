//! The Moon's place and phase.

use super::{Place, angle, centuries, from_ecliptic, sun::sun_vector, unit};

/// Multiples of elongation, Sun's anomaly, Moon's anomaly and argument of latitude, with the sine's coefficient in the
/// longitude, 1e-6 degrees, and the cosine's in the distance, m: the largest terms of Meeus 1998, table 47.A (from the
/// lunar theory ELP 2000-82).
const LONGITUDE: [([i8; 4], f64, f64); 24] = [
    ([0, 0, 1, 0], 6_288_774.0, -20_905_355.0),
    ([2, 0, -1, 0], 1_274_027.0, -3_699_111.0),
    ([2, 0, 0, 0], 658_314.0, -2_955_968.0),
    ([0, 0, 2, 0], 213_618.0, -569_925.0),
    ([0, 1, 0, 0], -185_116.0, 48_888.0),
    ([0, 0, 0, 2], -114_332.0, -3_149.0),
    ([2, 0, -2, 0], 58_793.0, 246_158.0),
    ([2, -1, -1, 0], 57_066.0, -152_138.0),
    ([2, 0, 1, 0], 53_322.0, -170_733.0),
    ([2, -1, 0, 0], 45_758.0, -204_586.0),
    ([0, 1, -1, 0], -40_923.0, -129_620.0),
    ([1, 0, 0, 0], -34_720.0, 108_743.0),
    ([0, 1, 1, 0], -30_383.0, 104_755.0),
    ([2, 0, 0, -2], 15_327.0, 10_321.0),
    ([0, 0, 1, 2], -12_528.0, 0.0),
    ([0, 0, 1, -2], 10_980.0, 79_661.0),
    ([4, 0, -1, 0], 10_675.0, -34_782.0),
    ([0, 0, 3, 0], 10_034.0, -23_210.0),
    ([4, 0, -2, 0], 8_548.0, -21_636.0),
    ([2, 1, -1, 0], -7_888.0, 24_208.0),
    ([2, 1, 0, 0], -6_766.0, 30_824.0),
    ([1, 0, -1, 0], -5_163.0, -8_379.0),
    ([1, 1, 0, 0], 4_987.0, -16_675.0),
    ([2, -1, 1, 0], 4_036.0, -12_831.0),
];

/// As [`LONGITUDE`], for the latitude, 1e-6 degrees: the largest terms of table 47.B.
const LATITUDE: [([i8; 4], f64); 14] = [
    ([0, 0, 0, 1], 5_128_122.0),
    ([0, 0, 1, 1], 280_602.0),
    ([0, 0, 1, -1], 277_693.0),
    ([2, 0, 0, -1], 173_237.0),
    ([2, 0, -1, 1], 55_413.0),
    ([2, 0, -1, -1], 46_271.0),
    ([2, 0, 0, 1], 32_573.0),
    ([0, 0, 2, 1], 17_198.0),
    ([2, 0, 1, -1], 9_266.0),
    ([0, 0, 2, -1], 8_822.0),
    ([2, -1, 0, -1], 8_216.0),
    ([2, 0, -2, -1], 4_324.0),
    ([2, 0, 1, 1], 4_200.0),
    ([2, 1, 0, -1], -3_359.0),
];

/// The Moon as seen from the centre of the Earth at modified Julian day `mjd` (UTC), for the mean equinox of date: the 38
/// largest periodic terms of Meeus 1998, chapter 47. Good to 0.03°. From elsewhere on Earth it stands up to 1° away.
pub fn moon(mjd: f64) -> Place {
    Place::of(moon_vector(mjd))
}

/// As [`moon`], as a vector, km.
pub(crate) fn moon_vector(mjd: f64) -> [f64; 3] {
    let t = centuries(mjd);
    let mean_longitude = 218.316_447_7 + (481_267.881_234_21 - 0.001_578_6 * t) * t;
    let arguments = [
        297.850_192_1 + (445_267.111_403_4 - 0.001_881_9 * t) * t,
        357.529_109_2 + (35_999.050_290_9 - 0.000_153_6 * t) * t,
        134.963_396_4 + (477_198.867_505_5 + 0.008_741_4 * t) * t,
        93.272_095_0 + (483_202.017_523_3 - 0.003_653_9 * t) * t,
    ]
    .map(f64::to_radians);
    // The Earth's orbit grows rounder, and with it every term in the Sun's anomaly smaller.
    let eccentricity = 1.0 - (0.002_516 + 0.000_007_4 * t) * t;
    let term = |multiples: [i8; 4]| {
        let argument: f64 = multiples.iter().zip(arguments).map(|(&n, part)| f64::from(n) * part).sum();
        let factor = if multiples[1] == 0 { 1.0 } else { eccentricity };
        (factor, argument)
    };
    let (mut longitude, mut latitude, mut distance) = (0.0, 0.0, 385_000_560.0);
    for (multiples, in_longitude, in_distance) in LONGITUDE {
        let (factor, argument) = term(multiples);
        let (sin, cos) = argument.sin_cos();
        longitude += factor * in_longitude * sin;
        distance += factor * in_distance * cos;
    }
    for (multiples, coefficient) in LATITUDE {
        let (factor, argument) = term(multiples);
        latitude += factor * coefficient * argument.sin();
    }
    from_ecliptic(mean_longitude + longitude / 1e6, latitude / 1e6, distance / 1e3, t)
}

/// The part of the Moon's disc that is lit at modified Julian day `mjd`, in [0, 1] (Meeus 1998, equations 48.1 and 48.3).
pub fn illumination(mjd: f64) -> f64 {
    (1.0 + phase_angle_of(moon_vector(mjd), mjd).cos()) / 2.0
}

/// The angle at the Moon between Sun and Earth, radians: 0 at full moon, π at new moon.
pub(crate) fn phase_angle_of(moon: [f64; 3], mjd: f64) -> f64 {
    let sun = sun_vector(mjd);
    let to_sun = [sun[0] - moon[0], sun[1] - moon[1], sun[2] - moon[2]];
    angle(unit(to_sun), unit(moon.map(|part| -part)))
}
