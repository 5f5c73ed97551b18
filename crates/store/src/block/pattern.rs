//! An id as a pattern with holes, and the numbers that fill them: `orders:7291` is `orders:□` and 7291, a UUID is four dashes and 128 bits.
//! Ids of one maker share their pattern, and of their numbers the counters and clocks are nearly free.
//!
//! A pattern is the text with two bytes for each hole, [`HOLE`] (which no UTF-8 holds) and what the number is written as:
//!
//! * 0: decimal, without zeros before it;
//! * 1 to 16: so many digits of lower-case hexadecimal;
//! * 32: twelve of them with a dash behind the eighth, as a UUID begins: where it is of version 7, this is its clock.

/// Begins a hole.
const HOLE: u8 = 0xff;
const DECIMAL: u8 = 0;
const UUID_CLOCK: u8 = 32;

/// Lengths of runs of hexadecimal digits that are read as a hash or a clock. Others are words, or counters behind a word.
const HEX_RUNS: [usize; 8] = [8, 12, 16, 24, 32, 40, 48, 64];
/// Digits of the largest decimal.
const DECIMAL_DIGITS: usize = 19;

/// Take a text apart: its pattern is appended to `pattern`, its numbers to `cells`. [`write`] is the inverse.
pub(super) fn take_apart(text: &str, pattern: &mut Vec<u8>, cells: &mut Vec<u64>) {
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let run = rest.iter().position(|byte| class(*byte) == OTHER).unwrap_or(rest.len());
        if run == 0 {
            pattern.push(*first);
            rest = &rest[1..];
        } else if run == 8 && is_uuid(rest) {
            take_uuid(rest, pattern, cells);
            rest = &rest[36..];
        } else {
            take_run(&rest[..run], pattern, cells);
            rest = &rest[run..];
        }
    }
}

