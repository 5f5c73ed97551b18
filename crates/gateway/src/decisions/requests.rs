//! The requests that the log tells of: what was asked last of each resource, and what the ERP said to it.
//!
//! A decision is on what was on somebody's screen. Whether that is still so is known here, because everything that any console has seen of this gateway is in
//! its log.

use super::decision::{Change, Decided, DecisionError, Resource, Seen};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_events::{
    Catalogue, Channel, Conventions, Kind, Millis,
    erp::{Approval, ApprovalStage, View},
};
use watchdeck_filter::Plan;
use watchdeck_store::{Engine, Order, Query, StoreError, Stored, Subscription};

/// Resources that are remembered; the ones of which nothing was heard for longest go first.
const MOST: usize = 20_000;
/// Events of the past that are looked at when the gateway starts.
const PAST: usize = 50_000;
/// Events of one round that are remembered.
const ROUND: usize = 16;
/// Before the log is read again after it could not be.
const RETRY: Duration = Duration::from_secs(1);
/// What differs from one message to the next though nothing has changed.
const PASSING: [&str; 8] = ["timestamp", "ts", "time", "id", "eventId", "messageId", "sentAt", "publishedAt"];

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Requests {
    known: Mutex<Known>,
    /// Everything up to here has been looked at.
    upto: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Known {
    by_resource: HashMap<Resource, Request>,
    /// In the order in which they were heard of; one that was heard of again stands there twice.
    order: VecDeque<(u64, Resource)>,
}

/// What is known of the newest request for a resource.
#[derive(Debug, Clone, Default)]
struct Request {
    /// What was heard of it last.
    seq: u64,
    /// Where it was told.
    channel: Option<Channel>,
    /// The events that asked since it was decided last, the oldest first.
    asked: VecDeque<Asked>,
    /// What the ERP said to it.
    decided: Option<Decided>,
    /// Where it said so last, to this or to an earlier one.
    decided_upto: u64,
}

#[derive(Debug, Clone)]
struct Asked {
    id: Box<str>,
    /// A request may be told by events of several kinds, of which each says it in its own fields.
    kind: Kind,
    payload: Arc<str>,
}

/// The ERP's word on a request.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) resource: Resource,
    pub(crate) decided: Decided,
}

impl Requests {
    /// As the newest part of the log tells them.
    ///
    /// # Errors
    /// As the log says.
    pub(crate) async fn load(store: &dyn Engine) -> Result<Self, StoreError> {
        let head = store.head();
        let catalogue = Catalogue::current();
        let plan = Plan::kinds(["approval:request", "approval:approved", "approval:rejected"].into_iter().chain(catalogue.deriving()));
        let page = store.page(Query { order: Order::NewestFirst, limit: PAST, before: Some(head + 1), ..Query::of(plan) }).await?;
        let mut known = Known::default();
        for stored in page.events.iter().rev() {
            known.learn(stored);
        }
        Ok(Self { known: Mutex::new(known), upto: watch::Sender::new(head) })
    }

