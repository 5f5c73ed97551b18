//! What events add up to: each promise of the projections, and that a snapshot is only a short cut.

mod bench;
mod claims;
mod derived;
mod near;
mod order;
mod promises;
mod values;
mod worlds;
