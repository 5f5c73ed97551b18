//! Which channels a permission is about.

/// What the names of channels begin with that belong to one person.
const PERSONAL: &str = "user:";

/// A channel's name in which `*` stands for any text. Case counts, as it does in names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Box<str>);

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is about this channel. A person's own channels have to be meant: `*` is about all the others.
    pub(crate) fn fits_channel(&self, name: &str) -> bool {
        (!is_personal(name) || is_personal(&self.0)) && self.fits(name)
    }

    /// Whether it fits any text.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return *self.0 == *text };
        let Some(mut text) = text.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            let Some(at) = text.find(part) else { return false };
            text = &text[at + part.len()..];
        }
        text.ends_with(last)
    }
}

/// Whether a channel belongs to one person. In any spelling, so that a slip in it opens nothing.
fn is_personal(name: &str) -> bool {
    name.get(..PERSONAL.len()).is_some_and(|start| start.eq_ignore_ascii_case(PERSONAL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let fits = |pattern: &str, text: &str| Pattern::new(pattern).fits(text);
        assert!(fits("orders", "orders") && !fits("orders", "orders2") && !fits("orders", "Orders"));
        assert!(fits("warehouse:*", "warehouse:east") && fits("warehouse:*", "warehouse:") && !fits("warehouse:*", "warehouse"));
        assert!(fits("*", "") && fits("*:a*c", "x:abc") && !fits("*:a*c", "x:abd") && !fits("a*a", "a"));
    }

    #[test]
    fn what_belongs_to_a_person_has_to_be_meant() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).fits_channel(name);
        for name in ["user:7:notifications", "USER:7:notifications"] {
            assert!(!fits("*", name) && !fits("*:notifications", name) && !fits("u*", name), "{name}");
        }
        assert!(fits("user:*", "user:7:notifications") && fits("user:7:notifications", "user:7:notifications"));
        assert!(!fits("user:7:notifications", "user:77:notifications"));
        assert!(fits("*", "users") && fits("*", "orders"));
    }
}
