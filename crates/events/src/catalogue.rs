//! What is known about kinds: titles, domain, fields, severity, and which fields a row shows.
//!
//! Data, not code: `packs/erp.toml` is read at first use, and a user can add a pack without compiling. The catalogue never filters: a kind
//! that no pack names is normalised, stored and shown like any other, only with less said about it.

mod lookup;
mod pack;
mod row;

pub use pack::{FieldInfo, FieldType, KindInfo, PackError, Title};
pub use row::RowParts;

use crate::{
    channel::Channel,
    event::{Event, Incoming, Kind, Severity},
    fields::Fields,
    identity,
    time::Millis,
};
use pack::{ChannelInfo, Fallback, PrefixInfo};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// The part of the business an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Domain {
    /// Stock and its movements.
    Inventory,
    /// Sales, purchases, returns.
    Orders,
    /// Requests and decisions.
    Approvals,
    /// Money.
    Finance,
    /// Master data: products, customers, suppliers.
    Data,
    /// The system itself.
    System,
    /// Messages to a person.
    Notification,
    /// Users: they register, log in, change, leave.
    People,
    /// What is written and read: books, chapters, projects, characters.
    Content,
    /// What people say to each other: likes, comments, follows, forum, chat.
    Social,
    /// What is sold to readers: books, chapters, subscriptions, rewards.
    Shop,
    /// Courts and their bookings.
    Venue,
    /// Watchdeck's own markers.
    Watchdeck,
    /// Not known.
    Other,
}

impl Domain {
    /// Every domain, in the order people read them.
    pub const ALL: [Self; 14] = [
        Self::Inventory,
        Self::Orders,
        Self::Approvals,
        Self::Finance,
        Self::Data,
        Self::System,
        Self::Notification,
        Self::People,
        Self::Content,
        Self::Social,
        Self::Shop,
        Self::Venue,
        Self::Watchdeck,
        Self::Other,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Orders => "orders",
            Self::Approvals => "approvals",
            Self::Finance => "finance",
            Self::Data => "data",
            Self::System => "system",
            Self::Notification => "notification",
            Self::People => "people",
            Self::Content => "content",
            Self::Social => "social",
            Self::Shop => "shop",
            Self::Venue => "venue",
            Self::Watchdeck => "watchdeck",
            Self::Other => "other",
        }
    }
}

impl std::fmt::Display for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The packs that come with Watchdeck, the last one first in precedence.
const BUILTIN_PACKS: [&str; 2] = [include_str!("../packs/watchdeck.toml"), include_str!("../packs/erp.toml")];

/// Every pack that was loaded, ready for look-up.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    kinds: Vec<KindInfo>,
    /// Places in `kinds` by name, the newest pack first.
    by_name: HashMap<Kind, Vec<usize>>,
    channels: Vec<ChannelInfo>,
    prefixes: Vec<PrefixInfo>,
    fallback: Fallback,
    untyped: Option<Kind>,
}

impl Catalogue {
    /// The packs that come with Watchdeck.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let mut catalogue = Self::default();
            for pack in BUILTIN_PACKS {
                catalogue.add_pack(pack).expect("a test reads the embedded packs");
            }
            catalogue
        })
    }

    /// Add a pack. What it says about a kind on a channel takes precedence over the packs before it; with an error nothing is added.
    ///
    /// # Errors
    /// [`PackError`] names the key that is wrong and why.
    pub fn add_pack(&mut self, toml: &str) -> Result<(), PackError> {
        let pack = pack::read(toml)?;
        for info in pack.kinds {
            self.by_name.entry(info.kind.clone()).or_default().insert(0, self.kinds.len());
            self.kinds.push(info);
        }
        self.channels.splice(0..0, pack.channels);
        self.prefixes.splice(0..0, pack.prefixes);
        if let Some(fallback) = pack.fallback {
            self.fallback = fallback;
        }
        self.untyped.get_or_insert_with(|| Kind::from(Kind::UNTYPED));
        Ok(())
    }

    /// Every known kind, in the order of the packs. A kind that means different things on different channels is there once for each.
    #[must_use]
    pub fn kinds(&self) -> &[KindInfo] {
        &self.kinds
    }

    /// What is known about `kind` as published on `channel`.
    #[must_use]
    pub fn get(&self, kind: &Kind, channel: &Channel) -> Option<&KindInfo> {
        self.find(self.by_name.get(kind)?, channel)
    }

    /// The domain of a kind on a channel: the catalogue's, else by channel, else by the word before the first `:` or `.`.
    #[must_use]
    pub fn domain(&self, kind: &Kind, channel: &Channel) -> Domain {
        self.get(kind, channel).map_or_else(|| self.domain_of_unknown(kind.as_str(), channel), |info| info.domain)
    }

    /// Make the event of what a server sent: one pass over the payload's top level, the payload itself is not touched.
    #[must_use]
    pub fn normalise(&self, incoming: Incoming, source: &Arc<str>, received_at: Millis) -> Event {
        let Incoming { channel, id, server_at, kind: _, payload, offset: _ } = incoming;
        let fields = Fields::of(payload.as_str());
        let name = fields.text("type");
        let (kind, info) = self.kind_of(name.as_deref(), &channel);
        let stated = fields.millis("timestamp");
        let envelope = server_at.unwrap_or(received_at);
        let (subject, actor, severity) = match info {
            Some(info) => (info.subject_of(&fields), info.actor_of(&fields), info.severity_of(&fields)),
            None => (None, self.fallback.actor_of(&fields), self.fallback.severity_of(&fields)),
        };
        drop(fields);
        Event {
            id: id.unwrap_or_else(|| identity::of(&channel, stated, envelope, payload.as_str())),
            kind,
            occurred_at: stated.unwrap_or(envelope),
            received_at,
            source: Arc::clone(source),
            subject,
            actor,
            severity,
            channel,
            payload,
        }
    }

    /// What a row shows of `event`.
    #[must_use]
    pub fn row(&self, event: &Event) -> RowParts {
        row::of(self, event)
    }
}

/// What an unknown level means. Shared by the fallback and the packs' rules.
const DEFAULT_SEVERITY: Severity = Severity::Info;

#[cfg(test)]
mod tests;
