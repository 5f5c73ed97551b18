//! What people read, in both languages, usual and in the user's own words.

use super::*;
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};
use watchdeck_events::{Channel, Incoming, Payload};
use watchdeck_store::Stored;

fn set(words: Words) -> Set {
    let east = ("华东仓".to_owned(), Conventions::of("Asia/Shanghai", "CNY"));
    Set {
        words,
        allow_commands: false,
        sources: BTreeMap::from([("east".to_owned(), east)]),
        zone: jiff::tz::TimeZone::UTC,
        now: Millis(0),
    }
}

fn told(kind: &str, channel: &str, payload: &serde_json::Value) -> Occasion<'static> {
    let incoming = Incoming {
        channel: Channel::from(channel),
        offset: None,
        id: Some("e-1".into()),
        server_at: Some(Millis(1_795_223_788_000)),
        kind: Some(kind.into()),
        payload: Payload::from_json(payload.to_string()),
    };
    let event = Catalogue::builtin().normalise(incoming, &Arc::from("east"), Millis(1_795_223_788_000));
    Occasion { stored: Cow::Owned(Stored { seq: 7, offset: 0, event }), attempt: 1, replay: false, test: None }
}

fn alert(change: &str, severity: Severity) -> Occasion<'static> {
    let mut occasion = Occasion { test: None, ..Occasion::test(None, Millis(1_795_223_788_000)) };
    let stored = occasion.stored.to_mut();
    let payload =
        stored.event.payload.as_str().replace("\"fired\"", &format!("\"{change}\"")).replace("\"source\":\"\"", "\"source\":\"east\"");
    (stored.event.payload, stored.event.severity) = (Payload::from_json(payload.replace("\"count\":1", "\"count\":3")), severity);
    occasion
}

fn said(hook: &Hook, occasion: &Occasion<'_>, words: Words) -> Text {
    Text::of(hook, occasion, &set(words), str::to_owned)
}

#[test]
fn an_alert_is_told_with_what_follows_from_it_and_what_to_do() {
    let usual = Hook::default();
    let text = said(&usual, &alert("fired", Severity::Critical), Words::ENGLISH);
    assert_eq!(text.title, "[Critical] P-104 is low on stock");
    assert_eq!(
        text.text.lines().collect::<Vec<_>>(),
        [
            "3 on hand, threshold 10",
            "Consequence: Out of stock in about 6 hours",
            "What to do: Restock it, or move some from another warehouse",
            "华东仓 · 2026-11-21 01:16:28 +00:00 · 3 times",
        ]
    );
    let text = said(&usual, &alert("fired", Severity::Warning), Words::CHINESE);
    assert_eq!(text.title, "【警告】P-104 库存不足");
    assert!(text.text.starts_with("现有 3，阈值 10\n后果：约 6 小时后缺货\n处理：补货，或从其他仓库调拨\n华东仓 · "), "{}", text.text);
    assert!(text.text.ends_with("共 3 次"), "{}", text.text);
}

#[test]
fn what_became_of_an_alert_is_said_first() {
    for (change, zh, en) in [
        ("resolved", "【警告 · 已恢复】P-104 库存不足", "[Warning · resolved] P-104 is low on stock"),
        ("escalated", "【警告 · 升级】P-104 库存不足", "[Warning · escalated] P-104 is low on stock"),
        ("reminded", "【警告 · 仍未处理】P-104 库存不足", "[Warning · still open] P-104 is low on stock"),
        ("of-a-later-version", "【警告】P-104 库存不足", "[Warning] P-104 is low on stock"),
    ] {
        let occasion = alert(change, Severity::Warning);
        assert_eq!(said(&Hook::default(), &occasion, Words::CHINESE).title, zh);
        assert_eq!(said(&Hook::default(), &occasion, Words::ENGLISH).title, en);
    }
}

#[test]
fn any_other_event_is_told_as_the_window_tells_it() {
    let stock = serde_json::json!({ "type": "inventory:change", "action": "adjust", "productId": "P-1", "productName": "木纹砖", "oldQuantity": 10,
        "newQuantity": 8, "changeAmount": -2, "operator": "张三" });
    let text = said(&Hook::default(), &told("inventory:change", "inventory", &stock), Words::ENGLISH);
    assert!(text.title.ends_with(": 木纹砖"), "{}", text.title);
    assert!(text.text.contains("10 → 8 (-2)") && text.text.contains("华东仓 · 2026-11-21") && text.text.contains("张三"), "{}", text.text);
    let unknown = said(&Hook::default(), &told("depot.opened", "depots", &serde_json::json!({ "name": "North" })), Words::CHINESE);
    assert_eq!(unknown.title, "depot.opened：North", "a kind that nobody knows is told all the same");
}

#[test]
fn own_words_take_what_the_event_says_and_nothing_that_is_masked() {
    let paid =
        serde_json::json!({ "type": "finance:record", "bankAccount": "6222021234567890123", "party": "宏远\n建材", "amount": "12.50" });
    let hook = Hook {
        subject: "{party}: {amount} {nothing}".into(),
        text: "{kind} #{seq} {bankAccount} at {source}\n{ id } {unclosed".into(),
        ..Hook::default()
    };
    let text = said(&hook, &told("finance:record", "finance", &paid), Words::ENGLISH);
    assert_eq!(text.title, "宏远 建材: 12.50", "a first line is one line");
    assert!(text.text.starts_with("finance:record #7 •••• 0123 at 华东仓\ne-1 {unclosed"), "{}", text.text);
    assert!(!format!("{text:?}").contains("6222"));
}

#[test]
fn a_test_says_so() {
    let occasion = Occasion::test(None, Millis(0));
    assert!(said(&Hook::default(), &occasion, Words::CHINESE).title.starts_with("【测试】【警告】"));
    assert!(said(&Hook { subject: "x".into(), ..Hook::default() }, &occasion, Words::ENGLISH).title == "[Test] x");
}
