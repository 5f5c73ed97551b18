//! The language as people write it, and what it finds.

use watchdeck_events::{Catalogue, Channel, Event, Incoming, Millis, Payload};
use watchdeck_filter::{Filter, Name, Plan, Refusal, Verdict};

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
fn a_value_may_be_a_list_a_range_or_deep_inside() {
    let mut event = event();
    let payload = event.payload.as_str().trim_end_matches('}').to_owned()
        + r#","customer":{"name":"王五","level":3},"items":[{"sku":"A-1","count":2},{"sku":"B-2","count":40}],"tags":["新","急"],"a.b":"dotted"}"#;
    event.payload = Payload::from_json(payload);
    let keeps = |text: &str| Filter::parse(text, NOW).unwrap().keeps(&event);
    for text in [
        "action:inbound,outbound",
        "action:入库、出库",
        "action：入库，出库",
        "severity:info,critical",
        "newQuantity:9..12",
        "newQuantity:..9",
        "newQuantity:9..",
        "changeAmount:-5..-1",
        "time:2026-11-20..2026-11-21",
        "time:2026-11-21",
        "time:2h..",
        "customer.name:王*",
        "customer.level>=3",
        "items.sku:B-2",
        "items.count>30",
        "items.0.sku:A-1",
        "items.1.count:40..50",
        "tags.1:急",
        "a.b:dotted",
        "-items.sku:C-3",
        "kind:order:*,inventory:*",
    ] {
        assert!(keeps(text), "{text}");
    }
    for text in [
        "action:inbound,adjust",
        "severity:warning,critical",
        "newQuantity:10..12",
        "newQuantity:..8",
        "time:..2026-11-20",
        "time:2026-11-22..",
        "customer.name:张三",
        "customer.level>3",
        "items.sku:C-3",
        "items.2.sku:A-1",
        "tags.0:急",
        "customer:nothing",
        "action:\"inbound,outbound\"",
    ] {
        assert!(!keeps(text), "{text}");
    }
    assert_eq!(Filter::parse("time:soon..", NOW).unwrap_err().at, Some((0, 11)));
    assert!(!keeps("reason:1..2") && !keeps("x:..") && !keeps("amount:1,024"), "what is no range and no list is a text");
}

#[test]
fn what_is_known_beforehand_never_contradicts_the_event() {
    let event = event();
    for text in [
        "木纹",
        "盘点",
        "出库",
        "库存出库",
        "Stock out",
        "Stock out 木纹",
        "李四 OR 出库",
        "action:出库",
        "信息",
        "actor:张*",
        "kind:order:*",
        "-kind:inventory:*",
        "severity:critical OR newQuantity<10",
        "-(severity:info 盘点)",
        "before:2h",
        "-after:2h",
        "time:2h..1h OR source:s",
    ] {
        let filter = Filter::parse(text, NOW).unwrap();
        // Whoever knows a part of it only.
        let judged = filter.plan().judge(&mut |leaf| match leaf {
            Plan::Is(Name::Kind, pattern) => pattern.matches(event.kind.as_str()).into(),
            Plan::Is(Name::Source, pattern) => pattern.matches(&event.source).into(),
            Plan::Severity(severities) => severities.has(event.severity).into(),
            Plan::Occurred { .. } => leaf.holds(&event).into(),
            Plan::Text(text) => text.shown_by(&event.kind, event.severity).max(Verdict::Maybe),
            _ => Verdict::Maybe,
        });
        let keeps = filter.keeps(&event);
        assert!(judged == Verdict::Maybe || judged == Verdict::from(keeps), "{text}: {judged:?} and {keeps}");
        let (from, before) = filter.plan().times();
        let within = from.is_none_or(|from| event.occurred_at >= from) && before.is_none_or(|before| event.occurred_at < before);
        assert!(within || !keeps, "{text}");
    }
    let times = |text: &str| Filter::parse(text, NOW).unwrap().plan().times();
    assert_eq!(times("after:2h OR after:1h").0, Some(NOW.plus(-7_200_000)));
    assert_eq!(times("after:2h 木纹 -after:1h"), (Some(NOW.plus(-7_200_000)), Some(NOW.plus(-3_600_000))));
    assert_eq!(times("after:2h OR 木纹"), (None, None));
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
            assert!(filter.keeps(own), "{typed} does not find {key}");
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
            assert!(finds(text, &step(status)), "{text} {status}");
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

#[test]
fn two_characters_and_a_short_word_find_what_says_them_and_nothing_else() {
    let keeps = |text: &str| Filter::parse(text, NOW).unwrap().keeps(&event());
    for text in ["木纹", "盘点", "出库"] {
        assert!(keeps(text), "{text}");
    }
    for text in ["纹木", "点盘", "木点", "瓷片", "zq", "z", "\"of\""] {
        assert!(!keeps(text), "{text}");
    }
}
