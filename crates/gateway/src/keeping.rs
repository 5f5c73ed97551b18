//! Lets go of what is older, or more, than is to be kept. A client that resumes from before that is told so: its position has expired.

use crate::{common::CommonLog, log::now};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use watchdeck_store::{Keep, Keeping, Store, StoreError};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);
const DAY_MS: u64 = 24 * 3_600_000;

/// Until `stop`: days and gigabytes of each channel, 0 for without end.
pub(crate) async fn run(store: Store, days: u64, gigabytes: u64, stop: CancellationToken) {
    let limit = |number: u64, unit: u64| (number > 0).then(|| number.saturating_mul(unit));
    let keep = Keep { age_ms: limit(days, DAY_MS), bytes: limit(gigabytes, 1 << 30) };
    if keep != Keep::default() {
        hourly(|| once(&store, keep), stop).await;
    }
}

/// The same in a database, by its partitions: days only.
pub(crate) async fn run_common(log: Arc<dyn CommonLog>, days: u64, stop: CancellationToken) {
    if days > 0 {
        let age = i64::try_from(days.saturating_mul(DAY_MS)).unwrap_or(i64::MAX);
        hourly(|| log.let_go_before(now().plus(-age)), stop).await;
    }
}

async fn hourly<F: Future<Output = Result<u64, StoreError>>>(let_go: impl Fn() -> F, stop: CancellationToken) {
    let mut due = tokio::time::interval(EVERY);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = due.tick() => {}
        }
        // Stopped where it waits, between two steps; the next start goes on from there.
        tokio::select! {
            () = stop.cancelled() => return,
            done = let_go() => match done {
                Ok(0) => {}
                Ok(events) => tracing::info!(events, "Older events were let go."),
                Err(error) => tracing::warn!(%error, "Older events were not let go; trying again in an hour."),
            }
        }
    }
}

/// Answers how many events went.
async fn once(store: &Store, default: Keep) -> Result<u64, StoreError> {
    let keeping = Keeping { default, upto: store.head(), now: now(), ..Keeping::default() };
    let plan = Arc::new(store.plan_letting_go(keeping).await?);
    Ok(store.let_go(&plan, now(), &tokio::sync::watch::Sender::default()).await?.events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::cursor::{Unrecovered, resume};
    use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
    use watchdeck_protocol::Position;
    use watchdeck_store::{Batch, Bounds, NewEvent, Options};

    fn event(n: u64, received_at: Millis) -> NewEvent {
        let event = Event {
            id: format!("id-{n}").into(),
            kind: Kind::from("order:status"),
            channel: Channel::from("orders"),
            occurred_at: received_at,
            received_at,
            source: "redis".into(),
            subject: None,
            actor: None,
            severity: Severity::Info,
            payload: Payload::from_json("{}"),
        };
        NewEvent { event, offset: None }
    }

    #[tokio::test]
    async fn what_is_older_goes_and_a_position_from_before_has_expired() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gateway.db"), Options::LOG).unwrap();
        let old = Millis(now().0 - 40 * DAY_MS as i64);
        let events = (1..=9).map(|n| event(n, if n <= 6 { old } else { now() }));
        store.append(Batch { events: events.collect(), ..Batch::default() }).await.unwrap();
        assert_eq!(once(&store, Keep { age_ms: Some(30 * DAY_MS), bytes: None }).await, Ok(6));
        let bounds = store.channel_bounds(&"orders".into());
        assert_eq!(bounds, Bounds { first: 7, last: 9 });
        let at = |offset| resume(&Position::new(store.epoch(), offset), store.epoch(), bounds);
        assert_eq!((at(6), at(5)), (Ok(6), Err(Unrecovered::PositionExpired)));
        store.close().await;
    }
}
