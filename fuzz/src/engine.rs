//! Makes inputs, runs a target on them, and keeps what behaves in a new way.

use crate::Target;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// The longest input.
const LONGEST: usize = 64 << 10;
/// Inputs kept for their behaviour.
const KEPT: usize = 4_096;
/// One input that takes longer has found something, too.
const SLOW: Duration = Duration::from_secs(10);

/// What servers, and those who wish them ill, put where something else should be.
const TOKENS: [&str; 56] = [
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-1",
    "1",
    "-0",
    "1e308",
    "1e-400",
    "1.0",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "9223372036854775807",
    "99999999999999999999999999999.99",
    "NaN",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "0.1000000000000000055511151231257827021181583404541015625",
    "1e-999999999",
    "\"1,234.50\"",
    "\"1,234\"",
    "\"¥ 5\"",
    "\"(12.00)\"",
    "\"１２３\"",
    "\"CRITICAL\"",
    "\"OUT\"",
    "[7,\"Wang\"]",
    "{\"id\":7,\"name\":\"Wang\"}",
    "17952237881500",
    "1795223788150000000",
    "\"2026-11-25 20:00:00\"",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "\u{1e}",
    "\u{1e}@reopen\u{1e}",
    "\u{1e}@pass\u{1e}",
    "\n",
    "\r\n",
    "\"timestamp\"",
    "\"type\"",
    "\"data\"",
    "\"channel\"",
    "\"offset\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:60.999999999+23:59\"",
    "木纹砖",
    "\u{feff}",
    "\u{202e}",
    "42[",
    "430[",
];

/// The seed of everything.
pub type Luck = u64;

/// A run's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Inputs tried.
    pub tried: u64,
    /// Ways of behaving seen.
    pub ways: usize,
    /// What broke it, if anything did.
    pub finding: Option<Finding>,
}

/// An input that broke a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The bytes.
    pub input: Vec<u8>,
    /// What the panic said.
    pub why: String,
}

/// Feed `target` for `time` with damaged `seeds`, or until something breaks. The same luck makes the same inputs in the same order.
pub fn run(target: &Target, seeds: &[Vec<u8>], luck: Luck, time: Duration) -> Run {
    let mut kitchen = Kitchen { luck: StdRng::seed_from_u64(luck), kept: seeds.to_vec() };
    if kitchen.kept.is_empty() {
        kitchen.kept.push(b"{}".to_vec());
    }
    let (until, mut ways, mut tried) = (Instant::now() + time, HashSet::new(), 0);
    for seed in seeds {
        tried += 1;
        match feed(target, seed) {
            Ok(way) => drop(ways.insert(way)),
            Err(finding) => return Run { tried, ways: ways.len(), finding: Some(finding) },
        }
    }
    while Instant::now() < until {
        tried += 1;
        let input = kitchen.input();
        match feed(target, &input) {
            Ok(way) => {
                if ways.insert(way) && kitchen.kept.len() < KEPT {
                    kitchen.kept.push(input);
                }
            }
            Err(finding) => return Run { tried, ways: ways.len(), finding: Some(finding) },
        }
    }
    Run { tried, ways: ways.len(), finding: None }
}

/// Feed one input; a panic, or an endless think, is a finding.
///
/// # Errors
/// The finding.
pub fn feed(target: &Target, input: &[u8]) -> Result<u64, Finding> {
    let started = Instant::now();
    let way = catch_unwind(AssertUnwindSafe(|| (target.feed)(input)));
    let finding = |why: String| Finding { input: input.to_vec(), why };
    let way = way.map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        finding(said.unwrap_or_else(|| "a panic without words".into()))
    })?;
    let took = started.elapsed();
    if took > SLOW { Err(finding(format!("{} bytes took {took:?}", input.len()))) } else { Ok(way) }
}

struct Kitchen {
    luck: StdRng,
    kept: Vec<Vec<u8>>,
}

impl Kitchen {
    fn input(&mut self) -> Vec<u8> {
        let mut input = self.some().clone();
        for _ in 0..1 << self.luck.random_range(0..4) {
            self.damage(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn some(&mut self) -> &Vec<u8> {
        let place = self.luck.random_range(0..self.kept.len());
        &self.kept[place]
    }

    fn damage(&mut self, input: &mut Vec<u8>) {
        let at = self.luck.random_range(0..=input.len());
        let end = (at + self.luck.random_range(0..=32)).min(input.len());
        match self.luck.random_range(0..14) {
            0 if at < input.len() => input[at] ^= 1 << self.luck.random_range(0..8),
            1 if at < input.len() => input[at] = self.luck.random(),
            2 => input.insert(at, self.luck.random()),
            3 => drop(input.drain(at..end)),
            4 => input.truncate(at),
            5 => {
                let copy = input[at..end].to_vec();
                drop(input.splice(end..end, copy));
            }
            6 => {
                let other = self.some().clone();
                let from = self.luck.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            7 | 8 => {
                let token = TOKENS[self.luck.random_range(0..TOKENS.len())];
                drop(input.splice(at..at, token.bytes()));
            }
            9..=11 => self.replace_value(input, at),
            12 => {
                let (open, depth) = ([b'[', b'{', b'"'][self.luck.random_range(0..3)], self.luck.random_range(1..2_000));
                drop(input.splice(at..at, std::iter::repeat_n(open, depth)));
            }
            13 => {
                // The next frame, or the same one again.
                let other = if self.luck.random() { self.some().clone() } else { input.clone() };
                input.push(0x1e);
                input.extend(other);
            }
            _ => {}
        }
    }

    /// Puts another token in the place of the next JSON value.
    fn replace_value(&mut self, input: &mut Vec<u8>, at: usize) {
        let Some(colon) = input[at..].iter().position(|byte| *byte == b':').map(|place| at + place + 1) else { return };
        let mut quoted = false;
        let length = input[colon..].iter().position(|byte| {
            quoted ^= *byte == b'"';
            !quoted && matches!(byte, b',' | b'}' | b']')
        });
        let end = length.map_or(input.len(), |length| colon + length);
        let token = if self.luck.random_bool(0.2) {
            self.luck.random::<i64>().to_string()
        } else {
            TOKENS[self.luck.random_range(0..TOKENS.len())].to_owned()
        };
        drop(input.splice(colon..end, token.bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragile(bytes: &[u8]) -> u64 {
        assert!(!bytes.windows(4).any(|word| word == b"null"), "null is not handled");
        bytes.len() as u64
    }

    #[test]
    fn a_broken_decoder_is_found_and_the_same_luck_finds_the_same() {
        let target = Target { name: "fragile", feed: fragile };
        let seeds = [br#"{"a":1,"b":"x"}"#.to_vec()];
        let found = run(&target, &seeds, 7, Duration::from_secs(60));
        let finding = found.finding.expect("an engine that finds nothing is of no use");
        assert_eq!(finding.why, "null is not handled");
        assert_eq!(feed(&target, &finding.input), Err(finding.clone()), "a finding can be tried again");
        assert_eq!(run(&target, &seeds, 7, Duration::from_secs(60)).finding, Some(finding), "from the seed, too");
    }
}
