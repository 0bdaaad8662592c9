//! Objects as they were known night after night.

use hesper_learn::Matrix;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::COMPLETE;
use crate::Error;

/// What was known of each object at the dusk of each night. An object has an entry for each night before which points were
/// added; in between it is known as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evolution {
    columns: usize,
    /// The first entry of each object, and one more at the end.
    first: Vec<u32>,
    /// The day from whose dusk on each entry holds.
    day: Vec<u32>,
    /// Features, entries × columns; NaN where missing. Single precision: they fill the memory.
    values: Vec<f32>,
    sight: Vec<Sight>,
}

/// What the eye sees of a light curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// The number of detections.
    pub detections: u32,
    /// When the last was, in days; NaN without any.
    pub last_detection: f32,
    /// The magnitude of the brightest; NaN without any.
    pub brightest: f32,
    /// The last point of any kind, in days.
    pub last_point: f32,
    /// The smooth fit in the band that exposures are reckoned by: amplitude (nJy), turn (days), rise and fall (days); NaN
    /// where there is none.
    pub curve: [f32; 4],
    /// The brightest magnitude that is believed of the fit; NaN where there is none.
    pub ceiling: f32,
}

/// An object as it is known on some night.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its features.
    pub features: &'a [f32],
    /// What the eye sees of it.
    pub sight: &'a Sight,
}

/// Numbers of a [`Sight`].
const SIGHT: usize = 9;

impl Sight {
    fn numbers(&self) -> [f32; SIGHT] {
        let [amplitude, turn, rise, fall] = self.curve;
        let detections = self.detections as f32;
        [
            detections,
            self.last_detection,
            self.brightest,
            self.last_point,
            amplitude,
            turn,
            rise,
            fall,
            self.ceiling,
        ]
    }

    fn of(numbers: &[f32; SIGHT]) -> Self {
        let [detections, last_detection, brightest, last_point, amplitude, turn, rise, fall, ceiling] =
            *numbers;
        let detections = detections as u32;
        Self {
            detections,
            last_detection,
            brightest,
            last_point,
            curve: [amplitude, turn, rise, fall],
            ceiling,
        }
    }
}

impl Evolution {
    /// No object yet, with so many features.
    pub fn new(columns: usize) -> Self {
        Self { columns, first: vec![0], ..Self::default() }
    }

    /// Adds an object: its entries in order of days, and their features one after the other.
    pub fn push(&mut self, entries: impl IntoIterator<Item = (u32, Sight)>, features: &[f32]) {
        for (day, sight) in entries {
            self.day.push(day);
            self.sight.push(sight);
        }
        self.values.extend_from_slice(features);
        debug_assert_eq!(self.values.len(), self.day.len() * self.columns);
        self.first.push(self.day.len() as u32);
    }

    /// Adds all objects of another, which must have the same features.
    pub fn append(&mut self, other: &Self) {
        let entries = self.day.len() as u32;
        self.first.extend(other.first[1..].iter().map(|first| entries + first));
        self.day.extend_from_slice(&other.day);
        self.values.extend_from_slice(&other.values);
        self.sight.extend_from_slice(&other.sight);
    }

    /// The number of objects.
    pub fn objects(&self) -> usize {
        self.first.len() - 1
    }

    /// The number of features.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The number of entries of all objects.
    pub fn entries(&self) -> usize {
        self.day.len()
    }

