//! The language as people write it, and what it finds.

use watchdeck_events::{Catalogue, Channel, Event, Incoming, Millis, Payload, fold};
use watchdeck_filter::{Filter, NameTest, Refusal};

const NOW: Millis = Millis(1_795_223_788_150);

fn event() -> Event {
    let payload = r#"{"type":"inventory:change","timestamp":1795223788000,"action":"outbound","productId":"SKU-104","productName":"木纹砖","oldQuantity":12,"newQuantity":9,"changeAmount":-3,"operator":"张三","reason":"\u76d8\u70b9"}"#;
    let incoming = Incoming {
        channel: Channel::from("inventory"),
        offset: None,
        id: None,
        server_at: None,
        kind: None,
        payload: Payload::from_json(payload),
    };
    Catalogue::builtin().normalise(incoming, &"s".into(), NOW)
}

#[test]
fn the_example_of_the_guide_finds_its_event() {
    let text = r#"kind:inventory:* subject:SKU-104 newQuantity<10 actor:张三 severity>=info "盘点" after:2h -kind:system:*"#;
    assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "escaped characters are found too");
}

#[test]
fn each_term_can_turn_an_event_away() {
    for text in
        ["kind:order:*", "subject:SKU-105", "newQuantity<9", "actor:李四", "severity>=critical", "盘库", "before:2h", "-木纹", "missing>3"]
    {
        assert!(!Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    for text in
        ["", "  ", "木纹", "newQuantity=9", "action:out*", "domain:inventory", "-kind:system:*", "after:2026-11-20", "changeAmount<=-3"]
    {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
}

#[test]
fn width_and_case_make_no_difference() {
    for text in ["ＳＫＵ－１０４", "sku-104", "kind:INVENTORY:*", "productName:木纹砖", "actor:张三", "reason:盘点", "productId:sku*"]
    {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
}

#[test]
fn the_sieve_lets_through_whatever_the_filter_keeps_and_stops_what_it_can() {
    let event = event();
    let passes = |text: &str| {
        let sieve = Filter::parse(text, NOW).unwrap().sieve();
        let named = |test: &Option<NameTest>, name: &str| test.as_ref().is_none_or(|test| test(name));
        named(&sieve.source, &event.source)
            && named(&sieve.channel, event.channel.as_str())
            && named(&sieve.kind, event.kind.as_str())
            && sieve.severities.is_none_or(|all| all & (1 << event.severity.code()) != 0)
            && sieve.from.is_none_or(|from| event.occurred_at >= from)
            && sieve.before.is_none_or(|before| event.occurred_at < before)
    };
    for text in [
        "kind:inventory:* -kind:system:*",
        "severity>=info",
        "-severity>=warning",
        "after:2h -before:3h",
        "-after:2030-01-01",
        "-木头 newQuantity<10",
    ] {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event) && passes(text), "{text}");
    }
    for text in [
        "kind:order:*",
        "-kind:inventory:*",
        "kind:inventory:* kind:order:*",
        "severity:critical",
        "before:2h",
        "-after:2h",
        "source:other",
        "channel:orders",
    ] {
        assert!(!Filter::parse(text, NOW).unwrap().keeps(&event) && !passes(text), "{text}");
    }
    let texts = Filter::parse(r#"盘点 productName:木纹* -"nothing" id:x domain:inventory"#, NOW).unwrap().sieve().texts;
    assert_eq!(texts, [["盘点"], ["木纹"], [""]], "only what must stand in the event");
}

#[test]
fn whatever_a_text_is_found_by_stands_in_the_sieve() {
    let event = event();
    let reason = "盘点";
    let own = [event.payload.as_str(), reason, event.kind.as_str(), event.actor.as_deref().unwrap(), event.subject.as_deref().unwrap()];
    // Words as they stand on the screen, too: whichever of them find the event.
    for text in [
        "木纹",
        "盘点",
        "张三",
        "inventory",
        "SKU-104",
        "出库",
        "outbound",
        "库存出库",
        "Stock out",
        "Inventory change",
        "actor:张*",
        "reason:盘点",
    ] {
        let filter = Filter::parse(text, NOW).unwrap();
        let stands = |part: &String| own.iter().any(|own| fold(own).contains(part.as_str()));
        assert!(!filter.keeps(&event) || filter.sieve().texts.iter().all(|any| any.iter().any(stands)), "{text}");
    }
}

#[test]
fn a_bad_filter_is_marked_at_its_token() {
    let marked = |text: &str| Filter::parse(text, NOW).unwrap_err().at;
    assert_eq!(marked("木纹 severity>=loud"), Some((3, 17)), "in the units in which a browser counts");
    assert_eq!(marked("newQuantity<ten"), Some((0, 15)));
    assert_eq!(marked("a \"open"), Some((2, 7)));
    assert_eq!(marked("after:soon"), Some((0, 10)));
    assert_eq!(marked("kind:"), Some((0, 5)));
}

#[test]
fn what_a_chinese_keyboard_types_is_understood() {
    for text in [
        "operator：张三",
        "kind：inventory:change",
        "newQuantity＜１０",
        "newQuantity < 10",
        "newQuantity<= 9",
        "newQuantity ≥9",
        "“木纹砖”",
        "after：2h　木纹",
        "－kind:system:*",
        "「木纹」 changeAmount=−3",
    ] {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    for text in ["newQuantity ＞ 9", "operator：李四", "－木纹"] {
        assert!(!Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    let marked = |text: &str| Filter::parse(text, NOW).unwrap_err().at;
    assert_eq!(marked("木纹 newQuantity ＜ ten"), Some((3, 20)), "marked where it stands, not where it would");
}

#[test]
fn width_case_and_composition_do_not_hide_a_text() {
    let named = |name: &str| {
        let payload = serde_json::json!({ "type": "data:change", "resource": "product", "action": "updated", "resourceId": "P-3", "resourceName": name });
        let incoming = Incoming {
            channel: Channel::from("products"),
            offset: None,
            id: None,
            server_at: Some(NOW),
            kind: None,
            payload: Payload::from_json(payload.to_string()),
        };
        Catalogue::builtin().normalise(incoming, &"s".into(), NOW)
    };
    let finds = |text: &str, name: &str| Filter::parse(text, NOW).unwrap().keeps(&named(name));
    assert!(finds("abc123", "ＡＢＣ１２３") && finds("ＡＢＣ", "abc123"));
    assert!(finds("café", "Cafe\u{301}") && finds("CAFE\u{301}", "café"));
    assert!(finds("resourceName:ｱｲ*", "アイス"), "half-width katakana");
    assert!(!finds("abd", "ＡＢＣ１２３"));
}

#[test]
fn the_words_on_the_screen_are_found_in_both_languages() {
    for text in ["库存出库", "出库", "Stock out", "stock OUT", "SKU-104", "inventory:change"] {
        let mut event = event();
        let payload = event.payload.as_str().replace("\\u76d8\\u70b9", "x");
        event.payload = Payload::from_json(payload);
        assert!(Filter::parse(&format!("\"{text}\""), NOW).unwrap().keeps(&event), "{text}");
    }
    assert!(!Filter::parse("已发货", NOW).unwrap().keeps(&event()));
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_marks_lie_inside(text in ".{0,80}") {
        if let Err(Refusal { at: Some((from, to)), .. }) = Filter::parse(&text, NOW) {
            assert!(from < to && to as usize <= text.encode_utf16().count());
        }
    }
}
