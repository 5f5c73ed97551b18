//! A believable ERP that publishes events, for demonstrations and tests.
//!
//! The world is pure: a building materials trader whose stock, orders, approvals and money follow from a seed and the clock that is
//! passed in. The same seed and the same clock give the same events, byte for byte. [`run`] publishes them at any rate into a [`Sink`]; what
//! decides an approval is [`Simulator::decide`], wherever the decision came from.

mod approvals;
mod incident;
mod legacy;
mod names;
mod office;
mod orders;
mod pace;
mod sink;
mod stock;
mod world;

pub use approvals::{DecideError, Decision, lapse};
pub use incident::{Incident, UnknownIncident};
pub use legacy::OldWords;
pub use pace::{Pace, Pacer, Shared, run, system_clock};
pub use sink::{HttpSink, RedisSink, Sink, envelope};
pub use world::Simulator;

use watchdeck_events::Channel;

/// An event on its way out, as the ERP publishes it: bare JSON on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub channel: Channel,
    /// What.
    pub json: String,
}

/// Which language the company's names are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Language {
    /// Chinese.
    #[value(name = "zh")]
    Chinese,
    /// English.
    #[value(name = "en")]
    English,
    /// Mostly Chinese with English in between, as a trader with foreign customers has it.
    #[default]
    Mixed,
}

/// What makes one world different from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Config {
    /// The same seed and the same clock give the same events.
    pub seed: u64,
    /// Language of names and messages.
    pub language: Language,
}
