//! What is known about kinds: titles, domain, fields, severity, and which fields a row shows.
//!
//! Data, not code: the packs in `packs/` are read at first use, and a user can add a pack without compiling. The catalogue never filters: a
//! kind that no pack names is normalised, stored and shown like any other, only with less said about it.

mod check;
mod current;
mod deriving;
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
mod title;
mod versions;
mod words;

pub use current::Current;
pub(crate) use deriving::Derived;
pub use domain::Domain;
pub use error::PackError;
pub use folder::{Assembled, PackFile, PackProblem, PackState};
pub use known::Catalogue;
pub use mask::HIDDEN;
pub(crate) use mask::{Masks, hidden};
pub use normalise::{Intake, Normalised};
pub use pack::{FieldInfo, FieldType, KindInfo};
pub use recipe::{Edition, Recipe};
pub use request::{ApprovalStage, Need, NeedFor, NeedType};
pub use row::RowParts;
pub use title::Title;
pub use words::{Vocabulary, Word};

#[cfg(test)]
mod tests;
