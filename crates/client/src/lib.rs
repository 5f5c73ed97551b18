//! Connections to event servers: dialects, resume, back-off, liveness.
//!
//! A [`Link`] keeps one connection for as long as it lives and hands on what it decodes as [`Delivery`]s through a bounded
//! channel. It remembers nothing of its own across connections that matters: at every subscribe it asks [`Positions`] what is
//! safely committed and goes on from there, so whatever was still under way when a line broke comes again. Repeats are the
//! receiver's to recognise; holes are what this crate exists to prevent, and where a server cannot replay, to admit
//! ([`Delivery::Gap`]).
//!
//! Inside, `session` decides (dial, wait, give up) and the dialects speak; both are pure: time and chance are arguments.
//! `driver` is the only place that owns a socket and a timer. Nothing here stores, normalises or removes repeats.

mod address;
mod backoff;
mod burst;
mod clock;
mod delivery;
mod delivery_queue;
mod detect;
mod dial;
mod dialect;
mod dialler;
mod driver;
mod ending;
mod frames;
mod handshake;
pub mod history;
mod http;
mod link;
pub mod network;
mod post;
mod probe;
mod profile;
mod proxy;
mod session;
mod skew;
mod socket;
mod status;
mod stream;
mod tls;
mod wake;

pub use address::Address;
pub use clock::{BootClock, Clock};
pub use delivery::{Delivery, LinkIo, Positions, SAMPLE};
pub use detect::{DetectError, DetectTry, detect};
pub use link::Link;
pub use post::{PostAnswer, PostError, delete, get, post, post_with};
pub use probe::{Beside, ProbeStep, probe, probe_beside};
pub use profile::{Dialect, History, Profile, Proxy, Timing, User};
pub use status::{Cause, Denied, ServerClock, State, Status, UpstreamDown};
pub use stream::{Connect, Duplex, Network, Stream};
pub use watchdeck_secret::Secret;

#[doc(hidden)]
pub mod bench {
    //! The decoders alone, for measurements and for garbage. Not part of the interface.
    pub use crate::{dialect::bench::Decoder, history::read_answer as history};
}
