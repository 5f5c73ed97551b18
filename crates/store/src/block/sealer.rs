//! Makes blocks.

use super::{
    FRAME_BYTES, FRAME_EVENTS, MOST_EVENTS, MOST_PLAIN,
    broken::Unfit,
    head::Columns,
    packer::{Packed, Packer},
    table,
    texts::Gathered,
};
use crate::types::Lent;

/// What zstd is asked for. Level 3 gains nothing here; level 6 takes a tenth less room, and three times as long.
const LEVEL: i32 = 1;

/// Makes blocks, one after another; keeps what it works with.
pub(crate) struct Sealer {
    packer: Packer,
    frame: Vec<u8>,
}

impl Default for Sealer {
    fn default() -> Self {
        Self { packer: Packer::new(LEVEL), frame: Vec::new() }
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
        let (mut columns, mut ids) = (Columns::default(), Gathered::default());
        for stored in events {
            columns.add(*stored);
            ids.add(&stored.event.id);
        }
        let (mut frames, mut lengths) = (Vec::new(), Vec::new());
        self.frame.clear();
        let (order, mut count) = (columns.by_kind(), 0);
        for (place, event) in order.iter().enumerate() {
            self.frame.extend_from_slice(columns.payloads[usize::from(*event)].as_bytes());
            count += 1;
            if count == FRAME_EVENTS || self.frame.len() >= FRAME_BYTES || place + 1 == order.len() {
                frames.push(pack(&mut self.packer, &self.frame)?);
                lengths.push(count);
                self.frame.clear();
                count = 0;
            }
        }
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        ids.put(&[&columns.occurred_at, &columns.received_at], &mut narrow, &mut wide);
        let mut sections = Vec::with_capacity(table::FRAMES + frames.len());
        for section in [columns.head(&lengths), narrow, wide] {
            sections.push(pack(&mut self.packer, &section)?);
        }
        sections.append(&mut frames);
        Ok(table::write(events.len(), first.seq, last.seq, &sections))
    }
}

fn pack(packer: &mut Packer, plain: &[u8]) -> Result<Packed, Unfit> {
    if plain.len() > MOST_PLAIN { Err(Unfit::TooLarge) } else { Ok(packer.pack(plain)) }
}
