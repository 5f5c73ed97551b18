//! Sets of hashes, and Bloom filters made of them. How large a filter has to be is known once its set is.

use std::borrow::Cow;

/// Slots of a set to begin with.
const FEWEST: usize = 1 << 12;

/// Bytes of a filter at least.
const FEWEST_BYTES: usize = 64;

/// Distinct hashes, each with the frames that it was met in: an open table, at most half full, of which 0 is the empty slot.
#[derive(Debug)]
pub(super) struct Set {
    slots: Vec<u64>,
    frames: Vec<u8>,
    taken: usize,
}

impl Set {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; FEWEST], frames: vec![0; FEWEST], taken: 0 }
    }

    /// Whether it was not there, or not in all of these frames. Hashes must be well mixed.
    pub(super) fn insert(&mut self, hash: u64, frames: u8) -> bool {
        let hash = hash.max(1);
        let mut at = hash as usize & (self.slots.len() - 1);
        while self.slots[at] != 0 {
            if self.slots[at] == hash {
                let is_new = frames & !self.frames[at] != 0;
                self.frames[at] |= frames;
                return is_new;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = hash;
        self.frames[at] = frames;
        self.taken += 1;
        if self.taken * 2 > self.slots.len() {
            let room = self.slots.len() * 2;
            let smaller = std::mem::replace(self, Self { slots: vec![0; room], frames: vec![0; room], taken: 0 });
            for (hash, frames) in smaller.iter() {
                self.insert(hash, frames);
            }
        }
        true
    }

    pub(super) const fn len(&self) -> usize {
        self.taken
    }

    /// Each with its frames.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u8)> + '_ {
        self.slots.iter().copied().zip(self.frames.iter().copied()).filter(|(hash, _)| *hash != 0)
    }
}

/// May say *perhaps* for what is not in it, and never *no* for what is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bloom<'a> {
    /// None: it rules nothing out.
    pub(super) bits: Cow<'a, [u8]>,
    /// Bits of each hash.
    pub(super) probes: u8,
}

impl Bloom<'_> {
    /// A filter with so many bits for each hash, and `most` bytes at most.
    pub(super) fn of(set: &Set, bits_each: usize, most: usize) -> Self {
        let mut bits = vec![0; (set.len() * bits_each).div_ceil(8).max(FEWEST_BYTES).min(most)];
        // ln 2 of the bits per hash makes half of all bits set, which says most.
        let probes = (bits.len() * 8 * 69 / 100 / set.len().max(1)).clamp(1, 8) as u8;
        for (hash, _) in set.iter() {
            places(hash, probes, bits.len()).for_each(|bit| bits[bit / 8] |= 1 << (bit % 8));
        }
        Self { bits: bits.into(), probes }
    }

    pub(super) fn may_hold(&self, hash: u64) -> bool {
        self.bits.is_empty() || places(hash.max(1), self.probes, self.bits.len()).all(|bit| self.bits[bit / 8] & (1 << (bit % 8)) != 0)
    }
}

/// The bits of a hash in so many bytes.
fn places(hash: u64, probes: u8, bytes: usize) -> impl Iterator<Item = usize> {
    let (first, step) = (hash as u32, (hash >> 32) as u32 | 1);
    (0..u32::from(probes)).map(move |probe| ((u64::from(first.wrapping_add(step.wrapping_mul(probe))) * (bytes as u64 * 8)) >> 32) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_at_all_holds_nothing_and_no_bits_hold_everything() {
        assert!(!Bloom::of(&Set::new(), 8, 100).may_hold(5));
        assert!(Bloom::default().may_hold(5));
    }

    proptest! {
        #[test]
        fn what_was_put_in_is_held(hashes in proptest::collection::hash_set(any::<u64>(), 0..2_000), most in 1usize..2_000) {
            let mut set = Set::new();
            for hash in &hashes {
                prop_assert!(set.insert(*hash, 1) || *hash < 2);
                prop_assert!(!set.insert(*hash, 1));
                prop_assert!(set.insert(*hash, 2) && !set.insert(*hash, 3), "it is news in another frame");
            }
            let bloom = Bloom::of(&set, 10, most);
            prop_assert!(bloom.bits.len() <= most && hashes.iter().all(|hash| bloom.may_hold(*hash)));
        }
    }
}
