//! What a scan finds, and who takes it.

use crate::{StoreError, Stored};
use std::ops::ControlFlow;

/// An event that is meant: read, or only known by its place.
pub(super) enum Match<'m> {
    Read(Box<Stored>),
    Place(&'m mut dyn FnMut() -> Result<Stored, StoreError>),
}

impl Match<'_> {
    pub(super) fn event(self) -> Result<Stored, StoreError> {
        match self {
            Self::Read(stored) => Ok(*stored),
            Self::Place(read) => read(),
        }
    }
}

/// Whoever wants the matches says with each whether to go on.
pub(super) type Take<'t> = dyn FnMut(Match<'_>) -> Result<ControlFlow<()>, StoreError> + 't;
