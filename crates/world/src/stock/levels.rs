//! What is on hand, from changes that say what was before and what is after.
//!
//! Some ERPs keep stock per batch and tell of the product only: `100 → 99` of one batch and `6 → 5` of another are both "P", and neither
//! number is what is on hand. It shows: what a change says was before is not what the last one left. Then what is on hand is not
//! known, and the levels that were told are batches ([`Levels::per_batch`]), until [`CLEAN`] changes in a row agree again: a message that was
//! lost on the way looks the same. Where an earlier level comes back, it is batches beyond doubt, and stays so.

use serde::{Deserialize, Serialize};
use watchdeck_events::Quantity;

/// Changes in a row that agree, after which the one that did not was a lost message.
const CLEAN: u32 = 8;
/// Batches kept of one product, the newest.
const BATCHES: usize = 32;

/// See the [module docs](self).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Levels {
    /// The levels that were told and not continued, the newest last: one, unless it is told per batch.
    told: Vec<Quantity>,
    /// A lost level came back.
    batches: bool,
    /// Changes that agree since the last that did not.
    clean: u32,
}

impl Levels {
    /// So many were there `before`, as far as the change says, and so many are after it. `lost`: messages may be missing since the one before.
    pub(super) fn set(&mut self, before: Option<Quantity>, after: Quantity, lost: bool) {
        let continued = before.and_then(|before| self.told.iter().rposition(|level| *level == before));
        match (before, continued) {
            (_, Some(place)) => {
                if place + 1 == self.told.len() {
                    self.clean = self.clean.saturating_add(1);
                } else {
                    self.batches = true;
                }
                self.told.remove(place);
            }
            (Some(_), None) if !lost && !self.told.is_empty() => self.clean = 0,
            // Nothing to compare with: it says what is on hand.
            (_, None) if !self.batches => self.told.clear(),
            (_, None) => {}
        }
        self.told.push(after);
        if !self.per_batch() || self.told.len() > BATCHES {
            let surplus = self.told.len() - if self.per_batch() { BATCHES } else { 1 };
            self.told.drain(..surplus);
        }
    }

    /// So many came or went; nothing else is said.
    pub(super) fn moved(&mut self, by: Quantity) {
        if let Some(newest) = self.told.last_mut() {
            *newest = newest.plus(by).unwrap_or(*newest);
        }
    }

    /// On hand; `None` while it is not known.
    #[must_use]
    pub(super) fn on_hand(&self) -> Option<Quantity> {
        self.told.last().copied().filter(|_| !self.per_batch())
    }

    /// The levels told are of batches.
    #[must_use]
    pub(super) fn per_batch(&self) -> bool {
        self.batches || (self.told.len() > 1 && self.clean < CLEAN)
    }

    /// The batches' levels, the newest last; empty where it is not told per batch.
    #[must_use]
    pub(super) fn batches(&self) -> &[Quantity] {
        if self.per_batch() { &self.told } else { &[] }
    }

    /// The level that was told last, of whatever it is.
    #[must_use]
    pub(super) fn newest(&self) -> Option<Quantity> {
        self.told.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(changes: &[(i64, i64)]) -> Levels {
        let mut levels = Levels::default();
        changes.iter().for_each(|(before, after)| levels.set(Some((*before).into()), (*after).into(), false));
        levels
    }

    #[test]
    fn a_chain_of_changes_says_what_is_on_hand() {
        assert_eq!(told(&[(100, 99), (99, 90)]).on_hand(), Some(90.into()));
    }

    #[test]
    fn two_batches_of_one_product_are_not_its_stock() {
        let levels = told(&[(100, 99), (6, 5)]);
        assert_eq!((levels.on_hand(), levels.batches()), (None, [99.into(), 5.into()].as_slice()), "five is one batch's number");
        let levels = told(&[(100, 99), (6, 5), (99, 98), (98, 97), (97, 96), (96, 95), (95, 94), (94, 93), (93, 92), (92, 91), (91, 90)]);
        assert!(levels.per_batch(), "a level that comes back is a batch, and stays one");
    }

    #[test]
    fn a_lost_message_is_forgotten_after_a_while() {
        let mut changes = vec![(100, 99), (80, 79)];
        assert!(told(&changes).per_batch());
        changes.extend((0..8).map(|n| (79 - n, 78 - n)));
        assert_eq!(told(&changes).on_hand(), Some(71.into()));
        let mut levels = told(&[(100, 99)]);
        levels.set(Some(80.into()), 79.into(), true);
        assert_eq!(levels.on_hand(), Some(79.into()), "where a gap is marked, it was the gap");
    }
}
