//! The door for a terminal: what the user asks a running console from the command line.
//!
//! It is on loopback, where other users of this machine and pages in a browser could knock too. So `door.json` in the data directory, which only this user
//! can read, says where it is and with which word one comes in; and it holds the word that the console answers with, because after a crash somebody else may
//! listen at the same port. One line of JSON comes in and one goes out. Deliberately few things can be asked: it is no second bridge for windows.

mod ask;
mod host;
mod plate;

pub(crate) use ask::Said;
pub use ask::{Ask, Tried};
pub(crate) use host::open;
pub(crate) use plate::Plate;
