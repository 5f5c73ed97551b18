//! One number of each event, written in whichever of these ways takes the fewest bytes:
//!
//! * 0: as it is, all in the width of the largest (`wide`: what comes so is mostly chance, and is kept apart from what can be packed);
//! * 1: as differences, each from the one before it;
//! * 2 and up: as differences from another column, which is known before.

use super::bytes::{self, Input, add, difference};

/// Append a column to `narrow`, or what cannot be made narrow to `wide`. `others` are as long as `values`.
pub(super) fn put(values: &[u64], others: &[&[u64]], narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
    let width = width(values);
    let mut best = (values.len() * width, 0_u8);
    let steps = || values.iter().scan(0, |before, value| Some(difference(*value, std::mem::replace(before, *value))));
    let lengths = std::iter::once(steps().map(bytes::length).sum());
    let from_others = others.iter().map(|other| values.iter().zip(*other).map(|(a, b)| bytes::length(difference(*a, *b))).sum());
    for (way, length) in (1..).zip(lengths.chain(from_others)) {
        // Of two that take as many bytes, differences repeat more.
        if length < best.0 || (length == best.0 && best.1 == 0) {
            best = (length, way);
        }
    }
    narrow.push(best.1);
    match best.1 {
        0 => {
            narrow.push(width as u8);
            values.iter().for_each(|value| wide.extend_from_slice(&value.to_le_bytes()[..width]));
        }
        1 => steps().for_each(|step| bytes::put(narrow, step)),
        way => values.iter().zip(others[usize::from(way) - 2]).for_each(|(a, b)| bytes::put(narrow, difference(*a, *b))),
    }
}

/// The inverse of [`put`].
pub(super) fn take(count: usize, others: &[&[u64]], narrow: &mut Input<'_>, wide: &mut Input<'_>) -> Option<Vec<u64>> {
    match narrow.take(1)?[0] {
        0 => {
            let width = usize::from(narrow.take(1)?[0]);
            let bytes = (1..=8).contains(&width).then(|| wide.take(count.checked_mul(width)?)).flatten()?;
            let mask = u64::MAX >> (64 - 8 * width);
            // Eight at once, as long as there are as many.
            let value = |at: usize| match bytes[at..].first_chunk() {
                Some(eight) => u64::from_le_bytes(*eight) & mask,
                None => number(&bytes[at..at + width]),
            };
            Some((0..count).map(|nth| value(nth * width)).collect())
        }
        1 => {
            let mut before = 0;
            numbers(count, narrow, |_, step| {
                before = add(before, step);
                before
            })
        }
        way => {
            let other = others.get(usize::from(way) - 2)?;
            numbers(count, narrow, |at, step| add(other[at], step))
        }
    }
}

fn numbers(count: usize, input: &mut Input<'_>, mut of: impl FnMut(usize, u64) -> u64) -> Option<Vec<u64>> {
    // Mostly all are small.
    if let Some(small) = input.0.get(..count).filter(|bytes| bytes.is_ascii()) {
        input.take(count)?;
        return Some(small.iter().enumerate().map(|(at, step)| of(at, u64::from(*step))).collect());
    }
    let mut values = Vec::with_capacity(count);
    for at in 0..count {
        values.push(of(at, input.number()?));
    }
    Some(values)
}

/// Bytes of the largest, one at least.
fn width(values: &[u64]) -> usize {
    let all = values.iter().fold(1, |all, value| all | value);
    8 - all.leading_zeros() as usize / 8
}

fn number(bytes: &[u8]) -> u64 {
    let mut all = [0; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    proptest! {
        #[test]
        fn every_column_comes_back(pairs in vec((any::<u64>(), any::<u64>()), 0..50), shift in 0_u32..64, near: bool) {
            let (values, mut other): (Vec<u64>, Vec<u64>) = pairs.into_iter().map(|(a, b)| (a >> shift, b)).unzip();
            if near {
                other = values.iter().map(|value| value.wrapping_add(3)).collect();
            }
            let (mut narrow, mut wide) = (Vec::new(), Vec::new());
            put(&values, &[&other], &mut narrow, &mut wide);
            prop_assert!(narrow.len() + wide.len() <= values.len() * 8 + 2);
            let (mut narrow, mut wide) = (Input(&narrow), Input(&wide));
            prop_assert_eq!(take(values.len(), &[&other], &mut narrow, &mut wide), Some(values));
            prop_assert!(narrow.0.is_empty() && wide.0.is_empty());
        }
    }
}
