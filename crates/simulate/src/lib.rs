//! Store, gateway and client on one simulated clock, one simulated network and simulated disks; and a model of what must be so.
//!
//! The programs are the real ones: SQLite, the store's writer and keeper, the gateway's HTTP and WebSocket sessions, the console's links and inbox. What is made
//! up is below them (a file system of SQLite's in memory, a network of turmoil's, one thread) and above them (an ERP that publishes, a window that reads). A seed
//! makes the steps; the same seed makes the same log, byte for byte, with digests of all that was written to the disks. The bus (Redis), TLS, proxies, HTTP
//! histories and retention are not part of it.
//!
//! Whether it would see anything is measured: faults are planted in what the simulation owns, and each has to be found. `cargo xtask simulate` runs it all.

pub mod chance;
mod console;
mod disk;
pub mod farm;
pub mod fault;
mod gateway;
mod model;
mod network;
mod publisher;
mod relay;
pub mod run;
mod scenario;
pub mod time;
mod world;

pub use chance::Chance;
pub use fault::Fault;
pub use run::{Outcome, Plan, run};
