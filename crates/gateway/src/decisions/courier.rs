//! Hands decisions on until it is known what became of them.
//!
//! What may have left is written down before it leaves: after a crash it is not taken for something that nobody has heard of. A try holds no turn while the
//! ERP thinks, so that whoever comes second is told at once.

use super::{
    decider::Decider,
    decision::{Answer, Decided, DecisionError, Handing},
    requests::Verdict,
    standing::{Standing, State},
};
use crate::log::now;
use futures_util::FutureExt as _;
use std::{collections::HashSet, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;

/// Tries under way at a time.
const AT_ONCE: usize = 64;
/// Longest try.
const PATIENCE: Duration = Duration::from_secs(60);
/// First and longest wait between tries, ms.
const BACKOFF: (i64, i64) = (1_000, 60_000);
/// First and longest wait for the ERP's event on what was handed on, ms; then it is sent again.
const ASK_AGAIN: (i64, i64) = (60_000, 30 * 60_000);
/// After this long it is not tried any more, ms.
const GIVE_UP: i64 = 24 * 60 * 60 * 1_000;
/// Other gateways on the same log may have left something to do: looked at this often.
const LOOK: Duration = Duration::from_secs(5);
/// Before what could not be written down is looked at again.
const RETRY: i64 = 1_000;

impl Decider {
    /// Hand on what is due, until `stop`.
    pub(crate) async fn hand_on(self: Arc<Self>, stop: CancellationToken) {
        let Some(handler) = self.handler.clone() else { return };
        let mut going: JoinSet<String> = JoinSet::new();
        let mut under_way: HashSet<String> = HashSet::new();
        loop {
            if self.book.is_shared()
                && let Err(error) = self.book.refresh().await
            {
                tracing::warn!(%error, "What other gateways decided cannot be read.");
            }
            let now = now();
            let (mut due, next) = self.book.due(now);
            due.extend(self.bell.take_rung().iter().filter_map(|key| self.book.get(key)));
            due.retain(|one| !under_way.contains(&one.decision.idempotency_key));
            due.truncate(AT_ONCE.saturating_sub(going.len()));
            for standing in due {
                let key = standing.decision.idempotency_key.clone();
                if under_way.insert(key.clone()) {
                    let (decider, handler) = (Arc::clone(&self), Arc::clone(&handler));
                    going.spawn(async move {
                        let tried = AssertUnwindSafe(decider.attempt(&*handler, &key)).catch_unwind().await;
                        if let Err(error) = tried.unwrap_or_else(|_| Err(DecisionError::Unavailable("the gateway failed in itself".into())))
                        {
                            tracing::warn!(%error, key, "A decision cannot be handed on just now; trying again.");
                            tokio::time::sleep(Duration::from_millis(RETRY.unsigned_abs())).await;
                        }
                        key
                    });
                }
            }
            let wait = next.map(|at| Duration::from_millis(at.since(now).unsigned_abs()));
            let wait = if self.book.is_shared() { Some(wait.unwrap_or(LOOK).min(LOOK)) } else { wait };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.bell.rings() => {}
                Some(done) = going.join_next() => {
                    if let Ok(key) = done { under_way.remove(&key); }
                }
                () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {}
            }
        }
    }

    /// One try.
    async fn attempt(&self, handler: &dyn super::Decisions, key: &str) -> Result<(), DecisionError> {
        let Some(standing) = self.book.get(key) else { return Ok(()) };
        let resource = standing.decision.resource();
        let going = self.in_turn(&resource, async { self.set_out(key).await }).await?;
        let Some((standing, again)) = going else { return Ok(()) };
        let handing = Handing { decision: standing.decision.clone(), session: self.session(&standing), again };
        let decided = tokio::time::timeout(PATIENCE, AssertUnwindSafe(handler.decide(handing)).catch_unwind()).await;
        let answer = match decided {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Answer::Unclear("the gateway failed in itself".into()),
            Err(_) => Answer::Unclear(format!("no answer within {} s", PATIENCE.as_secs())),
        };
        self.in_turn(&resource, async {
            // The ERP's event may have been faster than its answer.
            let Some(standing) = self.book.get(key).filter(|standing| !standing.state.is_settled()) else { return Ok(()) };
            let verdict = self.requests.holds(&resource, standing.decision.seen.as_ref()).ok().flatten();
            let answered = answered(Standing::clone(&standing), answer, again, now());
            let weighed = if answered.state.is_settled() && !matches!(answered.state, State::Refused(_)) { None } else { verdict };
            let standing = match weighed.map(|decided| weigh(&answered, &decided)) {
                Some(state) => Standing { state, due: None, trouble: None, ..answered },
                None => answered,
            };
            self.written(standing).await
        })
        .await
    }

    /// Whether it still is to be handed on; it is written down that it may have left.
    async fn set_out(&self, key: &str) -> Result<Option<(Arc<Standing>, bool)>, DecisionError> {
        let fresh = self.bell.was_fresh(key);
        let Some(standing) = self.book.get(key).filter(|standing| !standing.state.is_settled()) else { return Ok(None) };
        let (now, again) = (now(), standing.left && !fresh);
        if self.book.is_claimed(&standing, now) {
            return Ok(None);
        }
        let resource = standing.decision.resource();
        let changed = |standing: &Standing, state, trouble| Standing { state, changed_at: now, due: None, trouble, ..standing.clone() };
        match self.requests.holds(&resource, standing.decision.seen.as_ref()) {
            Ok(Some(decided)) => {
                // Of what never left nobody can have taken it.
                let state = if again { weigh(&standing, &decided) } else { State::Overtaken(decided) };
                self.written(changed(&standing, state, None)).await?;
                return Ok(None);
            }
            // What may have arrived already is not sent once more for a request that has changed.
            Err(error) if again => {
                self.written(changed(&standing, State::Unanswered, Some(error.to_string()))).await?;
                return Ok(None);
            }
            Err(error) => {
                self.written(changed(&standing, State::Refused(error.to_string()), None)).await?;
                return Ok(None);
            }
            Ok(None) => {}
        }
        if now.since(standing.at) > GIVE_UP {
            let words = standing.trouble.clone().unwrap_or_else(|| "nobody answered".into());
            let (state, trouble) = if again {
                (State::Unanswered, Some(format!("not sent any more, after a day: {words}")))
            } else {
                (State::Refused(format!("it could not be handed to the ERP for a day: {words}")), None)
            };
            self.written(changed(&standing, state, trouble)).await?;
            return Ok(None);
        }
        let claim = self.book.claim(now, 2 * PATIENCE);
        if standing.left && claim.is_none() {
            return Ok(Some((standing, again)));
        }
        // Nothing that anybody has to hear of: only that it may not be taken back from here on, and who tries.
        let standing = self.book.keep(Standing { left: true, claim, ..Standing::clone(&standing) }, None).await;
        let standing = standing.map_err(|error| DecisionError::Unavailable(error.to_string()))?;
        Ok(Some((standing, again)))
    }

    /// The ERP's own word on a request.
    pub(crate) async fn said(&self, Verdict { resource, decided }: Verdict) {
        let heard = self.in_turn(&resource, async {
            for standing in self.book.on(&resource) {
                // One that is on its way to the ERP right now is weighed when its answer is there.
                if standing.state.is_settled() || standing.attempts == 0 {
                    continue;
                }
                let state = weigh(&standing, &decided);
                self.written(Standing { state, changed_at: now(), due: None, trouble: None, ..Standing::clone(&standing) }).await?;
            }
            Ok(())
        });
        if let Err(error) = heard.await {
            tracing::warn!(%error, "The ERP's word on a decision could not be written down; it is looked at again with its next try.");
        }
        self.bell.ring();
    }

    async fn written(&self, standing: Standing) -> Result<(), DecisionError> {
        self.keep(standing).await.map(drop).map_err(|error| DecisionError::Unavailable(error.to_string()))
    }
}

