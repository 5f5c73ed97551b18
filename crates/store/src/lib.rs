//! The durable event store: the hub that everything else hangs on.
//!
//! * Events and the positions they came from are committed in one transaction, so a crash at any instant loses nothing and shows nothing twice.
//! * One thread writes; readers have connections of their own and never block it.
//! * Whatever stands behind the store is a [`Subscription`]: near the head it reads from memory, far behind it reads from disk,
//!   and it can never miss an event, because it asks by sequence number and not by luck.
//! * Sequence numbers ascend from 1 and may have holes. Events are told apart by id: appending one twice stores it once.
//! * What is older or more than is to be kept is let go, on request and in small steps; see [`Keeping`].
//! * The newest events of a console are rows; runs of older ones, and of what comes by the thousand, are compressed blocks.
//!
//! Deliberately absent: any opinion about what an event means.

mod ahead;
mod backup;
mod block;
mod channel;
mod chunk;
mod command;
mod contract;
mod damage;
mod direct;
mod documents;
mod engine;
mod error;
mod failures;
mod histogram;
mod holder;
mod holders;
mod ids;
mod insert;
mod keeper;
mod known;
mod letting;
mod lock;
mod machine;
mod names;
mod packed;
mod pending;
mod reader;
mod readers;
mod recent;
mod rows;
mod salvage;
mod schema;
mod search;
mod shared;
mod state;
mod store;
mod stretches;
mod subscription;
mod summary;
mod tables;
mod telling;
mod transaction;
mod types;
mod writer;

pub use backup::{Backup, Copied, Restored};
pub use chunk::Chunk;
#[cfg(feature = "suite")]
pub use contract::suite;
pub use contract::{Condition, Engine, Order, Page, Query, Tally};
pub use damage::Damage;
pub use error::StoreError;
pub use histogram::Histogram;
pub use holder::{Holder, Process};
pub use letting::{Edge, Hold, Keep, Keeping, LetGo, LetGoPlan, Portion, Progress};
pub use machine::Machine;
pub use pending::{Pending, Refused};
pub use salvage::{Missing, Salvaged};
pub use schema::{BLOCK, Durability, INSERT_EVENT, Options, Profile, open_connection};
pub use store::Store;
pub use subscription::Subscription;
pub use types::{Appended, Batch, Bounds, Document, Inspection, Limit, NewEvent, Placed, PositionUpdate, Stats, Stored};