/// Letters and digits between others.
fn take_run(run: &[u8], pattern: &mut Vec<u8>, cells: &mut Vec<u64>) {
    if HEX_RUNS.contains(&run.len()) && run.iter().fold(0, |most, byte| most.max(class(*byte))) < LETTER {
        let (short, long) = run.split_at(run.len() % 16);
        if !short.is_empty() {
            take_hex(short, pattern, cells);
        }
        return long.chunks_exact(16).for_each(|part| take_hex(part, pattern, cells));
    }
    let digits = run.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (word, digits) = run.split_at(run.len() - digits);
    pattern.extend_from_slice(word);
    match digits {
        [] => {}
        [b'0', _, ..] if digits.len() <= 16 => take_hex(digits, pattern, cells),
        [b'0', _, ..] => pattern.extend_from_slice(digits),
        _ if digits.len() > DECIMAL_DIGITS => pattern.extend_from_slice(digits),
        _ => {
            pattern.extend_from_slice(&[HOLE, DECIMAL]);
            cells.push(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
        }
    }
}

/// Not more than 16 digits.
fn take_hex(digits: &[u8], pattern: &mut Vec<u8>, cells: &mut Vec<u64>) {
    pattern.extend_from_slice(&[HOLE, digits.len() as u8]);
    cells.push(hex(digits));
}

/// A clock, and apart what counts and what is chance in version 7.
fn take_uuid(uuid: &[u8], pattern: &mut Vec<u8>, cells: &mut Vec<u64>) {
    pattern.extend_from_slice(&[HOLE, UUID_CLOCK]);
    cells.push((hex(&uuid[..8]) << 16) | hex(&uuid[9..13]));
    for part in [14..18, 19..23] {
        pattern.push(b'-');
        take_hex(&uuid[part], pattern, cells);
    }
    pattern.push(b'-');
    take_hex(&uuid[24..28], pattern, cells);
    take_hex(&uuid[28..36], pattern, cells);
}

fn is_uuid(text: &[u8]) -> bool {
    let Some((uuid, behind)) = text.split_at_checked(36) else { return false };
    let mut parts = [0..8, 9..13, 14..18, 19..23, 24..36].into_iter().map(|part| &uuid[part]);
    [8, 13, 18, 23].into_iter().all(|at| uuid[at] == b'-')
        && parts.all(|part| part.iter().all(|byte| class(*byte) < LETTER))
        && behind.first().is_none_or(|next| class(*next) == OTHER)
}

/// No digit of hexadecimal, and a letter or digit all the same.
const LETTER: u8 = 16;
/// Neither letter nor digit.
const OTHER: u8 = 17;

/// What a byte counts as a digit of hexadecimal, or [`LETTER`] or [`OTHER`].
fn class(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

/// [`class`] for every byte: an id has 40 of them, and there are a million ids a second.
static CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            b'g'..=b'z' | b'A'..=b'Z' => LETTER,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// Digits below [`LETTER`].
fn hex(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| (number << 4) | u64::from(class(*digit)))
}

/// How many holes a pattern has; `None` when it is none.
pub(super) fn holes(pattern: &[u8]) -> Option<usize> {
    let (mut bytes, mut holes) = (pattern.iter(), 0);
    while let Some(byte) = bytes.next() {
        if *byte == HOLE {
            holes += 1;
            matches!(bytes.next(), Some(&(DECIMAL..=16 | UUID_CLOCK))).then_some(())?;
        }
    }
    Some(holes)
}

/// Append the text of a pattern that [`holes`] has counted, with as many `cells`.
pub(super) fn write(pattern: &[u8], cells: &[u64], out: &mut Vec<u8>) {
    let mut parts = pattern.split(|byte| *byte == HOLE);
    out.extend_from_slice(parts.next().unwrap_or_default());
    for (part, cell) in parts.zip(cells) {
        let Some((form, text)) = part.split_first() else { continue };
        match *form {
            DECIMAL => write_decimal(*cell, out),
            UUID_CLOCK => {
                write_hex(cell >> 16, 8, out);
                out.push(b'-');
                write_hex(*cell, 4, out);
            }
            digits => write_hex(*cell, usize::from(digits), out),
        }
        out.extend_from_slice(text);
    }
}

fn write_decimal(mut number: u64, out: &mut Vec<u8>) {
    let start = out.len();
    while number > 0 || out.len() == start {
        out.push(b'0' + (number % 10) as u8);
        number /= 10;
    }
    out[start..].reverse();
}

/// The last `digits` digits, 16 at most.
fn write_hex(mut number: u64, digits: usize, out: &mut Vec<u8>) {
    let mut text = [b'0'; 16];
    for place in text[..digits].iter_mut().rev() {
        *place = b"0123456789abcdef"[(number & 15) as usize];
        number >>= 4;
    }
    out.extend_from_slice(&text[..digits]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart(text: &str) -> (Vec<u8>, Vec<u64>) {
        let (mut pattern, mut cells) = (Vec::new(), Vec::new());
        take_apart(text, &mut pattern, &mut cells);
        (pattern, cells)
    }

    fn comes_back(text: &str) {
        let (pattern, cells) = apart(text);
        assert_eq!(holes(&pattern), Some(cells.len()), "{text}");
        let mut again = Vec::new();
        write(&pattern, &cells, &mut again);
        assert_eq!(str::from_utf8(&again), Ok(text));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text: String) {
            comes_back(&text);
        }

        #[test]
        fn what_looks_like_an_id_comes_back(text in "([0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{32}|[0-9]{1,25}|[a-zA-Z0-9]{1,9}|-|:|_|盘){0,6}") {
            comes_back(&text);
        }

        #[test]
        fn a_uuid_comes_back_wherever_it_stands(text in "[a-z:]{0,2}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9a-z:]{0,2}") {
            comes_back(&text);
        }
    }

    #[test]
    fn ids_of_one_maker_share_a_pattern() {
        for (one, other) in [
            ("channel:9", "channel:123"),
            ("so6b083dd9-2280", "so6b083dd9-10000"),
            ("0192f1c4a000-0123456789abcdef0123456789abcdef-0", "0192f1c4a00f-00000000000000000000000000000000-71"),
            ("0192f1c4-a000-7111-8111-0123456789ab", "12345678-1234-1234-1234-123456789012"),
            ("SO-000123", "SO-004711"),
        ] {
            assert_eq!(apart(one).0, apart(other).0, "{one} {other}");
        }
    }
}
