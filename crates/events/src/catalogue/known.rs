//! Everything that the packs say, ready for look-up.

use super::{
    Domain,
    check::{self, Before},
    error::PackError,
    pack::{ChannelInfo, Fallback, KindInfo, PrefixInfo, Vocabularies},
    pattern::Pattern,
    request::Request,
    words::Vocabulary,
};
use crate::{channel::Channel, event::Kind};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

/// The packs that come with Watchdeck, the last one first in precedence.
const BUILTIN_PACKS: [&str; 5] = [
    include_str!("../../packs/words.toml"),
    include_str!("../../packs/watchdeck.toml"),
    include_str!("../../packs/venue.toml"),
    include_str!("../../packs/content.toml"),
    include_str!("../../packs/erp.toml"),
];

/// Every pack that was loaded, ready for look-up.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub(super) kinds: Vec<KindInfo>,
    /// Places in `kinds` by name, the newest pack first.
    pub(super) by_name: HashMap<Kind, Vec<usize>>,
    pub(super) channels: Vec<ChannelInfo>,
    /// Channels whose events have one kind, whatever they call themselves.
    pub(super) fixed: Vec<(Pattern, Kind)>,
    pub(super) prefixes: Vec<PrefixInfo>,
    pub(super) fallback: Fallback,
    pub(super) untyped: Option<Kind>,
    pub(super) vocabularies: Vocabularies,
    /// What requests are made of, the newest pack's first.
    pub(super) requests: Vec<Request>,
    /// Kinds that requests are made of.
    pub(super) deriving: HashSet<Kind>,
    /// Kinds whose payloads are not read as they stand, or of which something is masked that is counted.
    pub(super) peculiar: HashSet<Kind>,
    /// See [`Catalogue::way`].
    pub(super) way: u64,
    /// How many of the kinds came with Watchdeck; `None` while those are read.
    ours: Option<usize>,
}

impl Catalogue {
    /// The packs that come with Watchdeck.
    #[must_use]
    pub fn builtin() -> &'static Self {
        Self::shared_builtin()
    }

    pub(super) fn shared_builtin() -> &'static Arc<Self> {
        static BUILTIN: OnceLock<Arc<Catalogue>> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let mut catalogue = Self::default();
            for pack in BUILTIN_PACKS {
                catalogue.add_pack(pack).expect("a test reads the embedded packs");
            }
            catalogue.ours = Some(catalogue.kinds.len());
            Arc::new(catalogue)
        })
    }

    /// Add a pack over those before it. What it says of a kind on a channel takes precedence; what it leaves out stays as it was. Answers how many kinds it
    /// speaks of; with an error nothing is added.
    ///
    /// # Errors
    /// [`PackError`] names the line, the key that is wrong, and what to write instead.
    pub fn add_pack(&mut self, toml: &str) -> Result<usize, PackError> {
        let before = Before {
            kinds: &self.kinds,
            by_name: &self.by_name,
            vocabularies: &self.vocabularies,
            masked: &self.fallback.mask,
            ours: self.ours,
        };
        let pack = check::read(toml, &before)?;
        let kinds: HashSet<Kind> = pack.kinds.iter().map(|(_, info)| info.kind.clone()).collect();
        if self.ours.is_some()
            && let Some(way) = pack.way(self.way, &self.vocabularies)
        {
            self.way = way;
        }
        self.vocabularies = pack.vocabularies;
        for (taken, info) in pack.kinds {
            if info.is_peculiar() {
                self.peculiar.insert(info.kind.clone());
            }
            match taken {
                Some(place) => self.kinds[place] = info,
                None => {
                    self.by_name.entry(info.kind.clone()).or_default().insert(0, self.kinds.len());
                    self.kinds.push(info);
                }
            }
        }
        self.channels.splice(0..0, pack.channels);
        self.fixed = self.channels.iter().filter_map(|info| Some((Pattern::of(&info.name), Kind::from(&**info.kind.as_ref()?)))).collect();
        self.prefixes.splice(0..0, pack.prefixes);
        self.requests.splice(0..0, pack.requests);
        self.deriving = self.requests.iter().flat_map(Request::kinds).cloned().collect();
        if let Some(fallback) = pack.fallback {
            self.fallback = fallback.over(std::mem::take(&mut self.fallback));
        }
        self.untyped.get_or_insert_with(|| Kind::from(Kind::UNTYPED));
        Ok(kinds.len())
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

    /// The words of an enumeration (`level`, `stock_action` …), by the name that the packs give it; an empty one where they name none.
    #[must_use]
    pub fn vocabulary(&self, name: &str) -> &Vocabulary {
        match self.vocabularies.get(name) {
            Some(vocabulary) => vocabulary,
            None => Vocabulary::none(),
        }
    }
}
