//! Everything a window may ask of the core: the commands, their types, one router for every host.
//!
//! Tauri and the web host only carry these. The TypeScript side (`ui/src/bindings`) is generated from here; a test fails when it differs.

pub(crate) mod actions;
pub mod live;
pub(crate) mod queries;
pub(crate) mod router;
pub mod settings;
pub(crate) mod setup;
pub mod views;
