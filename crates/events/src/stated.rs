//! What a publisher says of one field: a value, something that is no such value, or nothing.
//!
//! The middle one is why this is no `Option`: an amount of `"a lot"` is neither an amount nor its absence. Whoever shows it shows it as written and
//! says so; whoever adds up counts it as not counted. It never becomes 0, and never makes the event around it vanish.

use std::borrow::Cow;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Stated<'a, T> {
    /// It is there and was read.
    Known(T),
    /// It is there and could not be read: as written, for a text what is in it, for anything else its JSON.
    Unread(Cow<'a, str>),
    /// It is not there: no field, `null`, an empty text, `false` where something else is meant (Odoo says it so), an unset time.
    #[default]
    Absent,
}

/// An amount of money as stated.
pub type Amount<'a> = Stated<'a, crate::Money>;

impl<'a, T> Stated<'a, T> {
    /// The value, where it was read.
    #[must_use]
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) | Self::Absent => None,
        }
    }

    /// A look at the value, where it was read.
    #[must_use]
    pub const fn as_known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) | Self::Absent => None,
        }
    }

    /// What could not be read, as written.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        match self {
            Self::Unread(text) => Some(text),
            Self::Known(_) | Self::Absent => None,
        }
    }

    /// Nothing was said.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same of another type.
    #[must_use]
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Stated<'a, U> {
        match self {
            Self::Known(value) => Stated::Known(to(value)),
            Self::Unread(text) => Stated::Unread(text),
            Self::Absent => Stated::Absent,
        }
    }
}
