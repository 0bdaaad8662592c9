//! Nested light curves in Arrow arrays: a list of structs, or a struct of lists.

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use crate::nearest::missing_column;
use crate::{Band, Error, LightCurve};

/// The fields of a point.
const FIELDS: [&str; 4] = ["mjd", "band", "flux", "flux_err"];

const REMEDY: &str = "rename it, or write the table as list<struct<mjd, band, flux, flux_err>>";

/// The light curves of a batch: the points of all rows, and where those of each row are.
pub(crate) struct Points {
    /// For `mjd`, `band`, `flux`, `flux_err`; the same four times for a list of structs.
    ranges: [Ranges; 4],
    numbers: [arrow::array::Float64Array; 3],
    band: StringArray,
}

/// Where each row's values are; `None` where the row is null.
type Ranges = Vec<Option<(usize, usize)>>;

/// Says what is wrong with a column's type, before any row is read.
pub(crate) fn check_type(data_type: &DataType) -> Result<(), String> {
    let (fields, nested) = match (list_element(data_type), data_type) {
        (Some(DataType::Struct(fields)), _) => (fields, false),
        (None, DataType::Struct(fields)) => (fields, true),
        _ => {
            return Err(format!(
                "lightcurve is {data_type}, neither a list of structs nor a struct of lists: {REMEDY}"
            ));
        }
    };
    for name in FIELDS {
        let Some((_, field)) = fields.find(name) else {
            let present = fields.iter().map(|field| field.name().as_str());
            return Err(missing_column(&format!("lightcurve.{name}"), present, REMEDY));
        };
        let value = match (nested, list_element(field.data_type())) {
            (true, Some(value)) => value,
            (true, None) => {
                return Err(format!("lightcurve.{name} is {}, not a list: {REMEDY}", field.data_type()));
            }
            (false, _) => field.data_type(),
        };
        let (fits, wanted) =
            if name == "band" { (is_text(value), "text") } else { (value.is_numeric(), "a number") };
        if !fits {
            return Err(format!("lightcurve.{name} is {value}, not {wanted}: write it as {wanted}"));
        }
    }
    Ok(())
}

/// Whether a type holds text, in whichever of its forms.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

fn list_element(data_type: &DataType) -> Option<&DataType> {
    match data_type {
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            Some(field.data_type())
        }
        _ => None,
    }
}

impl Points {
    /// Takes a column whose type [`check_type`] has let through.
    pub(crate) fn new(column: &ArrayRef) -> Result<Self, String> {
        let lists: [(Ranges, ArrayRef); 4] = if list_element(column.data_type()).is_some() {
            let (ranges, values) = unnest(column)?;
            let structs = values.as_struct_opt().ok_or("lightcurve is no list of structs")?;
            fields(structs, |values| Ok((ranges.clone(), values)))?
        } else {
            let structs = column.as_struct_opt().ok_or("lightcurve is no struct")?;
            let mut lists = fields(structs, |lists| unnest(&lists))?;
            for row in (0..structs.len()).filter(|&row| structs.is_null(row)) {
                lists.iter_mut().for_each(|(ranges, _)| ranges[row] = None);
            }
            lists
        };
        let [(mjd_at, mjd), (band_at, band), (flux_at, flux), (err_at, flux_err)] = lists;
        let number = |values: &ArrayRef| -> Result<_, String> {
            let values = cast(values, &DataType::Float64).map_err(|error| error.to_string())?;
            Ok(values.as_primitive::<Float64Type>().clone())
        };
        let band = cast(&band, &DataType::Utf8).map_err(|error| error.to_string())?;
        Ok(Self {
            ranges: [mjd_at, band_at, flux_at, err_at],
            numbers: [number(&mjd)?, number(&flux)?, number(&flux_err)?],
            band: band.as_string::<i32>().clone(),
        })
    }