/// What the ERP's word makes of a decision: its confirmation, or that somebody else was first.
fn weigh(standing: &Standing, decided: &Decided) -> State {
    let decision = &standing.decision;
    let names = [Some(&decision.approver_id), Some(&decision.approver_name), decision.decided_by.as_ref()];
    let ours = decided.decided_by.is_empty() || names.into_iter().flatten().any(|name| *name == decided.decided_by);
    if !decided.withdrawn && decided.approve == decision.approve && (ours || standing.state == State::HandedOn) {
        State::Confirmed
    } else {
        State::Overtaken(decided.clone())
    }
}

/// How it stands after a try. `again`: an earlier one may have arrived.
fn answered(mut standing: Standing, answer: Answer, again: bool, now: Millis) -> Standing {
    standing.attempts += 1;
    let doubled = |(first, most): (i64, i64), times: u32| first.saturating_mul(1 << times.min(16)).min(most);
    let later = Some(now.plus(doubled(BACKOFF, standing.attempts - 1)));
    let before = standing.state.clone();
    (standing.trouble, standing.due, standing.claim) = (None, None, None);
    match answer {
        Answer::Done => standing.state = State::Confirmed,
        Answer::HandedOn => {
            standing.due = Some(now.plus(doubled(ASK_AGAIN, standing.attempts - 1)));
            standing.state = State::HandedOn;
        }
        Answer::Refused(words) => standing.state = State::Refused(words),
        Answer::Already(words) if !again => standing.state = State::Refused(words),
        // It may be our own earlier try that it speaks of: its event will tell.
        Answer::Already(words) => (standing.state, standing.trouble) = (State::Unanswered, Some(words)),
        Answer::Unavailable(words) => {
            standing.left = again;
            standing.state = if again { State::Unanswered } else { State::Received };
            (standing.trouble, standing.due) = (Some(words), later);
        }
        Answer::Unclear(words) => {
            standing.state = State::Unanswered;
            (standing.trouble, standing.due) = (Some(words), later);
        }
    }
    if standing.state != before {
        standing.changed_at = now;
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: State) -> Standing {
        let decision =
            r#"{"idempotencyKey":"k","resourceType":"order","resourceId":"1","approve":true,"approverId":"u1","approverName":"张敏"}"#;
        let json = format!(r#"{{"decision":{decision},"at":7,"outcome":"received"}}"#);
        Standing { state, ..serde_json::from_str(&json).unwrap() }
    }

    #[test]
    fn an_answer_that_may_be_our_own_settles_nothing() {
        let words = || Answer::Already("只有已提交的退货订单可以审批".into());
        let first = answered(standing(State::Received), words(), false, Millis(9));
        assert!(matches!(first.state, State::Refused(_)), "nobody of ours was there before");
        let second = answered(standing(State::Unanswered), words(), true, Millis(9));
        assert_eq!((second.state, second.due), (State::Unanswered, None), "the timed-out try may have done it");
    }

    #[test]
    fn what_never_left_can_be_taken_back_and_what_may_have_left_cannot() {
        let away = answered(standing(State::Received), Answer::Unavailable("down".into()), false, Millis(9));
        assert_eq!((&away.state, away.left, away.due), (&State::Received, false, Some(Millis(1_009))));
        let doubt = answered(away, Answer::Unclear("timeout".into()), false, Millis(2_000));
        assert_eq!((&doubt.state, doubt.due), (&State::Unanswered, Some(Millis(4_000))));
        let still = answered(Standing { left: true, ..doubt }, Answer::Unavailable("down".into()), true, Millis(9_000));
        assert_eq!((&still.state, still.left), (&State::Unanswered, true), "an earlier try may have arrived");
    }

    #[test]
    fn the_erp_confirms_what_is_ours_and_names_whoever_was_first() {
        let by = |by: &str, approve| Decided { decided_by: by.into(), approve, decided_at: 9, withdrawn: false };
        for (state, said, meant) in [
            (State::HandedOn, by("", true), State::Confirmed),
            (State::HandedOn, by("service", true), State::Confirmed),
            (State::Unanswered, by("张敏", true), State::Confirmed),
            (State::Unanswered, by("李雷", true), State::Overtaken(by("李雷", true))),
            (State::HandedOn, by("李雷", false), State::Overtaken(by("李雷", false))),
        ] {
            assert_eq!(weigh(&standing(state.clone()), &said), meant, "{state:?} {said:?}");
        }
    }
}
