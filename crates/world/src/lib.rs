//! What the events of every source add up to. Everything here can be rebuilt by replaying the store; a snapshot only saves the time.
//!
//! Things are keyed by [`entity::Entity`] (two sources are two worlds), placed by [`moment::Moment`] (a publisher's time decides only where it is
//! clear), and money is added per [`money::Purse`]. Nothing here grows without bound, whatever the events hold: what is let go is counted. It judges
//! nothing, tells nobody, and knows no link: rules are in `alerts`, links in `feed`.

pub mod about;
pub mod approvals;
pub mod arrival;
pub mod calendar;
pub mod conventions;
pub mod copies;
pub mod dated;
pub mod entity;
pub mod facts;
pub mod finance;
mod find;
mod found;
pub mod gaps;
pub mod lines;
pub mod maintenance;
pub mod moment;
pub mod money;
pub mod orders;
pub mod per_minute;
pub mod rates;
pub mod realms;
pub mod rows;
pub mod snapshot;
pub mod stock;
pub mod unread;
mod world;

pub use world::{Changed, SNAPSHOT_VERSION, World};
