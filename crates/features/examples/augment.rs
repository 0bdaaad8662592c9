//! Copies of a survey's labelled objects, for studies: `augment SURVEY.parquet OUT.parquet 'PARAMETERS AS JSON'`.

#![expect(clippy::unwrap_used, reason = "an example may end at the first surprise")]

use hesper_features::augment::{AugmentParams, augment};
use hesper_photometry::{Object, ObjectWriter, ReadOptions, Sample, read};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let params: AugmentParams = serde_json::from_str(&arguments[3]).unwrap();
    let objects: Vec<Object> =
        read(arguments[1].as_ref(), &ReadOptions::default()).unwrap().map(Result::unwrap).collect();
    let (labelled, target): (Vec<Object>, Vec<Object>) =
        objects.into_iter().partition(|object| object.sample == Sample::Spectroscopic);
    let copies = augment(&labelled, &target, &params, &|| ()).unwrap();
    let mut writer = ObjectWriter::create(arguments[2].as_ref()).unwrap();
    for object in labelled.iter().chain(copies.iter().map(|copy| &copy.object)) {
        writer.write(object).unwrap();
    }
    writer.finish().unwrap();
    println!("{} labelled objects, {} copies", labelled.len(), copies.len());
}
