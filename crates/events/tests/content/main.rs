//! The writing platform's 70 kinds, in the three shapes in which its event store hands them out.

mod payloads;

use payloads::{NEVER, TIME};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use watchdeck_events::{
    Catalogue, Channel, Conventions, Domain, Event, Incoming, KindInfo, Millis, Payload, Severity, catalogue::FieldType,
};

const AT: Millis = Millis(1_795_223_788_150);

/// The three spellings of `event_data`.
const SHAPES: [&str; 3] = ["snake_case", "joined", "list"];

fn joined(name: &str) -> String {
    name.replace('_', "")
}

fn shaped(data: &Value, shape: &str) -> Value {
    let fields = data.as_object().expect("data is an object");
    match shape {
        "snake_case" => data.clone(),
        "joined" => fields.iter().map(|(name, value)| (joined(name), value.clone())).collect::<Map<_, _>>().into(),
        _ => fields.iter().map(|(name, value)| json!({"Key": joined(name), "Value": value})).collect::<Vec<_>>().into(),
    }
}

fn receive(channel: &str, kind: Option<&str>, payload: String) -> Event {
    let incoming = Incoming {
        channel: channel.into(),
        offset: None,
        id: Some("evt_1".into()),
        server_at: Some(AT.plus(900)),
        kind: kind.map(Into::into),
        payload: Payload::from_json(payload),
    };
    Catalogue::builtin().normalise(incoming, &"platform".into(), AT.plus(950))
}

fn envelope(kind: &str, data: &Value) -> String {
    let envelope = json!({
        "id": "evt_1795223788150000000", "event_type": kind, "event_data": data, "timestamp": TIME, "source": "platform",
        "processed": false, "created_at": TIME, "expires_at": NEVER,
    });
    envelope.to_string()
}

fn info(kind: &str) -> &'static KindInfo {
    Catalogue::builtin().get(&kind.into(), &"events".into()).unwrap_or_else(|| panic!("{kind} is not in the pack"))
}

fn of_the_pack() -> impl Iterator<Item = &'static KindInfo> {
    Catalogue::builtin().kinds().iter().filter(|info| info.channels.iter().any(|name| &**name == "events"))
}

#[test]
fn there_are_seventy_kinds_and_each_has_both_titles() {
    let parts = payloads::all();
    assert_eq!(
        parts.each_ref().map(|(part, kinds)| (*part, kinds.len())),
        [
            ("user", 5),
            ("reading", 5),
            ("writer", 8),
            ("social", 10),
            ("bookstore", 14),
            ("finance", 11),
            ("notification", 4),
            ("system", 13),
        ]
    );
    let kinds: BTreeSet<_> = parts.iter().flat_map(|(_, kinds)| kinds.iter().map(|(kind, _)| *kind)).collect();
    assert_eq!(kinds.len(), 70);
    let pack: BTreeSet<_> = of_the_pack().map(|info| info.kind.as_str()).collect();
    assert_eq!(pack, kinds, "the pack names these and no others");
    for kind in kinds {
        let title = &info(kind).title;
        assert!(!title.zh.is_ascii() && title.zh.chars().count() >= 2, "{kind} needs a Chinese title");
        assert!(title.en.is_ascii() && title.en.starts_with(|first: char| first.is_ascii_uppercase()), "{kind} needs an English title");
    }
    let titles: BTreeSet<_> = of_the_pack().map(|info| &info.title.en).collect();
    assert_eq!(titles.len(), 70, "no two kinds look the same in a list");
}

#[test]
fn every_kind_is_read_alike_in_each_shape() {
    for (kind, data) in payloads::all().into_iter().flat_map(|(_, kinds)| kinds) {
        let info = info(kind);
        let given = data.as_object().unwrap();
        for field in &info.fields {
            assert!(field.optional || given.contains_key(&*field.name), "{kind} always has {}", field.name);
        }
        let mut rows = Vec::new();
        for shape in SHAPES {
            let json = envelope(kind, &shaped(&data, shape));
            let event = receive("events", Some(kind), json.clone());
            assert_eq!(event.payload.as_str(), json, "{kind}: the payload stays as it came");
            assert_eq!((event.kind.as_str(), event.occurred_at), (kind, AT), "{shape}: it happened when the envelope says");
            let fields = event.payload.fields();
            for (name, value) in given {
                let declared =
                    info.fields.iter().find(|field| *field.name == **name).unwrap_or_else(|| panic!("{kind} does not declare {name}"));
                let token = fields.token(name).unwrap_or_else(|| panic!("{kind} as {shape}: {name} is not found"));
                assert_eq!(&serde_json::from_str::<Value>(token).unwrap(), value, "{kind} as {shape}: {name}");
                let readable = match declared.field_type {
                    FieldType::Number => fields.number(name).is_some(),
                    FieldType::Money => fields.money(name).is_some(),
                    FieldType::Time if value == NEVER => fields.millis(name).is_none() && fields.text(name).is_none(),
                    FieldType::Time => fields.millis(name).is_some(),
                    FieldType::Bool => fields.bool(name).is_some(),
                    FieldType::List => token.starts_with('['),
                    FieldType::Object => token.starts_with('{'),
                    FieldType::Text => fields.text(name).is_some() || value == "",
                };
                assert!(readable, "{kind} as {shape}: {name} is not what the pack says ({token})");
            }
            let row = Catalogue::builtin().row(&event, Conventions::plain());
            assert!(!row.label.is_empty() && !row.label.starts_with('{'), "{kind} as {shape}: a row needs words, not {}", row.label);
            rows.push((row, event.subject, event.actor, event.severity));
        }
        assert_eq!(rows[0], rows[1], "{kind}: what is shown must not depend on the spelling");
        assert_eq!(rows[0], rows[2], "{kind}: nor on the list");
    }
}

