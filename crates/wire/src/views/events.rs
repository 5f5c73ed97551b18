//! The Events page and the drawer: single events, pages of history, and what is known of kinds.

use super::{approvals::ApprovalView, keeping::LetGoNote};
use crate::row::EventRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event in full, for the drawer.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventDetail {
    /// The row.
    pub row: EventRow,
    /// The publisher's JSON, byte for byte where nothing in it is masked.
    pub raw: String,
    /// Something in it is masked (bank details). Ask with `reveal` to see it.
    pub masked: bool,
    /// What it says in fields that a pack has a name for, in the order of the pack; masked.
    pub fields: Vec<FieldLine>,
    /// In which version of its kind it was published, and how a pack has it read; `None` where it is read as it stands and nothing is known of versions.
    pub version: Option<VersionView>,
    /// Other events of the same subject, newest first, at most 50.
    pub related: Vec<EventRow>,
    /// Older ones may have been let go.
    pub let_go: Option<LetGoNote>,
    /// Of a request for approval or of its decision: the request, as far as these events tell it.
    pub request: Option<RequestDetail>,
}

/// A field that people have a name for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FieldLine {
    /// Its key.
    pub name: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What stands there.
    pub value: String,
}

/// How an event is read that a pack does not have read as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct VersionView {
    /// Which version it is.
    pub edition: EditionView,
    /// The newest that is known.
    pub newest: u32,
    /// What it is read as, as JSON, masked; `None` where it is read as it stands.
    pub read: Option<String>,
}

/// Which version of its kind an event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum EditionView {
    /// One that is known.
    Known {
        /// Which.
        version: u32,
    },
    /// One that is newer than any pack knows: it is shown as it stands.
    Newer {
        /// Which.
        version: u32,
    },
    /// What stands there is no version.
    Unread {
        /// As written.
        written: String,
    },
    /// Its kind has no versions; a pack derives fields.
    Derived,
}

/// A request for approval with what it is made up of.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RequestDetail {
    /// The request.
    pub request: ApprovalView,
    /// Its lines, where the event has them; at most 50.
    pub lines: Vec<RequestLine>,
    /// Lines left out.
    pub lines_omitted: u32,
}

/// A line of a request: what, how many, at what price. Figures as the event writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RequestLine {
    /// What it is; empty where nobody says.
    pub name: String,
    /// How many.
    pub quantity: Option<String>,
    /// Of one.
    pub price: Option<String>,
    /// Of all of them.
    pub amount: Option<String>,
}

/// A page of history.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<EventRow>,
    /// Pass as `before` for the next page; `None` at the end of history.
    pub next_before: Option<u64>,
    /// At the end of history: older events were let go.
    pub let_go: Option<LetGoNote>,
    /// How many events were looked at for this page.
    pub scanned: u64,
    /// Newest event there was. Whoever asks again passes it as `after`, and what was looked at is not looked at again.
    pub newest: u64,
}

/// The known kinds, for titles and for filters.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CatalogueView {
    /// By kind.
    pub kinds: BTreeMap<String, KindView>,
}

/// What the catalogue knows of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KindView {
    /// Title in Chinese.
    pub zh: String,
    /// Title in English.
    pub en: String,
    /// Domain.
    pub domain: String,
    /// Names of its fields.
    pub fields: Vec<String>,
    /// The title is a user's: it stands where ours would say it by action.
    pub own: bool,
}
