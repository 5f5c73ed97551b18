//! A value that no log and no answer shows.

use std::fmt;
use subtle::ConstantTimeEq as _;

/// A token, a password, a key, or an address that holds one. Its `Debug` says only that there is one, and comparing takes equally long for every wrong
/// value of the right length.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wrap a value.
    #[must_use]
    pub fn new(value: impl Into<Box<str>>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `shown` is this value.
    #[must_use]
    pub fn matches(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_compared_and_never_shown() {
        let key = Secret::new("k3y");
        assert!(key.matches("k3y") && !key.matches("k3z") && !key.matches("k3") && !key.matches("k3yy"));
        assert!(key == "k3y".into() && key != "".into());
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }
}
