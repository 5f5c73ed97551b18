//! What goes over the bridge between core and window: types, and nothing that computes.
//!
//! They lie below everything that makes or answers them. The TypeScript side (`ui/src/bindings`) is generated from here; a test fails when it differs.
//! Nothing here is ever stored but the settings, which say so.

pub mod link;
pub mod live;
pub mod row;
pub mod settings;
pub mod views;
