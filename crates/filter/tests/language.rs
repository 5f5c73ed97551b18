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
        "Stock out 木纹",
        "李四 OR 出库",
        "action:出库",
        "信息",
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

#[test]
fn an_or_joins_its_neighbours_and_brackets_are_one_term() {
    for text in [
        "李四 OR 张三",
        "张三 OR 李四",
        "kind:order:* OR kind:inventory:*",
        "（李四 OR 张三） 木纹",
        "木纹 李四 OR 张三 OR 王五",
        "(李四 张三) OR (木纹 SKU-104)",
        "-(李四 OR 王五)",
        "-(木纹 李四)",
        "张三 AND 木纹",
        "“木纹砖” OR nothing",
        "Stock in OR Stock out",
        "\"OR\" OR 木纹",
    ] {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    for text in ["李四 OR 王五", "张三 李四 OR 王五", "-(李四 OR 张三)", "(木纹 OR 李四) 王五", "kind:order:* OR kind:system:*"]
    {
        assert!(!Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    let marked = |text: &str| Filter::parse(text, NOW).unwrap_err().at;
    assert_eq!(marked("张三 OR"), Some((3, 5)));
    assert_eq!(marked("OR 张三"), Some((0, 2)));
    assert_eq!(marked("a （张三 OR"), Some((6, 8)));
    assert_eq!(marked("a （张三"), Some((2, 3)));
    assert_eq!(marked("()"), Some((1, 2)));
    assert_eq!(marked(&"(".repeat(1_000)), Some((8, 9)), "deep enough to exhaust a stack");
}

#[test]
fn what_an_or_joins_is_passed_over_only_where_none_of_it_can_be() {
    let texts = |text: &str| Filter::parse(text, NOW).unwrap().sieve().texts;
    assert_eq!(texts("qxa OR qxbc"), [["qxa", "qxbc"]]);
    assert_eq!(texts("(qx qxlonger) OR qxb"), [["qxlonger", "qxb"]], "one of each is enough");
    assert!(texts("qxa OR -qxb").is_empty() && texts("-(qxa OR qxb)").is_empty());
    let sieve = |text: &str| Filter::parse(text, NOW).unwrap().sieve();
    let kind = sieve("kind:order:* OR kind:inventory:*").kind.unwrap();
    assert!(kind("order:status") && kind("inventory:change") && !kind("finance:payment"));
    assert!(sieve("kind:order:* OR SKU-104").kind.is_none());
    assert_eq!(sieve("severity:critical OR severity:info").severities, Some(0b1001));
    assert_eq!(sieve("after:2h OR after:1h").from, Some(NOW.plus(-7_200_000)));
}

#[test]
fn commas_part_the_words_of_a_list() {
    for text in ["木纹，张三", "木纹、张三", "木纹, 张三", "张三，", "SKU-104、出库", "、木纹"] {
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
    }
    assert!(!Filter::parse("木纹、李四", NOW).unwrap().keeps(&event()));
    assert!(!Filter::parse("1,2", NOW).unwrap().keeps(&event()), "the digits of a number stay together");
}

/// An event of the ERP with these fields.
fn told(kind: &str, fields: &str) -> Event {
    let channel = match kind.split(':').next() {
        Some("inventory") => "inventory",
        Some("order") => "orders",
        Some("approval") => "approvals",
        Some("finance") => "finance",
        Some("data") => "products",
        _ => "user:7:notifications",
    };
    let payload = format!(r#"{{"type":"{kind}","timestamp":1795223788000,{fields}"x":1}}"#);
    let payload = Payload::from_json(payload.as_str());
    Catalogue::builtin().normalise(
        Incoming { channel: Channel::from(channel), offset: None, id: None, server_at: None, kind: None, payload },
        &"s".into(),
        NOW,
    )
}

/// Every event that has a title of its own, with its key in the window's catalogues.
fn titled() -> Vec<(String, Event)> {
    let catalogue = include_str!("../../../ui/src/text/en/words.ts");
    let keys = |group: &str| -> Vec<String> {
        let start = catalogue.find(&format!("  {group}: {{")).unwrap();
        let body = &catalogue[start..start + catalogue[start..].find('}').unwrap()];
        body.lines().filter_map(|line| Some(line.trim().strip_prefix('"')?.split_once('"')?.0.to_owned())).collect()
    };
    let money = keys("money").into_iter().map(|key| {
        let (record, action) = key.split_once('/').unwrap();
        let kind = if record == "refund" { "finance:refund" } else { "finance:payment" };
        (key.clone(), told(kind, &format!(r#""action":"{action}","recordType":"{record}","recordId":"7","#)))
    });
    let others = keys("kindAction").into_iter().map(|key| {
        let mut parts = key.split('/');
        let (kind, action, resource) = (parts.next().unwrap(), parts.next().unwrap(), parts.next());
        let field = match kind.split(':').next().unwrap() {
            "order" => "orderType",
            "approval" => "resourceType",
            "notification" => "notificationType",
            _ => "action",
        };
        let resource = resource.map(|resource| format!(r#""resource":"{resource}","#)).unwrap_or_default();
        (key.clone(), told(kind, &format!(r#""{field}":"{action}",{resource}"#)))
    });
    money.chain(others).collect()
}

/// The titles of a catalogue, by key.
fn titles(catalogue: &str) -> std::collections::HashMap<String, String> {
    let entries = catalogue.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")?.split_once("\": \""));
    entries.map(|(key, title)| (key.to_owned(), title.to_owned())).collect()
}

#[test]
fn a_title_that_is_typed_finds_the_rows_that_wear_it_and_no_others() {
    let (zh, en) = (titles(include_str!("../../../ui/src/text/zh/words.ts")), titles(include_str!("../../../ui/src/text/en/words.ts")));
    let all = titled();
    assert!(all.len() > 60, "{}", all.len());
    for (key, own) in &all {
        for typed in [&zh[key], &en[key]] {
            let filter = Filter::parse(typed, NOW).unwrap();
            assert!(filter.keeps(own) && may_pass(&filter, own), "{typed} does not find {key}");
            for (other, event) in &all {
                let [typed, zh, en] = [typed, &zh[other], &en[other]].map(|text| text.to_lowercase());
                let worn = zh.contains(&typed) || en.contains(&typed);
                let stands =
                    typed.split(' ').all(|word| event.payload.as_str().to_lowercase().contains(word) || event.kind.as_str().contains(word));
                assert_eq!(filter.keeps(event), worn || stands || is_kind(&typed, event), "{typed} and {other}, which reads {zh} and {en}");
            }
        }
    }
}

/// Whether a store would read the event at all.
fn may_pass(filter: &Filter, event: &Event) -> bool {
    let own = [
        event.payload.as_str(),
        event.kind.as_str(),
        event.actor.as_deref().unwrap_or_default(),
        event.subject.as_deref().unwrap_or_default(),
    ];
    let stands = |part: &String| own.iter().any(|own| fold(own).contains(part.as_str()));
    let sieve = filter.sieve();
    sieve.texts.iter().all(|any| any.iter().any(stands)) && sieve.kind.is_none_or(|test| test(event.kind.as_str()))
}

/// Whether a text stands in the title of the event's kind, or in the word for where a request stands.
fn is_kind(typed: &str, event: &Event) -> bool {
    let title = &Catalogue::builtin().get(&event.kind, &event.channel).unwrap().title;
    [&title.zh, &title.en].iter().any(|title| title.to_lowercase().contains(typed))
}

#[test]
fn statuses_are_found_in_both_languages_however_they_were_written() {
    let step =
        |status: &str| told("order:status", &format!(r#""orderType":"sales","orderId":"7","oldStatus":"x","newStatus":"{status}","#));
    let finds = |text: &str, event: &Event| Filter::parse(text, NOW).unwrap().keeps(event);
    for (status, texts) in [
        ("paid", ["Paid", "已付款", "status:paid", "status:已付款", "newStatus:Paid"]),
        ("已付款", ["Paid", "已付款", "status:paid", "status:已付款", "newStatus:Paid"]),
        ("in_transit", ["In transit", "在途", "status:in_transit", "status:在途", "status:\"In transit\""]),
        ("approved", ["Approved", "已批准", "status:approved", "status:已批准", "status:批准 OR status:*批准"]),
    ] {
        for text in texts {
            assert!(finds(text, &step(status)) && may_pass(&Filter::parse(text, NOW).unwrap(), &step(status)), "{text} {status}");
            assert!(!finds(text, &step("draft")), "{text}");
        }
    }
    let asked = told("approval:request", r#""resourceType":"return","resourceId":"7","#);
    let approved = told("approval:approved", r#""resourceType":"return","resourceId":"7","#);
    assert!(finds("退货", &asked) && finds("待审批", &asked) && finds("已批准", &approved) && !finds("已批准", &asked));
    assert!(finds("kind:审批申请", &asked) && !finds("kind:审批申请", &approved) && finds("-kind:审批通过", &asked));
    assert!(finds("severity:警告", &asked) && finds("警告", &asked) && !finds("严重", &asked));
    let written = told("inventory:change", r#""action":"STOCK-OUT","productId":"P-1","newQuantity":1,"#);
    assert!(finds("出库", &written) && finds("库存出库", &written) && !finds("入库", &written), "in whatever spelling");
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_marks_lie_inside(text in ".{0,80}") {
        if let Err(Refusal { at: Some((from, to)), .. }) = Filter::parse(&text, NOW) {
            assert!(from < to && to as usize <= text.encode_utf16().count());
        }
    }
}
