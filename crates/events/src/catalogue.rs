//! What is known about kinds: titles, domain, fields, severity, and which fields a row shows.
//!
//! Data, not code: the packs in `packs/` are read at first use, and a user can add a pack without compiling. The catalogue never filters: a
//! kind that no pack names is normalised, stored and shown like any other, only with less said about it.

mod domain;
mod folder;
mod known;
mod lookup;
mod mask;
mod normalise;
mod pack;
mod pattern;
mod row;
mod template;
mod words;

pub use domain::Domain;
pub use folder::{PackFileError, PackProblem};
pub use known::Catalogue;
pub use normalise::{Intake, Normalised};
pub use pack::{FieldInfo, FieldType, KindInfo, PackError, Title};
pub use row::RowParts;
pub use words::{Vocabulary, Word};

#[cfg(test)]
mod tests;
