//! What holds of every plan, and how good plans are beside the best of all.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use hesper_telescope::allocate::{
    Allocation, Allocator, AllocatorParams, Budget, Error, Fixed, Gains, Greedy, Knapsack, Order, Requests,
    Score, TelescopeNight, Worth, allocator, allocators,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// Objects cover things that are worth something once.
#[derive(Clone, Debug)]
struct Cover {
    covers: Vec<u32>,
    worth: Vec<f64>,
    covered: u32,
    kind: Gains,
}

impl Cover {
    fn sum(&self, things: u32) -> f64 {
        self.worth
            .iter()
            .enumerate()
            .filter(|(thing, _)| things >> thing & 1 == 1)
            .map(|(_, worth)| worth)
            .sum()
    }
}

impl Worth for Cover {
    fn gain(&self, object: usize) -> f64 {
        self.sum(self.covers[object] & !self.covered)
    }
    fn take(&mut self, object: usize) {
        self.covered |= self.covers[object];
    }
    fn reset(&mut self) {
        self.covered = 0;
    }
    fn kind(&self) -> Gains {
        self.kind
    }
}

/// A night with everything in it.
#[derive(Clone, Debug)]
struct Case {
    requests: Requests,
    budget: Budget,
    scores: Vec<f64>,
    covers: Vec<u32>,
}

impl Case {
    fn fixed(&self) -> Fixed {
        Fixed(self.scores.clone())
    }

    fn cover(&self, kind: Gains) -> Cover {
        Cover {
            covers: self.covers.clone(),
            worth: vec![5.0, 3.0, 8.0, 1.0, 2.0, 9.0, 4.0, 7.0],
            covered: 0,
            kind,
        }
    }

    /// The same objects in the order of `order`.
    fn shuffled(&self, order: &[usize]) -> Self {
        let telescopes = self.budget.telescopes.len();
        let row =
            |object: &usize| self.requests.exposures[object * telescopes..(object + 1) * telescopes].to_vec();
        Self {
            requests: Requests {
                keys: order.iter().map(|object| self.requests.keys[*object].clone()).collect(),
                exposures: order.iter().flat_map(row).collect(),
                places: order.iter().map(|object| self.requests.places[*object]).collect(),
                clusters: order.iter().map(|object| self.requests.clusters[*object]).collect(),
            },
            budget: self.budget.clone(),
            scores: order.iter().map(|object| self.scores[*object]).collect(),
            covers: order.iter().map(|object| self.covers[*object]).collect(),
        }
    }

    /// The picks by what does not depend on the order of the objects.
    fn named(&self, allocation: &Allocation) -> Vec<(String, usize, f64, f64, usize)> {
        let picks = allocation.picks.iter();
        let key = |object: usize| self.requests.keys[object].clone();
        picks
            .map(|pick| (key(pick.object), pick.telescope, pick.seconds, pick.worth, pick.pointing))
            .collect()
    }

    /// The value of the best plan with fixed scores, by trying all.
    fn best(&self) -> f64 {
        fn from(case: &Case, object: usize, left: &mut [f64]) -> f64 {
            if object == case.scores.len() {
                return 0.0;
            }
            let mut best = from(case, object + 1, left);
            if case.scores[object] > 0.0 {
                for telescope in 0..left.len() {
                    let cost = case.requests.exposures[object * left.len() + telescope]
                        + case.budget.telescopes[telescope].overhead;
                    if cost <= left[telescope] {
                        left[telescope] -= cost;
                        best = best.max(case.scores[object] + from(case, object + 1, left));
                        left[telescope] += cost;
                    }
                }
            }
            best
        }
        let mut left: Vec<f64> = self.budget.telescopes.iter().map(|night| night.seconds).collect();
        from(self, 0, &mut left)
    }
}

