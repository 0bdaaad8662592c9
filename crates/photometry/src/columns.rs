//! Which column of a table of photometry holds what: told by its name.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The name of the object.
    Object,
    /// Modified Julian days.
    Mjd,
    /// Julian days.
    Jd,
    /// The band's name.
    Band,
    /// ZTF's number of the band: 1, 2, 3 for g, r, i.
    BandNumber,
    /// A magnitude.
    Magnitude,
    MagnitudeError,
    /// The magnitude of an upper limit.
    Limit,
    /// A flux whose zero point another column tells.
    Flux,
    FluxError,
    ZeroPoint,
    /// `ab` or `vega`.
    System,
    /// Whether the difference of the images is positive.
    Positive,
}

/// The number of roles.
const ROLES: usize = 13;

/// The names of each role; where a table has several of them, the first here is taken.
const NAMES: [(Role, &[&str]); ROLES] = [
    (Role::Object, &["object_id", "objectid", "oid", "ztfid", "rootid", "diaobjectid", "snid", "name"]),
    (Role::Mjd, &["mjd", "time", "ant_mjd", "midpointmjdtai"]),
    (Role::Jd, &["jd"]),
    (Role::Band, &["band", "filter", "flt", "passband", "bandpass", "ant_passband"]),
    (Role::BandNumber, &["fid"]),
    (Role::Magnitude, &["mag", "magpsf", "magnitude", "ant_mag"]),
    (
        Role::MagnitudeError,
        &["magerr", "mag_err", "sigmapsf", "e_mag", "mag_error", "magnitude_error", "ant_magerr"],
    ),
    (Role::Limit, &["limit", "diffmaglim", "maglim", "limmag", "mag_limit", "limiting_mag", "ant_maglim"]),
    (Role::Flux, &["flux", "forcediffimflux", "psfflux"]),
    (Role::FluxError, &["flux_err", "fluxerr", "flux_error", "forcediffimfluxunc", "psffluxerr"]),
    (Role::ZeroPoint, &["zp", "zpdiff", "zero_point", "zeropoint"]),
    (Role::System, &["zpsys", "magsys"]),
    (Role::Positive, &["isdiffpos"]),
];

/// The places of the roles among the columns of one table.
#[derive(Clone, Debug)]
pub(crate) struct Roles {
    places: [Option<usize>; ROLES],
    names: Vec<String>,
    /// Whether the columns are those of ZTF's own files, so that its names of bands are known.
    pub(crate) ztf: bool,
}

impl Roles {
    /// Finds the roles; large and small letters count alike.
    pub(crate) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let mut places = [None; ROLES];
        for (role, known) in NAMES {
            places[role as usize] = known.iter().find_map(|name| place(name));
        }
        let ztf = place("fid").is_some() || place("forcediffimflux").is_some();
        Self { places, names, ztf }
    }

    /// The place of a role's column.
    pub(crate) fn place(&self, role: Role) -> Option<usize> {
        self.places[role as usize]
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.place(role).is_some()
    }

    /// The name of a role's column as the file has it.
    pub(crate) fn name(&self, role: Role) -> &str {
        self.place(role).map_or("?", |place| &self.names[place])
    }

    /// The number of columns.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// Whether the columns are those of a light curve, though one may be missing: a time and a brightness.
    pub(crate) fn is_light_curve(&self) -> bool {
        let time = self.has(Role::Mjd) || self.has(Role::Jd);
        time && [Role::Magnitude, Role::Limit, Role::Flux].iter().any(|role| self.has(*role))
    }

    /// What is missing, in the words of a message; `scaled` where the unit of the flux is known without a zero point.
    pub(crate) fn check(&self, scaled: bool) -> Result<(), String> {
        let missing = |wanted: &str, what: &str| {
            let last = wanted.split(" or ").next().unwrap_or(wanted);
            let hint = crate::nearest(last, self.names.iter().map(String::as_str))
                .map(|name| format!(" (did you mean '{name}'?)"))
                .unwrap_or_default();
            Err(format!("there is no column {wanted} among {}{hint}: {what}", self.names.join(", ")))
        };
        if !self.has(Role::Mjd) && !self.has(Role::Jd) {
            return missing("mjd", "name the column of the times mjd, time or jd");
        }
        if !self.has(Role::Band) && !self.has(Role::BandNumber) {
            return missing("band", "name the column of the bands band, filter or fid");
        }
        if self.has(Role::Flux) {
            if !self.has(Role::FluxError) {
                return missing("flux_err", "name the column of the errors flux_err or fluxerr");
            }
            if !self.has(Role::ZeroPoint) && !scaled {
                return missing("zp", "fluxes need their zero point: add a column zp, 31.4 for nJy");
            }
        } else if self.has(Role::Magnitude) && !self.has(Role::MagnitudeError) {
            return missing("magerr", "name the column of the errors magerr, mag_err or sigmapsf");
        } else if !self.has(Role::Magnitude) && !self.has(Role::Limit) {
            return missing(
                "flux or mag",
                "name the column of the fluxes flux, or that of the magnitudes mag",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_place() {
        for (place, (role, _)) in NAMES.iter().enumerate() {
            assert_eq!(*role as usize, place);
        }
    }

    #[test]
    fn names_of_several_surveys_are_known() {
        for names in [
            "time,mag,magerr,band",
            "oid,mjd,fid,magpsf,sigmapsf,isdiffpos",
            "jd,filter,forcediffimflux,forcediffimfluxunc,zpdiff,diffmaglim",
            "MJD,Band,Flux,FluxErr,ZP,zpsys",
        ] {
            let roles = Roles::of(names.split(','));
            assert!(roles.is_light_curve() && roles.check(false).is_ok(), "{names}");
        }
        assert!(!Roles::of(["ZTFID", "RA", "Dec", "redshift"]).is_light_curve());
    }

    #[test]
    fn what_is_missing_is_told() {
        for (names, wanted) in [
            ("mjd,flux,flux_err,zp", "no column band among mjd, flux, flux_err, zp: name"),
            ("mjd,band,flux,zp", "no column flux_err"),
            ("mjd,band,flux,flux_err", "fluxes need their zero point: add a column zp, 31.4 for nJy"),
            ("mjd,bant,mag,magerr", "no column band among mjd, bant, mag, magerr (did you mean 'bant'?)"),
            ("mjd,band,mag", "no column magerr"),
            ("when,band,mag", "no column mjd"),
            ("mjd,band", "no column flux or mag"),
        ] {
            let message = Roles::of(names.split(',')).check(false).unwrap_err();
            assert!(message.contains(wanted), "{names}: {message}");
        }
        assert!(Roles::of("mjd,band,flux,flux_err".split(',')).check(true).is_ok());
    }
}
