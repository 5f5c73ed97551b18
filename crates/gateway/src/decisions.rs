//! Who answers an approval: the ERP behind Redis, or whoever embeds the gateway.
//!
//! A decision is idempotent by its key: the same key again is answered like the first time and not handed on twice, also when both
//! requests are under way at once. A failure is not remembered, so that a retry is a retry.

use redis::{Client, aio::ConnectionManager};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Where decisions are published for the ERP.
pub const REDIS_CHANNEL: &str = "watchdeck:decisions";
/// Answers remembered; the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// Somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRequest {
    /// Chosen once by the sender for this decision; repeated with every retry.
    pub idempotency_key: String,
    /// What kind of thing waits (`order`, `refund`, …).
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// Approve, or reject.
    pub approve: bool,
    /// Why, in the approver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who decided, for the ERP.
    pub approver_id: String,
    /// Who decided, for people.
    pub approver_name: String,
}

/// Why a decision did not arrive.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecisionError {
    /// Nothing is configured that could take it.
    #[error("this gateway has nobody to hand decisions to; configure `redis.url`, or decide in the ERP itself")]
    Unsupported,
    /// The way to the ERP is closed just now; send it again.
    #[error("the decision could not be handed to the ERP: {0}; send it again")]
    Unavailable(String),
    /// The ERP says no (already decided by somebody else, not allowed). Sending again does not help.
    #[error("{0}")]
    Refused(String),
    /// The key was used for another decision.
    #[error("this idempotencyKey was used for another decision; choose a new one")]
    KeyReused,
}

/// Takes decisions to where they count.
#[async_trait::async_trait]
pub trait Decisions: Send + Sync + 'static {
    /// Hand the decision on. `Ok` means that it arrived, not that the ERP has acted: that is seen as an event.
    ///
    /// # Errors
    /// [`DecisionError`]; only [`DecisionError::Unavailable`] is worth a retry.
    async fn decide(&self, decision: DecisionRequest) -> Result<(), DecisionError>;
}

/// The default: publish on Redis, and count it as arrived when somebody listens.
pub(crate) struct OverRedis {
    client: Client,
    connection: OnceCell<ConnectionManager>,
}

impl OverRedis {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, connection: OnceCell::new() }
    }
}

#[async_trait::async_trait]
impl Decisions for OverRedis {
    async fn decide(&self, decision: DecisionRequest) -> Result<(), DecisionError> {
        let unavailable = |error: redis::RedisError| DecisionError::Unavailable(error.to_string());
        let json = serde_json::to_string(&decision).expect("plain fields are always JSON");
        let config = redis::aio::ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_secs(2)));
        let connection = self.connection.get_or_try_init(|| ConnectionManager::new_with_config(self.client.clone(), config)).await;
        let mut connection = connection.map_err(unavailable)?.clone();
        let listeners: u64 = redis::cmd("PUBLISH").arg(REDIS_CHANNEL).arg(json).query_async(&mut connection).await.map_err(unavailable)?;
        if listeners == 0 {
            return Err(DecisionError::Unavailable(format!("nobody listens on the Redis channel {REDIS_CHANNEL}")));
        }
        Ok(())
    }
}

/// Hands each decision on once.
pub(crate) struct Decider {
    handler: Option<Arc<dyn Decisions>>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    by_key: HashMap<String, Arc<Answer>>,
    order: VecDeque<String>,
}

struct Answer {
    decision: DecisionRequest,
    /// Filled when it arrived, or when it was refused for good.
    outcome: OnceCell<Result<(), DecisionError>>,
}

impl Decider {
    pub(crate) fn new(handler: Option<Arc<dyn Decisions>>) -> Self {
        Self { handler, answers: Mutex::default() }
    }

