//! What is known about kinds: titles, domain, fields, severity, and which fields a row shows.
//!
//! Data, not code: the packs in `packs/` are read at first use, and a user can add a pack without compiling. The catalogue never filters: a
//! kind that no pack names is normalised, stored and shown like any other, only with less said about it.

mod check;
mod current;
mod domain;
mod error;
mod family;
mod folder;
mod known;
mod lookup;
mod mask;
mod normalise;
mod pack;
mod pattern;
mod reading;
mod recipe;
mod request;
mod row;
mod step;
mod template;
mod versions;
mod words;

pub use current::Current;
pub use domain::Domain;
pub use error::PackError;
pub use folder::{Assembled, PackFile, PackProblem, PackState};
pub use known::Catalogue;
pub use mask::HIDDEN;
pub(crate) use mask::{Masks, hidden};
pub use normalise::{Intake, Normalised};
pub use pack::{FieldInfo, FieldType, KindInfo, Title};
pub use recipe::{Edition, Recipe};
pub(crate) use request::Derived;
pub use request::{ApprovalStage, Need, NeedFor, NeedType};
pub use row::RowParts;
pub use words::{Vocabulary, Word};

#[cfg(test)]
mod tests;
