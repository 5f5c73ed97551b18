//! Frames that could not be read, kept for a person to look at: the newest fifty of each source, masked.
//!
//! A frame that cannot be read is nothing that the stream can show, and leaving it out in silence would be a lie. What is kept here is its size, the reason
//! and how it begins; secrets are masked before it is kept, so that neither the file nor a screen nor a support bundle ever has them.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use watchdeck_client::SAMPLE;
use watchdeck_events::Millis;
use watchdeck_secret::Redactor;
use watchdeck_wire::views::MalformedFrame;

/// Frames kept per source.
const KEPT: usize = 50;
/// Longest reason, in bytes.
const REASON: usize = 300;

/// One source's.
#[derive(Debug, Default)]
pub struct Frames {
    /// Oldest first.
    frames: VecDeque<Frame>,
    dirty: bool,
}

/// One frame as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    at: Millis,
    bytes: u64,
    reason: String,
    sample: String,
}

impl Frames {
    /// As they were written down.
    pub fn load(frames: Vec<Frame>) -> Self {
        Self { frames: frames.into(), dirty: false }
    }

    /// One more.
    pub fn add(&mut self, at: Millis, bytes: u64, reason: &str, sample: &[u8]) {
        let redactor = Redactor::default();
        let sample = cut(redactor.clean(&String::from_utf8_lossy(sample)), SAMPLE);
        self.frames.push_back(Frame { at, bytes, reason: cut(redactor.clean(reason), REASON), sample });
        if self.frames.len() > KEPT {
            self.frames.pop_front();
        }
        self.dirty = true;
    }

    /// For the page, oldest first.
    pub fn views(&self, source: &str) -> impl Iterator<Item = MalformedFrame> {
        self.frames.iter().map(|frame| MalformedFrame {
            at: frame.at,
            source: source.to_owned(),
            bytes: frame.bytes,
            reason: frame.reason.clone(),
            sample: frame.sample.clone(),
        })
    }

    /// What is to be written down, when it changed.
    pub fn take_dirty(&mut self) -> Option<Vec<Frame>> {
        std::mem::take(&mut self.dirty).then(|| self.frames.iter().cloned().collect())
    }

    /// It was not written down.
    pub fn put_back(&mut self) {
        self.dirty = true;
    }
}

/// At most `most` bytes of a text, whole characters.
fn cut(mut text: String, most: usize) -> String {
    text.truncate(text.floor_char_boundary(most));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_fifty_are_kept_masked_and_short() {
        let mut frames = Frames::default();
        for n in 0..60 {
            let mut frame = format!(r#"{{"n":{n},"token":"s3cr3tVALUE","text":"瓷"#).into_bytes();
            frame.extend([0xff, 0xfe].iter().cycle().take(3_000));
            frames.add(Millis(n), 1 << 20, "expected `,` or `}`", &frame[..SAMPLE]);
        }
        let views: Vec<_> = frames.views("east").collect();
        assert_eq!((views.len(), views[0].at, views[49].at), (50, Millis(10), Millis(59)));
        assert!(
            views.iter().all(|frame| frame.sample.len() <= SAMPLE && frame.sample.contains("瓷") && !frame.sample.contains("s3cr3tVALUE"))
        );
        assert_eq!((views[0].bytes, views[0].reason.as_str(), views[0].source.as_str()), (1 << 20, "expected `,` or `}`", "east"));
    }

    #[test]
    fn a_restart_still_has_them() {
        let mut frames = Frames::default();
        frames.add(Millis(1), 7, "not JSON", b"garbage");
        let kept = serde_json::to_string(&frames.take_dirty().unwrap()).unwrap();
        assert_eq!(frames.take_dirty(), None, "nothing new, nothing to write");
        let loaded = Frames::load(serde_json::from_str(&kept).unwrap());
        assert_eq!(loaded.views("east").collect::<Vec<_>>(), frames.views("east").collect::<Vec<_>>());
    }
}
