//! What happened between two times, asked for over HTTP: to fill a gap, or instead of a WebSocket where none can be had.
//!
//! Whole or not at all, like everything here: an answer that is cut short by a limit, by an error on a later page or by pages that lead
//! in a circle is an error and no events. Which of them are known already is the receiver's to find out; nothing is left out, not even
//! what an endpoint adds from before or after the time asked for.

mod error;
mod fetch;
mod page;
mod place;

pub use error::HistoryError;
pub use fetch::{fetch, read_answer};
