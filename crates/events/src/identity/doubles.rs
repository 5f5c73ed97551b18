//! Repeats of messages that state no time, recognised across the borders of the identity's windows.
//!
//! The id of such a message is made of its content and the window that its envelope's time falls into; of two copies 1 ms apart, one in a
//! thousand falls into the next window. This remembers when each content was first seen, and gives a copy the id of its first. It is a memory
//! for the present only: after a restart the windows alone decide, which is right for all but that one in a thousand. Product and time are
//! never a key: two real changes can share a millisecond.

use super::{REPEAT_WINDOW_MS, content, id, named, window};
use crate::{channel::Channel, time::Millis};
use std::collections::{HashMap, VecDeque};

/// Messages remembered: a second of far more than any ERP publishes without a time, in under 2 MB.
const REMEMBERED: usize = 16_384;

/// The memory of one source. Bounded by number; by the envelope's time it reaches one window back and, for clocks that go back, one forward.
#[derive(Debug, Clone, Default)]
pub struct Doubles {
    /// When a content was first seen, by content and window. Two first sights in one window would be repeats, so one is enough.
    first: HashMap<(u128, i64), Millis>,
    order: VecDeque<(u128, i64)>,
}

impl Doubles {
    /// The id of a message, as [`super::of`] gives it; for a repeat without a stated time the id of its first copy. `kind` is what the envelope calls it.
    pub fn id(&mut self, channel: &Channel, kind: Option<&str>, stated: Option<Millis>, envelope: Millis, payload: &str) -> Box<str> {
        if stated.is_some() {
            return named(channel, kind, stated, envelope, payload);
        }
        let content = content(channel, kind, payload);
        let place = envelope.0.div_euclid(REPEAT_WINDOW_MS);
        let near =
            [place.saturating_sub(1), place, place.saturating_add(1)].into_iter().filter_map(|place| self.first.get(&(content, place)));
        let apart = |first: &Millis| envelope.since(*first).saturating_abs();
        if let Some(first) = near.copied().min_by_key(apart).filter(|first| apart(first) <= REPEAT_WINDOW_MS) {
            return id(window(first), content);
        }
        self.first.insert((content, place), envelope);
        self.order.push_back((content, place));
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.first.remove(&oldest);
        }
        id(window(envelope), content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const SALE: &str = r#"{"type":"outbound","productId":"p1","quantity":2}"#;

    fn see(doubles: &mut Doubles, envelope: i64, payload: &str) -> Box<str> {
        doubles.id(&"inventory".into(), None, None, Millis(envelope), payload)
    }

    #[test]
    fn a_repeat_across_a_border_has_the_id_of_its_first_copy() {
        let mut doubles = Doubles::default();
        let first = see(&mut doubles, 1_795_223_788_999, SALE);
        assert_eq!(first, super::super::of(&"inventory".into(), None, Millis(1_795_223_788_999), SALE), "what comes first keeps its id");
        assert_eq!(see(&mut doubles, 1_795_223_789_000, SALE), first);
        assert_eq!(see(&mut doubles, 1_795_223_788_998, SALE), first, "a clock may go back");
        assert_ne!(see(&mut doubles, 1_795_223_791_999, SALE), first, "three seconds later it is a new sale");
        assert_ne!(see(&mut doubles, 1_795_223_789_001, &SALE.replace('2', "3")), first);
        assert_ne!(doubles.id(&"orders".into(), None, None, Millis(1_795_223_789_001), SALE), first);
        assert_ne!(doubles.id(&"inventory".into(), Some("sale"), None, Millis(1_795_223_789_001), SALE), first);
    }

    #[test]
    fn what_states_its_time_is_never_judged_by_ours() {
        let mut doubles = Doubles::default();
        let [a, b] = [1_i64, 2].map(|at| doubles.id(&"inventory".into(), None, Some(Millis(at)), Millis(5), SALE));
        assert_ne!(a, b, "two sales within a millisecond's reach, each with its own time");
        assert_eq!(a, doubles.id(&"inventory".into(), None, Some(Millis(1)), Millis(900_000), SALE), "however late the repeat");
        assert!(doubles.first.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut doubles = Doubles::default();
        for n in 0..3 * REMEMBERED {
            see(&mut doubles, n as i64 * 7, &format!("{n}"));
        }
        assert_eq!((doubles.first.len(), doubles.order.len()), (REMEMBERED, REMEMBERED));
        for at in [i64::MIN, i64::MAX, 0] {
            assert_eq!(see(&mut doubles, at, SALE), see(&mut doubles, at, SALE), "no time breaks it");
        }
    }

    proptest! {
        #[test]
        fn copies_are_one_and_real_changes_are_many(
            changes in proptest::collection::vec((0..4_usize, 1..4_usize, proptest::collection::vec(1..=50_i64, 4), any::<u32>()), 1..20),
            start in 0..2_000_000_000_000_i64,
        ) {
            // Equal changes are 3 s apart; their copies 1 to 50 ms after the first, in any order of arrival within the change and mixed with other contents.
            let mut arrivals = Vec::new();
            for (n, (content, copies, apart, order)) in changes.iter().enumerate() {
                let at = start + n as i64 * 3000;
                arrivals.push((n, order % 7, at, *content));
                arrivals.extend(apart.iter().take(*copies).enumerate().map(|(copy, after)| (n, (order >> copy) % 7, at + after, *content)));
            }
            arrivals.sort_by_key(|(n, order, ..)| (n / 2, *order));
            let mut doubles = Doubles::default();
            let mut ids = vec![HashSet::new(); changes.len()];
            for (n, _, at, content) in arrivals {
                ids[n].insert(see(&mut doubles, at, &format!("{{\"c\":{content}}}")));
            }
            prop_assert!(ids.iter().all(|ids| ids.len() == 1), "each change has one id: {ids:?}");
            let all: HashSet<_> = ids.iter().flatten().collect();
            prop_assert_eq!(all.len(), changes.len(), "and no two share one");
        }
    }
}
