//! Words from the system itself: planned work, new versions, and what is wrong.

use crate::{quantity::Quantity, stated::Stated, time::Millis};
use std::borrow::Cow;

/// How bad the system says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemLevel {
    /// For information.
    Info,
    /// Worth attention.
    Warning,
    /// It says nothing of its level, or a word that nobody knows: it may be any. Ranked above a warning, so that nothing is ranked down in silence.
    Unknown,
    /// Now.
    Critical,
}

/// What a system event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemKind {
    /// Planned work.
    Maintenance,
    /// A new version.
    Update,
    /// Something is wrong.
    Alert,
}

/// A word from the system itself.
#[derive(Debug, Clone, PartialEq)]
pub struct System<'a> {
    /// Which of them.
    pub kind: SystemKind,
    /// How bad.
    pub level: SystemLevel,
    /// As it was written.
    pub level_text: Option<Cow<'a, str>>,
    /// What: its message, or what else of it people can read.
    pub message: Option<Cow<'a, str>>,
    /// Ids of the users concerned.
    pub affected_users: Vec<String>,
    /// When it starts.
    pub scheduled_time: Stated<'a, Millis>,
    /// How long it takes, minutes.
    pub estimated_duration: Stated<'a, Quantity>,
    /// When it ends, where that is said instead.
    pub ends: Stated<'a, Millis>,
    /// Of what sort planned work is.
    pub sort: Option<Cow<'a, str>>,
    /// The publisher's own number of planned work.
    pub number: Option<Cow<'a, str>>,
}
