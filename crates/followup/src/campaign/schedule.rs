//! When each target of a plan is observed.

/// A target of one telescope's night. Times are modified Julian days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Task {
    /// When it can first be observed, the overhead included.
    pub start: f64,
    /// When the exposure must have ended.
    pub end: f64,
    /// How long exposure and overhead take, days.
    pub length: f64,
}

/// When each task begins, one after the other; `None` for those for which no time is left. Whatever can be observed now and
/// must be done soonest comes first; a task that then no longer fits sends the longest of those before it away, if that one
/// is longer than it, so that as many as possible are kept (Moore 1968, for tasks that can all begin at once; with windows
/// that open later it is a heuristic). The tasks with the smaller numbers win ties: give them in the order of their worth.
pub fn schedule(tasks: &[Task]) -> Vec<Option<f64>> {
    let mut away = vec![false; tasks.len()];
    loop {
        let starts = attempt(tasks, &away);
        // The first that did not fit, by the end of its window.
        let late = (0..tasks.len())
            .filter(|&i| !away[i] && starts[i].is_none())
            .min_by(|&a, &b| sooner(tasks, a, b));
        let Some(late) = late else { return starts };
        let before =
            (0..tasks.len()).filter(|&i| !away[i] && starts[i].is_some() && tasks[i].end <= tasks[late].end);
        let longest = before.max_by(|&a, &b| tasks[a].length.total_cmp(&tasks[b].length).then(a.cmp(&b)));
        let goes = longest
            .filter(|&i| tasks[i].length > tasks[late].length && fits_alone(&tasks[late]))
            .unwrap_or(late);
        away[goes] = true;
    }
}

fn fits_alone(task: &Task) -> bool {
    task.start + task.length <= task.end
}

fn sooner(tasks: &[Task], a: usize, b: usize) -> std::cmp::Ordering {
    tasks[a].end.total_cmp(&tasks[b].end).then(a.cmp(&b))
}

/// Goes through the night: of the tasks that can begin, the one that must end first.
fn attempt(tasks: &[Task], away: &[bool]) -> Vec<Option<f64>> {
    let mut starts = vec![None; tasks.len()];
    let mut waiting: Vec<usize> = (0..tasks.len()).filter(|&i| !away[i]).collect();
    waiting.sort_by(|&a, &b| sooner(tasks, a, b));
    let mut now = f64::NEG_INFINITY;
    while !waiting.is_empty() {
        let open = waiting.iter().position(|&i| tasks[i].start <= now);
        let place = match open {
            Some(place) => place,
            None => {
                now = waiting.iter().map(|&i| tasks[i].start).fold(f64::INFINITY, f64::min);
                if !now.is_finite() {
                    break;
                }
                continue;
            }
        };
        let task = waiting.remove(place);
        if now + tasks[task].length <= tasks[task].end {
            starts[task] = Some(now);
            now += tasks[task].length;
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn task(start: f64, end: f64, length: f64) -> Task {
        Task { start, end, length }
    }

    #[test]
    fn those_that_set_first_come_first() {
        let tasks = [task(0.0, 10.0, 2.0), task(0.0, 3.0, 2.0), task(4.0, 7.0, 3.0)];
        assert_eq!(schedule(&tasks), [Some(2.0), Some(0.0), Some(4.0)]);
    }

    #[test]
    fn as_many_as_possible_are_kept() {
        // The first two leave no time for the third and fourth; without the longest, all others fit.
        let tasks = [task(0.0, 5.0, 4.0), task(0.0, 6.0, 2.0), task(0.0, 6.0, 2.0), task(0.0, 6.0, 2.0)];
        assert_eq!(schedule(&tasks), [None, Some(0.0), Some(2.0), Some(4.0)]);
        assert_eq!(schedule(&[task(0.0, 1.0, 2.0)]), [None]);
        assert!(schedule(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_windows_are_kept(
            raw in proptest::collection::vec((0.0..1.0_f64, 0.0..0.6_f64, 0.01..0.2_f64), 0..25),
        ) {
            let tasks: Vec<Task> = raw.iter().map(|&(start, window, length)| task(start, start + window, length)).collect();
            let starts = schedule(&tasks);
            let mut spans: Vec<(f64, f64)> = Vec::new();
            for (task, start) in tasks.iter().zip(&starts) {
                if let Some(start) = start {
                    prop_assert!(*start >= task.start && start + task.length <= task.end);
                    spans.push((*start, start + task.length));
                }
            }
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            if tasks.iter().any(fits_alone) {
                prop_assert!(!spans.is_empty());
            }
        }
    }
}