/// Whole numbers, so that every sum is exact, or (`fraction` = .1) numbers whose sums are not.
fn cases(most: usize, most_telescopes: usize, fraction: f64) -> impl Strategy<Value = Case> {
    (0..=most, 1..=most_telescopes).prop_flat_map(move |(objects, telescopes)| {
        let seconds = prop_oneof![6 => (1..60u32).prop_map(move |s| f64::from(s) * fraction), 1 => Just(f64::NAN)];
        let night = (0..150u32, 0..6u32, 1..4usize, 0..20u32).prop_map(move |(seconds, overhead, fibres, field)| {
            TelescopeNight {
                seconds: f64::from(seconds) * fraction,
                overhead: f64::from(overhead) * fraction,
                fibres,
                field: f64::from(field) / 10.0,
            }
        });
        let score = prop_oneof![
            8 => (0..20u32).prop_map(f64::from),
            1 => Just(f64::NAN),
            1 => Just(-1.0),
        ];
        let place = prop_oneof![
            5 => (0..20u32, 0..20u32).prop_map(|(a, b)| [(359.0 + f64::from(a) / 10.0) % 360.0, f64::from(b) / 10.0]),
            1 => Just([f64::NAN, 0.0]),
        ];
        let each = |size| proptest::collection::vec(any::<u32>().prop_map(|bits| bits & 255), size);
        (
            proptest::collection::vec(seconds, objects * telescopes),
            proptest::collection::vec(night, telescopes),
            proptest::collection::vec(score, objects),
            proptest::collection::vec(place, objects),
            proptest::collection::vec(proptest::option::of(0..4u64), objects),
            each(objects),
            each(objects),
            any::<bool>(),
            Just((0..objects).collect::<Vec<usize>>()).prop_shuffle(),
        )
            .prop_map(|(exposures, telescopes, scores, places, clusters, a, b, fill, names)| Case {
                requests: Requests {
                    keys: names.iter().map(|name| format!("object {name:02}")).collect(),
                    exposures,
                    places,
                    clusters,
                },
                budget: Budget { telescopes, fill },
                scores,
                covers: a.iter().zip(&b).map(|(a, b)| a & b).collect(),
            })
    })
}

/// All allocators, and what changes them most.
fn everything() -> Vec<Box<dyn Allocator>> {
    let mut all = allocators();
    all.push(Box::new(Knapsack { steady: false, partitions: 16, ..Knapsack::default() }));
    all.push(Box::new(Greedy { safeguard: false, ..Greedy::default() }));
    all.push(Box::new(Greedy { score: Score::Total, ..Greedy::default() }));
    all
}

/// No object twice, no budget exceeded, sums as they are said to be.
fn check(case: &Case, worth: &dyn Worth, allocation: &Allocation) {
    let telescopes = case.budget.telescopes.len();
    let mut seen = vec![false; case.scores.len()];
    let mut used = vec![0.0; telescopes];
    let (mut value, mut pointing) = (0.0, None);
    for (rank, pick) in allocation.picks.iter().enumerate() {
        assert_eq!(pick.rank, rank);
        assert!(!std::mem::replace(&mut seen[pick.object], true), "{} twice", pick.object);
        assert!(pick.worth > 0.0 || case.budget.fill && pick.worth == 0.0, "{pick:?}");
        let exposure = case.requests.exposures[pick.object * telescopes + pick.telescope];
        assert!(exposure <= pick.exposure, "{pick:?} {exposure}");
        let overhead = case.budget.telescopes[pick.telescope].overhead;
        if pointing.replace(pick.pointing) == Some(pick.pointing) {
            assert_eq!(pick.seconds, 0.0);
        } else {
            assert!((pick.seconds - pick.exposure - overhead).abs() < 3e-6, "{pick:?}");
        }
        used[pick.telescope] += pick.seconds;
        value += pick.worth;
    }
    assert_eq!(value, allocation.value);
    assert_eq!(used, allocation.used);
    for (used, night) in used.iter().zip(&case.budget.telescopes) {
        assert!(*used <= night.seconds, "{used} of {night:?}");
    }
    match allocation.bound {
        Some(bound) => assert!(bound >= value && (0.0..=1.0).contains(&allocation.gap().unwrap())),
        None => assert_eq!(allocation.gap(), None),
    }
    // The worth was left in the state after the plan.
    if worth.kind() != Gains::Fixed {
        assert!(allocation.picks.iter().all(|pick| worth.gain(pick.object) == 0.0));
    }
}

