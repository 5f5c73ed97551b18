//! What can be said of many events at once.

use super::compiled::Logic;
use std::ops::Range;
use watchdeck_filter::Verdict;

/// A verdict for each event of a block.
#[derive(Debug, Clone)]
pub(super) enum Column {
    /// The same of all.
    Same(Verdict),
    Each(Vec<Verdict>),
}

impl Column {
    pub(super) fn at(&self, at: usize) -> Verdict {
        match self {
            Self::Same(verdict) => *verdict,
            Self::Each(each) => each[at],
        }
    }

    /// Whether one of these events has this verdict.
    pub(super) fn any(&self, places: &Range<usize>, verdict: Verdict) -> bool {
        match self {
            Self::Same(same) => *same == verdict && !places.is_empty(),
            Self::Each(each) => each[places.clone()].contains(&verdict),
        }
    }

    /// This, where the other one leaves it open.
    pub(super) fn over(self, other: Self) -> Self {
        self.zip(other, |this, other| if other == Verdict::Maybe { this } else { other })
    }

    fn zip(self, other: Self, of: impl Fn(Verdict, Verdict) -> Verdict) -> Self {
        match (self, other) {
            (Self::Same(one), Self::Same(other)) => Self::Same(of(one, other)),
            (Self::Each(mut each), Self::Same(other)) => {
                each.iter_mut().for_each(|one| *one = of(*one, other));
                Self::Each(each)
            }
            (Self::Same(one), Self::Each(mut each)) => {
                each.iter_mut().for_each(|other| *other = of(one, *other));
                Self::Each(each)
            }
            (Self::Each(mut each), Self::Each(others)) => {
                each.iter_mut().zip(others).for_each(|(one, other)| *one = of(*one, other));
                Self::Each(each)
            }
        }
    }
}

impl Logic for Column {
    fn same(verdict: Verdict) -> Self {
        Self::Same(verdict)
    }

    fn and(self, other: Self) -> Self {
        self.zip(other, Verdict::min)
    }

    fn or(self, other: Self) -> Self {
        self.zip(other, Verdict::max)
    }

    fn not(self) -> Self {
        match self {
            Self::Same(verdict) => Self::Same(!verdict),
            Self::Each(mut each) => {
                each.iter_mut().for_each(|verdict| *verdict = !*verdict);
                Self::Each(each)
            }
        }
    }

    fn is(&self, verdict: Verdict) -> bool {
        match self {
            Self::Same(same) => *same == verdict,
            Self::Each(each) => each.iter().all(|one| *one == verdict),
        }
    }
}
