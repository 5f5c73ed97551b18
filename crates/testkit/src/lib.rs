//! What tests stand on: servers that do as they are told, clocks that jump, and instruments that wait and look.
//!
//! Everything here speaks over real sockets and runs real programs; no type of ours is mocked. A fake does what the measured thing does, and on
//! request what that does on a bad day. It is for tests only: whatever is built for people never depends on it. What only the whole system needs
//! (a desktop, the window, the gateway's program) is the affair of `tests/support`.

pub mod caller;
pub mod certificate;
pub mod clock;
#[cfg(feature = "console")]
pub mod console;
pub mod desk;
pub mod erp;
pub mod faults;
pub mod front;
pub mod http;
pub mod link;
pub mod patience;
pub mod port;
pub mod post_office;
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod redis;
pub mod rig;
pub mod secure;
pub mod server;
pub mod servers;
pub mod venue;
