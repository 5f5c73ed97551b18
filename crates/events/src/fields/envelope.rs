//! The envelope of the writing platform's event store, and the three spellings of what is in it.
//!
//! `{"id":"evt_…","event_type":"deposit.completed","event_data":…,"timestamp","source","processed","created_at","expires_at"}`, where
//! `event_data` is an object with snake_case names, or (read back from its database) one with lower-cased joined names (`userid`), or a list
//! of `{"Key":"userid","Value":"u1"}`. In the last two a struct within a struct is nested (`socialeventdata`) where the first has it flat.

use crate::scan::{self, Entries};
use std::borrow::Cow;

/// Nesting of data in data: the platform has one level.
const MAX_DEPTH: u32 = 4;

/// Whether these are the keys of an envelope. One with a `type` of its own is something else.
pub(super) fn is<'k>(mut keys: impl Iterator<Item = &'k str> + Clone) -> bool {
    let all = keys.clone();
    let has = |key: &str| all.clone().any(|name| name == key);
    // Nearly everything else begins with its type: then one comparison is the whole cost.
    keys.next().is_some_and(|name| name != "type") && has("event_data") && has("event_type") && !has("type")
}

/// The fields of the data, as if they stood in one object.
pub(super) fn unfold(data: &str) -> Entries<'_> {
    let mut entries = Entries::new();
    flatten(data, &mut entries, 0);
    entries
}

fn flatten<'a>(data: &'a str, entries: &mut Entries<'a>, depth: u32) {
    let is_struct = |name: &str, token: &str| depth < MAX_DEPTH && ends_with_event_data(name) && token.starts_with(['{', '[']);
    let (nested, flat): (Entries<'_>, Entries<'_>) = pairs(data).into_iter().partition(|(name, token)| is_struct(name, token));
    // The last of equal names counts, and a field of the outer struct wins, as it does in the flat form.
    for (_, token) in nested {
        flatten(token, entries, depth + 1);
    }
    entries.extend(flat);
}

/// The fields of an object, or of a list of keys and values.
fn pairs(data: &str) -> Entries<'_> {
    match data.as_bytes().first() {
        Some(b'{') => scan::entries(data).unwrap_or_default(),
        Some(b'[') => scan::items(data).unwrap_or_default().into_iter().filter_map(pair).collect(),
        _ => Entries::new(),
    }
}

/// `{"Key":"userid","Value":"u1"}`.
pub(crate) fn pair(item: &str) -> Option<(Cow<'_, str>, &str)> {
    let entries = scan::entries(item)?;
    let value = |name: &str| entries.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, token)| *token);
    Some((scan::unquote(value("key")?)?, value("value")?))
}

fn ends_with_event_data(name: &str) -> bool {
    let plain = name.bytes().rev().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    plain.take(9).eq(b"eventdata".iter().rev().copied())
}

/// Whether two spellings name one field: case and underscores do not count (`user_id`, `userid`, `UserID`).
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let plain = |name| str::bytes(name).filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    plain(a).eq(plain(b))
}
