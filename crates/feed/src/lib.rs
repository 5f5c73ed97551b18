//! From a server to the store: the links of every source, what they bring, what was missed, and what is known of each source beside its events.
//!
//! What comes is made an event at the door ([`inbox`]), stored, and only then acknowledged. It counts nothing up and tells nobody: that is for `world`
//! and `alerts`.

pub mod backfill;
mod history;
mod inbox;
pub mod keys;
pub mod latency;
mod malformed;
pub mod records;
mod rhythm;
pub mod seams;
pub mod skew;
pub mod source_clock;
mod source_stats;
pub mod sources;
mod timeline;
