//! What every strategy promises, whatever its formula.
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use hesper_followup::{Choice, Points, Pool, Space, Strategy, strategies};
use hesper_learn::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Objects in three features, some missing; classes by the first; a learner and a committee that know it roughly.
struct World {
    x: Matrix,
    space: Space,
    rows: Vec<usize>,
    labelled: Vec<usize>,
    labelled_classes: Vec<u32>,
    probabilities: Vec<Vec<f64>>,
    members: Vec<Vec<Vec<f64>>>,
}

fn world(objects: usize, labelled: usize, classes: usize) -> World {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut number = || if rng.random_bool(0.03) { f64::NAN } else { rng.random_range(-1.0..1.0) };
    let rows: Vec<[f64; 3]> = (0..objects).map(|_| [number(), number(), number()]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let all: Vec<usize> = (0..objects).collect();
    let pool = all[labelled..].to_vec();
    let space = Space::new(&x, &all).with_density(&pool, 1).with_graph(&all);
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut learn = |blur: f64| -> Vec<Vec<f64>> {
        let shift: f64 = rng.random_range(-blur..=blur);
        rows[labelled..]
            .iter()
            .map(|row| {
                let x = if row[0].is_nan() { 0.0 } else { row[0] } + shift;
                let weight = |class: usize| {
                    (-4.0 * (x - class as f64 / classes as f64 * 2.0 + 0.7).powi(2)).exp() + 0.01
                };
                let sum: f64 = (0..classes).map(weight).sum();
                (0..classes).map(|class| weight(class) / sum).collect()
            })
            .collect()
    };
    let probabilities = learn(0.0);
    let members = (0..5).map(|_| learn(0.5)).collect();
    World {
        labelled_classes: (0..labelled).map(|row| (row % classes) as u32).collect(),
        labelled: all[..labelled].to_vec(),
        rows: pool,
        x,
        space,
        probabilities,
        members,
    }
}

impl World {
    /// The pool of the candidates of these places.
    fn pool<'a>(&'a self, places: &[usize], rows: &'a [usize], classes: usize) -> Pool<'a> {
        let table = |all: &[Vec<f64>]| {
            Matrix::new(places.len(), classes, places.iter().flat_map(|place| all[*place].clone()).collect())
                .unwrap()
        };
        let nearest = |row: &usize| {
            let distance = |other: &usize| -> f32 {
                let pair = self.space.points().point(*row).iter().zip(self.space.points().point(*other));
                pair.map(|(a, b)| (a - b).powi(2)).sum()
            };
            self.labelled.iter().map(distance).fold(f32::INFINITY, f32::min)
        };
        Pool {
            positive: classes - 1,
            probabilities: table(&self.probabilities),
            members: self.members.iter().map(|member| table(member)).collect(),
            place: self.x.select_rows(rows),
            reference: self.x.select_rows(&self.labelled),
            space: Some(&self.space),
            rows,
            labelled: &self.labelled,
            labelled_classes: &self.labelled_classes,
            nearest: rows.iter().map(nearest).collect(),
            ..Pool::new(places.len(), classes)
        }
    }

    fn select(&self, strategy: &dyn Strategy, places: &[usize], classes: usize, count: usize) -> Vec<Choice> {
        let rows: Vec<usize> = places.iter().map(|place| self.rows[*place]).collect();
        let pool = self.pool(places, &rows, classes);
        strategy.select(&pool, count, &mut ChaCha8Rng::seed_from_u64(9))
    }
}

fn check(name: &str, choices: &[Choice], expected: usize, candidates: usize) {
    assert_eq!(choices.len(), expected, "{name}");
    let mut places: Vec<usize> = choices.iter().map(|choice| choice.candidate).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), expected, "{name} asks twice");
    assert!(places.last().is_none_or(|last| *last < candidates), "{name}");
    assert!(
        choices.iter().all(|choice| choice.score.is_finite() || name == "canonical"),
        "{name}: {choices:?}"
    );
}

#[test]
fn batches_are_whole_and_scores_are_numbers() {
    for (objects, labelled, classes) in [(200, 40, 3), (60, 0, 2), (60, 20, 1), (12, 9, 14), (6, 5, 2)] {
        let world = world(objects, labelled, classes);
        let places: Vec<usize> = (0..objects - labelled).collect();
        for strategy in strategies() {
            let name = strategy.info().name;
            for count in [0, 1, 7, objects + 3] {
                let choices = world.select(strategy.as_ref(), &places, classes, count);
                check(name, &choices, count.min(places.len()), places.len());
            }
            check(name, &world.select(strategy.as_ref(), &[], classes, 5), 0, 0);
        }
    }
}

