//! How a file is written: its format, its language, and what the sources are called.

use super::csv::Heads;
use std::collections::HashMap;
use watchdeck_wire::{settings::Source, views::ExportFormat};

/// See the [module docs](self).
pub(crate) struct Manner {
    pub(crate) format: ExportFormat,
    pub(crate) heads: Heads,
    /// Names of the sources, by id.
    pub(crate) sources: HashMap<String, String>,
}

impl Manner {
    pub(crate) fn new(format: ExportFormat, heads: Heads, sources: &[Source]) -> Self {
        Self { format, heads, sources: sources.iter().map(|source| (source.id.clone(), source.name.clone())).collect() }
    }
}
