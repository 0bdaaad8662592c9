//! What an object is worth, given what has been taken already.

/// How gains change as objects are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gains {
    /// They do not: every object has its score, and a plan's value is the sum of them.
    Fixed,
    /// A gain never grows when something is taken, and never gets negative where it was not: the value is a submodular,
    /// monotone function of the set, as joint mutual information is. Lazy evaluation and the bounds rest on this.
    Falling,
    /// Nothing is known of them: everything is evaluated again at each step, and there is no bound.
    Any,
}

/// What an object adds to the plan. Objects are counted from 0 in the order of the requests, whatever order an allocator
/// looks at them in.
///
/// Gains that are NaN, negative or 0 are not taken (0 is, where the budget says so); infinite ones are an error.
pub trait Worth {
    /// What the object adds to what has been taken.
    fn gain(&self, object: usize) -> f64;

    /// The gains of several objects; to be overridden where many at once are cheaper than one by one.
    fn gains(&self, objects: &[usize]) -> Vec<f64> {
        objects.iter().map(|object| self.gain(*object)).collect()
    }

    /// The object is taken.
    fn take(&mut self, object: usize);

    /// Everything that [`Worth::take`] has done is forgotten: a new plan begins. Allocators call it before they begin, and
    /// leave behind the state after their plan.
    fn reset(&mut self);

    /// How the gains change.
    fn kind(&self) -> Gains;
}

/// One score per object that does not change.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed(pub Vec<f64>);

impl Worth for Fixed {
    /// NaN, which is never taken, for objects past the end.
    fn gain(&self, object: usize) -> f64 {
        self.0.get(object).copied().unwrap_or(f64::NAN)
    }

    fn take(&mut self, _: usize) {}

    fn reset(&mut self) {}

    fn kind(&self) -> Gains {
        Gains::Fixed
    }
}
