//! Asking a history, and storing what it told.

use crate::calendar::now;
use std::{collections::VecDeque, sync::Arc};
use watchdeck_client::{
    Profile,
    history::{self, HistoryError},
};
use watchdeck_events::{Catalogue, Channel, Conventions, Incoming, Intake, Millis};
use watchdeck_store::{Batch, Document, NewEvent, Store};

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
    pub(crate) events: u64,
    /// Known already.
    pub(crate) duplicates: u64,
}

/// Store what a history told; `markers` and `documents` in the transaction of the last of it. `None` when the store refuses: then some of it may
/// be stored, and is recognised when it comes again, but no marker.
pub(crate) async fn store_fetched(
    store: &Store,
    (source, conventions): (&str, &Conventions),
    events: Vec<Incoming>,
    markers: Vec<NewEvent>,
    documents: Vec<Document>,
) -> Option<Kept> {
    let (source, at): (Arc<str>, _) = (source.into(), now());
    let mut kept = Kept { events: events.len() as u64, duplicates: 0 };
    let mut events = events.into_iter().map(|incoming| normalised(incoming, &source, conventions, at)).peekable();
    let (mut markers, mut documents) = (markers, documents);
    loop {
        let mut batch = Batch { events: events.by_ref().take(BATCH).collect(), ..Batch::default() };
        let told = batch.events.len();
        let last = events.peek().is_none();
        if last {
            batch.events.append(&mut markers);
            batch.documents.append(&mut documents);
        }
        if batch.events.is_empty() && batch.documents.is_empty() {
            return Some(kept);
        }
        match store.append(batch).await {
            Ok(appended) => kept.duplicates += appended.duplicates.min(told) as u64,
            Err(error) => {
                tracing::warn!(%error, source = &*source, "What a history told could not be stored.");
                return None;
            }
        }
        if last {
            return Some(kept);
        }
    }
}

/// As the inbox does it.
pub(super) fn normalised(incoming: Incoming, source: &Arc<str>, conventions: &Conventions, at: Millis) -> NewEvent {
    let offset = incoming.offset;
    let intake = Intake { source, received_at: at, skew: 0, conventions };
    NewEvent { event: Catalogue::builtin().normalise_as(incoming, &intake), offset }
}
