//! PostgreSQL as the log of events: one that several gateways share, and that goes on when one of them dies.
//!
//! * Writers take turns at one row (`head`), so numbers ascend in the order of the commits and offsets have no holes, whoever wrote. What waits in one
//!   process is committed together.
//! * An id is stored once: partitions cannot have one unique index over all of them, so ids stand in a table of their own. That is one more short row and
//!   one more index entry for each event, and their deletion when a partition is dropped.
//! * Events lie in partitions by the week of their receipt; letting go of old ones drops partitions.
//! * `NOTIFY` only wakes. What there is is read from the tables, after a wake and once a second, so that a lost one loses nothing.
//! * What must be done by one gateway at a time goes by a [`Lease`], and what it writes carries the lease's term: whoever lost it writes nothing more.
//!
//! Deliberately absent: any opinion about what an event means, and tables of anybody else (everything is in a schema of its own).

mod books;
mod command;
mod compile;
mod engine;
mod failure;
mod follower;
mod horizon;
mod lease;
mod names;
mod open;
mod reader;
mod retention;
mod row;
mod schema;
mod search;
mod server;
mod shared;
mod term;
mod transaction;
mod weeks;
mod writer;

pub use lease::{Lease, Turn};
pub use open::{Options, Postgres};
pub use server::Address;