    /// The light curve of a row, in order of time; empty where it is null.
    pub(crate) fn light_curve(&self, row: usize) -> Result<LightCurve, String> {
        let ranges = [0, 1, 2, 3].map(|field| self.ranges[field][row].unwrap_or((0, 0)));
        let [mjd_at, band_at, flux_at, err_at] = ranges;
        let length = mjd_at.1 - mjd_at.0;
        for (name, (start, end)) in FIELDS.iter().zip(ranges) {
            if end - start != length {
                return Err(format!(
                    "lightcurve.mjd has {length} values, but lightcurve.{name} {}: give every point all four",
                    end - start
                ));
            }
        }
        let mut curve = LightCurve::with_capacity(length);
        let mut last: Option<Band> = None;
        for i in 0..length {
            let null = |name: &str| format!("{name} of point {} is null: correct or remove the point", i + 1);
            let number = |field: usize, name: &str, start: usize| {
                let values = &self.numbers[field];
                if values.is_null(start + i) { Err(null(name)) } else { Ok(values.value(start + i)) }
            };
            let mjd = number(0, "mjd", mjd_at.0)?;
            let flux = number(1, "flux", flux_at.0)?;
            let flux_err = number(2, "flux_err", err_at.0)?;
            LightCurve::check_point(mjd, flux, flux_err)
                .map_err(|error| format!("point {}: {error}", i + 1))?;
            if self.band.is_null(band_at.0 + i) {
                return Err(null("band"));
            }
            let name = self.band.value(band_at.0 + i);
            let band = match last {
                Some(band) if band.as_str() == name => band,
                _ => Band::new(name).map_err(|error: Error| format!("point {}: {error}", i + 1))?,
            };
            last = Some(band);
            curve.push(mjd, band, flux, flux_err);
        }
        curve.sort_by_time();
        Ok(curve)
    }
}

/// The four fields of a struct, each turned into ranges and values.
fn fields(
    structs: &StructArray,
    unnest: impl Fn(ArrayRef) -> Result<(Ranges, ArrayRef), String>,
) -> Result<[(Ranges, ArrayRef); 4], String> {
    let field = |name: &str| {
        let values =
            structs.column_by_name(name).ok_or_else(|| format!("there is no column lightcurve.{name}"))?;
        unnest(masked(structs, values)?)
    };
    let [mjd, band, flux, flux_err] = FIELDS;
    Ok([field(mjd)?, field(band)?, field(flux)?, field(flux_err)?])
}

/// A field whose struct may be null: then so is the field.
fn masked(structs: &StructArray, values: &ArrayRef) -> Result<ArrayRef, String> {
    if structs.null_count() == 0 || list_element(values.data_type()).is_some() {
        return Ok(values.clone());
    }
    let mask = arrow::compute::is_null(structs).map_err(|error| error.to_string())?;
    // `nullif` knows no dictionaries of text, which `cast` makes plain.
    let plain = if is_text(values.data_type()) { DataType::Utf8 } else { DataType::Float64 };
    let values = cast(values, &plain).map_err(|error| error.to_string())?;
    arrow::compute::nullif(&values, &mask).map_err(|error| error.to_string())
}

/// The values of a column of lists, and where those of each row are.
fn unnest(lists: &ArrayRef) -> Result<(Ranges, ArrayRef), String> {
    let rows = 0..lists.len();
    let range = |row, start, end| (!lists.is_null(row)).then_some((start, end));
    if let Some(list) = lists.as_list_opt::<i32>() {
        let at = list.value_offsets();
        let ranges = rows.map(|row| range(row, at[row] as usize, at[row + 1] as usize)).collect();
        Ok((ranges, list.values().clone()))
    } else if let Some(list) = lists.as_list_opt::<i64>() {
        let at = list.value_offsets();
        let ranges = rows.map(|row| range(row, at[row] as usize, at[row + 1] as usize)).collect();
        Ok((ranges, list.values().clone()))
    } else if let Some(list) = lists.as_fixed_size_list_opt() {
        let length = list.value_length() as usize;
        Ok((rows.map(|row| range(row, row * length, (row + 1) * length)).collect(), list.values().clone()))
    } else {
        Err(format!("{} is no list", lists.data_type()))
    }
}
