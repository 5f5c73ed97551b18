//! Numbers and texts as bytes: seven bits of a number in each byte, the lowest first, the eighth says that more follow.

/// Append a number: 1 byte up to 127, 10 bytes at most.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// How many bytes [`put`] appends.
pub(super) const fn length(number: u64) -> usize {
    (70 - (number | 1).leading_zeros() as usize) / 7
}

/// Append a length and what is so long.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The difference between two numbers, small where they are near to each other on either side.
pub(super) const fn difference(number: u64, from: u64) -> u64 {
    let signed = number.wrapping_sub(from).cast_signed();
    ((signed << 1) ^ (signed >> 63)).cast_unsigned()
}

/// The inverse of [`difference`].
pub(super) const fn add(from: u64, difference: u64) -> u64 {
    from.wrapping_add((difference >> 1) ^ (difference & 1).wrapping_neg())
}

/// What is left to read. Everything answers `None` where there is not enough, or not what there should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    /// The inverse of [`put`].
    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        // Mostly one byte or two.
        match self.0 {
            [one @ 0..0x80, rest @ ..] => {
                self.0 = rest;
                Some(u64::from(*one))
            }
            [low, high @ 0..0x80, rest @ ..] => {
                self.0 = rest;
                Some(u64::from(*low & 0x7f) | u64::from(*high) << 7)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number below `end`.
    pub(super) fn number_below(&mut self, end: usize) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|number| *number < end)
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The inverse of [`put_bytes`].
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// The inverse of [`put_bytes`], for text.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_comes_back_and_its_length_is_known(number: u64, shift in 0_u32..64) {
            let (number, mut out) = (number >> shift, Vec::new());
            put(&mut out, number);
            prop_assert_eq!(out.len(), length(number));
            let mut input = Input(&out);
            prop_assert_eq!(input.number(), Some(number));
            prop_assert!(input.0.is_empty());
        }

        #[test]
        fn every_difference_comes_back(number: u64, from: u64) {
            prop_assert_eq!(add(from, difference(number, from)), number);
        }
    }

    #[test]
    fn a_number_that_ends_too_early_or_is_too_large_is_none() {
        for bytes in [&[0x80][..], &[], &[0xff; 10], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]] {
            assert_eq!(Input(bytes).number(), None);
        }
    }
}
