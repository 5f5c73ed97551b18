//! Handlers: something is done for each event of a kind, by a name, and what came of it is known.
//!
//! * A [`Handler`] follows the store by itself, with a checkpoint of its own: a slow one holds up nobody.
//! * Within one, the events of a subject come in order and one at a time; subjects go side by side. Events without a subject keep the order of their channel.
//! * A try that fails is made again by [`Policy`]; the subject's later events wait meanwhile, the others do not. After the last try the event is parked as a
//!   [`Letter`] with its payload, in the transaction that moves the checkpoint over it, and the subject goes on without it. A policy without a last try
//!   keeps the subject waiting instead.
//! * The checkpoint moves only over what is done or parked. What was done beyond it is noted with it, so that a crash repeats at most what was in flight
//!   or not noted yet: an event comes at least once, and its id tells a repeat.
//! * A [replay](Registry::replay) and a [redelivery](Registry::redeliver) run beside the live events and say what they are ([`Origin`]): order is held
//!   within them, not between them and what is live.
//!
//! Deliberately absent: what any handler does, and any clock but the one it is given.

mod board;
mod books;
mod desk;
mod errand;
mod handler;
mod kept;
mod lanes;
mod letter;
mod member;
mod pace;
mod place;
mod policy;
mod refusal;
mod registry;
mod report;
mod runner;

pub use handler::{Delivery, Done, Failure, Handler, Origin};
pub use letter::{Letter, LetterPage, Which};
pub use pace::Pace;
pub use place::Place;
pub use policy::Policy;
pub use refusal::Refusal;
pub use registry::Registry;
pub use report::{Errand, ErrandKind, Health, LastError, Report};
