//! What happens, made of a seed: a list of steps, so that a run can be repeated without some of them.

use crate::{chance::Chance, disk::Trouble};

/// Where events are published.
pub(crate) const CHANNELS: [&str; 4] = ["inventory", "orders", "finance", "audit"];
/// Steps of a scenario.
const STEPS: u64 = 26;

/// One of the two disks, and who lives on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Gateway,
    Console,
}

/// How somebody ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As if by its user.
    Closed,
    /// `kill -9`.
    Killed,
    /// The power is cut.
    PowerCut,
}

/// One step. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// New events, as one request.
    Publish { channel: usize, events: u64 },
    /// A publisher does not know of an answer and asks again, after so many other requests.
    Again { back: u64 },
    /// Nothing passes between two, perhaps only one way; connections stay open and know nothing of it.
    Silence { from_gateway: bool, to_gateway: bool, ms: u64 },
    /// As before, between the publisher and the gateway.
    PublisherSilence { ms: u64 },
    /// What is under way waits.
    Hold { ms: u64 },
    /// The line breaks after so many more bytes to the console: in the middle of a frame, of its head, anywhere.
    Cut { bytes: u64 },
    /// Somebody ends, and comes again.
    Ends { side: Side, end: End, again_after: u64 },
    /// The gateway begins with an empty log.
    LogReplaced { again_after: u64 },
    /// A disk fails for a while.
    Disk { side: Side, trouble: Trouble, ms: u64 },
    /// Somebody sets the console's clock.
    ClockSet { by_ms: i64 },
    /// The window reads nothing for a while.
    SlowWindow { ms: u64 },
}

/// A step, and how long it goes on as it is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) what: What,
    pub(crate) then_ms: u64,
}

/// The steps of a seed.
pub(crate) fn steps(seed: u64) -> Vec<Step> {
    let mut chance = Chance::new(seed);
    (0..STEPS).map(|_| step(&mut chance)).collect()
}

fn step(chance: &mut Chance) -> Step {
    let side = *chance.pick(&[Side::Gateway, Side::Console]);
    let ms = chance.between(50, 2_500);
    let what = match chance.below(32) {
        0..13 => What::Publish { channel: chance.below(CHANNELS.len() as u64) as usize, events: events(chance) },
        13..15 => What::Again { back: chance.below(40) },
        15 | 16 => {
            let (from_gateway, to_gateway) = *chance.pick(&[(true, true), (true, false), (false, true)]);
            What::Silence { from_gateway, to_gateway, ms }
        }
        17 => What::PublisherSilence { ms },
        18 => What::Hold { ms },
        19..21 => What::Cut { bytes: chance.below(6_000) },
        21..27 => {
            let end = *chance.pick(&[End::Closed, End::Killed, End::PowerCut, End::PowerCut]);
            What::Ends { side, end, again_after: chance.between(20, 1_500) }
        }
        27 if chance.one_in(2) => What::LogReplaced { again_after: chance.between(20, 800) },
        27 | 28 => What::ClockSet { by_ms: chance.between(0, 7_200_000) as i64 - 3_600_000 },
        // Reads that fail are rare, because after them less can be demanded.
        29 | 30 if chance.one_in(12) => What::Disk { side, trouble: Trouble::Reads, ms },
        29 | 30 => What::Disk { side, trouble: *chance.pick(&[Trouble::Full, Trouble::Writes]), ms },
        _ => What::SlowWindow { ms },
    };
    Step { what, then_ms: if chance.one_in(3) { chance.below(40) } else { chance.between(40, 700) } }
}

/// Few, mostly; now and then so many that a page does not hold them, or that they become a block.
fn events(chance: &mut Chance) -> u64 {
    match chance.below(96) {
        0 => chance.between(1_100, 2_600),
        1..8 => chance.between(100, 260),
        _ => chance.between(1, 12),
    }
}

/// How long the events' texts are.
pub(crate) fn padding(number: u64) -> usize {
    let mut chance = Chance::new(number);
    if chance.one_in(60) { chance.between(4_000, 30_000) as usize } else { chance.below(300) as usize }
}
