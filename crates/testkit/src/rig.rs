//! A link under test, and a receiver that commits like the console does: what it delivered and what became of it. It stores nothing and answers no
//! server.

use crate::{
    clock::TestClock,
    patience::{PATIENCE, soon},
};
use async_trait::async_trait;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};
use watchdeck_client::{Cause, Delivery, Dialect, Link, LinkIo, Positions, Profile, State, Status, Timing};
use watchdeck_events::{Channel, Incoming};
use watchdeck_protocol::Position;

/// What is committed, as the console's store would say.
#[derive(Debug, Default)]
pub struct Committed(Mutex<HashMap<Channel, Position>>);

impl Committed {
    /// This position is committed.
    pub fn set(&self, channel: &str, epoch: &str, offset: u64) {
        self.0.lock().unwrap().insert(channel.into(), Position::new(epoch, offset));
    }

    /// The position that is committed.
    #[must_use]
    pub fn get(&self, channel: &str) -> Option<Position> {
        self.0.lock().unwrap().get(&Channel::from(channel)).cloned()
    }
}

#[async_trait]
impl Positions for Committed {
    async fn committed(&self, channel: &Channel) -> Option<Position> {
        self.0.lock().unwrap().get(channel).cloned()
    }
}

/// A link under test with everything it touches.
pub struct Rig {
    /// The link.
    pub link: Link,
    /// What it delivers, as it comes.
    pub deliveries: mpsc::Receiver<Delivery>,
    taken: VecDeque<Incoming>,
    /// What it goes on from.
    pub positions: Arc<Committed>,
    /// What it takes for the time.
    pub clock: Arc<TestClock>,
    /// The newest loss that was looked at.
    lost: Mutex<Option<State>>,
}

/// Time-outs that suit a test: nothing that a busy machine could miss, nothing to wait long for.
#[must_use]
pub fn timing() -> Timing {
    Timing { backoff_first: Duration::from_millis(20), backoff_cap: Duration::from_millis(100), ..Timing::default() }
}

/// A profile with a token and those time-outs.
#[must_use]
pub fn profile(url: String, dialect: Dialect) -> Profile {
    let token = Some("secret-token".into());
    Profile { token, first_look: 2000, timing: timing(), ..Profile::new("test", url, dialect) }
}

impl Rig {
    /// Starts a link that nothing was committed of.
    #[must_use]
    pub fn start(profile: Profile) -> Self {
        Self::with(profile, Arc::default(), 256)
    }

    /// Starts a link that goes on from `positions`, before a queue of this length.
    #[must_use]
    pub fn with(profile: Profile, positions: Arc<Committed>, queue: usize) -> Self {
        let clock = Arc::<TestClock>::default();
        let (sender, deliveries) = mpsc::channel(queue);
        let io = LinkIo { deliveries: sender, positions: positions.clone() };
        let link = Link::start_on(profile, io, clock.clone());
        Self { link, deliveries, taken: VecDeque::new(), positions, clock, lost: Mutex::default() }
    }

    /// The next event of any channel; anything else in between is an error.
    pub async fn event(&mut self) -> Incoming {
        while self.taken.is_empty() {
            match self.delivery().await {
                Delivery::Events { events, .. } => self.taken.extend(events),
                other => panic!("an event is expected, not {other:?}"),
            }
        }
        self.taken.pop_front().expect("there is one")
    }

    /// Events until one has this payload, with what else was delivered.
    pub async fn until_payload(&mut self, payload: &str) -> (Vec<Incoming>, Vec<Delivery>) {
        let (mut found, mut others) = (vec![], vec![]);
        loop {
            match self.delivery().await {
                Delivery::Events { events, .. } => found.extend(events),
                other => others.push(other),
            }
            if found.iter().any(|event| event.payload.as_str() == payload) {
                return (found, others);
            }
        }
    }

    /// The next delivery.
    pub async fn delivery(&mut self) -> Delivery {
        soon("a delivery", self.deliveries.recv()).await.expect("the link lives")
    }

    /// Take events until offset `last` of a channel was delivered; commit them if asked to. Returns all offsets seen.
    pub async fn until(&mut self, last: u64, commit: bool) -> Vec<u64> {
        let mut offsets = vec![];
        while offsets.last() != Some(&last) {
            if let Delivery::Events { channel, events, position, .. } = self.delivery().await {
                offsets.extend(events.iter().filter_map(|event| event.offset));
                if let (true, Some(position)) = (commit, position) {
                    self.positions.set(channel.as_str(), &position.epoch, position.offset);
                }
            }
        }
        offsets
    }

    /// What lasts once it is so; losses before it are over.
    pub async fn status(&self, what: &str, wanted: impl FnMut(&Status) -> bool) -> Status {
        let mut status = self.link.status();
        let found = soon(what, status.wait_for(wanted)).await.expect("the link lives").clone();
        if !matches!(found.state, State::Offline { .. }) {
            self.lost.lock().unwrap().clone_from(&found.lost);
        }
        found
    }

    /// A loss since the last look, which may be over before a busy machine gets to look.
    async fn lost(&self, what: &str, wanted: impl Fn(&State) -> bool) -> Status {
        let before = self.lost.lock().unwrap().clone();
        let mut status = self.link.status();
        let mut seen = vec![];
        let found = timeout(PATIENCE, async {
            loop {
                let present = status.borrow_and_update().clone();
                if present.lost != before && present.lost.as_ref().is_some_and(&wanted) {
                    return present;
                }
                seen.push(present.state);
                status.changed().await.expect("the link lives");
            }
        });
        let found = found.await.unwrap_or_else(|_| panic!("in vain awaited: {what}; seen: {seen:?}"));
        self.lost.lock().unwrap().clone_from(&found.lost);
        Status { state: found.lost.clone().expect("asked for above"), ..found }
    }

    /// The link was lost for this cause since the last look.
    pub async fn offline(&self, cause: Cause) -> Status {
        let what = format!("offline because of {cause:?}");
        self.lost(&what, |lost| matches!(lost, State::Offline { cause: found, .. } if *found == cause)).await
    }

    /// The link gave up its try number `wanted` since the last success.
    pub async fn failed(&self, wanted: u32) -> Cause {
        let what = format!("failure {wanted}");
        let status = self.lost(&what, |lost| matches!(lost, State::Offline { attempt, .. } if *attempt == wanted)).await;
        let State::Offline { cause, .. } = status.state else { unreachable!("asked for above") };
        cause
    }

    /// The link is live.
    pub async fn live(&self) -> Status {
        self.status("live", |status| status.state == State::Live).await
    }
}
