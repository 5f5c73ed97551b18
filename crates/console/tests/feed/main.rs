//! Sources as a user has them: several at once, edited while they run, signed in and out, with and without a keychain, with gaps that are filled
//! and without a WebSocket at all. Against a real server on a real socket, through the same commands that the window uses.

mod bench;
mod damage;
mod derived;
mod full;
mod history;
mod keeping;
mod secrets;
mod sources;
mod stale;
mod unread;
