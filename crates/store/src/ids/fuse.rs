//! A binary fuse filter (Graf and Lemire, 2022) that also says a value: three slots of an array, combined by xor, give the print of a key that is
//! in the set, and something random for one that is not.
//!
//! Two arrays share their slots: one of prints, which is kept in memory, and one of values, which is not. 1.16 slots a key; a key that is not in the
//! set has the right print once in 65,536 times. Every set of the same size has the same [`Shape`], so that many can be asked at the same places.

/// Bits of an entry that say the block within its segment; the others are the key.
pub(super) const BLOCK_BITS: u32 = 6;
/// Capacities, as powers of two.
const CAPACITIES: std::ops::RangeInclusive<u8> = 10..=24;
/// Seeds that are tried before more room is. One in some hundred sets needs a second one.
const SEEDS: u8 = 8;

/// Where the keys of a set have their slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    capacity: u8,
    seed: u8,
}

/// What is known of a key in a shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) slots: [usize; 3],
    /// What the prints at the slots make, combined.
    pub(super) print: u16,
    /// What the values at the slots make, above the block.
    pub(super) check: u16,
}

/// A set: per slot its print and its value.
pub(super) struct Fuse {
    pub(super) shape: Shape,
    pub(super) prints: Vec<u16>,
    pub(super) values: Vec<u16>,
}

impl Shape {
    /// As read from a file; `None` where no set has it.
    pub(super) fn known(capacity: u8, seed: u8) -> Option<Self> {
        (CAPACITIES.contains(&capacity) && seed < SEEDS).then_some(Self { capacity, seed })
    }

    /// The two bytes that [`Shape::known`] takes.
    pub(super) const fn bytes(self) -> [u8; 2] {
        [self.capacity, self.seed]
    }

    /// Slots of a stretch, a power of two: a key has its slots in three stretches that follow each other. Sizes as the authors give them.
    pub(super) const fn stretch(self) -> usize {
        1 << ((self.capacity as u32 * 576 + 2250) / 1000)
    }

    /// Stretches in which a key's first slot lies.
    const fn stretches(self) -> usize {
        let capacity = 1usize << self.capacity;
        let slots = capacity / 1000 * 875 + capacity / 1000 * 4983 / self.capacity as usize;
        slots.div_ceil(self.stretch()) - 2
    }

    /// Slots of the whole array.
    pub(super) const fn slots(self) -> usize {
        (self.stretches() + 2) * self.stretch()
    }

    /// Where a key is. Keys are hashes: under the first seed their order is that of their slots, so that a set is made and asked from one end to the
    /// other; the other seeds mix them once more.
    pub(super) const fn places(self, key: u64) -> Places {
        let high = match self.seed {
            0 => key << BLOCK_BITS,
            seed => mix(key.wrapping_add((seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))),
        };
        let mixed = (high & !0xffff_ffff) | (high.wrapping_mul(0x9fb2_1c65_1e98_df25) >> 32);
        let (stretch, mask) = (self.stretch(), self.stretch() - 1);
        let range = (self.stretches() * stretch) as u128;
        let first = ((mixed as u128 * range) >> 64) as usize;
        let second = (first + stretch) ^ ((mixed >> 18) as usize & mask);
        let third = (first + 2 * stretch) ^ (mixed as usize & mask);
        let other = mixed.wrapping_mul(0xd6e8_feb8_6659_fd93);
        Places { slots: [first, second, third], print: (mixed ^ (mixed >> 32)) as u16, check: (other >> 48) as u16 >> BLOCK_BITS }
    }
}

impl Fuse {
    /// A set of entries (key above, block below), each key once. `None` when there are too many of them.
    pub(super) fn of(entries: &[u64]) -> Option<Self> {
        let least = entries.len().max(1).next_power_of_two().ilog2();
        let shapes =
            CAPACITIES.filter(|capacity| u32::from(*capacity) >= least).flat_map(|capacity| (0..SEEDS).map(move |seed| (capacity, seed)));
        shapes.filter_map(|(capacity, seed)| Shape::known(capacity, seed)).find_map(|shape| Self::in_shape(shape, entries))
    }

