//! Ten thousand decisions with three consoles, an ERP that is slow, fails, answers nobody, and two kills a minute of it and of the gateway: what is lost,
//! what is done twice, and who is told how soon. `cargo xtask bench decisions` starts it.

mod quiet;
mod stage;
mod storm;

pub use quiet::quiet;
pub use storm::{Plan, storm};
