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
        let (mut frames, mut lengths) = (Vec::new(), Vec::new());
        for run in runs(events) {
            self.frame.clear();
            for stored in run {
                columns.add(*stored);
                ids.add(&stored.event.id);
                self.frame.extend_from_slice(stored.event.payload.as_str().as_bytes());
            }
            frames.push(pack(&mut self.packer, &self.frame)?);
            lengths.push(run.len());
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

/// The runs of events whose payloads are packed together: [`FRAME_EVENTS`], or fewer that reach [`FRAME_BYTES`].
fn runs<'e, 'a>(mut events: &'e [Lent<'a>]) -> impl Iterator<Item = &'e [Lent<'a>]> + use<'e, 'a> {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |stored: &&Lent<'_>| {
            let fits = bytes < FRAME_BYTES;
            bytes += stored.event.payload.as_str().len();
            fits
        };
        let (run, others) = events.split_at(events.iter().take(FRAME_EVENTS).take_while(fits).count());
        events = others;
        (!run.is_empty()).then_some(run)
    })
}
