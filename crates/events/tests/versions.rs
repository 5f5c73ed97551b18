//! Versions of a kind and what is derived from a foreign one: read in the newest form, kept as it was published.

use proptest::prelude::*;
use watchdeck_events::{Catalogue, Conventions, Event, Incoming, Millis, Payload, Severity, Stated, catalogue::Edition, erp::View};

const AT: Millis = Millis(1_795_223_788_150);

const SHIPMENT: &str = r#"
    [[kind]]
    kind = "shipment.moved"
    title = { zh = "发运", en = "Shipment" }
    domain = "orders"
    channels = ["shipping"]
    version = 4
    version_field = "meta.v"
    fields = [
      { name = "parcel" }, { name = "state" }, { name = "weight", type = "number" }, { name = "address", type = "object" }, { name = "unit" },
      { name = "iban", mask = true, optional = true },
    ]
    subject = ["parcel:{parcel}"]
    rules = [{ field = "state", is = ["lost"], severity = "critical" }]
    row = { label = ["parcel"], detail = ["iban"], new = ["state"], change = ["weight"] }

    [[kind.upcast]]
    from = 1
    steps = [{ rename = "no", to = "parcel" }, { rename = "acct", to = "iban" }, { drop = "debug" }]

    [[kind.upcast]]
    from = 2
    steps = [
      { map = "state", words = { L = "lost", D = "done" } }, { rename = "city", to = "address.city" },
      { multiply = "grams", by = "0.001", to = "weight" },
    ]

    [[kind.upcast]]
    from = 3
    steps = [{ default = "unit", value = "kg" }, { copy = "address.city", to = "place.name" }, { template = "{parcel}/{state}", to = "ref" }]
"#;

fn catalogue(pack: &str) -> Catalogue {
    let mut catalogue = Catalogue::builtin().clone();
    catalogue.add_pack(pack).unwrap_or_else(|error| panic!("{error}"));
    catalogue
}

fn receive(catalogue: &Catalogue, channel: &str, kind: Option<&str>, json: &str) -> Event {
    let payload = Payload::from_json(json);
    let incoming = Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: kind.map(Into::into), payload };
    catalogue.normalise(incoming, &"test".into(), AT)
}

fn shipment(json: &str) -> Event {
    receive(&catalogue(SHIPMENT), "shipping", Some("shipment.moved"), json)
}

/// Every field as it is read.
fn read(catalogue: &Catalogue, event: &Event) -> String {
    let fields = catalogue.fields(event);
    let one: Vec<_> = fields.iter().map(|(key, token)| format!("{key}={token}")).collect();
    one.join(" ")
}

#[test]
fn an_old_version_is_read_as_the_newest_and_kept_as_it_was() {
    let all = catalogue(SHIPMENT);
    let json = r#"{"no":"P-1","state":"L","city":"上海","grams":1250.50,"acct":"6222020200112233","debug":[1,{"a":2}],"x":1.0}"#;
    let event = shipment(json);
    assert_eq!(event.payload.as_str(), json, "the bytes stay");
    assert_eq!(
        read(&all, &event),
        concat!(
            r#"state="lost" grams=1250.50 x=1.0 parcel="P-1" iban="6222020200112233" meta={"v":4} address={"city":"上海"} weight=1.25050 "#,
            r#"unit="kg" place={"name":"上海"} ref="P-1/lost""#
        )
    );
    assert_eq!((event.subject.as_deref(), event.severity), (Some("parcel:P-1"), Severity::Critical));
    let row = all.row(&event, Conventions::plain());
    assert_eq!((row.label.as_str(), row.new.as_deref(), row.change.as_deref()), ("P-1", Some("lost"), Some("1.25050")));
    assert_eq!(all.edition(&event), Some((Edition::Known(1), 4)), "one that does not say is the first");
    assert_eq!(event.payload.fields().text("no").as_deref(), Some("P-1"), "the payload's own fields are its own");
}

