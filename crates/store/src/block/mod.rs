//! A run of stored events as one string of bytes, which needs nothing else to be read: it is stored in the place of its rows, and sent as it lies.
//!
//! A [`Sealer`] makes it. [`Block::open`] reads its columns (all but ids and payloads), by which most events are passed over;
//! [`Block::read`] unpacks the rest of those that are wanted. What is the same or nearly so from event to event is kept once or as a difference, and what remains goes
//! through zstd, payloads in frames of about [`FRAME_EVENTS`], by kind.
//!
//! Every section has a checksum. A broken one is told as such and takes no other with it, but for the table and the head.
//!
//! Deliberately absent: files, threads, clocks, and what a search knows of a block before it opens it.

mod broken;
mod bytes;
mod column;
mod head;
mod names;
mod opened;
mod packer;
mod pattern;
mod payloads;
mod reading;
mod scratch;
mod sealer;
mod table;
mod texts;

#[cfg(test)]
mod tests;

pub(crate) use broken::Broken;
#[cfg(test)]
use broken::{Section, Unfit};
pub(crate) use names::Label;
pub(crate) use opened::Block;
pub(crate) use reading::{Frame, Reading};
pub(crate) use scratch::Scratch;
pub(crate) use sealer::Sealer;

/// Events of one block.
pub(crate) const MOST_EVENTS: usize = 4_096;
/// Bytes of texts that one block takes.
pub(crate) const MOST_TEXT: usize = 8 << 20;
/// Bytes of one section when it is unpacked. Whoever says more is not believed.
const MOST_PLAIN: usize = 256 << 20;
/// Payloads of one frame.
const FRAME_EVENTS: usize = 512;
/// A frame that has reached so many bytes takes no more payloads.
const FRAME_BYTES: usize = 256 << 10;