    /// Take away slots that one entry alone is in, and the entry with them, until none is left; give the slots their contents in the other order.
    fn in_shape(shape: Shape, entries: &[u64]) -> Option<Self> {
        // Per slot the entries that are in it, combined, and how many they are.
        let (mut combined, mut counts) = (vec![0u64; shape.slots()], vec![0u16; shape.slots()]);
        for entry in entries {
            for at in shape.places(entry >> BLOCK_BITS).slots {
                combined[at] ^= entry;
                counts[at] = counts[at].checked_add(1)?;
            }
        }
        let mut order = Vec::with_capacity(entries.len());
        let mut alone: Vec<usize> = (0..counts.len()).rev().filter(|at| counts[*at] == 1).collect();
        while let Some(slot) = alone.pop() {
            if counts[slot] != 1 {
                continue;
            }
            let entry = combined[slot];
            order.push((entry, slot));
            for at in shape.places(entry >> BLOCK_BITS).slots {
                combined[at] ^= entry;
                counts[at] -= 1;
                if counts[at] == 1 {
                    alone.push(at);
                }
            }
        }
        if order.len() != entries.len() {
            return None;
        }
        let (mut prints, mut values) = (vec![0u16; counts.len()], vec![0u16; counts.len()]);
        for (entry, slot) in order.into_iter().rev() {
            let places = shape.places(entry >> BLOCK_BITS);
            prints[slot] = places.slots.iter().fold(places.print, |print, at| print ^ prints[*at]);
            values[slot] = places.slots.iter().fold(places.value(entry), |value, at| value ^ values[*at]);
        }
        Some(Self { shape, prints, values })
    }
}

impl Places {
    /// What the values at the slots of an entry make.
    const fn value(&self, entry: u64) -> u16 {
        (self.check << BLOCK_BITS) | (entry & ((1 << BLOCK_BITS) - 1)) as u16
    }

    /// The block that three combined values stand for; `None`: the key is not in the set.
    pub(super) fn block(&self, value: u16) -> Option<u8> {
        (value >> BLOCK_BITS == self.check).then_some((value & ((1 << BLOCK_BITS) - 1)) as u8)
    }
}

const fn mix(mut key: u64) -> u64 {
    key = (key ^ (key >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    key = (key ^ (key >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    key ^ (key >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn combined(array: &[u16], places: &Places) -> u16 {
        places.slots.iter().fold(0, |all, at| all ^ array[*at])
    }

    #[test]
    fn every_shape_has_its_slots_within_its_array() {
        for shape in CAPACITIES.filter_map(|capacity| Shape::known(capacity, 7)) {
            for key in [0, 1, 77, u64::MAX >> 6, u64::MAX] {
                assert!(shape.places(key).slots.iter().all(|slot| *slot < shape.slots()), "{shape:?} {key}");
            }
            assert!(shape.slots().is_multiple_of(shape.stretch()), "pieces of a file end where stretches do");
        }
        assert_eq!(Shape::known(18, 0).map(Shape::slots), Some(303_104));
        assert_eq!((Shape::known(9, 0), Shape::known(25, 0), Shape::known(18, 8)), (None, None, None));
    }

    proptest! {
        #[test]
        fn every_key_has_its_print_and_its_block(keys in proptest::collection::btree_set(any::<u64>(), 0..3_000)) {
            let mut entries: Vec<u64> = keys.into_iter().collect();
            entries.dedup_by_key(|entry| *entry >> BLOCK_BITS);
            let fuse = Fuse::of(&entries).unwrap();
            for entry in entries {
                let places = fuse.shape.places(entry >> BLOCK_BITS);
                prop_assert_eq!(combined(&fuse.prints, &places), places.print);
                prop_assert_eq!(places.block(combined(&fuse.values, &places)), Some((entry & 63) as u8));
            }
        }
    }
}
