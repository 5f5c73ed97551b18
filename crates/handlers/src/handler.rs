//! What a handler is, what it is given and what it answers.

use crate::Policy;
use watchdeck_events::Event;
use watchdeck_store::{Document, Stored};

/// Something that is done for each event that it wants. See the [crate docs](crate).
#[async_trait::async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Names it, its checkpoint and its letters; no slash in it, and never another's.
    fn name(&self) -> &str;

    /// Whether it wants this event. Asked of every one, so it is quick.
    fn wants(&self, event: &Event) -> bool;

    /// How it is tried.
    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// Whether it begins, when it is first heard of, with what comes from then on. Otherwise with the oldest event.
    fn begins_now(&self) -> bool {
        false
    }

    /// Deal with one event. It may come again: its id tells. What is to be stored with it is committed with the checkpoint.
    ///
    /// # Errors
    /// [`Failure`], which says whether another try may help. A panic is a failure too.
    async fn handle(&self, delivery: &Delivery) -> Result<Done, Failure>;
}

/// An event for a handler.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The event. Its id is the idempotency key.
    pub stored: Stored,
    /// Why it comes.
    pub origin: Origin,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// Why an event comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is its turn.
    Live,
    /// Somebody wanted a stretch of the past once more: side effects that must not happen twice are left out.
    Replay,
    /// It was parked, and somebody wanted another try.
    Letter,
}

/// What is stored with a handled event, in the transaction of the checkpoint.
pub type Done = Vec<Document>;

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Failure {
    /// Why, for people.
    pub words: String,
    /// Whether another try may help. What never will is parked at once.
    pub again: bool,
}

impl Failure {
    /// It may go better another time.
    #[must_use]
    pub fn passing(words: impl Into<String>) -> Self {
        Self { words: words.into(), again: true }
    }

    /// It will never go.
    #[must_use]
    pub fn lasting(words: impl Into<String>) -> Self {
        Self { words: words.into(), again: false }
    }
}
