//! Patterns with stars.

/// Whether a pattern, split where its stars stood, is all of `value`. Without a star also what is behind the type of a subject (`subject:SKU-104`).
pub(crate) fn matches(pattern: &[String], value: &str) -> bool {
    let [first, middle @ .., last] = pattern else {
        return pattern.first().is_some_and(|whole| value == whole || value.split_once(':').is_some_and(|(_, id)| id == whole));
    };
    let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}
