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

#[test]
fn an_envelope_is_read_through_in_each_spelling() {
    let read = |data: &str| {
        format!(r#"{{"id":"evt_1","event_type":"comment.created","timestamp":1795223788,"source":"social","event_data":{data}}}"#)
    };
    for data in [
        r#"{"user_id":"u1","comment_id":"c1","time":"0001-01-01T00:00:00Z","source":"app","type":"x"}"#,
        r#"{"userid":"u1","commentid":"c1","time":"0001-01-01T00:00:00Z","source":"app","type":"x"}"#,
        r#"{"UserID":"u1","CommentID":"c1","Time":"0001-01-01T00:00:00Z","Source":"app","Type":"x"}"#,
        r#"[{"Key":"userid","Value":"u1"},{"Key":"commentid","Value":"c1"},{"Key":"time","Value":"0001-01-01T00:00:00Z"},{"Key":"source","Value":"app"},{"Key":"type","Value":"x"}]"#,
        // A struct within a struct, as the platform's database keeps it.
        r#"{"commentid":"c1","socialeventdata":{"userid":"u1","time":"0001-01-01T00:00:00Z","commentid":"inner"},"source":"app","type":"x"}"#,
        r#"[{"Key":"commentid","Value":"c1"},{"Key":"socialeventdata","Value":[{"Key":"userid","Value":"u1"},{"Key":"commentid","Value":"inner"}]},{"Key":"source","Value":"app"},{"Key":"type","Value":"x"}]"#,
    ] {
        let json = read(data);
        let fields = Fields::of(&json);
        assert_eq!(fields.text("user_id").as_deref(), Some("u1"), "{data}");
        assert_eq!(fields.text("comment_id").as_deref(), Some("c1"), "the outer struct's field wins: {data}");
        assert_eq!(fields.text("source").as_deref(), Some("app"), "what the data says goes before the envelope: {data}");
        assert_eq!(fields.text("id").as_deref(), Some("evt_1"), "and the envelope's own is there: {data}");
        assert_eq!((fields.text("time"), fields.millis("time")), (None, None), "an unset time is no time: {data}");
        assert_eq!(fields.kind().as_deref(), Some("comment.created"), "{data}");
        assert_eq!(fields.stated(), Some(Millis(1_795_223_788_000)), "seconds: {data}");
    }
    for data in ["null", "7", "\"text\"", "[]", "{}", "[1,{\"Key\":\"a\"},{\"Key\":1,\"Value\":2}]"] {
        assert_eq!(Fields::of(&read(data)).iter().count(), 5, "nothing more to read in {data}");
    }
}

#[test]
fn an_envelope_without_its_time_has_its_datas() {
    let json =
        r#"{"event_type":"like.added","timestamp":"0001-01-01T00:00:00Z","event_data":{"userid":"u1","time":"2026-11-21T01:16:28.150Z"}}"#;
    assert_eq!(Fields::of(json).stated(), Some(Millis(1_795_223_788_150)));
    for json in
        [r#"{"event_type":"a","event_data":{"user_id":"u1"},"type":"b"}"#, r#"{"type":"b","event_type":"a","event_data":{"user_id":"u1"}}"#]
    {
        let fields = Fields::of(json);
        assert_eq!((fields.kind().as_deref(), fields.text("user_id")), (Some("b"), None), "with a type of its own it is no envelope");
    }
    let json = r#"{"type":"like.added","time":"2026-11-21T01:16:28.150Z","userid":"u1"}"#;
    let plain = Fields::of(json);
    assert_eq!((plain.stated(), plain.text("user_id")), (None, None), "outside an envelope names are what they are");
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".*", json in r#"[{}\[\]",:\\a-c瓷 0-9]{0,40}"#) {
        let envelope = format!(r#"{{"event_type":"x","event_data":{json}}}"#);
        for candidate in [&text, &json, &envelope] {
            for (key, token) in Fields::of(candidate).iter() {
                prop_assert!(candidate.contains(token), "{key}");
            }
        }
    }
}