/// Pointings hold as many as there are fibres, within the field.
fn check_pointings(case: &Case, allocation: &Allocation) {
    for pointing in 0..allocation.picks.iter().map(|pick| pick.pointing + 1).max().unwrap_or(0) {
        let picks: Vec<_> = allocation.picks.iter().filter(|pick| pick.pointing == pointing).collect();
        let night = case.budget.telescopes[picks[0].telescope];
        assert!(picks.len() <= night.fibres && picks.iter().all(|pick| pick.telescope == picks[0].telescope));
        for a in &picks {
            for b in &picks {
                let (a_place, b_place) = (case.requests.places[a.object], case.requests.places[b.object]);
                let ra = (a_place[0] - b_place[0] + 540.0) % 360.0 - 180.0;
                // Two of one pointing are at most a diameter apart; the fields are near the equator.
                let apart = ra.hypot(a_place[1] - b_place[1]);
                assert!(a.object == b.object || apart <= night.field * 1.001 + 1e-9, "{apart} {night:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_budget_is_exceeded_and_no_object_taken_twice(
        case in prop_oneof![cases(12, 4, 1.0), cases(12, 4, 0.1)],
    ) {
        for allocator in everything() {
            let mut fixed = case.fixed();
            let plan = allocator.allocate(&case.requests, &case.budget, &mut fixed).unwrap();
            check(&case, &fixed, &plan);
            check_pointings(&case, &plan);
            for kind in [Gains::Falling, Gains::Any] {
                let mut cover = case.cover(kind);
                let plan = allocator.allocate(&case.requests, &case.budget, &mut cover).unwrap();
                check(&case, &cover, &plan);
            }
        }
    }

    #[test]
    fn the_order_of_the_objects_does_not_matter(
        (case, order) in cases(12, 4, 0.1).prop_flat_map(|case| {
            let order: Vec<usize> = (0..case.scores.len()).collect();
            (Just(case), Just(order).prop_shuffle())
        }),
    ) {
        let shuffled = case.shuffled(&order);
        for allocator in everything() {
            let run = |case: &Case, worth: &mut dyn Worth| {
                let plan = allocator.allocate(&case.requests, &case.budget, worth).unwrap();
                (case.named(&plan), plan.value, plan.bound, plan.used)
            };
            prop_assert_eq!(run(&case, &mut case.fixed()), run(&shuffled, &mut shuffled.fixed()));
            let (mut one, mut other) = (case.cover(Gains::Falling), shuffled.cover(Gains::Falling));
            prop_assert_eq!(run(&case, &mut one), run(&shuffled, &mut other));
        }
    }

    #[test]
    fn values_are_below_the_best_and_bounds_above(case in cases(7, 3, 1.0)) {
        let best = case.best();
        let defaults = allocators().len();
        for (place, allocator) in everything().into_iter().enumerate() {
            let name = allocator.info().name;
            if name == "fields" || name == "clustered" {
                continue;
            }
            let plan = allocator.allocate(&case.requests, &case.budget, &mut case.fixed()).unwrap();
            let bound = plan.bound.unwrap();
            prop_assert!(plan.value <= best && best <= bound, "{name}: {} {best} {bound}", plan.value);
            // Without its safeguard, and by the total, greedy promises nothing.
            let promises = name == "greedy" && place < defaults;
            if promises && plan.value * (case.budget.telescopes.len() + 2) as f64 <= best {
                prop_assert!(best == 0.0, "{} {best}", plan.value);
            }
        }
    }

    #[test]
    fn more_time_never_lowers_the_knapsacks_value(
        (case, more) in cases(14, 4, 1.0).prop_flat_map(|case| {
            let telescopes = case.budget.telescopes.len();
            (Just(case), proptest::collection::vec(prop_oneof![Just(0u32), 0..40u32], telescopes))
        }),
    ) {
        let mut richer = case.clone();
        for (night, more) in richer.budget.telescopes.iter_mut().zip(&more) {
            night.seconds += f64::from(*more);
        }
        let run = |case: &Case, allocator: &dyn Allocator| {
            allocator.allocate(&case.requests, &case.budget, &mut case.fixed()).unwrap()
        };
        let steady = Knapsack { partitions: 16, ..Knapsack::default() };
        let before = run(&case, &steady).value;
        prop_assert!(before <= run(&richer, &steady).value);
        let searched = Knapsack { steady: false, ..steady };
        prop_assert!(before <= run(&richer, &searched).value);
        let telescopes = case.budget.telescopes.len();
        let greedy = Greedy { safeguard: false, ..Greedy::default() };
        if telescopes == 1 {
            prop_assert!(run(&case, &greedy).value <= run(&richer, &greedy).value);
        }
        for (name, part) in [("greedy", 1.0 / (telescopes + 2) as f64), ("clustered", 1.0 / (telescopes + 2) as f64)] {
            let allocator = allocator(name).unwrap();
            let (before, after) = (run(&case, &*allocator), run(&richer, &*allocator));
            prop_assert!(part * before.value <= after.value, "{name}: {} {}", before.value, after.value);
        }
        for name in ["order", "fields"] {
            let allocator = allocator(name).unwrap();
            let (before, after) = (run(&case, &*allocator), run(&richer, &*allocator));
            let part = 1.0 / before.picks.iter().filter(|pick| pick.worth > 0.0).count().max(1) as f64;
            prop_assert!(part * before.value <= after.value, "{name}: {} {}", before.value, after.value);
        }
    }

    #[test]
    fn lazy_plans_are_the_plain_ones(case in cases(12, 4, 1.0)) {
        for name in ["greedy", "fields", "clustered"] {
            let allocator = allocator(name).unwrap();
            let run = |worth: &mut dyn Worth| {
                case.named(&allocator.allocate(&case.requests, &case.budget, worth).unwrap())
            };
            prop_assert_eq!(run(&mut case.cover(Gains::Falling)), run(&mut case.cover(Gains::Any)), "{}", name);
        }
    }

    #[test]
    fn fields_of_single_objects_are_greedy(mut case in cases(12, 4, 1.0)) {
        for night in &mut case.budget.telescopes {
            night.fibres = 1;
        }
        let run = |name: &str, worth: &mut dyn Worth| {
            allocator(name).unwrap().allocate(&case.requests, &case.budget, worth).unwrap()
        };
        prop_assert_eq!(run("fields", &mut case.fixed()), run("greedy", &mut case.fixed()));
        let mut cover = case.cover(Gains::Falling);
        prop_assert_eq!(run("fields", &mut cover.clone()), run("greedy", &mut cover));
    }

    #[test]
    fn without_a_discount_clusters_do_not_matter(case in cases(12, 4, 1.0)) {
        let clustered = toml::from_str::<AllocatorParams>("name = \"clustered\"\ndecay = 1").unwrap().build().unwrap();
        let plan = clustered.allocate(&case.requests, &case.budget, &mut case.fixed()).unwrap();
        let greedy = Greedy::default().allocate(&case.requests, &case.budget, &mut case.fixed()).unwrap();
        prop_assert_eq!(case.named(&plan), case.named(&greedy));
    }
}

#[test]
fn the_knapsack_is_mostly_optimal_on_small_nights() {
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]),
    );
    let (mut nights, mut searched, mut steady, mut greedy) = (0, 0, 0, 0);
    while nights < 400 {
        let case = cases(8, 3, 1.0).new_tree(&mut runner).unwrap().current();
        let best = case.best();
        if best == case.scores.iter().filter(|score| **score > 0.0).sum::<f64>() {
            continue;
        }
        nights += 1;
        let optimal = |allocator: &dyn Allocator| {
            let plan = allocator.allocate(&case.requests, &case.budget, &mut case.fixed()).unwrap();
            usize::from(plan.value == best)
        };
        searched += optimal(&Knapsack { steady: false, ..Knapsack::default() });
        steady += optimal(&Knapsack::default());
        greedy += optimal(&Greedy::default());
    }
    println!("optimal in {searched} (searched), {steady} (steady), {greedy} (greedy) of {nights} nights");
    assert!(searched >= 380 && steady >= 300 && searched > greedy, "{searched} {steady} {greedy}");
}

