//! The vocabulary of Watchdeck: what an event is, where it travels, what is known about its kind.
//!
//! Pure: no I/O, no clock, no global state beyond the catalogue in force. Every other crate speaks in these types.

pub mod amount;
pub mod catalogue;
pub mod channel;
pub mod conventions;
pub mod currency;
pub mod erp;
pub mod event;
mod exact;
pub mod fields;
mod fold;
pub mod hiding;
pub mod identity;
pub mod line;
pub mod money;
pub mod nearly;
pub mod plausible;
pub mod publish;
pub mod quantity;
mod scan;
pub mod stated;
pub mod time;
pub mod twins;
pub mod unread;

pub use catalogue::{Catalogue, Domain, HIDDEN, Intake, KindInfo};
pub use channel::{Channel, REDIS_PREFIX};
pub use conventions::Conventions;
pub use currency::Currency;
pub use event::{Event, GapReason, Incoming, Kind, Payload, Severity};
pub use fold::{fold, hides_no_ideograph, is_plain};
pub use money::Money;
pub use quantity::Quantity;
pub use stated::{Amount, Stated};
pub use time::Millis;
