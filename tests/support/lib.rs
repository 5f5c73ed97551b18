//! What whole-system tests stand on: the real programs, started and ended as a user's machine would, and measuring instruments for what comes out.
//!
//! Nothing is replaced by a stand-in. What a test needs and does not find is a failure with the name of what is missing, never a skip.

pub mod decisions;
pub mod declared;
pub mod desktop;
pub mod extend;
pub mod folder;
pub mod gateway;
pub mod noticing;
pub mod plain;
pub mod randomised;
pub mod recovery;
pub mod screen;
pub mod stage;
pub mod tone;
pub mod tray;
pub mod watch;
pub mod webdriver;
