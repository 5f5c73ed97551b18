//! The running links, one per source that the user has set up, and what is known of each.

mod alone;
mod asked;
mod breakdown;
mod covers;
mod follow;
mod health;
mod known;
mod links;
mod listened;
mod mending;
mod polling;
mod profile;
mod state;

pub use asked::Deciders;
pub use breakdown::News;
pub use covers::Covers;
pub use links::Sources;
pub use profile::{profile, trial};
