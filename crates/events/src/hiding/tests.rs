use super::*;
use proptest::prelude::*;
use serde_json::Value;

fn without(json: &str, fields: &[&str]) -> Option<String> {
    let paths: Vec<_> = fields.iter().map(|field| FieldPath::parse(field).unwrap()).collect();
    let payload = Payload::from_json(json);
    hidden(&payload, paths.iter().fold(Beginnings::NONE, |all, path| all.or(path.begins())), |trail: &Trail<'_>| {
        paths.iter().any(|path| path.is_at(trail))
    })
    .map(Cow::into_owned)
}

#[track_caller]
fn becomes(json: &str, fields: &[&str], shown: &str) {
    let found = without(json, fields).unwrap();
    assert_eq!(found, shown);
    serde_json::from_str::<serde_json::Value>(&found).expect("what is left is JSON");
}

#[test]
fn a_value_is_hidden_whatever_it_is_and_the_rest_stays_byte_for_byte() {
    for value in ["12.50", "null", "true", "\"a\\\"b\"", "[1,{\"x\":2}]", "{\"amount\":1}", "-1e9", "\"\""] {
        becomes(&format!("{{ \"n\": 1,\"amount\" : {value} ,\n\"z\":[ ]}}"), &["amount"], "{ \"n\": 1,\"amount\" : \"••••\" ,\n\"z\":[ ]}");
    }
    assert!(
        matches!(hidden(&Payload::from_json("{\"a\":1}"), Beginnings::ANY, |_: &Trail<'_>| false), Some(Cow::Borrowed(_))),
        "nothing is copied where nothing is hidden"
    );
}

#[test]
fn a_name_counts_at_any_depth_and_in_any_spelling() {
    becomes(r#"{"items":[{"unit_cost":1},{"UnitCost":[2]}]}"#, &["unitCost"], r#"{"items":[{"unit_cost":"••••"},{"UnitCost":"••••"}]}"#);
    becomes(r#"{"\u0061mount":1,"b":2}"#, &["amount"], r#"{"\u0061mount":"••••","b":2}"#);
    becomes(r#"{"amounts":1,"amoun":2,"":3}"#, &["amount"], r#"{"amounts":1,"amoun":2,"":3}"#);
}

#[test]
fn a_path_counts_only_where_it_leads() {
    becomes(
        r#"{"cost":1,"details":{"cost":2,"more":{"cost":3}},"x":{"details":[{"cost":4}]}}"#,
        &["details.cost"],
        r#"{"cost":1,"details":{"cost":"••••","more":{"cost":3}},"x":{"details":[{"cost":"••••"}]}}"#,
    );
}

#[test]
fn a_name_that_is_a_value_hides_its_pair() {
    becomes(r#"{"m":[{"Value":9,"Key":"cost"},{"Key":"n","Value":1}]}"#, &["cost"], r#"{"m":["••••",{"Key":"n","Value":1}]}"#);
    becomes(r#"[{"key":"x","value":{"cost":1}}]"#, &["cost"], r#"[{"key":"x","value":{"cost":"••••"}}]"#);
}

#[test]
fn json_in_a_text_is_looked_into() {
    becomes(r#"{"meta":"{\"cost\":5}","say":"{cost: 5"}"#, &["cost"], r#"{"meta":"••••","say":"{cost: 5"}"#);
    becomes(r#"{"meta":"{\"n\":5}"}"#, &["cost"], r#"{"meta":"{\"n\":5}"}"#);
    becomes(r#"{"details":"\u007b\"cost\":5}"}"#, &["details.cost"], r#"{"details":"••••"}"#);
}

#[test]
fn what_cannot_be_walked_is_not_shown() {
    for json in ["", "7", "\"amount 5\"", "{\"a\":1", "{\"a\":\"1}", "]", &"[".repeat(MAX_DEPTH + 1)] {
        assert_eq!(without(json, &["a"]), None, "{json}");
    }
}

proptest::proptest! {
    #[test]
    fn garbage_never_panics(json in "[\\[{\"a:,}\\]\\\\ 1é]{0,40}") {
        drop(without(&json, &["a", "b.a"]));
    }
}

/// The same over a tree.
fn by_tree(value: &mut Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names.push(name.replace('_', "").to_lowercase());
                let is_cost = names.ends_with(&["cost".into()]);
                if is_cost || names.ends_with(&["details".into(), "price".into()]) {
                    *value = HIDDEN.into();
                } else {
                    by_tree(value, names);
                }
                names.pop();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| by_tree(item, names)),
        _ => {}
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f32>().prop_filter("JSON has no such number", |number| number.is_finite()).prop_map(Value::from),
        "[a-zé\"\\\\:,]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = prop::sample::select(vec!["cost", "Co_st", "details", "price", "Price_", "prices", "p", "quo\"te", "名"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn text_and_tree_hide_the_same(json in any_json(), pretty in any::<bool>()) {
        prop_assume!(json.is_object() || json.is_array());
        let text = if pretty { serde_json::to_string_pretty(&json).unwrap() } else { json.to_string() };
        let found: Value = serde_json::from_str(&without(&text, &["cost", "details.price"]).unwrap()).unwrap();
        let mut expected: Value = serde_json::from_str(&text).unwrap();
        by_tree(&mut expected, &mut Vec::new());
        prop_assert_eq!(found, expected);
    }
}
