//! How each source speaks: its time zone and its currency, as the user set them.

use std::collections::HashMap;
use watchdeck_events::Conventions;
use watchdeck_wire::settings::Source;

/// The conventions of every source that is set up. One that is not (any more) has the plain ones.
#[derive(Debug, Clone, Default)]
pub struct BySource(HashMap<String, Conventions>);

impl BySource {
    /// Of these sources.
    #[must_use]
    pub fn of(sources: &[Source]) -> Self {
        Self(sources.iter().map(|source| (source.id.clone(), source.conventions())).collect())
    }

    /// Of one source.
    #[must_use]
    pub fn get(&self, source: &str) -> &Conventions {
        self.0.get(source).unwrap_or_else(|| Conventions::plain())
    }
}
