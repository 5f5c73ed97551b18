use super::*;
use proptest::prelude::*;

#[test]
fn fields_are_read_by_what_they_are() {
    let fields = Fields::of(
        r#" { "name" : "瓷砖 \"A\"", "n":-12.50, "id": 7, "at":"2026-11-21T01:16:28.150Z", "ok":true, "deep":{"n":[1,"}"]}, "empty":"" } "#,
    );
    assert_eq!(fields.text("name").as_deref(), Some("瓷砖 \"A\""));
    assert_eq!(fields.number("n").map(|n| n.to_string()).as_deref(), Some("-12.50"), "digits stay as published");
    assert_eq!(fields.text("id").as_deref(), Some("7"), "ids come as numbers too");
    assert_eq!(fields.millis("at"), Some(Millis(1_795_223_788_150)));
    assert_eq!(fields.bool("ok"), Some(true));
    assert_eq!(fields.token("deep"), Some(r#"{"n":[1,"}"]}"#));
    assert_eq!(fields.text("empty"), None);
    assert_eq!(fields.text("absent"), None);
}

#[test]
fn unescaped_text_is_borrowed() {
    let fields = Fields::of(r#"{"name":"plain"}"#);
    assert!(matches!(fields.text("name"), Some(Cow::Borrowed("plain"))), "an allocation for each field of each event is what this avoids");
}

#[test]
fn what_is_not_an_object_has_no_fields() {
    for text in
        ["", "null", "[1,2]", "\"bare\"", "7", "{", "{\"a\"", "{\"a\":1", "{\"a\":}", "{a:1}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":[}"]
    {
        assert!(Fields::of(text).is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".*", json in r#"[{}\[\]",:\\a-c瓷 0-9]{0,40}"#) {
        for candidate in [&text, &json] {
            for (key, token) in Fields::of(candidate).iter() {
                prop_assert!(candidate.contains(token), "{key}");
            }
        }
    }
}
