//! What is said on a connection. Each foreign protocol is one dialect: it turns frames into deliveries and tells what to send.
//!
//! Dialects are pure like the session: they get text and time, and write into [`Out`].

pub(crate) mod bench;
mod erp;
mod handshake;
mod hub;
mod interned;
mod json;
mod listened;
mod native;
mod protocol;
mod socketio;
mod spoken;
mod undecided;

pub(crate) use handshake::Handshake;
pub(crate) use json::plain_text;
pub(crate) use protocol::{Note, Out, Standing, Wire};
pub(crate) use socketio::engine_io_path;
pub(crate) use spoken::wire;
