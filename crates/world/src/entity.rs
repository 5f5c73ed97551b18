//! What something is about, beyond doubt: two ERPs number their orders alike, and order 7 of one is not order 7 of the other.
//!
//! Every map of the projections, every fingerprint of an alert and every decision is keyed by an [`Entity`]: the realm (the source, or the
//! sources that the user says are one ERP, see [`super::realms`]), the kind of thing, and the ERP's own id. As text it is
//! `realm/kind:id`, which is what the window hands back; the slash and the colon are escaped in the parts before them, so no two
//! entities share a text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};
use watchdeck_events::{Channel, Millis, identity};

/// Longest id kept as it is, bytes. What is longer (no ERP's ids are) is named by its beginning and a hash.
const LONGEST: usize = 200;
/// How much of such an id stays readable, bytes.
const READABLE: usize = 60;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// The source whose world it is in, or the first of those that are one ERP.
    pub realm: Arc<str>,
    /// `product`, `order`, `return`, `payment`, …
    pub kind: Cow<'static, str>,
    /// The ERP's id.
    pub id: Box<str>,
}

impl Entity {
    /// An entity; of ids without end, a name that is as distinct.
    #[must_use]
    pub fn new(realm: &Arc<str>, kind: &str, id: &str) -> Self {
        Self::of(realm, bounded(kind).into_owned().into(), bounded(id).into())
    }

    /// An entity of a kind that has its name here.
    #[must_use]
    pub fn known(realm: &Arc<str>, kind: &'static str, id: Cow<'_, str>) -> Self {
        let id = if id.len() <= LONGEST { id.into_owned().into() } else { bounded(&id).into() };
        Self::of(realm, kind.into(), id)
    }

    fn of(realm: &Arc<str>, kind: Cow<'static, str>, id: Box<str>) -> Self {
        Self { realm: Arc::clone(realm), kind, id }
    }
}

fn bounded(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let hash = identity::of(&Channel::from(""), Some(Millis(0)), Millis(0), text);
    format!("{}…{hash}", &text[..text.floor_char_boundary(READABLE)]).into()
}

/// Percent signs and `separator` of a part that stands before it.
fn escaped(text: &str, separator: char) -> Cow<'_, str> {
    if !text.contains(['%', separator]) {
        return text.into();
    }
    text.replace('%', "%25").replace(separator, &format!("%{:02X}", u32::from(separator))).into()
}

fn plain(text: &str, separator: char) -> String {
    text.replace(&format!("%{:02X}", u32::from(separator)), separator.encode_utf8(&mut [0; 4])).replace("%25", "%")
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", escaped(&self.realm, '/'), escaped(&self.kind, ':'), self.id)
    }
}

/// A text that names no entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} names nothing; a name is source/kind:id")]
pub struct NoEntity(String);

impl FromStr for Entity {
    type Err = NoEntity;

    fn from_str(text: &str) -> Result<Self, NoEntity> {
        let parts = text.split_once('/').and_then(|(realm, rest)| Some((realm, rest.split_once(':')?)));
        let Some((realm, (kind, id))) = parts else { return Err(NoEntity(text.to_owned())) };
        Ok(Self::of(&plain(realm, '/').into(), plain(kind, ':').into(), id.into()))
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_number_in_two_erps_is_two_things() {
        let [east, west]: [Arc<str>; 2] = ["east".into(), "west".into()];
        assert_ne!(Entity::new(&east, "order", "7"), Entity::new(&west, "order", "7"));
        assert_eq!(Entity::new(&east, "order", "7").to_string(), "east/order:7", "the window hands this back");
    }

    #[test]
    fn an_id_without_end_is_kept_short_and_distinct() {
        let realm: Arc<str> = "s".into();
        let long = |last: char| Entity::new(&realm, "order", &("长".repeat(100_000) + &last.to_string()));
        assert!(long('a').id.len() < LONGEST);
        assert_ne!(long('a'), long('b'));
    }

    proptest! {
        #[test]
        fn no_two_entities_share_a_text(a in ["[/%:2FA5]{0,4}", "[/%:3A25]{0,4}", "[/%:a]{0,4}"], b in ["[/%:2FA5]{0,4}", "[/%:3A25]{0,4}", "[/%:a]{0,4}"]) {
            let entity = |[realm, kind, id]: &[String; 3]| Entity::new(&realm.as_str().into(), kind, id);
            prop_assert_eq!(entity(&a).to_string().parse::<Entity>(), Ok(entity(&a)));
            prop_assert_eq!(entity(&a).to_string() == entity(&b).to_string(), a == b);
        }
    }
}