    /// Hand it on, or answer what was answered before. `Ok(true)` is a repeat.
    pub(crate) async fn decide(&self, decision: DecisionRequest) -> Result<bool, DecisionError> {
        let handler = self.handler.as_ref().ok_or(DecisionError::Unsupported)?;
        let answer = self.answer_to(decision);
        if answer.0.decision != answer.1 {
            return Err(DecisionError::KeyReused);
        }
        let mut first = false;
        let outcome = answer
            .0
            .outcome
            .get_or_try_init(|| async {
                first = true;
                match handler.decide(answer.1).await {
                    Err(retry @ DecisionError::Unavailable(_)) => Err(retry),
                    settled => Ok(settled),
                }
            })
            .await?;
        outcome.clone().map(|()| !first)
    }

    /// The slot of this key, and the decision itself.
    fn answer_to(&self, decision: DecisionRequest) -> (Arc<Answer>, DecisionRequest) {
        let mut answers = self.answers.lock().expect("no code panics while holding the answers");
        if let Some(known) = answers.by_key.get(&decision.idempotency_key) {
            return (Arc::clone(known), decision);
        }
        if answers.order.len() == REMEMBERED
            && let Some(oldest) = answers.order.pop_front()
        {
            answers.by_key.remove(&oldest);
        }
        let key = decision.idempotency_key.clone();
        let answer = Arc::new(Answer { decision: decision.clone(), outcome: OnceCell::new() });
        answers.by_key.insert(key.clone(), Arc::clone(&answer));
        answers.order.push_back(key);
        (answer, decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// An ERP that is away for the first `away` decisions.
    struct Erp {
        asked: AtomicUsize,
        away: usize,
    }

    #[async_trait::async_trait]
    impl Decisions for Erp {
        async fn decide(&self, decision: DecisionRequest) -> Result<(), DecisionError> {
            tokio::task::yield_now().await;
            match self.asked.fetch_add(1, Ordering::SeqCst) {
                n if n < self.away => Err(DecisionError::Unavailable("away".into())),
                _ if decision.resource_id == "decided" => Err(DecisionError::Refused("somebody was faster".into())),
                _ => Ok(()),
            }
        }
    }

    fn request(key: &str, resource: &str) -> DecisionRequest {
        DecisionRequest {
            idempotency_key: key.into(),
            resource_type: "order".into(),
            resource_id: resource.into(),
            approve: true,
            reason: None,
            approver_id: "u1".into(),
            approver_name: "张敏".into(),
        }
    }

    fn erp(away: usize) -> (Arc<Erp>, Decider) {
        let erp = Arc::new(Erp { asked: AtomicUsize::new(0), away });
        (Arc::clone(&erp), Decider::new(Some(erp)))
    }

    #[tokio::test]
    async fn the_same_key_at_once_is_handed_on_once() {
        let (erp, decider) = erp(0);
        let (a, b) = tokio::join!(decider.decide(request("k", "o1")), decider.decide(request("k", "o1")));
        assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|repeat| !**repeat).count(), 1);
        assert_eq!(erp.asked.load(Ordering::SeqCst), 1, "two presses of Approve are one decision");
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered_and_a_refusal_is() {
        let (erp, decider) = erp(1);
        assert!(matches!(decider.decide(request("k", "o1")).await, Err(DecisionError::Unavailable(_))));
        assert!(!decider.decide(request("k", "o1")).await.expect("the retry arrives"));
        for _ in 0..2 {
            assert!(matches!(decider.decide(request("k2", "decided")).await, Err(DecisionError::Refused(_))));
        }
        assert_eq!(erp.asked.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_key_belongs_to_one_decision() {
        let (_, decider) = erp(0);
        decider.decide(request("k", "o1")).await.unwrap();
        assert!(matches!(decider.decide(request("k", "o2")).await, Err(DecisionError::KeyReused)));
        assert!(matches!(Decider::new(None).decide(request("k", "o1")).await, Err(DecisionError::Unsupported)));
    }

    #[tokio::test]
    async fn memory_of_answers_is_bounded() {
        let (_, decider) = erp(0);
        for n in 0..REMEMBERED + 5 {
            decider.decide(request(&n.to_string(), "o")).await.unwrap();
        }
        let answers = decider.answers.lock().unwrap();
        assert_eq!((answers.by_key.len(), answers.order.len()), (REMEMBERED, REMEMBERED));
    }
}
