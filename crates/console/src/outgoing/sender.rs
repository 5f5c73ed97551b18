//! An outgoing action as a handler: it wants what its filter keeps, and carries out what was made ready of it.
//!
//! Whoever is away, busy or slow is tried again for a quarter of an hour; whoever says no has said it, and the event is a dead letter.

use super::{around::Around, occasion::Occasion, ready::Ready};
use std::{sync::Arc, time::Duration};
use watchdeck_events::{Event, Millis};
use watchdeck_filter::Filter;
use watchdeck_handlers::{Delivery, Done, Failure, Handler, Policy};
use watchdeck_wire::settings::{Action, Hook};

/// What the names of these handlers begin with.
pub(super) const PREFIX: &str = "hook:";
/// A try that takes longer has failed, whatever it does.
pub(super) const TIME_OUT: Duration = Duration::from_secs(60);

/// What the handler of an action is called.
pub(super) fn name(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// See the [module docs](self).
pub(super) struct Sender {
    name: String,
    hook: Hook,
    filter: Filter,
    around: Arc<Around>,
}

impl Sender {
    /// `None` where its filter cannot be read, which was checked when it was saved.
    pub(super) fn of(hook: &Hook, around: &Arc<Around>, now: Millis) -> Option<Self> {
        let filter = Filter::parse(&hook.filter, now)
            .inspect_err(|refusal| tracing::warn!(%refusal, hook.name, "An outgoing action is left out."))
            .ok()?;
        Some(Self { name: name(&hook.id), hook: hook.clone(), filter, around: Arc::clone(around) })
    }
}

#[async_trait::async_trait]
impl Handler for Sender {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants(&self, event: &Event) -> bool {
        self.filter.keeps(event)
    }

    /// Robots count what comes in a minute, mail servers and this machine what comes at once.
    fn policy(&self) -> Policy {
        let (attempts, parallel) = match self.hook.action {
            Action::Webhook { .. } => (11, 4),
            Action::Email { .. } | Action::Command { .. } => (11, 2),
            Action::Robot { .. } => (12, 1),
        };
        Policy { attempts: Some(attempts), longest_wait: Duration::from_secs(300), time_out: TIME_OUT, parallel, ..Policy::default() }
    }

    /// Nobody wants a year of the past because an address was entered.
    fn begins_now(&self) -> bool {
        true
    }

    async fn handle(&self, delivery: &Delivery) -> Result<Done, Failure> {
        let set = self.around.now();
        // It may be given later: what is locked is unlocked by a person.
        let secret = self.around.secret(&self.hook.id).map_err(Failure::passing)?;
        let ready = Ready::of(&self.hook, &Occasion::of(delivery), secret.as_ref(), &set).map_err(Failure::lasting)?;
        ready.go(set.allow_commands).await.map(|_| Done::new())
    }
}
