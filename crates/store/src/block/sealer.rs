//! Makes blocks.

use super::{
    FRAME_BYTES, FRAME_EVENTS, MOST_EVENTS, MOST_PLAIN,
    broken::Unfit,
    head::{self, Clocks},
    packer::{Packed, Packer},
    table, texts,
};
use crate::types::Lent;

/// What zstd is asked for.
const LEVEL: i32 = 1;

/// Makes blocks, one after another; keeps what it works with.
pub(crate) struct Sealer {
    packer: Packer,
    narrow: Vec<u8>,
    wide: Vec<u8>,
    frame: Vec<u8>,
}

impl Default for Sealer {
    fn default() -> Self {
        Self { packer: Packer::new(LEVEL), narrow: Vec::new(), wide: Vec::new(), frame: Vec::new() }
    }
}

impl Sealer {
    /// The block of 1 to [`MOST_EVENTS`] events, whose sequence numbers ascend; there may be holes between them.
    ///
    /// # Errors
    /// [`Unfit`]: nothing is wrong with the events, but they are no block.
    pub(crate) fn seal(&mut self, events: &[Lent<'_>]) -> Result<Vec<u8>, Unfit> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Err(Unfit::Run) };
        if events.len() > MOST_EVENTS || !events.is_sorted_by(|one, next| one.seq < next.seq) {
            return Err(Unfit::Run);
        }
        let runs = frames(events);
        let clocks = Clocks::of(events);
        let lengths: Vec<usize> = runs.iter().map(|run| run.len()).collect();
        let mut sections = Vec::with_capacity(table::FRAMES + runs.len());
        let head = head::write(events, &clocks, &lengths);
        self.add(&mut sections, &head)?;
        self.narrow.clear();
        self.wide.clear();
        let ids = events.iter().map(|stored| &*stored.event.id);
        texts::put(ids, &[&clocks.occurred_at, &clocks.received_at], &mut self.narrow, &mut self.wide);
        for section in [std::mem::take(&mut self.narrow), std::mem::take(&mut self.wide)] {
            self.add(&mut sections, &section)?;
        }
        for run in runs {
            let mut frame = std::mem::take(&mut self.frame);
            frame.clear();
            run.iter().for_each(|stored| frame.extend_from_slice(stored.event.payload.as_str().as_bytes()));
            self.add(&mut sections, &frame)?;
            self.frame = frame;
        }
        Ok(table::write(events.len(), first.seq, last.seq, &sections))
    }

    fn add(&mut self, sections: &mut Vec<Packed>, plain: &[u8]) -> Result<(), Unfit> {
        if plain.len() > MOST_PLAIN {
            return Err(Unfit::TooLarge);
        }
        sections.push(self.packer.pack(plain));
        Ok(())
    }
}

/// The runs of events whose payloads are packed together: [`FRAME_EVENTS`], or fewer that reach [`FRAME_BYTES`].
fn frames<'e, 'a>(events: &'e [Lent<'a>]) -> Vec<&'e [Lent<'a>]> {
    let (mut frames, mut rest) = (Vec::new(), events);
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |stored: &&Lent<'_>| {
            let fits = bytes < FRAME_BYTES;
            bytes += stored.event.payload.as_str().len();
            fits
        };
        let (frame, others) = rest.split_at(rest.iter().take(FRAME_EVENTS).take_while(fits).count());
        frames.push(frame);
        rest = others;
    }
    frames
}
