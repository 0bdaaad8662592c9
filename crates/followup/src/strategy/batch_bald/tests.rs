use super::*;
use hesper_learn::Matrix;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use rand::SeedableRng;

/// Members' probabilities of random candidates: tables [member][candidate][class], some of them 0 or sure.
fn random_members(members: usize, candidates: usize, classes: usize, seed: u64) -> Vec<Matrix> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut row = || -> Vec<f64> {
        let sharp: f64 = rng.random_range(0.2..3.0);
        let mut row: Vec<f64> = (0..classes).map(|_| rng.random::<f64>().powf(sharp)).collect();
        if rng.random_bool(0.1) {
            row[0] = 0.0;
        }
        let sum: f64 = row.iter().sum();
        row.iter().map(|p| p / sum).collect()
    };
    (0..members)
        .map(|_| Matrix::from_rows(&(0..candidates).map(|_| row()).collect::<Vec<_>>()).unwrap())
        .collect()
}

fn pool(members: Vec<Matrix>) -> Pool<'static> {
    Pool { members: members.clone(), ..Pool::new(members[0].rows(), members[0].cols()) }
}

/// I(y_1 … y_b; k) by its definition, over all configurations of the batch's classes.
fn brute_force(members: &[Matrix], batch: &[usize]) -> f64 {
    let classes = members[0].cols();
    let mut joint_entropy = 0.0;
    for configuration in 0..classes.pow(batch.len() as u32) {
        let mut p = 0.0;
        for member in members {
            let mut rest = configuration;
            let mut product = 1.0;
            for candidate in batch {
                product *= member.row(*candidate)[rest % classes];
                rest /= classes;
            }
            p += product / members.len() as f64;
        }
        if p > 0.0 {
            joint_entropy -= p * p.ln();
        }
    }
    let plain = |p: &[f64]| -> f64 { -p.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>() };
    let of_batch =
        |member: &Matrix| -> f64 { batch.iter().map(|candidate| plain(member.row(*candidate))).sum() };
    joint_entropy - members.iter().map(of_batch).sum::<f64>() / members.len() as f64
}

/// The greedy batch by brute force: each step's candidate and the information of the batch up to it.
fn brute_force_batch(members: &[Matrix], count: usize) -> Vec<(usize, f64)> {
    let mut batch = Vec::new();
    let mut steps = Vec::new();
    for _ in 0..count {
        let of = |candidate: usize| brute_force(members, &[batch.as_slice(), &[candidate]].concat());
        let free = (0..members[0].rows()).filter(|candidate| !batch.contains(candidate));
        let step =
            free.map(|candidate| (candidate, of(candidate))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        batch.push(step.0);
        steps.push(step);
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn batches_are_those_of_brute_force(
        members in 2usize..6, candidates in 1usize..12, classes in 2usize..5, count in 1usize..5, seed: u64
    ) {
        let members = random_members(members, candidates, classes, seed);
        let count = count.min(candidates);
        let chosen = BatchBald::default().select(&pool(members.clone()), count, &mut ChaCha8Rng::seed_from_u64(seed));
        let mut information = 0.0;
        for (choice, (candidate, expected)) in chosen.iter().zip(brute_force_batch(&members, count)) {
            information += choice.score;
            prop_assert_eq!(choice.candidate, candidate);
            prop_assert!((information - expected).abs() < 1e-12, "{information} and {expected}");
        }
        prop_assert_eq!(chosen.len(), count);
    }
}

/// Gain of a candidate past a sampled table, and by an exact one.
fn sampled_gains(samples: usize, seeds: u64) -> (Vec<f64>, f64, f64) {
    let members = random_members(6, 9, 3, 4);
    let committee = Committee::new(&pool(members.clone()));
    let gains: Vec<f64> = (0..seeds)
        .map(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut joint = Joint::new(6);
            for candidate in 0..8 {
                joint = joint.extend(committee.views(candidate));
                joint.thin(samples, &mut rng);
                assert!(joint.configurations() <= samples + 1);
            }
            joint.gain(committee.views(8))
        })
        .collect();
    let exact = brute_force(&members, &[0, 1, 2, 3, 4, 5, 6, 7, 8])
        - brute_force(&members, &[0, 1, 2, 3, 4, 5, 6, 7]);
    let mean = gains.iter().sum::<f64>() / seeds as f64;
    let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (seeds - 1) as f64;
    (gains, exact, variance.sqrt())
}

#[test]
fn samples_are_right_on_average_and_better_the_more_there_are() {
    let (gains, exact, deviation) = sampled_gains(30, 400);
    let mean = gains.iter().sum::<f64>() / gains.len() as f64;
    // Four standard errors.
    assert!((mean - exact).abs() < 4.0 * deviation / 20.0, "{mean} ± {} and {exact}", deviation / 20.0);
    // Strata of like posteriors: ten times the samples leave less than a tenth of the deviation, not of its square.
    let (_, _, fewer) = sampled_gains(300, 100);
    assert!(
        fewer < deviation / 8.0 && fewer < 0.02 * exact,
        "{fewer} with 300, {deviation} with 30; {exact}"
    );
}

#[test]
fn what_would_teach_the_same_is_asked_for_once() {
    // Candidates 0 and 1 are the same object; 2 splits the committee another way, a little less evenly.
    let same = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]];
    let other = [[0.85, 0.15], [0.15, 0.85], [0.85, 0.15], [0.15, 0.85]];
    let members: Vec<Matrix> =
        (0..4).map(|k| Matrix::from_rows(&[same[k], same[k], other[k]]).unwrap()).collect();
    let pool = pool(members);
    let names =
        |choices: Vec<Choice>| -> Vec<usize> { choices.iter().map(|choice| choice.candidate).collect() };
    for seed in 0..10 {
        let rng = || ChaCha8Rng::seed_from_u64(seed);
        assert_eq!(names(Bald.select(&pool, 3, &mut rng()))[2], 2);
        assert_eq!(names(BatchBald::default().select(&pool, 3, &mut rng()))[1], 2);
    }
}