#[test]
fn without_a_kind_from_outside_the_envelope_still_names_it() {
    let data = json!({"user_id": "u1", "type": "comment", "notification_id": "n1"});
    let event = receive("somewhere", None, envelope("notification.sent", &data));
    assert_eq!(event.kind.as_str(), "notification.sent", "`type` of the data is the notification's");
    let event = receive("events", None, r#"{"type":"like.added","user_id":"u1","target_type":"book","target_id":"b1"}"#.into());
    assert_eq!((event.kind.as_str(), event.subject.as_deref()), ("like.added", Some("book:b1")), "published bare, it is the same kind");
}

#[test]
fn severity_says_who_must_look() {
    let severity = |kind: &str, data: Value| receive("events", Some(kind), envelope(kind, &shaped(&data, "joined"))).severity;
    let of = |level: &str| json!({"severity": level});
    for (kind, level, expected) in [
        ("security.alert", "critical", Severity::Critical),
        ("security.alert", "high", Severity::Warning),
        ("security.alert", "low", Severity::Info),
        ("security.suspicious_activity", "critical", Severity::Critical),
        ("security.suspicious_activity", "medium", Severity::Info),
        ("security.account_locked", "low", Severity::Warning),
        ("security.account_locked", "critical", Severity::Critical),
    ] {
        assert_eq!(severity(kind, of(level)), expected, "{kind} {level}");
    }
    for (kind, expected) in [
        ("withdrawal.rejected", Severity::Warning),
        ("deposit.failed", Severity::Warning),
        ("deposit.completed", Severity::Success),
        ("refund.rejected", Severity::Warning),
        ("system.error", Severity::Warning),
        ("security.alert", Severity::Warning),
        ("like.added", Severity::Info),
    ] {
        assert_eq!(severity(kind, json!({})), expected, "{kind}");
    }
    assert_eq!(severity("notification.sent", json!({"priority": "urgent"})), Severity::Warning);
}

#[test]
fn names_outside_the_list_find_their_domain() {
    let domain = |kind: &str| Catalogue::builtin().domain(&kind.into(), &Channel::from("events"));
    for (kind, expected) in [
        ("like.book.added", Domain::Social),
        ("reader.chapter.read", Domain::Content),
        ("audit.completed", Domain::Content),
        ("message.sent", Domain::Social),
        ("project.archived", Domain::Content),
        ("user.banned", Domain::People),
        ("vip.renewed", Domain::Shop),
        ("wallet.frozen", Domain::Finance),
        ("security.scan", Domain::System),
        ("unheard.of", Domain::Other),
    ] {
        assert_eq!(domain(kind), expected, "{kind}");
    }
}

#[test]
fn one_name_means_what_its_channel_says() {
    let maintenance = json!({"description": "数据库升级", "maintenance_type": "database"});
    let event = receive("events", Some("system.maintenance"), envelope("system.maintenance", &maintenance));
    assert_eq!(Catalogue::builtin().row(&event, Conventions::plain()).label, "数据库升级");
    let erp = receive("system", None, r#"{"type":"system:maintenance","level":"warning","message":"停机"}"#.into());
    assert_eq!((Catalogue::builtin().row(&erp, Conventions::plain()).label.as_str(), erp.severity), ("停机", Severity::Warning));

    let hub =
        receive("messages", Some("notification"), r#"{"type":"comment","title":"新回复","content":"有人回复了你","user_id":"u1"}"#.into());
    assert_eq!((hub.kind.as_str(), hub.subject.as_deref()), ("notification", Some("user:u1")), "`type` of its data is not its kind");
    let erp = receive(
        "user:7:notifications",
        None,
        r#"{"type":"notification","notificationType":"error","title":"t","message":"m","userId":"7"}"#.into(),
    );
    assert_eq!((erp.subject.as_deref(), erp.severity), (Some("user:7"), Severity::Warning));
}
