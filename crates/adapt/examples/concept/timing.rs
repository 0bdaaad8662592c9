//! What fits take in CPU seconds: 1,100 objects of the source, 2,000 of the target, 95 features, 3 classes, 40 labels.

use std::error::Error;

use hesper_adapt::concept::Concepts;
use hesper_adapt::deep::{Dann, DeepCoral};
use hesper_adapt::{FewLabels, Fitted, LabelledTarget, Method, Source, Target};
use hesper_learn::{LogisticParams, Matrix};
use hesper_nn::Stream;

use super::cpu_seconds;

/// Prints the medians of three fits each.
pub(crate) fn report() -> Result<(), Box<dyn Error>> {
    let table = |rows: usize, shift: f64, seed: u64| {
        let mut random = Stream::new(seed, 0);
        let value = |at: usize| f64::from(random.normal()) + if at / 95 % 3 == at % 3 { 1.0 } else { shift };
        Matrix::new(rows, 95, (0..rows * 95).map(value).collect())
    };
    let (x, t, few) = (table(1100, 0.0, 1)?, table(2000, 0.3, 2)?, table(40, 0.3, 3)?);
    let y: Vec<u32> = (0..1100).map(|row| row % 3).collect();
    let source = Source { x: &x, y: &y, n_classes: 3 };
    let (target, labelled) = (Target { x: &t }, LabelledTarget { x: &few, y: &y[..40] });
    let unused = LogisticParams::default();
    time("DANN", || Dann::default().fit(&source, &target, &unused, 1))?;
    time("Deep CORAL", || DeepCoral::default().fit(&source, &target, &unused, 1))?;
    time("concepts", || Concepts::default().fit(&source, &target, &labelled, &unused, 1))
}

fn time(what: &str, fit: impl Fn() -> Result<Fitted, hesper_adapt::Error>) -> Result<(), Box<dyn Error>> {
    let mut seconds = Vec::new();
    for _ in 0..3 {
        let start = cpu_seconds();
        fit()?;
        seconds.push(cpu_seconds() - start);
    }
    seconds.sort_by(f64::total_cmp);
    println!("{what}, 1,100 + 2,000 x 95: {:.2} CPU s", seconds[1]);
    Ok(())
}
