//! From what is known to what a person has to notice, once: rules raise alerts, people answer them, and whoever must be told is told in their words.
//!
//! Pure: events, settings and the clock come in; what to do goes out as data. It stores nothing, draws nothing and plays nothing.

pub mod book;
pub mod fingerprint;
pub mod notifier;
pub mod rejudge;
pub mod rules;
pub mod toast;
pub mod words;

pub use book::{Alert, AlertBook, COLLECTION, Notice, Raise};
