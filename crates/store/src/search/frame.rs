//! What stands in the payloads of a block: looked for frame by frame, in all of a frame at once, each text once.

use super::needle::Needle;
use crate::{block::Frame, summary::Marks};
use memchr::memchr;
use watchdeck_filter::Verdict;

/// Per needle, what is known of each payload of a block.
#[derive(Default)]
pub(super) struct Hits {
    /// Per frame, whether it was looked at.
    looked: Vec<bool>,
    /// Per needle, then per event of the block.
    of: Vec<Vec<Verdict>>,
    lower: Vec<u8>,
}

impl Hits {
    /// Of a block of so many events and frames, of which nothing is known.
    pub(super) fn new(needles: usize, events: usize, frames: usize) -> Self {
        Self { looked: vec![false; frames], of: vec![vec![Verdict::No; events]; needles], lower: Vec::new() }
    }

    /// Whether it has to be looked at first.
    pub(super) fn wants(&self, frame: usize) -> bool {
        !self.looked[frame]
    }

    /// Frames in which none of the needles stands need not be looked at.
    pub(super) fn rule_out(&mut self, needles: &[Needle], marks: &Marks) {
        let may = needles.iter().fold(0, |may, needle| may | marks.may_say(&needle.wanted));
        self.looked.iter_mut().enumerate().for_each(|(frame, looked)| *looked |= may & Marks::bit(frame) == 0);
    }

    /// Whether a needle stands in the payload of an event of a frame that was looked at.
    pub(super) fn verdict(&self, needle: usize, at: usize) -> Verdict {
        self.of[needle][at]
    }

    pub(super) fn look(&mut self, needles: &[Needle], number: usize, frame: &Frame<'_>) {
        let Self { looked, of, lower } = self;
        looked[number] = true;
        // What is written plainly is told apart from all that is not without looking at each payload.
        let has_escapes = memchr(b'\\', frame.bytes).is_some();
        if needles.iter().any(|needle| needle.has_letters) {
            lower.clear();
            lower.extend_from_slice(frame.bytes);
            lower.make_ascii_lowercase();
        }
        for (needle, of) in needles.iter().zip(of) {
            let mut nth = 0;
            for place in needle.places(if needle.has_letters { lower } else { frame.bytes }) {
                while frame.ends[nth] as usize <= place {
                    nth += 1;
                }
                if place + needle.length() <= frame.ends[nth] as usize {
                    of[usize::from(frame.events[nth])] = Verdict::Yes;
                }
            }
            if !has_escapes && needle.is_as_written(frame.bytes) {
                continue;
            }
            for (nth, event) in frame.events.iter().enumerate() {
                let verdict = &mut of[usize::from(*event)];
                let payload = frame.payload(nth);
                if *verdict == Verdict::Yes || (needle.is_as_written(payload) && memchr(b'\\', payload).is_none()) {
                    continue;
                }
                // What is no text is told by whoever reads the event.
                *verdict = str::from_utf8(payload).map_or(Verdict::Maybe, |payload| needle.stands_in(payload));
            }
        }
    }
}
