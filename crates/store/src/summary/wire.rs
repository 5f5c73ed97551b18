//! Numbers and strings in bytes: seven bits a byte, the last one below 128; lengths before what they count. Whatever is read is checked against what
//! there is.

use super::bloom::Bloom;
use std::borrow::Cow;

#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 128 {
            self.0.push(number as u8 | 128);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Small in either direction.
    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }

    pub(super) fn bloom(&mut self, bloom: &Bloom<'_>) {
        self.0.push(bloom.probes);
        self.bytes(&bloom.bits);
    }
}

#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 127);
            number |= part.checked_shl(shift).filter(|shifted| shifted >> shift == part)?;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// How many things follow: each takes a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    pub(super) fn bloom(&mut self) -> Option<Bloom<'a>> {
        let probes = self.byte()?;
        let bits = Cow::Borrowed(self.bytes()?);
        (bits.is_empty() || (1..=8).contains(&probes)).then_some(Bloom { bits, probes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in proptest::collection::vec(any::<u64>(), 0..9), signed in any::<i64>(), bytes in any::<Vec<u8>>()) {
            let mut writer = Writer::default();
            numbers.iter().for_each(|number| writer.number(*number));
            writer.signed(signed);
            writer.bytes(&bytes);
            let mut reader = Reader(&writer.0);
            for number in numbers {
                prop_assert_eq!(reader.number(), Some(number));
            }
            prop_assert_eq!((reader.signed(), reader.bytes(), reader.byte()), (Some(signed), Some(&bytes[..]), None));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(Reader(&[255; 12]).number(), None);
        assert_eq!(Reader(&[128]).number(), None);
        assert_eq!(Reader(&[200, 1, 7]).bytes(), None, "it ends sooner");
    }
}
