//! What a pack masks is not shown, in whatever spelling it came; everything else stays byte for byte.

use proptest::prelude::*;
use std::borrow::Cow;
use watchdeck_events::{Catalogue, Conventions, Event, Incoming, Millis, Payload};

fn receive_by(catalogue: &Catalogue, channel: &str, json: &str) -> Event {
    let payload = Payload::from_json(json);
    let incoming = Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: None, payload };
    catalogue.normalise(incoming, &"s".into(), Millis(1_795_223_788_150))
}

fn receive(channel: &str, json: &str) -> Event {
    receive_by(Catalogue::builtin(), channel, json)
}

fn masked(json: &str) -> String {
    Catalogue::builtin().masked(&receive("events", json)).into_owned()
}

#[test]
fn a_bank_account_keeps_its_last_four_digits_in_each_shape() {
    let cases = [
        (
            r#"{"event_type":"withdrawal.created", "event_data":{"amount":1280.50,"bank_account":"6222020200112233445","account_name":"林晓","bank_name":null}}"#,
            r#"{"event_type":"withdrawal.created", "event_data":{"amount":1280.50,"bank_account":"•••• 3445","account_name":"••••","bank_name":null}}"#,
        ),
        (
            r#"{"event_type":"withdrawal.created","event_data":{ "bankaccount" : "6222020200112233445", "bankname":"中国工商银行股份有限公司" }}"#,
            r#"{"event_type":"withdrawal.created","event_data":{ "bankaccount" : "•••• 3445", "bankname":"•••• 有限公司" }}"#,
        ),
        (
            r#"{"event_type":"withdrawal.created","event_data":[{"Key":"bankaccount","Value":"6222020200112233445"},{"Value":"林晓","Key":"accountname"},{"Key":"status","Value":"ok"}]}"#,
            r#"{"event_type":"withdrawal.created","event_data":[{"Key":"bankaccount","Value":"•••• 3445"},{"Value":"••••","Key":"accountname"},{"Key":"status","Value":"ok"}]}"#,
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(masked(json), expected);
    }
}

#[test]
fn nothing_else_changes_and_nothing_is_copied_for_nothing() {
    let json = "{ \"type\" : \"inventory:change\",\n\t\"productId\":\"p1\" , \"oldQuantity\":1.0, \"newQuantity\":2 }";
    let event = receive("inventory", json);
    assert!(matches!(Catalogue::builtin().masked(&event), Cow::Borrowed(same) if same == json));
}

#[test]
fn what_could_hold_a_secret_is_hidden_whole() {
    assert_eq!(
        masked(r#"{"type":"withdrawal.created","bank_account":6222020200112233}"#),
        r#"{"type":"withdrawal.created","bank_account":"••••"}"#
    );
    assert_eq!(
        masked(r#"{"type":"withdrawal.created","bank_account":{"no":"6222"}}"#),
        r#"{"type":"withdrawal.created","bank_account":"••••"}"#
    );
    assert_eq!(
        masked(r#"{"type":"withdrawal.created","bank_account":"1","bank_account":"12345678"}"#),
        r#"{"type":"withdrawal.created","bank_account":"••••","bank_account":"•••• 5678"}"#,
        "each of a repeated key"
    );
    assert_eq!(
        masked(r#"{"type":"withdrawal.created","bank\u005faccount":"123\n45\"678"}"#),
        r#"{"type":"withdrawal.created","bank\u005faccount":"•••• \"678"}"#,
        "escapes hide nothing and break nothing"
    );
    assert_eq!(
        masked(r#"{"type":"user.updated","metadata":{"before":[{"email":"a@b.example"}]},"time":1}"#),
        r#"{"type":"user.updated","metadata":{"before":[{"email":"•••• mple"}]},"time":1}"#,
        "at any depth"
    );
    let deep = format!(r#"{{"type":"x","a":{}{{"email":"a@b.example"}}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert!(!masked(&deep).contains("b.example"), "deeper than anybody walks");
    assert!(!masked(r#"{"type":"x","email":"a@b.example","\ud800":1}"#).contains("b.example"), "what cannot be walked cannot be shown");
}

#[test]
fn kinds_that_no_pack_names_hide_what_is_always_hidden() {
    assert_eq!(
        masked(r#"{"type":"withdrawal.paused","BankAccount":"6222020200112233445","n":1}"#),
        r#"{"type":"withdrawal.paused","BankAccount":"•••• 3445","n":1}"#
    );
    let row =
        Catalogue::builtin().row(&receive("events", r#"{"type":"wallet.linked","accountName":"林晓晓晓晓晓晓晓"}"#), Conventions::plain());
    assert_eq!(
        row.label, r#"{"type":"wallet.linked","accountName":"•••• 晓晓晓晓"}"#,
        "a row that shows the whole payload shows it masked"
    );
}

#[test]
fn rows_never_show_what_is_masked() {
    let event = receive(
        "events",
        r#"{"event_type":"withdrawal.created","event_data":{"withdrawalid":"wd1","userid":"u1","amount":5,"bankaccount":"6222020200112233445"}}"#,
    );
    let row = Catalogue::builtin().row(&event, Conventions::plain());
    assert_eq!((row.label.as_str(), row.detail.as_deref(), row.amount.as_deref()), ("wd1", Some("•••• 3445"), Some("5")));
}

#[test]
fn a_users_pack_masks_too() {
    let mut catalogue = Catalogue::builtin().clone();
    let pack = r#"
        [[kind]]
        kind = "salary:paid"
        title = { zh = "发薪", en = "Salary" }
        domain = "finance"
        channels = ["hr"]
        fields = [{ name = "person" }, { name = "netPay", type = "money", mask = true }, { name = "email" }]
        subject = ["person:{person}"]
        row = { label = ["person"], amount = ["netPay"] }

        [fallback]
        actor = ["nickname", "by"]
        mask = ["nickname"]
    "#;
    catalogue.add_pack(pack).unwrap();
    let event = receive_by(&catalogue, "hr", r#"{"type":"salary:paid","person":"p1","netPay":12000,"email":"a@b.example"}"#);
    assert_eq!(
        catalogue.masked(&event),
        r#"{"type":"salary:paid","person":"p1","netPay":"••••","email":"a@b.example"}"#,
        "a pack may also show what is hidden elsewhere"
    );
    assert_eq!(catalogue.row(&event, Conventions::plain()).amount, None, "no part of a masked number");
    let event = receive_by(&catalogue, "elsewhere", r#"{"type":"x","nickname":"secretname","by":"u1","password":"hunter22"}"#);
    assert_eq!(event.actor.as_deref(), Some("u1"), "an actor is shown, so a masked one is passed over");
    assert_eq!(catalogue.masked(&event), r#"{"type":"x","nickname":"•••• name","by":"u1","password":"•••• er22"}"#, "our own masks stay");
    for (from, to) in [("person:{person}", "pay:{netPay}"), ("row =", "actor = [\"netPay\"]\n        row =")] {
        let error = catalogue.add_pack(&pack.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains("`netPay` is masked and must not be shown here"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_payload_is_masked_without_harm(
        before in r#"[a-z_]{1,8}"#, secret in "[0-9A-Z]{12,30}", text in ".{0,20}", junk in r#"[{}\[\]",:\\a-c 0-9]{0,40}"#, shape in 0..3_usize,
    ) {
        let text = serde_json::to_string(&text).unwrap();
        let data = match shape {
            0 => format!(r#"{{"{before}":{text},"bank_account":"{secret}","z":{text}}}"#),
            1 => format!(r#"{{"bankaccount":"{secret}","{before}":[{text}]}}"#),
            _ => format!(r#"[{{"Key":"a","Value":{text}}},{{"Key":"bankaccount","Value":"{secret}"}}]"#),
        };
        let json = format!(r#"{{"event_type":"withdrawal.created","event_data":{data}}}"#);
        let shown = masked(&json);
        prop_assert!(!shown.contains(&secret));
        prop_assert_eq!(shown.replace(&format!("•••• {}", &secret[secret.len() - 4..]), &secret), json, "nothing else moved");
        let broken = receive("events", &junk);
        let shown = Catalogue::builtin().masked(&broken);
        prop_assert!(shown == junk || shown.contains("••••"));
    }
}
