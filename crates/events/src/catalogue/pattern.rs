//! Names of channels with a `*` in them.

/// Whether `name` is the pattern, whose single `*` stands for any text that is not empty.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    pattern == name
        || pattern
            .split_once('*')
            .is_some_and(|(before, after)| name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after))
}

/// A channel's name or pattern, cut at its `*`: this one is asked about every event.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    before: Box<str>,
    after: Option<Box<str>>,
}

impl Pattern {
    pub(super) fn of(pattern: &str) -> Self {
        match pattern.split_once('*') {
            Some((before, after)) => Self { before: before.into(), after: Some(after.into()) },
            None => Self { before: pattern.into(), after: None },
        }
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix(&*self.before) else { return false };
        match &self.after {
            Some(after) => rest.len() > after.len() && rest.ends_with(&**after),
            None => rest.is_empty(),
        }
    }
}
