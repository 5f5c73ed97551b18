//! From what is known to what a person has to notice, once: rules raise alerts, people answer them, and whoever must be told is told in their words.
//!
//! Pure: events, settings and the clock come in; what to do goes out as data. It stores nothing, draws nothing and plays nothing.

mod alert;
pub mod backtest;
pub mod book;
pub mod fingerprint;
pub mod hours;
pub mod judge;
mod kept;
pub mod load;
mod named;
pub mod notifier;
pub mod rules;
pub mod silence;
pub mod toast;
pub mod turns;
pub mod words;
pub mod written;

pub use alert::{Alert, Fired, Life, Notice, Raise, Told, Values};
pub use book::{Act, AlertBook, COLLECTION, Handled};