fn requests(exposures: &[f64], telescopes: usize) -> Requests {
    let keys = (0..exposures.len() / telescopes).map(|object| format!("{object}")).collect();
    Requests::new(keys, exposures.to_vec())
}

fn pairs(allocation: &Allocation) -> Vec<(usize, usize)> {
    allocation.picks.iter().map(|pick| (pick.object, pick.telescope)).collect()
}

#[test]
fn the_order_fills_the_first_telescope_before_the_second() {
    let requests = requests(&[50.0, 20.0, 70.0, 30.0, 40.0, 10.0, 10.0, 5.0], 2);
    let budget = Budget::of_seconds(&[100.0, 30.0]);
    let plan = Order::default().allocate(&requests, &budget, &mut Fixed(vec![4.0, 3.0, 2.0, 1.0])).unwrap();
    assert_eq!(pairs(&plan), [(0, 0), (2, 0), (3, 0), (1, 1)]);
    assert_eq!(plan.used, [100.0, 30.0]);
}

#[test]
fn one_of_each_cluster_comes_first() {
    let mut requests = requests(&[10.0; 4], 1);
    requests.clusters = vec![Some(7), Some(7), None, Some(9)];
    let budget = Budget::of_seconds(&[40.0]);
    let mut worth = Fixed(vec![8.0, 7.0, 2.0, 5.0]);
    let plan = allocator("clustered").unwrap().allocate(&requests, &budget, &mut worth).unwrap();
    let worths: Vec<(usize, f64)> = plan.picks.iter().map(|pick| (pick.object, pick.worth)).collect();
    assert_eq!(worths, [(0, 8.0), (3, 5.0), (1, 3.5), (2, 2.0)]);
}

