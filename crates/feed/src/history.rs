//! Asking a history, and storing what it told.

use crate::inbox::Reader;
use std::collections::VecDeque;
use watchdeck_client::{
    Profile,
    history::{self, HistoryError},
};
use watchdeck_events::{Channel, Incoming, Millis};
use watchdeck_store::{Batch, Document, NewEvent, Store, StoreError};

/// Events in one transaction.
const BATCH: usize = 5_000;
/// A stretch this short that is still too large an answer is not divided further, ms.
const SHORTEST: i64 = 1_000;

/// What a history told.
pub(crate) enum Fetched {
    /// All there is.
    Events(Vec<Incoming>),
    /// It wants a (new) token, in its own words.
    NeedsLogin(String),
    /// It told nothing that can be used, in words.
    Failed(String),
}

/// What happened between two times of our clock; the server's is `skew` ms ahead of it. A stretch that is too large for one answer is asked for
/// in halves.
pub(crate) async fn fetch(profile: &Profile, channel: Option<&Channel>, skew: i64, from: Millis, to: Millis) -> Fetched {
    let mut events = Vec::new();
    let mut stretches = VecDeque::from([(from.plus(skew), to.plus(skew))]);
    while let Some((from, to)) = stretches.pop_front() {
        match history::fetch(profile, channel, from, to).await {
            Ok(found) => events.extend(found),
            Err(HistoryError::TooLarge(_)) if to.since(from) > SHORTEST => {
                let middle = from.plus(to.since(from) / 2);
                stretches.push_front((middle, to));
                stretches.push_front((from, middle));
            }
            Err(error) if error.wants_sign_in() => return Fetched::NeedsLogin(error.to_string()),
            Err(error) => return Fetched::Failed(error.to_string()),
        }
    }
    Fetched::Events(events)
}

/// What became of fetched events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Told.
    pub events: u64,
    /// Known already.
    pub duplicates: u64,
    /// Could not be read or kept; a marker is in their place.
    pub set_aside: u64,
}

/// Store what a history told; `markers` and `documents` in the transaction of the last of it. `None` when the store refuses: then some of it may
/// be stored, and is recognised when it comes again, but no marker.
pub(crate) async fn store_fetched(
    store: &Store,
    reader: &Reader,
    events: Vec<Incoming>,
    mut markers: Vec<NewEvent>,
    mut documents: Vec<Document>,
) -> Option<Kept> {
    let at = reader.now().wall;
    let mut kept = Kept { events: events.len() as u64, ..Kept::default() };
    let mut events = events.into_iter().map(|incoming| reader.event(incoming, at, None)).peekable();
    loop {
        let (taken, read): (Vec<_>, Vec<_>) = events.by_ref().take(BATCH).unzip();
        kept.set_aside += read.iter().filter(|read| !**read).count() as u64;
        let mut batch = Batch { events: taken, ..Batch::default() };
        let told = batch.events.len();
        let last = events.peek().is_none();
        if last {
            batch.events.append(&mut markers);
            batch.documents.append(&mut documents);
        }
        if !batch.events.is_empty() || !batch.documents.is_empty() {
            kept.duplicates += stored(store, reader, batch, &mut kept.set_aside).await?.min(told) as u64;
        }
        if last {
            return Some(kept);
        }
    }
}

/// Store a batch; a marker takes the place of each event that the store can never take. Answers how many were known already.
async fn stored(store: &Store, reader: &Reader, mut batch: Batch, set_aside: &mut u64) -> Option<usize> {
    loop {
        let refused = match store.enqueue(batch).await.ok()?.outcome().await {
            Ok(appended) => return Some(appended.duplicates),
            Err(refused) => refused,
        };
        let (error, whole) = (refused.error, refused.batch);
        tracing::warn!(%error, source = &*reader.source, "What a history told could not be stored as it is.");
        let StoreError::Refused { event: Some(index), reason } = &error else { return None };
        batch = whole;
        let new = batch.events.get_mut(*index)?;
        *new = reader.instead_of(&new.event, reason, reader.now().wall);
        *set_aside += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{seams::Seams, source_stats::SourceStats};
    use std::sync::Arc;
    use watchdeck_events::{Kind, Payload};
    use watchdeck_store::Options;
    use watchdeck_wire::settings::Source;

    #[tokio::test]
    async fn what_the_store_can_never_take_is_a_marker_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("events.db"), Options::CONSOLE).unwrap();
        let source = Source { id: "east".into(), ..Source::default() };
        let reader = Reader::new(&source, Arc::new(SourceStats::new(Seams::default().calendar())), Seams::default());
        let order = |n: u32| Incoming {
            channel: Channel::from("orders"),
            offset: None,
            id: Some(format!("order-{n}").into()),
            server_at: Some(reader.now().wall),
            kind: None,
            payload: Payload::from_json(format!(r#"{{"type":"order:status","orderNumber":"SO-{n}"}}"#)),
        };
        let mut events: Vec<_> = (0..4).map(|n| reader.event(order(n), reader.now().wall, None).0).collect();
        for refused in [1, 2] {
            events[refused].offset = Some(u64::MAX);
        }
        let mut set_aside = 0;
        let known = stored(&store, &reader, Batch { events, ..Batch::default() }, &mut set_aside).await;
        assert_eq!((known, set_aside), (Some(0), 2));
        let rows = store.read_after(0, 10).await.unwrap();
        let kinds: Vec<_> = rows.iter().map(|row| row.event.kind.as_str()).collect();
        assert_eq!(kinds, ["order:status", Kind::SET_ASIDE, Kind::SET_ASIDE, "order:status"]);
        assert!(rows[1].event.payload.as_str().contains("SO-1"), "{:?}", rows[1]);
        store.close().await;
        assert_eq!(
            stored(
                &store,
                &reader,
                Batch { events: vec![reader.event(order(9), reader.now().wall, None).0], ..Batch::default() },
                &mut set_aside
            )
            .await,
            None
        );
    }
}
