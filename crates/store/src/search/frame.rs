//! What stands in the payloads of a block: looked for frame by frame, in all of a frame at once, each text once.

use super::{column::Column, needle::Needle};
use crate::{
    block::{Block, Frame},
    summary::Marks,
};
use memchr::memchr;
use watchdeck_filter::Verdict;

/// Per needle, what is known of each payload of a block.
pub(super) struct Hits {
    /// Per frame, whether nothing stands there.
    ruled_out: Vec<bool>,
    /// Per needle, then per event of the block.
    of: Vec<Vec<Verdict>>,
    lower: Vec<u8>,
}

impl Hits {
    /// Of a block that was not looked at, but for the frames in which none of the needles stands by what is known of them.
    pub(super) fn new(needles: &[Needle], block: &Block, marks: Option<&Marks>) -> Self {
        let may = marks.map_or(u8::MAX, |marks| needles.iter().fold(0, |may, needle| may | marks.may_say(&needle.wanted)));
        let ruled_out = (0..block.frames()).map(|frame| may & Marks::bit(frame) == 0).collect();
        Self { ruled_out, of: vec![vec![Verdict::No; block.len()]; needles.len()], lower: Vec::new() }
    }

    /// Whether it has to be looked at.
    pub(super) fn wants(&self, frame: usize) -> bool {
        !self.ruled_out[frame]
    }

    /// Per event, whether a needle stands in its payload. Of frames that were not looked at it says that none does.
    pub(super) fn column(&self, needle: usize) -> Column {
        Column::Each(self.of[needle].clone())
    }

    pub(super) fn look(&mut self, needles: &[Needle], frame: &Frame<'_>) {
        let Self { of, lower, .. } = self;
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
