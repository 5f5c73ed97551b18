use super::*;

fn page(text: &str) -> Result<(Vec<String>, Option<String>), HistoryError> {
    let page = Page::read(text.as_bytes())?;
    Ok((page.items.iter().map(|item| item.get().to_owned()).collect(), page.next.map(Cow::into_owned)))
}

fn event(dialect: Dialect, asked: Option<&str>, by_channel: bool, json: &str) -> String {
    let element: &RawValue = serde_json::from_str(json).unwrap();
    let Incoming { channel, id, server_at, kind, payload, .. } =
        Reader { dialect, asked: asked.map(Channel::from), by_channel }.event(element);
    let text = |text: Option<Box<str>>| text.map_or("-".into(), String::from);
    format!("{channel} {} {} {} {}", text(kind), text(id), server_at.map_or(0, |at| at.0), payload.as_str())
}

#[test]
fn every_shape_of_an_answer_is_a_list() {
    for text in [
        "[1,2]",
        " \n[1,2]",
        r#"{"events":[1,2]}"#,
        r#"{"items":[1,2],"total":2}"#,
        r#"{"data":[1,2]}"#,
        r#"{"messages":[1,2],"next":null}"#,
        r#"{"code":0,"data":{"items":[1,2]}}"#,
        r#"{"events":null,"data":[1,2]}"#,
    ] {
        assert_eq!(page(text).unwrap(), (vec!["1".to_owned(), "2".to_owned()], None), "{text}");
    }
    assert_eq!((page("").unwrap(), page("[]").unwrap()), ((vec![], None), (vec![], None)));
}

#[test]
fn the_next_page_is_found_under_every_name() {
    for text in [
        r#"{"events":[],"next":"c"}"#,
        r#"{"events":[],"nextCursor":"c"}"#,
        r#"{"events":[],"next_cursor":"c"}"#,
        r#"{"data":{"events":[],"next":"c"}}"#,
        r#"{"data":{"events":[]},"next":"c"}"#,
        r#"{"events":[],"next":null,"nextCursor":"c"}"#,
    ] {
        assert_eq!(page(text).unwrap().1.as_deref(), Some("c"), "{text}");
    }
    assert_eq!(page(r#"{"events":[],"next":7}"#).unwrap().1.as_deref(), Some("7"));
    assert_eq!(page(r#"{"events":[],"next":""}"#).unwrap().1, None);
    assert_eq!(page(r#"{"events":[],"next":false}"#).unwrap().1, None);
}

#[test]
fn an_answer_without_a_list_is_an_error_and_not_an_empty_history() {
    for text in ["{}", "null", "7", "<html>", r#"{"error":"no"}"#, r#"{"events":"x"}"#, r#"{"data":{"data":{"data":[1]}}}"#, "[1,", "\u{1}"]
    {
        assert!(matches!(page(text), Err(HistoryError::Shape(_))), "{text}");
    }
    assert!(matches!(Page::read(b"[\"\xff\"]"), Err(HistoryError::Shape(_))));
}

#[test]
fn an_element_is_read_as_the_live_event_would_be() {
    let frame = r#"{"channel":"orders","data":{"type":"order:status", "n":1},"ts":1795223788150}"#;
    assert_eq!(event(Dialect::ERP, Some("inventory"), true, frame), r#"orders - - 1795223788150 {"type":"order:status", "n":1}"#);
    let topic = r#"{"id":"a1","topic":"venue_notice","type":"event","payload":"闭馆","timestamp":1795223788150,"seq":4}"#;
    assert_eq!(event(Dialect::SOCKET_IO, None, false, topic), r#"venue_notice venue_notice a1 1795223788150 "闭馆""#);
    let stored = r#"{"id":"evt_1","event_type":"like.added","event_data":{"userid":"u"},"timestamp":"2026-11-21T00:00:00Z"}"#;
    assert_eq!(event(Dialect::HUB, None, false, stored), format!("events like.added evt_1 1795219200000 {stored}"));
    let message = r#"{"type":"new_message","data":{"x":1},"timestamp":1795219200}"#;
    assert_eq!(event(Dialect::HUB, None, false, message), r#"messages new_message - 1795219200000 {"x":1}"#);
    let packed = format!(r#"{{"type":"event","data":{stored},"timestamp":1795219201}}"#);
    assert_eq!(event(Dialect::HUB, None, false, &packed), format!("events like.added evt_1 1795219201000 {stored}"));
}

#[test]
fn a_bare_event_belongs_where_it_was_asked_for_or_where_its_kind_does() {
    let bare = r#"{"type":"order:status","id":"7"}"#;
    let of = |asked, by_channel| event(Dialect::ERP, asked, by_channel, bare).split(' ').next().unwrap().to_owned();
    assert_eq!(of(Some("finance"), true), "finance", "the endpoint answers for one channel");
    assert_eq!((of(Some("finance"), false), of(None, false)), ("orders".into(), "orders".into()), "the catalogue knows the kind");
    for odd in [r#"{"type":"weather"}"#, r#""a word""#, "7", "null", r#"[1]"#, r#"{"channel":7.5e3}"#, r#"["orders","t",{"x":1}]"#] {
        assert!(event(Dialect::ERP, None, false, odd).starts_with("history "), "nothing is left out: {odd}");
        assert!(event(Dialect::ERP, Some("system"), false, odd).ends_with(odd), "{odd}");
    }
}
