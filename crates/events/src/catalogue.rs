//! What is known about kinds: titles, domain, fields, severity, and which fields a row shows.
//!
//! Data, not code: the packs in `packs/` are read at first use, and a user can add a pack without compiling. The catalogue never filters: a
//! kind that no pack names is normalised, stored and shown like any other, only with less said about it.

mod domain;
mod folder;
mod lookup;
mod mask;
mod pack;
mod row;
mod template;
mod words;

pub use domain::Domain;
pub use folder::{PackFileError, PackProblem};
pub use pack::{FieldInfo, FieldType, KindInfo, PackError, Title};
pub use row::RowParts;
pub use words::{Vocabulary, Word};

use crate::{
    channel::Channel,
    conventions::Conventions,
    event::{Event, Incoming, Kind, Severity},
    fields::Fields,
    identity::{self, Doubles},
    time::{self, Millis},
};
use lookup::Pattern;
use pack::{ChannelInfo, Fallback, PrefixInfo, Vocabularies};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// The packs that come with Watchdeck, the last one first in precedence.
const BUILTIN_PACKS: [&str; 5] = [
    include_str!("../packs/words.toml"),
    include_str!("../packs/watchdeck.toml"),
    include_str!("../packs/venue.toml"),
    include_str!("../packs/content.toml"),
    include_str!("../packs/erp.toml"),
];

/// Every pack that was loaded, ready for look-up.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    kinds: Vec<KindInfo>,
    /// Places in `kinds` by name, the newest pack first.
    by_name: HashMap<Kind, Vec<usize>>,
    channels: Vec<ChannelInfo>,
    /// Channels whose events have one kind, whatever they call themselves.
    fixed: Vec<(Pattern, Kind)>,
    prefixes: Vec<PrefixInfo>,
    fallback: Fallback,
    untyped: Option<Kind>,
    vocabularies: Vocabularies,
}

/// How an event came, and what is known of who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    /// Which connection profile it came through.
    pub source: &'a Arc<str>,
    /// When, by our clock.
    pub received_at: Millis,
    /// The server's clock less ours, ms; 0 while unknown.
    pub skew: i64,
    /// What the source leaves unsaid.
    pub conventions: &'a Conventions,
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
        let pack = pack::read(toml, &self.vocabularies)?;
        self.vocabularies = pack.vocabularies;
        for info in pack.kinds {
            self.by_name.entry(info.kind.clone()).or_default().insert(0, self.kinds.len());
            self.kinds.push(info);
        }
        self.channels.splice(0..0, pack.channels);
        self.fixed = self.channels.iter().filter_map(|info| Some((Pattern::of(&info.name), Kind::from(&**info.kind.as_ref()?)))).collect();
        self.prefixes.splice(0..0, pack.prefixes);
        if let Some(mut fallback) = pack.fallback {
            // What one pack hides, another does not bring to light.
            fallback.mask.append(&mut self.fallback.mask);
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

    /// Make the event of what a server sent: one pass over the payload's top level, the payload itself is not touched. For whoever knows no more of the
    /// source than its name.
    #[must_use]
    pub fn normalise(&self, incoming: Incoming, source: &Arc<str>, received_at: Millis) -> Event {
        self.normalise_as(incoming, &Intake { source, received_at, skew: 0, conventions: Conventions::plain() })
    }

    /// As [`Catalogue::normalise`], with what is known of the source.
    #[must_use]
    pub fn normalise_as(&self, incoming: Incoming, intake: &Intake<'_>) -> Event {
        self.event(incoming, intake, |incoming, kind, stated, envelope| {
            identity::named(&incoming.channel, kind, stated, envelope, incoming.payload.as_str())
        })
    }

    /// As [`Catalogue::normalise_as`], for a live source whose server gives no ids: a repeat of a message without a time of its own gets the
    /// id of its first copy wherever the window of its identity ends. One memory per source.
    #[must_use]
    pub fn normalise_with(&self, incoming: Incoming, intake: &Intake<'_>, doubles: &mut Doubles) -> Event {
        self.event(incoming, intake, |incoming, kind, stated, envelope| {
            doubles.id(&incoming.channel, kind, stated, envelope, incoming.payload.as_str())
        })
    }

    fn event<I>(&self, mut incoming: Incoming, intake: &Intake<'_>, id: I) -> Event
    where
        I: FnOnce(&Incoming, Option<&str>, Option<Millis>, Millis) -> Box<str>,
    {
        let fields = Fields::of(incoming.payload.as_str());
        let (kind, info) = self.kind_of(&incoming, &fields);
        // What makes an event the same again is what was stated, believed or not.
        let stated = fields.stated();
        let envelope = incoming.server_at.unwrap_or(intake.received_at);
        let occurred_at = time::judge(&fields, incoming.server_at, intake.received_at, intake.skew, intake.conventions);
        let (subject, actor, severity) = match info {
            Some(info) => (info.subject_of(&fields), info.actor_of(&fields), info.severity_of(&fields)),
            None => (None, self.fallback.actor_of(&fields), self.fallback.severity_of(&fields)),
        };
        drop(fields);
        let id = match incoming.id.take() {
            Some(id) => id,
            None => id(&incoming, incoming.kind.as_deref(), stated, envelope),
        };
        Event {
            id,
            kind,
            occurred_at,
            received_at: intake.received_at,
            source: Arc::clone(intake.source),
            subject,
            actor,
            severity,
            channel: incoming.channel,
            payload: incoming.payload,
        }
    }

    /// The payload as it may be shown to everybody: byte for byte as published, except that the values of fields that a pack masks are
    /// replaced by `"•••• 1234"` (the last four characters, of a text of eight or more) or `"••••"`, at any depth and in every spelling.
    #[must_use]
    pub fn masked<'a>(&self, event: &'a Event) -> Cow<'a, str> {
        self.masks(event).payload(event.payload.as_str())
    }

    /// What a row shows of `event`, whose source has these conventions.
    #[must_use]
    pub fn row(&self, event: &Event, conventions: &Conventions) -> RowParts {
        row::of(self, event, conventions)
    }

    /// The words of an enumeration (`level`, `stock_action` …), by the name that the packs give it; an empty one where they name none.
    #[must_use]
    pub fn vocabulary(&self, name: &str) -> &Vocabulary {
        match self.vocabularies.get(name) {
            Some(vocabulary) => vocabulary,
            None => Vocabulary::none(),
        }
    }
}

/// What an unknown level means. Shared by the fallback and the packs' rules.
const DEFAULT_SEVERITY: Severity = Severity::Info;

#[cfg(test)]
mod tests;