#[test]
fn objects_of_one_field_share_the_longest_exposure_and_one_overhead() {
    let mut requests = requests(&[100.0, 80.0, 90.0, 10.0], 1);
    requests.places = vec![[359.9, 0.0], [0.2, 0.1], [180.0, 0.0], [0.0, f64::NAN]];
    let night = TelescopeNight { seconds: 300.0, overhead: 20.0, fibres: 3, field: 1.0 };
    let budget = Budget { telescopes: vec![night], fill: false };
    let mut worth = Fixed(vec![5.0, 5.0, 5.0, 0.1]);
    let plan = allocator("fields").unwrap().allocate(&requests, &budget, &mut worth).unwrap();
    assert_eq!(pairs(&plan), [(0, 0), (1, 0), (2, 0), (3, 0)]);
    let times: Vec<(f64, f64)> = plan.picks.iter().map(|pick| (pick.seconds, pick.exposure)).collect();
    assert_eq!(times, [(120.0, 100.0), (0.0, 100.0), (110.0, 90.0), (30.0, 10.0)]);
    assert_eq!((plan.used[0], plan.bound), (260.0, None));
}

#[test]
fn budgets_are_kept_although_sums_of_seconds_are_rounded() {
    // .1 + .2 > .3 in floating point, and 3 · .1 > .3.
    let requests = requests(&[0.1, 0.2, 0.1], 1);
    for allocator in everything() {
        let budget = Budget::of_seconds(&[0.3]);
        let plan = allocator.allocate(&requests, &budget, &mut Fixed(vec![1.0; 3])).unwrap();
        assert_eq!(plan.picks.len(), 2, "{}", allocator.info().name);
        assert!(plan.used[0] <= 0.3);
    }
}

