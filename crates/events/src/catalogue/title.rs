//! What people call something.

use serde::Deserialize;

/// A title in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Simplified Chinese.
    pub zh: Box<str>,
    /// English.
    pub en: Box<str>,
}
