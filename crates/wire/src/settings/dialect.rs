//! How a server speaks, by name.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How a server speaks: `auto`, or the name of a dialect as the client declares it. One that this version does not know is a name like any other: it is
/// kept, and its source is not dialled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(export)]
pub struct DialectName(Cow<'static, str>);

impl DialectName {
    /// Found out by trying.
    pub const AUTO: Self = Self(Cow::Borrowed("auto"));

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for DialectName {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_it_was_read_whoever_knows_it() {
        for name in ["auto", "native", "erp", "socket_io", "hub", "mqtt", ""] {
            let json = format!("\"{name}\"");
            let read: DialectName = serde_json::from_str(&json).unwrap();
            assert_eq!((read.as_str(), serde_json::to_string(&read).unwrap()), (name, json));
        }
        assert_eq!(serde_json::from_str::<DialectName>("\"auto\"").unwrap(), DialectName::AUTO);
    }
}
