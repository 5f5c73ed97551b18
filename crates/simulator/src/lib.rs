//! A believable ERP that publishes events, for demonstrations and tests.
//!
//! The world is pure: a building materials trader whose stock, orders, approvals and money follow from a seed and the clock that is
//! passed in. The same seed and the same clock give the same events, byte for byte. [`run`] publishes them at any rate into a [`Sink`]; what
//! decides an approval is [`Simulator::decide`], wherever the decision came from.

mod approvals;
mod company;
mod config;
mod incident;
mod legacy;
mod names;
mod office;
mod orders;
mod pace;
mod published;
mod sink;
mod stock;
mod waiting;
mod world;

pub use approvals::{DecideError, Decision, lapse};
pub use config::{Config, Language};
pub use incident::{Incident, UnknownIncident};
pub use legacy::OldWords;
pub use pace::{Pace, Pacer, Shared, run, system_clock};
pub use published::Published;
pub use sink::{HttpSink, RedisSink, Sink, envelope};
pub use world::Simulator;
