//! Somebody as others name them: of whom a gateway need not know more.

use serde::{Deserialize, Serialize};

/// Longest id and name, bytes.
const LONGEST: usize = 128;

/// Somebody, by id and as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    /// The id, where it is empty.
    #[serde(default)]
    pub(crate) name: String,
}

impl Named {
    /// As people read it.
    pub(crate) fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// Without blanks around, where it can be somebody.
    pub(crate) fn checked(&self) -> Option<Self> {
        let [id, name] = [&self.id, &self.name].map(|text| text.trim().to_owned());
        let fits = |text: &str| text.len() <= LONGEST && !text.chars().any(char::is_control);
        (!id.is_empty() && fits(&id) && fits(&name)).then_some(Self { id, name })
    }
}
