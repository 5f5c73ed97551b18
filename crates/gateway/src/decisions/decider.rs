//! Takes decisions in: kept before they are answered, and each once.

use super::{
    bell::Bell,
    book::Book,
    decision::{DecisionError, DecisionRequest, Decisions, Resource},
    requests::Requests,
    standing::{Standing, State},
    telling::Telling,
};
use crate::{
    access::Principal,
    log::{Log, now},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_events::Millis;
use watchdeck_secret::Secret;
use watchdeck_store::{StoreError, Subscription};

/// Without a round, a decision on the same resource is taken for one on the same request for this long, ms.
/// Two people press at nearly the same time; a request that was made again comes later.
const SAME_REQUEST: i64 = 2 * 60 * 1_000;
/// How long a look at the newest part of the log may take before a decision is judged by what is known.
const LOOK: Duration = Duration::from_secs(2);
/// Sessions of approvers that are remembered.
const SESSIONS: usize = 10_000;

/// See the [module docs](self).
pub(crate) struct Decider {
    pub(super) handler: Option<Arc<dyn Decisions>>,
    pub(super) book: Book,
    pub(crate) requests: Requests,
    pub(super) telling: Telling,
    pub(super) bell: Bell,
    /// One at a time for each resource: the second waits until it is known what became of the first.
    turns: Mutex<HashMap<Resource, Arc<tokio::sync::Mutex<()>>>>,
    /// The approvers' own sessions with the ERP, by principal. Never written down: after a restart they come with their consoles.
    sessions: Mutex<HashMap<String, Secret>>,
}

/// One who decides, by the gateway's own word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approver {
    pub(crate) principal: Option<String>,
    pub(crate) session: Option<Secret>,
}

impl Approver {
    pub(crate) fn of(principal: &Principal) -> Self {
        Self { principal: Some(principal.id.to_string()), session: principal.session().cloned() }
    }
}

/// What is answered: how it stands, and whether it was there before.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) standing: Arc<Standing>,
    pub(crate) repeated: bool,
}

impl Decider {
    pub(crate) fn new(handler: Option<Arc<dyn Decisions>>, book: Book, requests: Requests, log: Log) -> Self {
        let (turns, sessions) = (Mutex::default(), Mutex::default());
        Self { handler, book, requests, telling: Telling::new(log), bell: Bell::default(), turns, sessions }
    }

    /// Keep it, or answer how the one of this key stands. Whoever comes again is handed on at once where that helps.
    pub(crate) async fn decide(&self, decision: DecisionRequest, approver: Approver) -> Result<Answered, DecisionError> {
        let handler = self.handler.as_ref().filter(|handler| handler.takes(&decision.resource_type));
        let handler = handler.ok_or_else(|| DecisionError::Unsupported(decision.resource_type.clone()))?;
        self.is_here(&approver);
        let resource = decision.resource();
        self.in_turn(&resource, async {
            if let Some(known) = self.book.get(&decision.idempotency_key) {
                return if known.decision == decision { Ok(self.asked_again(known)) } else { Err(DecisionError::KeyReused) };
            }
            handler.check(&decision).map_err(DecisionError::Invalid)?;
            self.take(decision, approver).await
        })
        .await
    }

    async fn take(&self, decision: DecisionRequest, approver: Approver) -> Result<Answered, DecisionError> {
        let (at, resource) = (now(), decision.resource());
        // What anybody was told is looked at first.
        let head = self.telling.head();
        if tokio::time::timeout(LOOK, self.requests.reached(head)).await.is_err() {
            tracing::warn!(head, "A decision is judged by requests that are behind the log.");
        }
        let stands = |earlier: &Arc<Standing>| earlier.state.stands() && self.same_request(earlier, &decision, at);
        let first = self.book.on(&resource).into_iter().find(stands);
        let first = match first {
            Some(first) => Some(first.decided()),
            None => self.requests.holds(&resource, decision.seen.as_ref())?,
        };
        let standing = Standing {
            // Nobody hears of what came too late but whoever sent it.
            state: first.map_or(State::Received, State::Overtaken),
            principal: approver.principal,
            at,
            changed_at: at,
            attempts: 0,
            due: Some(at),
            left: true,
            claim: None,
            trouble: None,
            decision,
        };
        let standing = if standing.state.is_settled() { Standing { due: None, left: false, ..standing } } else { standing };
        if standing.due.is_some() {
            self.bell.fresh(&standing.decision.idempotency_key);
        }
        let standing = self.keep(standing).await.map_err(unkept)?;
        self.bell.ring();
        Ok(Answered { standing, repeated: false })
    }

