//! What the user has set: kept in the store, checked and merged when it changes, and parted from the secrets that come with it.

mod check;
mod kept;
mod merge;
mod moved;
mod parted;
mod patch;
#[cfg(test)]
mod tests;
mod understand;

pub(crate) use check::check_source;
pub(crate) use kept::{Kept, load};
pub(crate) use merge::{Merged, merge, same_place};
pub(crate) use moved::move_secrets;
pub(crate) use parted::without_secrets;
pub(crate) use patch::patched;
