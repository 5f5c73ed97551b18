use super::*;
use crate::event::Payload;
use crate::{Conventions, Event, Incoming, Kind, Millis, Severity, identity::Doubles};
use proptest::prelude::*;

fn event(channel: &str, json: &str) -> Event {
    let incoming = Incoming {
        channel: channel.into(),
        offset: None,
        id: None,
        server_at: Some(Millis(1_795_223_788_160)),
        kind: None,
        payload: Payload::from_json(json),
    };
    Catalogue::builtin().normalise(incoming, &"test".into(), Millis(1_795_223_788_200))
}

#[test]
fn a_known_kind_without_its_own_fields_still_reads_as_words() {
    let label = |kind: &str, channel: &str, json: &str| {
        let incoming = Incoming {
            channel: channel.into(),
            offset: None,
            id: None,
            server_at: None,
            kind: Some(kind.into()),
            payload: Payload::from_json(json),
        };
        let catalogue = Catalogue::builtin();
        catalogue.row(&catalogue.normalise(incoming, &"s".into(), Millis(0)), Conventions::plain()).label
    };
    assert_eq!(label("new_message", "messages", r#"{"from":"u-3","text":"稿件已收到"}"#), "稿件已收到");
    assert_eq!(label("like.added", "events", r#"{"event_type":"like.added","event_data":[{"Key":"userid","Value":"u-3"}]}"#), "u-3");
}

#[test]
fn every_kind_of_the_erp_is_known_in_both_languages() {
    let known = [
        ("notification", "user:7:notifications", Domain::Notification),
        ("inventory:change", "inventory", Domain::Inventory),
        ("order:status", "orders", Domain::Orders),
        ("approval:request", "approvals", Domain::Approvals),
        ("approval:approved", "approvals", Domain::Approvals),
        ("approval:rejected", "approvals", Domain::Approvals),
        ("finance:payment", "finance", Domain::Finance),
        ("finance:refund", "finance", Domain::Finance),
        ("finance:overdue", "finance", Domain::Finance),
        ("data:change", "products", Domain::Data),
        ("data:change", "customers", Domain::Data),
        ("data:change", "suppliers", Domain::Data),
        ("system:maintenance", "system", Domain::System),
        ("system:update", "system", Domain::System),
        ("system:alert", "broadcast", Domain::System),
        ("adjust", "inventory", Domain::Inventory),
        ("outbound", "inventory", Domain::Inventory),
        ("inbound", "inventory", Domain::Inventory),
        ("created", "customers", Domain::Data),
        ("data:update", "data.products", Domain::Data),
        ("watchdeck:gap", "orders", Domain::Watchdeck),
    ];
    for (kind, channel, domain) in known {
        let info = Catalogue::builtin().get(&kind.into(), &channel.into()).unwrap_or_else(|| panic!("{kind} on {channel}"));
        assert_eq!(info.domain, domain, "{kind} on {channel}");
        assert!(!info.title.zh.is_ascii(), "{kind} needs a Chinese title");
        assert!(info.title.en.is_ascii(), "{kind} needs an English title");
    }
}

#[test]
fn a_stock_change_is_read_whole() {
    let json = r#"{"type":"inventory:change","timestamp":1795223788150,"action":"outbound","productId":"p104","productName":"马可波罗瓷砖 800×800","oldQuantity":120,"newQuantity":108,"changeAmount":-12,"operator":"王芳","userId":"u3"}"#;
    let event = event("inventory", json);
    assert_eq!(event.kind.as_str(), "inventory:change");
    assert_eq!(event.occurred_at, Millis(1_795_223_788_150));
    assert_eq!(event.subject.as_deref(), Some("product:p104"));
    assert_eq!(event.actor.as_deref(), Some("王芳"), "a name reads better than a user's id");
    assert_eq!(event.severity, Severity::Info);
    assert_eq!(event.payload.as_str(), json);
    let row = Catalogue::builtin().row(&event, Conventions::plain());
    assert_eq!(row.label, "马可波罗瓷砖 800×800");
    assert_eq!((row.old.as_deref(), row.new.as_deref(), row.change.as_deref()), (Some("120"), Some("108"), Some("-12")));
}

#[test]
fn severity_follows_the_packs_rules() {
    let cases = [
        ("system", r#"{"type":"system:alert","level":"critical","message":"m"}"#, Severity::Critical),
        ("system", r#"{"type":"system:alert","level":"info","message":"m"}"#, Severity::Info),
        ("finance", r#"{"type":"finance:overdue"}"#, Severity::Warning),
        ("finance", r#"{"type":"finance:payment","action":"confirmed"}"#, Severity::Success),
        ("finance", r#"{"type":"finance:payment","action":"created"}"#, Severity::Info),
        ("approvals", r#"{"type":"approval:request"}"#, Severity::Warning),
        ("approvals", r#"{"type":"approval:approved"}"#, Severity::Success),
        ("approvals", r#"{"type":"approval:rejected"}"#, Severity::Warning),
        ("user:1:notifications", r#"{"type":"notification","notificationType":"error"}"#, Severity::Warning),
        ("elsewhere", r#"{"type":"fire","level":"critical"}"#, Severity::Critical),
    ];
    for (channel, json, severity) in cases {
        assert_eq!(event(channel, json).severity, severity, "{json}");
    }
}

#[test]
fn old_shapes_mean_what_their_channel_says() {
    let row = |channel: &str, json: &str| Catalogue::builtin().row(&event(channel, json), Conventions::plain());
    assert_eq!(row("inventory", r#"{"type":"outbound","productId":"p1","quantity":3}"#).change.as_deref(), Some("-3"), "outbound leaves");
    assert_eq!(row("inventory", r#"{"type":"inbound","productId":"p1","quantity":3}"#).change.as_deref(), Some("3"));
    assert_eq!(row("orders", r#"{"type":"created","id":"o1","code":"SO-1"}"#).domain, Domain::Orders);
    assert_eq!(row("products", r#"{"type":"created","id":"p1","code":"A-1"}"#).domain, Domain::Data);
    let update = event("products", r#"{"type":"data:update","resource":"products","id":"p1","action":"create"}"#);
    assert_eq!(update.subject.as_deref(), Some("product:p1"), "the same product as in data:change");
    assert_eq!(update.occurred_at, Millis(1_795_223_788_160), "without a time of its own, the server's counts");
    assert_eq!(row("elsewhere", r#"{"type":"created","id":"x"}"#).domain, Domain::Other, "created means nothing on a foreign channel");
}

#[test]
fn unknown_kinds_pass_through_whole_and_find_a_domain() {
    let json = r#"{"type":"payment.dispute-opened","title":"争议","n":1}"#;
    let unknown = event("elsewhere", json);
    assert_eq!((unknown.kind.as_str(), unknown.payload.as_str()), ("payment.dispute-opened", json));
    let row = Catalogue::builtin().row(&unknown, Conventions::plain());
    assert_eq!((row.domain, row.label.as_str()), (Domain::Finance, "争议"));
    assert_eq!(Catalogue::builtin().domain(&"stocktake".into(), &"inventory".into()), Domain::Inventory, "the channel says it");
    assert_eq!(Catalogue::builtin().domain(&"x".into(), &"y".into()), Domain::Other);
    let bare = event("elsewhere", "\"全馆闭馆\"");
    assert_eq!((bare.kind.as_str(), Catalogue::builtin().row(&bare, Conventions::plain()).label.as_str()), (Kind::UNTYPED, "全馆闭馆"));
    assert_eq!(
        event("broadcast", r#"{"level":"critical","message":"m"}"#).kind.as_str(),
        "system:alert",
        "broadcasts are alerts of the system"
    );
}

#[test]
fn a_users_pack_takes_precedence_and_a_wrong_one_adds_nothing() {
    let mut catalogue = Catalogue::builtin().clone();
    let good = r#"
        [[kind]]
        kind = "deposit.completed"
        title = { zh = "充值", en = "Deposit" }
        domain = "finance"
        channels = ["wallet"]
        fields = [{ name = "user_id" }, { name = "bank_account", mask = true }]
        subject = ["user:{user_id}"]
    "#;
    catalogue.add_pack(good).unwrap();
    let info = catalogue.get(&"deposit.completed".into(), &"wallet".into()).unwrap();
    assert!(info.fields[1].mask);

    let before = catalogue.kinds().len();
    let cases = [
        (good.replace("{user_id}", "{userid}"), "kind[0].subject[0]: `userid` is not among the fields"),
        (good.replace("[\"wallet\"]", "[]"), "kind[0].channels: at least one channel"),
        (good.replace("domain = \"finance\"", "domain = \"money\""), "unknown variant `money`"),
        (good.replace("title = ", "titel = "), "titel"),
        (good.replace("{user_id}", "{user_id"), "kind[0].subject[0]: `{` without `}`"),
    ];
    for (pack, expected) in cases {
        let error = catalogue.add_pack(&pack).unwrap_err().to_string();
        assert!(error.contains(expected), "expected {expected}, got {error}");
    }
    assert_eq!(catalogue.kinds().len(), before);
}

#[test]
fn known_kinds_share_one_allocation() {
    let [a, b] = [1, 2].map(|n| event("orders", &format!(r#"{{"type":"order:status","orderId":"o{n}"}}"#)));
    assert_eq!(a.kind.as_str().as_ptr(), b.kind.as_str().as_ptr(), "a million stock changes must not hold a million copies of their name");
}

#[test]
fn the_kind_is_the_channels_then_the_envelopes_then_the_payloads() {
    let mut catalogue = Catalogue::builtin().clone();
    let pack = "[[channel]]\nname = \"door:*\"\ndomain = \"system\"\nkind = \"door\"\n[[channel]]\nname = \"bell\"\ndomain = \"system\"\nuntyped = \"ring\"";
    catalogue.add_pack(pack).unwrap();
    let kind = |channel: &str, outside: Option<&str>, json: &str| {
        let payload = Payload::from_json(json);
        let incoming =
            Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: outside.map(Into::into), payload };
        catalogue.normalise(incoming, &"test".into(), Millis(1_795_223_788_200)).kind
    };
    assert_eq!(kind("door:7", Some("outside"), r#"{"type":"inside"}"#).as_str(), "door");
    assert_eq!(kind("bell", Some("outside"), r#"{"type":"inside"}"#).as_str(), "outside");
    assert_eq!(kind("bell", None, r#"{"type":"inside"}"#).as_str(), "inside");
    assert_eq!(kind("bell", None, "{}").as_str(), "ring");
    assert_eq!(kind("elsewhere", None, "{}").as_str(), Kind::UNTYPED);
}

#[test]
fn a_repeat_across_a_windows_border_is_one_event() {
    let mut doubles = Doubles::default();
    let mut id = |at: i64, kind: Option<&str>, json: &str| {
        let payload = Payload::from_json(json);
        let incoming = Incoming {
            channel: "inventory".into(),
            offset: None,
            id: None,
            server_at: Some(Millis(at)),
            kind: kind.map(Into::into),
            payload,
        };
        let intake = Intake { source: &"test".into(), received_at: Millis(at + 9), skew: 0, conventions: Conventions::plain() };
        Catalogue::builtin().normalise_with(incoming, &intake, &mut doubles).id
    };
    let sale = r#"{"type":"outbound","productId":"p1","quantity":2}"#;
    let first = id(1_795_223_788_999, None, sale);
    assert_eq!(id(1_795_223_789_000, None, sale), first);
    assert_ne!(id(1_795_223_791_999, None, sale), first);
    assert_ne!(id(1_795_223_788_999, Some("outbound"), sale), first, "what the envelope says is part of what was published");
    let stated = |at: i64| format!(r#"{{"type":"outbound","productId":"p1","quantity":2,"timestamp":{at}}}"#);
    assert_ne!(id(1_795_223_788_999, None, &stated(1_795_223_788_998)), id(1_795_223_788_999, None, &stated(1_795_223_788_997)));
}

#[test]
fn every_domain_is_listed_once_under_its_name() {
    for domain in Domain::ALL {
        assert_eq!(serde_json::to_string(&domain).unwrap(), format!("\"{domain}\""));
        assert_eq!(Domain::ALL.iter().filter(|other| **other == domain).count(), 1);
    }
    assert!(Catalogue::builtin().kinds().iter().all(|info| Domain::ALL.contains(&info.domain)));
}

proptest! {
    #[test]
    fn any_payload_is_kept_byte_for_byte(text in ".*", json in r#"\{("type":"(inventory:change|created|x)",)?[{}\[\]",:\\a-c 0-9]{0,40}"#, channel in "[a-z:*]{0,12}") {
        for payload in [text, json] {
            let event = event(&channel, &payload);
            prop_assert_eq!(event.payload.as_str(), payload.as_str());
            prop_assert!(Catalogue::builtin().row(&event, Conventions::plain()).label.chars().count() <= 201);
            let is_object = payload.trim_start().starts_with('{');
            prop_assert!(is_object || crate::erp::View::of(&event).is_none());
        }
    }
}
