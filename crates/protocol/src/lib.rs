//! `watchdeck.v1`: the frames between gateway and console, positions and close codes. Pure.
//!
//! The wire is pinned by tests that spell the JSON out; change it only by adding optional fields.

pub mod close;
pub mod frame;
pub mod position;

pub use close::CloseCode;
pub use frame::{ClientFrame, DataItem, ErrorCode, Rewind, ServerFrame, Upstream, User};
pub use position::Position;

/// The WebSocket subprotocol. A client that does not ask for it gets the plain ERP protocol.
pub const SUBPROTOCOL: &str = "watchdeck.v1";

/// How often the gateway pings, in milliseconds, unless configured otherwise.
pub const PING_INTERVAL_MS: u64 = 25_000;
