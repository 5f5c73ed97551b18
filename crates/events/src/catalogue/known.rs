//! Everything that the packs say, ready for look-up.

use super::{
    Domain,
    pack::{self, ChannelInfo, Fallback, KindInfo, PackError, PrefixInfo, Vocabularies},
    pattern::Pattern,
    words::Vocabulary,
};
use crate::{channel::Channel, event::Kind};
use std::{collections::HashMap, sync::OnceLock};

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

    /// The words of an enumeration (`level`, `stock_action` …), by the name that the packs give it; an empty one where they name none.
    #[must_use]
    pub fn vocabulary(&self, name: &str) -> &Vocabulary {
        match self.vocabularies.get(name) {
            Some(vocabulary) => vocabulary,
            None => Vocabulary::none(),
        }
    }
}