#[test]
fn a_pool_of_which_nothing_is_known_gives_no_panic() {
    for strategy in strategies() {
        assert!(strategy.select(&Pool::new(0, 2), 3, &mut ChaCha8Rng::seed_from_u64(1)).is_empty());
        let choices = strategy.select(&Pool::new(4, 2), 3, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(choices.len() <= 3 && choices.iter().all(|choice| choice.candidate < 4));
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let world = world(3000, 100, 3);
    let places: Vec<usize> = (0..2900).collect();
    for strategy in strategies() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| world.select(strategy.as_ref(), &places, 3, 25))
        };
        // As text, since the canonical strategy has no number for who lies nowhere.
        assert_eq!(format!("{:?}", with(1)), format!("{:?}", with(4)), "{}", strategy.info().name);
    }
}

#[test]
fn the_order_of_the_candidates_does_not_matter() {
    let world = world(300, 40, 3);
    let straight: Vec<usize> = (0..260).collect();
    let mixed: Vec<usize> = (0..260).map(|i| i * 77 % 260).collect();
    for strategy in strategies() {
        // These draw by the order of the candidates.
        let name = strategy.info().name;
        // Votes of five members tie more often than not.
        if ["random", "canonical", "badge", "vote-entropy"].contains(&name) {
            continue;
        }
        let first = world.select(strategy.as_ref(), &straight, 3, 12);
        let second = world.select(strategy.as_ref(), &mixed, 3, 12);
        for (first, second) in first.iter().zip(&second) {
            assert_eq!(straight[first.candidate], mixed[second.candidate], "{name}");
            assert!((first.score - second.score).abs() < 1e-9 * (1.0 + first.score.abs()), "{name}");
        }
    }
}

#[test]
fn committees_divergence_is_bald_s_information() {
    let world = world(200, 40, 3);
    let rows = world.rows.clone();
    let places: Vec<usize> = (0..160).collect();
    let pool = world.pool(&places, &rows, 3);
    let scores = |name: &str| {
        hesper_followup::strategy(name).unwrap().scores(&pool, &mut ChaCha8Rng::seed_from_u64(1))
    };
    let (kl, bald, batch) = (scores("committee-kl"), scores("bald"), scores("batchbald"));
    for i in 0..160 {
        assert!((kl[i] - bald[i]).abs() < 1e-12 && bald[i] == batch[i]);
        assert!(bald[i] <= scores("consensus-entropy")[i] && bald[i] > -1e-15);
    }
    // Two of five members for one class, three for another; a sixth member torn between the two.
    let vote = |first: f64| Matrix::from_rows(&[[first, 1.0 - first]]).unwrap();
    let members: Vec<Matrix> = [0.9, 0.6, 0.3, 0.2, 0.1, 0.5].map(vote).into();
    let pool = Pool { members, ..Pool::new(1, 2) };
    let votes =
        hesper_followup::strategy("vote-entropy").unwrap().scores(&pool, &mut ChaCha8Rng::seed_from_u64(1));
    let expected = -(2.5 / 6.0 * f64::ln(2.5 / 6.0) + 3.5 / 6.0 * f64::ln(3.5 / 6.0));
    assert!((votes[0] - expected).abs() < 1e-12);
}

#[test]
fn an_embedding_goes_before_the_features() {
    let world = world(60, 20, 2);
    let places: Vec<usize> = (0..40).collect();
    let rows = world.rows.clone();
    // In the embedding all candidates but one are the same.
    let points: Vec<[f64; 2]> = (0..40).map(|i| if i == 33 { [5.0, 5.0] } else { [0.0, 0.0] }).collect();
    let pool = Pool {
        embedding: Some(Points::new(&Matrix::from_rows(&points).unwrap())),
        nearest: points.iter().map(|point| (point[0] * point[0] + point[1] * point[1]) as f32).collect(),
        ..world.pool(&places, &rows, 2)
    };
    let core_set = hesper_followup::strategy("core-set").unwrap();
    let choices = core_set.select(&pool, 2, &mut ChaCha8Rng::seed_from_u64(1));
    assert_eq!((choices[0].candidate, choices[1].score), (33, 0.0));
}