#[test]
fn what_is_masked_stays_masked_under_every_name_it_has_in_any_version() {
    let all = catalogue(SHIPMENT);
    let event = shipment(r#"{"no":"P-1","acct":"6222020200112233"}"#);
    assert_eq!(all.row(&event, Conventions::plain()).detail.as_deref(), Some("•••• 2233"));
    assert_eq!(all.masked(&event), r#"{"no":"P-1","acct":"•••• 2233"}"#, "the old version says it under another name");
    assert!(!all.shown_as_read(&event).unwrap().contains("6222020200112233"));
    let made = SHIPMENT.replace("{parcel}/{state}", "{iban}/{state}");
    let all = catalogue(&made);
    let event = receive(&all, "shipping", Some("shipment.moved"), r#"{"meta":{"v":3},"iban":"6222020200112233","state":"x"}"#);
    assert_eq!(all.fields(&event).text("ref").as_deref(), Some("6222020200112233/x"));
    assert!(!all.shown_as_read(&event).unwrap().contains("0200112233"), "what is made of it is masked too");
}

#[test]
fn what_was_told_before_it_was_masked_is_masked_from_now_on() {
    let json = r#"{"type":"inventory:change","productId":"p1","oldQuantity":5,"newQuantity":3,"operator":"13800138000"}"#;
    let event = receive(Catalogue::builtin(), "inventory", None, json);
    assert_eq!(event.actor.as_deref(), Some("13800138000"));
    let all = catalogue("[[kind]]\nkind = \"inventory:change\"\nfields = [{ name = \"operator\", mask = true }]");
    let row = all.row(&event, Conventions::plain());
    assert_eq!((row.actor.as_deref(), row.subject.as_deref()), (Some("•••• 8000"), Some("product:p1")));
    let event = receive(&all, "inventory", None, &json.replace("newQuantity", "userId\":\"u1\",\"newQuantity"));
    assert_eq!(event.actor.as_deref(), Some("u1"), "and nobody is named by it any more");
    let wrong = "[[kind]]\nkind = \"inventory:change\"\nfields = [{ name = \"productId\", mask = true }]";
    let error = Catalogue::builtin().clone().add_pack(wrong).unwrap_err();
    assert_eq!((error.line, error.column), (3, 40), "{error}");
}

#[test]
fn what_is_masked_is_neither_counted_nor_told() {
    let pack =
        "[[kind]]\nkind = \"finance:payment\"\nfields = [{ name = \"amount\", mask = true }, { name = \"customerName\", mask = true }]";
    catalogue(pack).put_in_force();
    let event = receive(
        &Catalogue::current(),
        "finance",
        None,
        r#"{"type":"finance:payment","recordId":"r1","amount":120,"customerName":"宏远建材"}"#,
    );
    let Some(View::Finance(payment)) = View::of(&event) else { panic!("{event:?}") };
    assert_eq!((payment.amount, payment.customer_name.as_deref()), (Stated::Absent, Some("••••")));
    Catalogue::builtin().clone().put_in_force();
}

#[test]
fn a_version_that_nobody_knows_is_shown_as_it_is_and_said() {
    let all = catalogue(SHIPMENT);
    for (version, edition) in [
        ("7", Edition::Newer(7)),
        ("\"v4.2\"", Edition::Known(4)),
        ("\"2\"", Edition::Known(2)),
        ("null", Edition::Known(1)),
        ("0", Edition::Unread("0".into())),
        ("\"latest\"", Edition::Unread("latest".into())),
        ("[1]", Edition::Unread("[1]".into())),
        ("99999999999999999999", Edition::Unread("99999999999999999999".into())),
    ] {
        let json = format!(r#"{{"no":"P-1","parcel":"P-2","meta":{{"v":{version}}}}}"#);
        let event = shipment(&json);
        assert_eq!(all.edition(&event).map(|(edition, _)| edition), Some(edition.clone()), "{version}");
        if !matches!(edition, Edition::Known(1 | 2)) {
            assert_eq!(all.shown_as_read(&event), None, "{version}: as it stands");
        }
    }
}

#[test]
fn an_envelope_is_read_through_in_every_spelling() {
    let pack = r#"
        [[kind]]
        kind = "deposit.completed"
        version = 2
        version_field = "schema"
        upcast = [{ from = 1, steps = [{ multiply = "amount", by = "0.01" }, { rename = "uid", to = "user_id" }] }]
    "#;
    let all = catalogue(pack);
    for data in [r#"{"amount":12345,"uid":"u1"}"#, r#"[{"Key":"amount","Value":12345},{"Key":"uid","Value":"u1"}]"#] {
        let json = format!(r#"{{"event_type":"deposit.completed","event_data":{data},"timestamp":"2026-11-20T10:00:00Z"}}"#);
        let event = receive(&all, "events", None, &json);
        let row = all.row(&event, Conventions::plain());
        assert_eq!((row.amount.as_deref(), all.fields(&event).text("user_id").as_deref()), (Some("123.45"), Some("u1")), "{data}");
        assert_eq!(all.fields(&event).kind().as_deref(), Some("deposit.completed"), "it is an envelope still");
    }
}

#[test]
fn a_pack_that_changes_is_another_way_to_read_what_is_in_memory() {
    let (first, second) = (catalogue(SHIPMENT), catalogue(&SHIPMENT.replace("\"kg\"", "\"lb\"")));
    let event = shipment(r#"{"parcel":"P-1","meta":{"v":3}}"#);
    let before = first.fields(&event);
    assert_eq!(second.fields(&event).text("unit").as_deref(), Some("lb"));
    assert_eq!(before.text("unit").as_deref(), Some("kg"), "what was borrowed stays good");
    assert_eq!(Catalogue::builtin().fields(&event).text("unit"), None);
    assert!(event.payload.bytes() > 2 * event.payload.as_str().len(), "memory is counted");
    assert_ne!(first.way(), second.way());
}

#[test]
fn every_kind_that_is_counted_is_known() {
    let derive = |family: &str| {
        format!(
            "[[kind]]\nkind = \"x\"\ntitle = {{ zh = \"一\", en = \"x\" }}\nchannels = [\"c\"]\nfamily = \"{family}\"\nderive = [{{ copy = \"a\", to = \"productId\" }}, {{ copy = \"a\", to = \"orderId\" }}, {{ copy = \"a\", to = \"resourceId\" }}, {{ copy = \"a\", to = \"recordId\" }}]"
        )
    };
    let refused = Catalogue::builtin().clone().add_pack(&derive("none")).unwrap_err().reason;
    let families = refused.split("write one of ").nth(1).unwrap().split(", ");
    for family in families {
        let all = catalogue(&derive(family));
        let event = receive(&all, "c", Some("x"), r#"{"a":"1","resource":"product"}"#);
        assert_eq!(all.counted_as(&event.kind, &event.channel).as_str(), family);
        assert!(Catalogue::builtin().kinds().iter().any(|info| info.kind.as_str() == family), "{family}");
    }
}

proptest! {
    #[test]
    fn the_newest_version_is_read_as_it_stands(json in r#"\{"meta":\{"v":4\}(,"[a-z]{1,6}":(1|"x"|\{"city":null\})){0,6}\}"#) {
        let event = shipment(&json);
        prop_assert_eq!(catalogue(SHIPMENT).shown_as_read(&event), None);
        prop_assert_eq!(catalogue(SHIPMENT).fields(&event), event.payload.fields());
    }

    #[test]
    fn a_chain_is_its_steps_one_after_the_other(
        version in 1..4_u32, no in "[A-Z0-9]{0,4}", state in "[LDX]", grams in -99999..99999_i64, city in "\\PC{0,8}", extra in r#"(,"[a-z]{1,8}":(null|1\.50|"y"|\{\}|\[1\])){0,5}"#,
    ) {
        let city = serde_json::to_string(&city).unwrap();
        let json = format!(r#"{{"no":"{no}","state":"{state}","grams":{grams},"city":{city},"meta":{{"v":{version}}}{extra}}}"#);
        let whole = read(&catalogue(SHIPMENT), &shipment(&json));
        // The same pack as it was when only the first steps were known.
        let mut text = json;
        for newest in version + 1..=4 {
            let until = SHIPMENT.split("[[kind.upcast]]").take(newest as usize).collect::<Vec<_>>().join("[[kind.upcast]]");
            let all = catalogue(&until.replace("version = 4", &format!("version = {newest}")));
            let event = receive(&all, "shipping", Some("shipment.moved"), &text);
            text = format!("{{{}}}", all.fields(&event).iter().map(|(key, token)| format!("{}:{token}", serde_json::Value::from(key))).collect::<Vec<_>>().join(","));
        }
        let last = shipment(&text);
        prop_assert_eq!(read(&catalogue(SHIPMENT), &last), whole);
    }

    #[test]
    fn hostile_payloads_do_no_harm_and_keep_their_bytes(
        text in ".*", json in r#"\{"(no|state|city|meta|acct|address|event_type)":[{}\[\]",:\\a-c 0-9.eE-]{0,60}"#, deep in 0..3_000_usize,
    ) {
        let nested = format!(r#"{{"address":{}1{},"city":"x","grams":1e999999999,"meta":{{"v":2,"v":{{}}}}}}"#, r#"{"a":"#.repeat(deep), "}".repeat(deep));
        let all = catalogue(SHIPMENT);
        for payload in [text, json, nested] {
            let event = shipment(&payload);
            let shown = all.row(&event, Conventions::plain());
            prop_assert!(shown.label.chars().count() <= 201);
            let _read = (all.shown_as_read(&event), all.edition(&event));
            prop_assert_eq!(event.payload.as_str(), payload);
        }
    }
}
