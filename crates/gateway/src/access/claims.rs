//! Reading who somebody is out of what an authority says of it.

use super::credentials::Person;
use serde_json::Value;
use std::collections::BTreeMap;

/// Roles that are taken from one claim.
const MOST: usize = 256;

/// Where an authority says what.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) roles: String,
    /// Our role for each of theirs; empty: those of the same name.
    pub(super) map: BTreeMap<String, String>,
}

impl Places {
    /// Who is meant; `None` where there is no id.
    pub(super) fn person(&self, said: &Value) -> Option<Person> {
        let id = text(find(said, &self.id)?)?;
        let name = find(said, &self.name).and_then(text).unwrap_or_else(|| id.clone());
        let theirs = find(said, &self.roles).map(list).unwrap_or_default();
        let ours = |role: String| if self.map.is_empty() { Some(role) } else { self.map.get(&role).cloned() };
        let mut roles: Vec<String> = theirs.into_iter().filter_map(ours).collect();
        roles.sort();
        roles.dedup();
        Some(Person { id, name, roles })
    }
}

/// By a name as it is, by a path with slashes (`/user/role`), or by one with dots (`realm_access.roles`).
fn find<'a>(said: &'a Value, place: &str) -> Option<&'a Value> {
    said.get(place).or_else(|| said.pointer(place)).or_else(|| place.split('.').try_fold(said, |value, name| value.get(name)))
}

/// An id may be a number there.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split_whitespace().take(MOST).map(str::to_owned).collect(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).take(MOST).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(id: &str, roles: &str, map: &[(&str, &str)]) -> Places {
        let map = map.iter().map(|&(theirs, ours)| (theirs.into(), ours.into())).collect();
        Places { id: id.into(), name: "name".into(), roles: roles.into(), map }
    }

    #[test]
    fn ids_names_and_roles_are_found_wherever_they_stand() {
        let said =
            json!({ "sub": 7, "realm_access": { "roles": ["b", 1, "a", "b"] }, "https://x.example/roles": "a  c", "user": { "id": "u7" } });
        let person = places("sub", "realm_access.roles", &[]).person(&said).unwrap();
        assert_eq!(person, Person { id: "7".into(), name: "7".into(), roles: vec!["a".into(), "b".into()] });
        assert_eq!(places("/user/id", "https://x.example/roles", &[]).person(&said).unwrap().roles, ["a", "c"]);
        assert_eq!(
            places("sub", "realm_access.roles", &[("a", "admin")]).person(&said).unwrap().roles,
            ["admin"],
            "only what is mapped counts"
        );
    }

    #[test]
    fn whoever_has_no_id_is_nobody() {
        for said in [json!({}), json!(null), json!({ "sub": "" }), json!({ "sub": " " }), json!({ "sub": ["a"] }), json!({ "sub": "a\nb" })]
        {
            assert_eq!(places("sub", "roles", &[]).person(&said), None, "{said}");
        }
    }
}
