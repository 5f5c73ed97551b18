//! The vocabulary of Watchdeck: what an event is, where it travels, what is known about its kind.
//!
//! Pure: no I/O, no clock, no global state beyond the embedded catalogue. Every other crate speaks in these types.

pub mod catalogue;
pub mod channel;
pub mod erp;
pub mod event;
pub mod fields;
pub mod identity;
pub mod money;
pub mod nearly;
pub mod publish;
pub mod time;
pub mod twins;

pub use catalogue::{Catalogue, Domain, KindInfo};
pub use channel::{Channel, REDIS_PREFIX};
pub use event::{Event, GapReason, Incoming, Kind, Payload, Severity};
pub use money::Money;
pub use time::Millis;