#[test]
fn committees_at_one_and_sure_committees_are_borne() {
    let sure = Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).unwrap();
    let pool = pool(vec![sure; 5]);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let chosen = BatchBald::default().select(&pool, 9, &mut rng);
    assert_eq!(chosen.len(), 3);
    assert!(chosen.iter().all(|choice| choice.score == 0.0));
    let nobody = Pool::new(3, 2);
    assert_eq!(BatchBald::default().select(&nobody, 2, &mut rng).len(), 2);
}

#[test]
fn a_long_sampled_batch_stays_below_the_information_there_is() {
    let members = random_members(8, 150, 3, 11);
    let strategy = BatchBald { configurations: 500, samples: 200 };
    let chosen = strategy.select(&pool(members), 60, &mut ChaCha8Rng::seed_from_u64(3));
    assert_eq!(chosen.len(), 60);
    assert!(chosen.iter().all(|choice| choice.score.is_finite() && choice.score >= 0.0));
    let information: f64 = chosen.iter().map(|choice| choice.score).sum();
    assert!(information < 8f64.ln() * 1.05 && information > 8f64.ln() * 0.8, "{information}");
}

#[test]
fn bounds_hold_and_leave_the_greedy_batch_as_it_is() {
    let members = random_members(7, 60, 3, 21);
    let pool = pool(members);
    let committee = Committee::new(&pool);
    let mut joint = Joint::new(7);
    let mut batch = Vec::new();
    for step in 0..9 {
        let gains: Vec<f64> = (0..60).map(|candidate| joint.gain(committee.views(candidate))).collect();
        for groups in [1, 5, 128] {
            let coarse = joint.merged(groups);
            assert!(coarse.configurations() <= groups);
            for (candidate, gain) in gains.iter().enumerate() {
                let bound = coarse.gain(committee.views(candidate));
                assert!(bound >= gain - 1e-12, "step {step}: {bound} < {gain}");
            }
        }
        let free = (0..60).filter(|candidate| !batch.contains(candidate));
        let best = free.max_by(|a, b| gains[*a].total_cmp(&gains[*b])).unwrap();
        batch.push(best);
        joint = joint.extend(committee.views(best));
    }
    assert!(joint.configurations() > 19_000, "the coarse tables were used");
    let chosen = BatchBald::default().select(&pool, 9, &mut ChaCha8Rng::seed_from_u64(1));
    assert_eq!(chosen.iter().map(|choice| choice.candidate).collect::<Vec<_>>(), batch);
}
