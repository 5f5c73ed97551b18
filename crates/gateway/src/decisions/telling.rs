//! Every change of a decision is an event: whoever may see the request hears of it.

use super::standing::{Standing, State};
use crate::log::{Arrived, Log, now};
use std::sync::Arc;
use watchdeck_events::{Channel, Kind, Payload};
use watchdeck_store::NewEvent;

/// Where it is told what becomes of a request that nobody has heard of.
pub(crate) const ELSEWHERE: &str = "approvals";

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Telling {
    log: Log,
    source: Arc<str>,
}

impl Telling {
    pub(super) fn new(log: Log) -> Self {
        Self { log, source: "decisions".into() }
    }

    #[cfg(test)]
    pub(super) const fn log(&self) -> &Log {
        &self.log
    }

    pub(super) fn head(&self) -> u64 {
        self.log.store().head()
    }

    /// The event that tells how a decision stands, in the `channel` of its request. Of one that came too late nobody hears but whoever made it.
    pub(super) fn event(&self, standing: &Standing, channel: Option<Channel>) -> Option<NewEvent> {
        if matches!(standing.state, State::Overtaken(_)) && standing.attempts == 0 && !standing.left {
            return None;
        }
        let mut told = standing.told(false);
        let fields = told.as_object_mut().expect("it is an object");
        fields.remove("repeated");
        fields.remove("accepted");
        fields.insert("type".into(), Kind::DECISION.into());
        fields.insert("timestamp".into(), standing.changed_at.0.into());
        let arrived = Arrived {
            channel: channel.unwrap_or_else(|| Channel::from(ELSEWHERE)),
            id: None,
            payload: Payload::from_json(told.to_string()),
        };
        Some(self.log.event(arrived, &self.source, now()))
    }
}
