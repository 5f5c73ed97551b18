//! Letting go of what is older, or more, than is to be kept.
//!
//! A [`Keeping`] says what stays, as data. A [`LetGoPlan`] is made of it by reading only: it tells beforehand what would go, and is what is then carried
//! out, in steps so small that no event waits for one. Each step is one transaction: a block goes whole, or is written anew without some of its
//! events, or some rows go, and with them in the same commit what is known of that ([`edges`]).
//!
//! * What goes of a channel is its oldest part, up to an *edge*; only what is held stays before it. So a log's offsets keep no holes.
//! * Sequence numbers and offsets are never given again, though nothing may be left that has them.
//! * An id outlives its event for [`gone::REMEMBERED`]: what a server sends once more meanwhile is known, and does not come back as new. Eight bytes
//!   an id beside the filters that there are; a hash of 64 bits, so that no new event is ever taken for an old one. A log's ids go with their
//!   rows: its publishers repeat within seconds.
//! * Space goes back to the disk page by page. A file of before there was letting go keeps its free pages for new events, until somebody has it
//!   [compacted](crate::Store::compact).

pub(crate) mod carry;
pub(crate) mod edges;
pub(crate) mod gone;
mod keeping;
mod plan;
mod run;
pub(crate) mod step;
mod stretch;

pub use edges::Edge;
pub use keeping::{Hold, Keep, Keeping};
pub use plan::{LetGoPlan, Portion};
pub use run::{LetGo, Progress};
