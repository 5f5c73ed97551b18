//! What stands in the payloads of one frame: looked for in all of them at once, each text once.

use super::needle::Needle;
use crate::block::Frame;
use memchr::memchr;
use watchdeck_filter::Verdict;

/// Per needle, what is known of each payload of a frame.
#[derive(Default)]
pub(super) struct Hits {
    /// The first event of the frame, and behind its last; none before it was looked at.
    events: std::ops::Range<usize>,
    of: Vec<Vec<Verdict>>,
    lower: Vec<u8>,
}

impl Hits {
    pub(super) fn has(&self, at: usize) -> bool {
        self.events.contains(&at)
    }

    /// Whether a needle stands in the payload of an event of the frame.
    pub(super) fn verdict(&self, needle: usize, at: usize) -> Verdict {
        self.of[needle][at - self.events.start]
    }

    pub(super) fn look(&mut self, needles: &[Needle], frame: &Frame<'_>) {
        let Self { events, of, lower } = self;
        *events = frame.events.clone();
        of.resize_with(needles.len(), Vec::new);
        // What is written plainly is told apart from all that is not without looking at each payload.
        let has_escapes = memchr(b'\\', frame.bytes).is_some();
        if needles.iter().any(|needle| needle.has_letters) {
            lower.clear();
            lower.extend_from_slice(frame.bytes);
            lower.make_ascii_lowercase();
        }
        for (needle, of) in needles.iter().zip(of) {
            of.clear();
            of.resize(events.len(), Verdict::No);
            let mut event = 0;
            for place in needle.places(if needle.has_letters { lower } else { frame.bytes }) {
                while frame.ends[event] as usize <= place {
                    event += 1;
                }
                if place + needle.length() <= frame.ends[event] as usize {
                    of[event] = Verdict::Yes;
                }
            }
            if !has_escapes && needle.is_as_written(frame.bytes) {
                continue;
            }
            for (event, verdict) in of.iter_mut().enumerate().filter(|(_, verdict)| **verdict == Verdict::No) {
                let payload = frame.payload(event);
                if needle.is_as_written(payload) && memchr(b'\\', payload).is_none() {
                    continue;
                }
                // What is no text is told by whoever reads the event.
                *verdict = str::from_utf8(payload).map_or(Verdict::Maybe, |payload| needle.stands_in(payload));
            }
        }
    }
}