    /// Follow the log until `stop`, and hand on what the ERP says.
    pub(crate) async fn follow(&self, mut subscription: Subscription, stop: CancellationToken, said: impl Fn(Verdict)) {
        loop {
            let chunk = tokio::select! {
                chunk = subscription.next() => chunk,
                () = stop.cancelled() => return,
            };
            match chunk {
                Ok(chunk) => {
                    let verdicts: Vec<Verdict> = {
                        let mut known = self.known();
                        chunk.iter().filter_map(|stored| known.learn(stored)).collect()
                    };
                    if let Some(last) = chunk.last() {
                        self.upto.send_replace(last.seq);
                    }
                    verdicts.into_iter().for_each(&said);
                }
                Err(error) => {
                    tracing::warn!(%error, "The log cannot be followed for requests; trying again.");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = stop.cancelled() => return,
                    }
                }
            }
        }
    }

    /// Where to follow from.
    pub(crate) fn from(&self) -> u64 {
        *self.upto.borrow()
    }

    /// Returns when everything up to `seq` has been looked at.
    pub(super) async fn reached(&self, seq: u64) {
        // The sender lives in here.
        drop(self.upto.subscribe().wait_for(|upto| *upto >= seq).await);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no code panics while holding the requests")
    }

    /// Where a request was told, so that whoever may see it hears what becomes of it.
    pub(crate) fn channel(&self, resource: &Resource) -> Option<Channel> {
        self.known().by_resource.get(resource)?.channel.clone()
    }

    /// What the ERP said to the newest request for a resource, where it does not wait any more.
    pub(crate) fn over(&self, resource: &Resource) -> Option<Decided> {
        self.known().by_resource.get(resource)?.decided.clone()
    }

    /// Up to where requests for a resource were decided: what was asked later is another one.
    pub(crate) fn decided_upto(&self, resource: &Resource) -> u64 {
        self.known().by_resource.get(resource).map_or(0, |request| request.decided_upto)
    }

    /// Whether two saw requests that were asked since the resource was decided last.
    pub(super) fn are_of_one_round(&self, resource: &Resource, one: &Seen, other: &Seen) -> bool {
        let known = self.known();
        let Some(request) = known.by_resource.get(resource) else { return false };
        [one, other].into_iter().all(|seen| request.asked.iter().any(|asked| *asked.id == *seen.event))
    }

    /// Whether the newest request for a resource is the one that was seen, and waits. Of what the log does not know, nothing is said.
    ///
    /// # Errors
    /// [`DecisionError::Changed`]; `Ok(Some)` where the ERP has told of a decision already.
    pub(super) fn holds(&self, resource: &Resource, seen: Option<&Seen>) -> Result<Option<Decided>, DecisionError> {
        let known = self.known();
        let Some(request) = known.by_resource.get(resource) else { return Ok(None) };
        if request.asked.is_empty() {
            return Ok(request.decided.clone());
        }
        let Some(seen) = seen else { return Ok(request.decided.clone()) };
        let same =
            |asked: &Asked| *asked.id == *seen.event || seen.digest.as_deref().is_some_and(|digest| digest == digest_of(&asked.payload));
        let Some(shown) = request.asked.iter().rev().find(|asked| same(asked)) else { return Err(DecisionError::Changed(Vec::new())) };
        let newest = request.asked.iter().rev().find(|asked| asked.kind == shown.kind).unwrap_or(shown);
        let changes = changes(&shown.payload, &newest.payload);
        if changes.is_empty() { Ok(request.decided.clone()) } else { Err(DecisionError::Changed(changes)) }
    }
}

impl Known {
    fn learn(&mut self, stored: &Stored) -> Option<Verdict> {
        let event = &stored.event;
        let fields = event.fields();
        let approval = match View::in_fields(event, &fields, Conventions::plain()) {
            Some(View::Approval(approval)) => approval,
            _ => Approval::derived(event, &fields, Conventions::plain())?,
        };
        let kind = approval.resource_type.as_deref().unwrap_or("request");
        let resource: Resource = (kind.to_owned(), approval.resource_id.clone().into_owned());
        let request = self.by_resource.entry(resource.clone()).or_default();
        (request.seq, request.channel) = (stored.seq, Some(event.channel.clone()));
        let verdict = match approval.stage {
            ApprovalStage::Request => {
                if request.decided.take().is_some() {
                    request.asked.clear();
                }
                if request.asked.len() >= ROUND {
                    request.asked.pop_front();
                }
                request.asked.push_back(Asked { id: event.id.clone(), kind: event.kind.clone(), payload: event.payload.as_str().into() });
                None
            }
            // The first decision stands.
            _ if request.decided.is_some() => None,
            stage => {
                let decided = decided(&approval, stage, event.occurred_at);
                request.decided = Some(decided.clone());
                request.decided_upto = stored.seq;
                Some(Verdict { resource: resource.clone(), decided })
            }
        };
        self.order.push_back((stored.seq, resource));
        while self.by_resource.len() > MOST || self.order.len() > 4 * MOST {
            let Some((seq, oldest)) = self.order.pop_front() else { break };
            if self.by_resource.get(&oldest).is_some_and(|request| request.seq == seq) {
                self.by_resource.remove(&oldest);
            }
        }
        verdict
    }
}

fn decided(approval: &Approval<'_>, stage: ApprovalStage, at: Millis) -> Decided {
    let by = approval.approver_name.as_deref().or(approval.approver_id.as_deref()).unwrap_or_default();
    let withdrawn = stage == ApprovalStage::Withdrawn;
    Decided { decided_by: by.to_owned(), approve: stage == ApprovalStage::Approved, decided_at: at.0, withdrawn }
}