    /// An object as it is known at the dusk of a day; `None` where no point of it was taken before.
    pub fn known(&self, object: usize, day: u32) -> Option<Known<'_>> {
        let (first, last) = (self.first[object] as usize, self.first[object + 1] as usize);
        let after = first + self.day[first..last].partition_point(|&of| of <= day);
        (after > first).then(|| {
            let entry = after - 1;
            Known {
                features: &self.values[entry * self.columns..(entry + 1) * self.columns],
                sight: &self.sight[entry],
            }
        })
    }

    /// The features of complete light curves, objects × features; NaN for objects without a point.
    ///
    /// # Errors
    /// None that can occur: the table is as large as it must be.
    pub fn complete(&self) -> Result<Matrix, Error> {
        self.features(&(0..self.objects()).collect::<Vec<_>>(), COMPLETE)
    }

    /// The features of objects as they are known at the dusk of a day, objects × features; NaN where nothing is.
    ///
    /// # Errors
    /// As [`Evolution::complete`].
    pub fn features(&self, objects: &[usize], day: u32) -> Result<Matrix, Error> {
        let mut values = Vec::with_capacity(objects.len() * self.columns);
        for &object in objects {
            match self.known(object, day) {
                Some(known) => values.extend(known.features.iter().map(|value| f64::from(*value))),
                None => values.extend(std::iter::repeat_n(f64::NAN, self.columns)),
            }
        }
        Ok(Matrix::new(objects.len(), self.columns, values)?)
    }

    /// As bytes that [`Evolution::from_bytes`] understands: safetensors.
    ///
    /// # Errors
    /// None but what the format's library finds.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let sight: Vec<f32> = self.sight.iter().flat_map(Sight::numbers).collect();
        let lists: [(&str, Dtype, Vec<usize>, Vec<u8>); 4] = [
            ("first", Dtype::U32, vec![self.first.len()], bytes(&self.first, u32::to_le_bytes)),
            ("day", Dtype::U32, vec![self.day.len()], bytes(&self.day, u32::to_le_bytes)),
            ("values", Dtype::F32, vec![self.day.len(), self.columns], bytes(&self.values, f32::to_le_bytes)),
            ("sight", Dtype::F32, vec![self.day.len(), SIGHT], bytes(&sight, f32::to_le_bytes)),
        ];
        let views: Vec<(&str, TensorView<'_>)> = lists
            .iter()
            .map(|(name, kind, shape, data)| Ok((*name, TensorView::new(*kind, shape.clone(), data)?)))
            .collect::<Result<_, safetensors::SafeTensorError>>()
            .map_err(unreadable)?;
        safetensors::serialize(views, None).map_err(unreadable)
    }

    /// From the bytes of [`Evolution::to_bytes`].
    ///
    /// # Errors
    /// [`Error::Data`] where they are not such bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let list = |name: &str| file.tensor(name).map_err(unreadable);
        let words = |name: &str| -> Result<Vec<u32>, Error> {
            Ok(list(name)?.data().as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
        };
        let numbers = |name: &str| -> Result<Vec<f32>, Error> {
            Ok(list(name)?.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        };
        let (first, day, values, sight) =
            (words("first")?, words("day")?, numbers("values")?, numbers("sight")?);
        let columns = list("values")?.shape().get(1).copied().unwrap_or_default();
        let entries = day.len();
        let sound = first.first() == Some(&0)
            && first.is_sorted()
            && first.last().is_some_and(|last| *last as usize == entries)
            && values.len() == entries * columns
            && sight.len() == entries * SIGHT;
        if !sound {
            return Err(unreadable("its lists do not fit each other"));
        }
        let sight = sight.as_chunks().0.iter().map(Sight::of).collect();
        Ok(Self { columns, first, day, values, sight })
    }
}

fn bytes<T: Copy>(values: &[T], of: impl Fn(T) -> [u8; 4]) -> Vec<u8> {
    values.iter().flat_map(|value| of(*value)).collect()
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Data(format!("the features of the nights cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(detections: u32) -> Sight {
        Sight {
            detections,
            last_detection: 1.0,
            brightest: 20.0,
            last_point: 2.0,
            curve: [1.0, 2.0, 3.0, 4.0],
            ceiling: 19.0,
        }
    }

    fn three() -> Evolution {
        let mut evolution = Evolution::new(2);
        evolution.push([(3, sight(1)), (7, sight(4))], &[1.0, 2.0, 3.0, 4.0]);
        evolution.push([], &[]);
        evolution.push([(0, sight(2))], &[5.0, 6.0]);
        evolution
    }

    #[test]
    fn what_is_known_holds_until_more_is() {
        let evolution = three();
        assert_eq!((evolution.objects(), evolution.entries(), evolution.columns()), (3, 3, 2));
        assert!(evolution.known(0, 2).is_none() && evolution.known(1, 99).is_none());
        for (day, first) in [(3, 1.0), (6, 1.0), (7, 3.0), (99, 3.0)] {
            assert_eq!(evolution.known(0, day).unwrap().features[0], first, "{day}");
        }
        assert_eq!(evolution.known(2, 0).unwrap().sight.detections, 2);
    }

    #[test]
    fn bytes_come_back_and_spoilt_ones_are_refused() {
        let bytes = three().to_bytes().unwrap();
        assert_eq!(Evolution::from_bytes(&bytes).unwrap(), three());
        assert!(Evolution::from_bytes(&bytes[..bytes.len() - 8]).is_err());
        assert!(Evolution::from_bytes(b"").is_err());
        let none = Evolution::new(5);
        assert_eq!(Evolution::from_bytes(&none.to_bytes().unwrap()).unwrap(), none);
    }

    #[test]
    fn parts_join() {
        let mut joined = three();
        joined.append(&three());
        assert_eq!(joined.objects(), 6);
        for object in 0..3 {
            for day in 0..9 {
                let features = |object| joined.known(object, day).map(|known| known.features.to_vec());
                assert_eq!(features(object), features(object + 3));
            }
        }
    }
}