#[test]
fn nothing_is_planned_where_there_is_nothing() {
    for allocator in everything() {
        let run = |requests: &Requests, budget: &[f64], scores: &[f64]| {
            allocator.allocate(requests, &Budget::of_seconds(budget), &mut Fixed(scores.to_vec())).unwrap()
        };
        for plan in [
            run(&Requests::default(), &[], &[]),
            run(&Requests::default(), &[100.0], &[]),
            run(&Requests::new(vec!["a".to_owned()], Vec::new()), &[], &[1.0]),
            run(&requests(&[10.0], 1), &[0.0], &[1.0]),
            run(&requests(&[f64::INFINITY, f64::NAN], 2), &[99.0, 99.0], &[1.0]),
            run(&requests(&[10.0, 10.0, 10.0], 1), &[99.0], &[f64::NAN, -1.0, 0.0]),
            // A worth that knows fewer objects than there are.
            run(&requests(&[10.0, 10.0], 1), &[99.0], &[]),
        ] {
            assert_eq!((plan.picks.len(), plan.value), (0, 0.0), "{}", allocator.info().name);
        }
        // Times of zero are allowed.
        assert_eq!(run(&requests(&[0.0, 0.0], 1), &[1.0], &[1.0, 2.0]).picks.len(), 2);
    }
}

#[test]
fn faults_are_named() {
    for allocator in everything() {
        let run = |requests: &Requests, budget: &Budget, scores: &[f64]| match allocator.allocate(
            requests,
            budget,
            &mut Fixed(scores.to_vec()),
        ) {
            Err(error) => error,
            Ok(plan) => panic!("{}: {plan:?}", allocator.info().name),
        };
        let good = requests(&[10.0, 20.0], 1);
        let budget = Budget::of_seconds(&[100.0]);
        let infinite = run(&good, &budget, &[1.0, f64::INFINITY]);
        assert!(matches!(&infinite, Error::Object { key, .. } if key == "1"), "{infinite}");
        assert!(infinite.to_string().contains("the worth of object \"1\" is inf"), "{infinite}");
        let negative = run(&requests(&[10.0, -1.0], 1), &budget, &[1.0, 1.0]);
        assert!(matches!(negative, Error::Object { value: -1.0, .. }), "{negative}");
        for seconds in [f64::NAN, -1.0, f64::INFINITY] {
            let error = run(&good, &Budget::of_seconds(&[seconds]), &[1.0, 1.0]);
            assert!(matches!(error, Error::Telescope { telescope: 0, .. }), "{error}");
        }
        let fibres = TelescopeNight { fibres: 0, ..TelescopeNight::default() };
        let error = run(&good, &Budget { telescopes: vec![fibres], fill: false }, &[1.0, 1.0]);
        assert!(error.to_string().contains("fibres"), "{error}");
        let twins = Requests::new(vec!["a".to_owned(), "a".to_owned()], vec![1.0, 2.0]);
        assert_eq!(run(&twins, &budget, &[1.0, 1.0]), Error::Key { key: "a".to_owned() });
        let error = run(&good, &Budget::of_seconds(&[1.0, 2.0]), &[1.0, 1.0]);
        assert!(matches!(error, Error::Length { found: 2, needed: 4, .. }), "{error}");
        let lost = Requests { places: vec![[0.0, 0.0], [0.0, 91.0]], ..good.clone() };
        assert!(matches!(run(&lost, &budget, &[1.0, 1.0]), Error::Object { value: 91.0, .. }));
        let lost = Requests { clusters: vec![None], ..good.clone() };
        assert!(matches!(run(&lost, &budget, &[1.0, 1.0]), Error::Length { what: "clusters", .. }));
    }
}

#[test]
fn plans_can_be_written_and_read() {
    let plan = Greedy::default()
        .allocate(&requests(&[10.0, 20.0], 1), &Budget::of_seconds(&[100.0]), &mut Fixed(vec![1.0, 2.0]))
        .unwrap();
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Allocation>(&text).unwrap(), plan);
    assert!(toml::from_str::<Budget>("[[telescopes]]\nseconds = 1\nfibers = 2").is_err());
}