fn digest_of(payload: &str) -> String {
    Sha256::digest(payload.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is different between two requests, beside when and under which number they were sent.
fn changes(was: &str, is: &str) -> Vec<Change> {
    let fields = |json: &str| serde_json::from_str::<Map<String, Value>>(json).unwrap_or_default();
    let (was, is) = (fields(was), fields(is));
    let mut names: Vec<&String> = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name))).collect();
    names.retain(|name| !PASSING.contains(&name.as_str()));
    let pair = |name: &String| (was.get(name).cloned().unwrap_or_default(), is.get(name).cloned().unwrap_or_default());
    let changed = names.into_iter().map(|name| (name, pair(name))).filter(|(_, (was, is))| was != is);
    changed.map(|(name, (was, is))| Change { field: name.clone(), was, is }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::testing::stored;

    fn asks(known: &mut Known, seq: u64, id: &str, amount: u32) {
        let json =
            format!(r#"{{"type":"approval:request","resourceType":"refund","resourceId":"R1","amount":{amount},"timestamp":{seq}}}"#);
        assert!(known.learn(&stored(seq, id, "approval:request", &json)).is_none());
    }

    fn requests(known: Known) -> Requests {
        Requests { known: Mutex::new(known), upto: watch::Sender::new(0) }
    }

    fn resource() -> Resource {
        ("refund".into(), "R1".into())
    }

    fn seen(event: &str) -> Seen {
        Seen { event: event.into(), digest: None }
    }

    #[test]
    fn a_request_that_was_seen_is_decided_while_it_says_the_same() {
        let mut known = Known::default();
        asks(&mut known, 1, "a", 5);
        asks(&mut known, 2, "b", 5);
        let requests = requests(known);
        for event in ["a", "b"] {
            assert!(matches!(requests.holds(&resource(), Some(&seen(event))), Ok(None)), "said twice, it is the same request: {event}");
        }
        asks(&mut requests.known(), 3, "c", 7);
        let Err(DecisionError::Changed(changes)) = requests.holds(&resource(), Some(&seen("a"))) else { panic!("it has another amount") };
        assert_eq!(changes, [Change { field: "amount".into(), was: 5.into(), is: 7.into() }]);
        assert!(requests.holds(&resource(), Some(&seen("c"))).is_ok());
        assert!(matches!(requests.holds(&resource(), Some(&seen("other"))), Err(DecisionError::Changed(_))), "nobody knows what was seen");
        assert!(requests.holds(&("refund".into(), "R2".into()), Some(&seen("x"))).is_ok(), "of what was never heard of, nothing is said");
    }

    #[test]
    fn what_was_decided_is_told_and_asked_anew_is_another_request() {
        let mut known = Known::default();
        asks(&mut known, 1, "a", 5);
        let json = r#"{"type":"approval:approved","resourceType":"refund","resourceId":"R1","approverName":"李雷"}"#;
        let verdict = known.learn(&stored(2, "b", "approval:approved", json)).expect("the ERP's word");
        assert_eq!((verdict.decided.decided_by.as_str(), verdict.decided.approve), ("李雷", true));
        assert!(known.learn(&stored(3, "c", "approval:approved", json)).is_none(), "the first one stands");
        let requests = requests(known);
        assert_eq!(requests.holds(&resource(), Some(&seen("a"))).unwrap().unwrap().decided_by, "李雷");
        asks(&mut requests.known(), 4, "d", 5);
        assert!(matches!(requests.holds(&resource(), Some(&seen("a"))), Err(DecisionError::Changed(changes)) if changes.is_empty()));
        assert!(requests.holds(&resource(), Some(&seen("d"))).unwrap().is_none());
    }

    #[test]
    fn a_digest_tells_a_request_that_came_by_another_way() {
        let mut known = Known::default();
        asks(&mut known, 1, "a", 5);
        let payload = Arc::clone(&known.by_resource[&resource()].asked[0].payload);
        let requests = requests(known);
        let by_digest = Seen { event: "of another server".into(), digest: Some(digest_of(&payload)) };
        assert!(requests.holds(&resource(), Some(&by_digest)).is_ok());
        assert!(requests.holds(&resource(), Some(&Seen { digest: Some("00".into()), ..by_digest })).is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut known = Known::default();
        for n in 0..(MOST as u64 + 50) {
            let json = format!(r#"{{"type":"approval:request","resourceType":"order","resourceId":"{n}"}}"#);
            known.learn(&stored(n + 1, "x", "approval:request", &json));
        }
        assert_eq!(known.by_resource.len(), MOST);
        for n in 0..100 {
            asks(&mut known, 1_000_000 + n, "x", 1);
        }
        assert_eq!(known.by_resource[&resource()].asked.len(), ROUND);
    }
}