    /// Whether an earlier decision on the same resource was on the request that this one is on.
    fn same_request(&self, earlier: &Standing, decision: &DecisionRequest, at: Millis) -> bool {
        let one = &earlier.decision;
        if let (Some(one), Some(other)) = (&one.round, &decision.round) {
            return one == other;
        }
        if let (Some(one), Some(other)) = (&one.seen, &decision.seen) {
            return one.event == other.event || self.requests.are_of_one_round(&decision.resource(), one, other);
        }
        !earlier.state.is_settled() || at.since(earlier.at).abs() < SAME_REQUEST
    }

    /// Follow what the log tells of requests, until `stop`. What the ERP says is dealt with beside it: nobody waits for a turn in here.
    pub(crate) async fn follow(self: Arc<Self>, asked: Subscription, tasks: TaskTracker, stop: CancellationToken) {
        let said = |verdict| {
            drop(tasks.spawn({
                let decider = Arc::clone(&self);
                async move { decider.said(verdict).await }
            }));
        };
        self.requests.follow(asked, stop, said).await;
    }

    /// Somebody asks after a decision that waits: it is tried now, not later.
    fn asked_again(&self, known: Arc<Standing>) -> Answered {
        if matches!(known.state, State::Received | State::Unanswered) {
            self.bell.ring_for(&known.decision.idempotency_key);
        }
        Answered { standing: known, repeated: true }
    }

    /// Take one back that has not left.
    pub(crate) async fn withdraw(&self, key: &str) -> Result<Option<Arc<Standing>>, DecisionError> {
        let Some(known) = self.book.get(key) else { return Ok(None) };
        let resource = known.decision.resource();
        self.in_turn(&resource, async {
            let Some(known) = self.book.get(key) else { return Ok(None) };
            match known.state {
                State::Withdrawn => Ok(Some(known)),
                _ if known.state.is_settled() || known.left => Err(DecisionError::TooLate),
                _ => {
                    let state = State::Withdrawn;
                    let standing = Standing { state, changed_at: now(), due: None, ..Standing::clone(&known) };
                    self.keep(standing).await.map(Some).map_err(unkept)
                }
            }
        })
        .await
    }

    /// How one stands as soon as it is known what became of its first try, or after `patience`.
    pub(crate) async fn tried(&self, key: &str, patience: Duration) -> Option<Arc<Standing>> {
        let mut changes = self.book.watch();
        let tried = async {
            while self.book.get(key).is_some_and(|standing| !standing.state.is_settled() && standing.attempts == 0) {
                // The sender lives in the book.
                drop(changes.changed().await);
            }
        };
        tokio::time::timeout(patience, tried).await.ok();
        self.book.get(key)
    }

    /// How one stands.
    pub(crate) async fn standing(&self, key: &str) -> Option<Arc<Standing>> {
        if self.book.is_shared()
            && let Err(error) = self.book.refresh().await
        {
            tracing::warn!(%error, "What other gateways decided cannot be read.");
        }
        self.book.get(key)
    }

    /// Write down how it stands, and tell whoever may see the request.
    pub(super) async fn keep(&self, standing: Standing) -> Result<Arc<Standing>, StoreError> {
        let channel = self.requests.channel(&standing.decision.resource());
        let event = self.telling.event(&standing, channel);
        self.book.keep(standing, event).await
    }

    /// Do something while nobody else does anything about `resource`, in whatever gateway.
    pub(super) async fn in_turn<T>(
        &self,
        resource: &Resource,
        act: impl Future<Output = Result<T, DecisionError>>,
    ) -> Result<T, DecisionError> {
        let turn = Arc::clone(self.turns().entry(resource.clone()).or_default());
        let outcome = {
            let _mine = turn.lock().await;
            let _everywhere = self.book.turn(resource).await.map_err(unkept)?;
            act.await
        };
        drop(turn);
        // Whoever waits for a turn holds it too.
        self.turns().retain(|_, turn| Arc::strong_count(turn) > 1);
        outcome
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<Resource, Arc<tokio::sync::Mutex<()>>>> {
        self.turns.lock().expect("no code panics while holding the turns")
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.sessions.lock().expect("no code panics while holding the sessions")
    }

    /// Somebody has come, with a session of the ERP: what waits for it is handed on.
    pub(crate) fn is_here(&self, Approver { principal, session }: &Approver) {
        let (Some(principal), Some(session)) = (principal, session) else { return };
        let before = {
            let mut sessions = self.sessions();
            if sessions.len() >= SESSIONS && !sessions.contains_key(principal) {
                return;
            }
            sessions.insert(principal.clone(), session.clone())
        };
        if before.as_ref() != Some(session) {
            self.book.open_of(principal).iter().for_each(|key| self.bell.ring_for(key));
        }
    }

    pub(super) fn session(&self, standing: &Standing) -> Option<Secret> {
        self.sessions().get(standing.principal.as_deref()?).cloned()
    }

    #[cfg(test)]
    pub(super) fn under_way(&self) -> usize {
        self.turns().len()
    }
}

fn unkept(error: StoreError) -> DecisionError {
    DecisionError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests;
