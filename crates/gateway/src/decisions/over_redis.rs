//! The default way of a decision: published on Redis, and counted as arrived when somebody listens.

use super::decision::{Answer, Decisions, Handing};
use crate::redis::{Address, Link, LinkError, resp::Value};
use tokio::sync::Mutex;

/// Where decisions are published for the ERP.
pub const REDIS_CHANNEL: &str = "watchdeck:decisions";
/// Longest answer that is expected, in bytes.
const ANSWER_BYTES: usize = 64 << 10;

/// A connection of its own: one that is subscribed may not publish.
pub(crate) struct OverRedis {
    address: Address,
    link: Mutex<Option<Link>>,
}

impl OverRedis {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, link: Mutex::new(None) }
    }

    /// Publish on the link there is, or on a new one where that is gone. Answers how many listened.
    async fn publish(&self, json: &str) -> Result<Value, LinkError> {
        let mut held = self.link.lock().await;
        // Taken out while it is used: a request that is dropped half-way leaves no answer for the next one.
        let mut kept = held.take();
        if kept.as_mut().is_some_and(Link::is_closed) {
            kept = None;
        }
        let mut link = match kept {
            Some(link) => link,
            None => Link::open(&self.address, ANSWER_BYTES).await?,
        };
        let answer = link.ask(&["PUBLISH", REDIS_CHANNEL, json]).await;
        // Not tried again after a failure in here: the first may have been heard.
        if !matches!(&answer, Err(error) if !error.is_refusal()) {
            *held = Some(link);
        }
        answer
    }
}

#[async_trait::async_trait]
impl Decisions for OverRedis {
    async fn decide(&self, handing: Handing) -> Answer {
        let json = serde_json::to_string(&handing.decision).expect("plain fields are always JSON");
        match self.publish(&json).await {
            Ok(Value::Int(0)) => Answer::Unavailable(format!("nobody listens on the Redis channel {REDIS_CHANNEL}")),
            Ok(_) => Answer::HandedOn,
            Err(error) if error.is_refusal() => Answer::Unavailable(error.to_string()),
            // The command may have been heard, and its answer lost.
            Err(error) => Answer::Unclear(error.to_string()),
        }
    }
}
