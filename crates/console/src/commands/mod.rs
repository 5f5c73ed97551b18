//! Everything a window may ask of the core: one router for every host, and what answers each command.
//!
//! Tauri and the web host only carry these; their types are `wire`'s.

pub(crate) mod actions;
mod claims;
mod decided;
mod delegations;
mod handlers;
mod history;
mod keeping;
mod letters;
mod packs;
pub(crate) mod queries;
pub(crate) mod router;
mod rows;
pub(crate) mod setup;
mod stream;
pub(crate) mod support;
