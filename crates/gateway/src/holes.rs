//! What a damaged file can no longer give: a marker in its place, so that a channel goes on for everybody.
//!
//! Offsets have no holes, so a page that begins later than it was asked to, or is empty when it should not be, tells of one.

use crate::log::now;
use watchdeck_events::{Channel, Event, Kind, Payload, Severity};
use watchdeck_store::{Bounds, Engine, Limit, Stored};

/// The page after offset `after` of `channel`, with a marker before it where something cannot be read. `bounds` are from before it was read.
pub(crate) async fn bridged(store: &dyn Engine, channel: &Channel, after: u64, bounds: Bounds, mut page: Vec<Stored>) -> Vec<Stored> {
    let next = page.first().map_or(bounds.last + 1, |first| first.offset);
    if next <= after + 1 {
        return page;
    }
    let to = page.first().map_or_else(now, |first| first.event.received_at);
    // The last that can be read before it; where that is unknown too, the hole is at least known to end.
    let before = store.channel_after(channel, after.saturating_sub(1), Limit::from(1)).await.unwrap_or_default();
    let from = before.first().filter(|known| known.offset == after).map_or(to, |known| known.event.received_at).min(to);
    // It may have been let go since the bounds were read.
    let first = bounds.first.max(store.channel_bounds(channel).first);
    let reason = if next <= first { "position_expired" } else { "damaged" };
    let payload = format!(r#"{{"type":"{}","from":{},"to":{},"reason":"{reason}"}}"#, Kind::GAP, from.0, to.0);
    let event = Event {
        // The same for every console and every try.
        id: format!("hole-{}-{channel}-{}-{}", store.epoch(), after + 1, next - 1).into(),
        kind: Kind::from(Kind::GAP),
        channel: channel.clone(),
        occurred_at: to,
        received_at: to,
        source: "gateway".into(),
        subject: None,
        actor: None,
        severity: Severity::Warning,
        payload: Payload::from_json(payload),
    };
    page.insert(0, Stored { seq: 0, offset: next - 1, event });
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Arrived, Log};
    use std::sync::Arc;
    use watchdeck_store::{Options, Store};

    #[tokio::test]
    async fn what_cannot_be_read_is_a_marker_and_what_is_behind_it_follows() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("gateway.db"), Options::LOG).unwrap();
        let log = Log::new(Arc::new(store.clone()), 1 << 20);
        let channel = Channel::from("orders");
        for n in 1..=9 {
            let payload = Payload::from_json(format!(r#"{{"n":{n}}}"#));
            log.append(&"test".into(), vec![Arrived { channel: channel.clone(), id: None, payload }]).await.unwrap();
        }
        let bounds = store.channel_bounds(&channel);
        let whole = store.channel_after(&channel, 2, 100).await.unwrap();
        assert_eq!(bridged(&store, &channel, 2, bounds, whole.clone()).await, whole, "nothing is missing, nothing is marked");
        for (rest, offsets) in [(whole[3..].to_vec(), vec![5, 6, 7, 8, 9]), (Vec::new(), vec![9])] {
            let page = bridged(&store, &channel, 2, bounds, rest).await;
            assert_eq!(page.iter().map(|stored| stored.offset).collect::<Vec<_>>(), offsets, "the position moves over the hole");
            assert_eq!(page[0].event.kind.as_str(), Kind::GAP);
            assert!(page[0].event.payload.as_str().contains(r#""reason":"damaged""#), "{:?}", page[0]);
        }
        store.close().await;
    }
}
