//! Dead letters: events that a handler could not deal with, kept whole until a person decides.
//!
//! A letter holds the event itself, so that it can be delivered again after the store has let the event go.

use crate::{Refusal, lanes::Job};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::Filter;
use watchdeck_store::{Document, Store, StoreError, Stored};

/// Collection of the letters, keyed by handler and number in the store.
const COLLECTION: &str = "dead_letters";
/// Letters read at once.
const PAGE: usize = 256;
/// What is written now.
const VERSION: u32 = 1;

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whose.
    pub handler: String,
    /// The event.
    pub stored: Stored,
    /// What the last try said.
    pub reason: String,
    /// Tries that were made.
    pub attempts: u32,
    /// When the first of them failed.
    pub first_at: Millis,
    /// When the last of them did.
    pub last_at: Millis,
}

/// Which letters are meant.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Only this handler's.
    pub handler: Option<String>,
    /// Only of these events.
    pub filter: Filter,
    /// Only these, by key; see [`Letter::key`].
    pub keys: Option<Vec<String>>,
}

/// Some letters: by handler, newest event first.
#[derive(Debug, Clone, Default)]
pub struct LetterPage {
    /// The letters.
    pub letters: Vec<Letter>,
    /// Where to go on, as a key.
    pub next: Option<String>,
}

/// A letter as it is stored, apart from what anybody is told.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    version: u32,
    id: String,
    source: String,
    channel: String,
    kind: String,
    #[serde(default)]
    offset: u64,
    occurred_at: Millis,
    received_at: Millis,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    actor: Option<String>,
    severity: Severity,
    payload: String,
    reason: String,
    attempts: u32,
    first_at: Millis,
    last_at: Millis,
}

impl Letter {
    /// Of an event whose last try failed at `at`.
    pub(crate) fn of(handler: &str, job: Job, at: Millis) -> Self {
        let Job { stored, failures, first_at, words, .. } = job;
        Self { handler: handler.to_owned(), stored, reason: words, attempts: failures, first_at: first_at.unwrap_or(at), last_at: at }
    }

    /// Names it: a handler has one letter at most of an event.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{:020}", self.handler, self.stored.seq)
    }

    pub(crate) fn document(&self) -> Document {
        let Event { id, kind, channel, occurred_at, received_at, source, subject, actor, severity, payload } = &self.stored.event;
        let kept = Kept {
            version: VERSION,
            id: id.to_string(),
            source: source.to_string(),
            channel: channel.to_string(),
            kind: kind.to_string(),
            offset: self.stored.offset,
            occurred_at: *occurred_at,
            received_at: *received_at,
            subject: subject.as_deref().map(str::to_owned),
            actor: actor.as_deref().map(str::to_owned),
            severity: *severity,
            payload: payload.as_str().to_owned(),
            reason: self.reason.clone(),
            attempts: self.attempts,
            first_at: self.first_at,
            last_at: self.last_at,
        };
        let body = serde_json::to_string(&kept).expect("plain strings and numbers can always be written");
        Document { collection: COLLECTION, key: self.key(), body: Some(body) }
    }

    fn read(key: &str, body: &str) -> Option<Self> {
        let (handler, seq) = key.rsplit_once('/')?;
        let kept: Kept =
            serde_json::from_str(body).inspect_err(|error| tracing::warn!(%error, key, "A dead letter could not be read.")).ok()?;
        let event = Event {
            id: kept.id.into(),
            kind: Kind::from(kept.kind.as_str()),
            channel: Channel::from(kept.channel.as_str()),
            occurred_at: kept.occurred_at,
            received_at: kept.received_at,
            source: Arc::from(kept.source),
            subject: kept.subject.map(Into::into),
            actor: kept.actor.map(Into::into),
            severity: kept.severity,
            payload: Payload::from_json(kept.payload),
        };
        let stored = Stored { seq: seq.parse().ok()?, offset: kept.offset, event };
        let Kept { reason, attempts, first_at, last_at, .. } = kept;
        Some(Self { handler: handler.to_owned(), stored, reason, attempts, first_at, last_at })
    }
}

/// The document that is no more when the letter is.
pub(crate) fn gone(key: String) -> Document {
    Document { collection: COLLECTION, key, body: None }
}

impl Which {
    /// From which key to before which its letters stand.
    fn range(&self) -> (String, String) {
        // `0` comes after `/`.
        self.handler
            .as_ref()
            .map_or_else(|| (String::new(), "\u{10ffff}".to_owned()), |handler| (format!("{handler}/"), format!("{handler}0")))
    }

    fn means(&self, letter: &Letter) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.contains(&letter.key())) && self.filter.keeps(&letter.stored.event)
    }

    fn means_all_of_a_handler(&self) -> bool {
        self.keys.is_none() && self.filter == Filter::default()
    }
}

/// At most `limit` of those that are meant, from before a key on.
pub(crate) async fn page(store: &Store, which: &Which, before: Option<&str>, limit: usize) -> Result<LetterPage, StoreError> {
    let (first, end) = which.range();
    let mut before = before.map_or(end, str::to_owned);
    let mut page = LetterPage::default();
    loop {
        let documents = store.documents_before(COLLECTION, &before, &first, PAGE).await?;
        let Some((last, _)) = documents.last() else { return Ok(page) };
        let more = documents.len() == PAGE;
        let next = last.clone();
        for (key, body) in documents {
            let Some(letter) = Letter::read(&key, &body).filter(|letter| which.means(letter)) else { continue };
            if page.letters.len() == limit {
                page.next = page.letters.last().map(Letter::key);
                return Ok(page);
            }
            page.letters.push(letter);
        }
        if !more {
            return Ok(page);
        }
        before = next;
    }
}

/// How many are meant.
pub(crate) async fn count(store: &Store, which: &Which) -> Result<u64, StoreError> {
    let (first, end) = which.range();
    if which.means_all_of_a_handler() {
        return store.count_documents(COLLECTION, &end, &first).await;
    }
    let (mut count, mut before) = (0, None::<String>);
    loop {
        let part = page(store, which, before.as_deref(), PAGE).await?;
        count += part.letters.len() as u64;
        match part.next {
            Some(next) => before = Some(next),
            None => return Ok(count),
        }
    }
}

/// The keys of those that are meant, if they are not more than were counted: nothing happens to a letter that nobody was told of.
pub(crate) async fn counted(store: &Store, which: &Which, counted: u64) -> Result<Vec<String>, Refusal> {
    let (mut keys, mut before) = (Vec::new(), None::<String>);
    loop {
        let part = page(store, which, before.as_deref(), PAGE).await?;
        keys.extend(part.letters.iter().map(Letter::key));
        match part.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    if keys.len() as u64 > counted {
        return Err(Refusal::More { counted, now: keys.len() as u64 });
    }
    Ok(keys)
}

/// The letter of a key, if it still is.
pub(crate) async fn find(store: &Store, key: &str) -> Result<Option<Letter>, StoreError> {
    // The first key that is not below it.
    let after = format!("{key}\u{1}");
    let found = store.documents_before(COLLECTION, &after, key, 1).await?;
    Ok(found.first().and_then(|(key, body)| Letter::read(key, body)))
}
