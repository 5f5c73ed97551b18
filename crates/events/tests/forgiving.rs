//! What publishers leave out, misspell and overdo never makes an event vanish, and never becomes something that was not said.

use proptest::prelude::*;
use watchdeck_events::{
    Catalogue, Conventions, Event, Incoming, Intake, Millis, Money, Payload, Quantity, Severity, Stated,
    erp::{Approval, Finance, InventoryChange, OrderStatus, System, SystemLevel, View},
    line, unread,
};

const AT: Millis = Millis(1_795_223_788_150);

fn incoming(channel: &str, json: &str) -> Incoming {
    Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) }
}

fn event(channel: &str, json: &str) -> Event {
    Catalogue::builtin().normalise(incoming(channel, json), &"test".into(), AT)
}

fn approval(fields: &str) -> Event {
    event("approvals", &format!(r#"{{"type":"approval:request","timestamp":{}{fields}}}"#, AT.0))
}

fn read<T>(event: &Event, conventions: &Conventions, take: impl FnOnce(View<'_>) -> Option<T>) -> T {
    View::read(event, conventions).and_then(take).unwrap_or_else(|| panic!("no such view of {event:?}"))
}

fn approval_of<T>(event: &Event, conventions: &Conventions, take: impl FnOnce(Approval<'_>) -> T) -> T {
    read(event, conventions, |view| if let View::Approval(approval) = view { Some(take(approval)) } else { None })
}

fn finance_of<T>(json: &str, conventions: &Conventions, take: impl FnOnce(Finance<'_>) -> T) -> T {
    read(&event("finance", json), conventions, |view| if let View::Finance(finance) = view { Some(take(finance)) } else { None })
}

fn stock_of<T>(json: &str, take: impl FnOnce(InventoryChange<'_>) -> T) -> T {
    read(
        &event("inventory", json),
        Conventions::plain(),
        |view| if let View::InventoryChange(change) = view { Some(take(change)) } else { None },
    )
}

fn order_of<T>(json: &str, take: impl FnOnce(OrderStatus<'_>) -> T) -> T {
    read(&event("orders", json), Conventions::plain(), |view| if let View::OrderStatus(step) = view { Some(take(step)) } else { None })
}

fn system_of(json: &str) -> (SystemLevel, Option<String>, Severity) {
    let event = event("system", json);
    let (level, message) = read(&event, Conventions::plain(), |view| {
        if let View::System(System { level, message, .. }) = view { Some((level, message.map(Into::into))) } else { None }
    });
    (level, message, event.severity)
}

#[test]
fn a_request_is_a_request_whatever_its_display_fields_hold() {
    for odd in ["null", "\"\"", "false", "true", "[]", "{}", "{\"a\":1}", "[7,\"Wang\"]", "1007", "\"  \"", "NaN", "\"half \\ud83d\""] {
        for field in
            ["resourceType", "resourceNumber", "requesterId", "requesterName", "approverId", "reason", "amount", "currency", "deadline"]
        {
            let event = approval(&format!(r#","resourceId":"a1","{field}":{odd}"#));
            assert_eq!(approval_of(&event, Conventions::plain(), |approval| approval.resource_id.into_owned()), "a1", "{field}: {odd}");
            assert_eq!((event.severity, event.subject.is_some()), (Severity::Warning, true), "{field}: {odd}");
        }
    }
    let name = |fields: &str| {
        approval_of(&approval(fields), Conventions::plain(), |approval| approval.requester_name.map(|name| name.into_owned()))
    };
    assert_eq!(name(r#","resourceId":1,"requesterName":[7,"Wang"]"#).as_deref(), Some("Wang"), "Odoo's pair");
    assert_eq!(name(r#","resourceId":1,"requesterName":{"id":7,"name":"Wang"}"#).as_deref(), Some("Wang"));
    assert_eq!(
        name(r#","resourceId":1,"requesterName":"Li \ud83d"}"#).as_deref(),
        Some("Li \u{fffd}"),
        "half a character is a visible one"
    );
    assert_eq!(name(r#","resourceId":1,"requesterName":"\ud83d\ude00 \u4e2d\n\/"}"#).as_deref(), Some("\u{1f600} 中\n/"));
    let id = |fields: &str| approval_of(&approval(fields), Conventions::plain(), |approval| approval.resource_id.into_owned());
    assert_eq!(id(r#","resourceId":null,"resourceNumber":"SO-7""#), "SO-7", "a number is an identity too");
    assert_eq!(id(r#","resourceId":{"$oid":"65f0"}"#), "65f0");
    assert_eq!(id(r#","resourceId":820982911946154509"#), "820982911946154509", "beyond 2^53 every digit counts");
    assert_eq!(View::of(&approval(r#","resourceId":null"#)), None, "what it is about must be said");
}

#[test]
fn an_order_needs_no_state_before_its_first() {
    for fields in [r#","oldStatus":null"#, r#","oldStatus":"""#, "", r#","oldStatus":false,"orderNumber":null,"orderType":null"#] {
        let json = format!(r#"{{"type":"order:status","orderId":450789469,"newStatus":"PENDING"{fields}}}"#);
        let (id, old, new, is_step) = order_of(&json, |step| {
            (step.order_id.to_string(), step.old_status.is_none(), step.new_status.as_deref().map(str::to_owned), step.is_transition())
        });
        assert_eq!((id.as_str(), old, new.as_deref(), is_step), ("450789469", true, Some("pending"), true), "{fields}");
    }
    assert_eq!(
        order_of(r#"{"type":"order:status","orderNumber":"SO-1","newStatus":"本店自定"}"#, |step| {
            (step.order_id.into_owned(), step.new_status.map(|word| (word.is_known(), word.to_string())))
        }),
        ("SO-1".into(), Some((false, "本店自定".into()))),
        "a shop's own states are its own"
    );
}

#[test]
fn a_stock_change_says_what_it_can() {
    let on_hand = |fields: &str| {
        stock_of(&format!(r#"{{"type":"inventory:change","productId":"p"{fields}}}"#), |change| {
            (change.on_hand().map(|n| n.to_string()), change.change().map(|n| n.to_string()), change.action.map(|word| word.to_string()))
        })
    };
    let of = |on_hand: Option<&str>, change: Option<&str>, action: Option<&str>| {
        (on_hand.map(str::to_owned), change.map(str::to_owned), action.map(str::to_owned))
    };
    assert_eq!(
        on_hand(r#","oldQuantity":100,"newQuantity":99,"reason":"sale""#),
        of(Some("99"), Some("-1"), None),
        "the second bridge's shape"
    );
    assert_eq!(on_hand(r#","action":"OUT","oldQuantity":null,"newQuantity":7"#), of(Some("7"), None, Some("outbound")));
    assert_eq!(
        on_hand(r#","action":"Stock_In","oldQuantity":"","newQuantity":"7","changeAmount":null"#),
        of(Some("7"), None, Some("inbound"))
    );
    assert_eq!(
        on_hand(r#","oldQuantity":10,"newQuantity":"n/a","changeAmount":-3"#),
        of(Some("7"), Some("-3"), None),
        "it follows from the rest"
    );
    assert_eq!(
        on_hand(r#","oldQuantity":-1,"newQuantity":79228162514264337593543950335"#),
        of(Some("79228162514264337593543950335"), None, None)
    );
    assert_eq!(on_hand(r#","oldQuantity":"1,234.5","newQuantity":"1 200""#), of(Some("1200"), Some("-34.5"), None));
    assert_eq!(on_hand(r#","oldQuantity":1e3,"newQuantity":9.5E2,"changeAmount":"frob""#), of(Some("950"), Some("-50"), None));
    assert_eq!(on_hand(r#","newQuantity":1,"newQuantity":2"#).0.as_deref(), Some("2"), "the last of equal names counts");
    let batch = stock_of(r#"{"type":"inventory:change","productId":"p","batchId":3,"inventoryId":"i","warehouseId":"w"}"#, |change| {
        [change.batch_id, change.inventory_id, change.warehouse].map(|text| text.map(|text| text.into_owned()))
    });
    assert_eq!(batch, ["3", "i", "w"].map(|text| Some(text.to_owned())));
    let old = event("inventory", r#"{"type":"outbound","productId":"p","quantity":"lots"}"#);
    let Some(View::LegacyMove(told)) = View::of(&old) else { panic!("{old:?}") };
    assert_eq!(told.quantity, Stated::Unread("lots".into()), "it moved, by who knows how much");
}

#[test]
fn an_amount_is_known_or_said_to_be_unread() {
    let payment = |amount: &str| {
        format!(r#"{{"type":"finance:payment","action":"Confirmed","recordType":"payment","recordId":"r","amount":{amount}}}"#)
    };
    let plain = Conventions::plain();
    for (token, exact, currency) in [
        ("100.10", "100.10", None),
        ("\"1,234.50\"", "1234.50", None),
        ("\"¥ 5\"", "5", Some("¥")),
        ("\"CNY 12\"", "12", Some("CNY")),
        ("\"US$12.00\"", "12.00", Some("USD")),
        ("\"１２３\"", "123", None),
        ("0.1000000000000000055511151231257827021181583404541015625", "0.100000000000000006", None),
    ] {
        let (amount, named) =
            finance_of(&payment(token), plain, |record| (record.amount.known(), record.currency.map(|currency| currency.to_string())));
        assert_eq!((amount, named.as_deref()), (Money::from_json(exact), currency), "{token}");
    }
    for (token, shown) in [("\"1,234\"", "1,234"), ("\"a lot\"", "a lot"), ("1e400", "1e400"), ("NaN", "NaN"), ("true", "true")] {
        let json = payment(token);
        assert_eq!(finance_of(&json, plain, |record| record.amount.unread().map(str::to_owned)).as_deref(), Some(shown), "{token}");
        let row = Catalogue::builtin().row(&event("finance", &json), plain);
        assert_eq!((row.amount, row.unread.as_deref()), (None, Some(shown)), "a row says so: {token}");
    }
    for token in ["null", "\"\"", "false"] {
        assert_eq!(
            finance_of(&payment(token), plain, |record| (record.action.is_some_and(|word| word.is_known()), record.amount.is_absent())),
            (true, true)
        );
    }
}

#[test]
fn a_currency_is_the_events_then_the_sources_then_nobodys() {
    let [plain, dollars, yuan] = [("", ""), ("", "usd"), ("", "CNY")].map(|(zone, currency)| Conventions::of(zone, currency));
    let currency = |fields: &str, conventions: &Conventions| {
        let json = format!(r#"{{"type":"finance:payment","recordId":"r"{fields}}}"#);
        let row = Catalogue::builtin().row(&event("finance", &json), conventions).currency;
        assert_eq!(
            finance_of(&json, conventions, |record| record.currency.map(|currency| currency.to_string())),
            row,
            "a row says the same"
        );
        row
    };
    assert_eq!(currency(r#","amount":5"#, &plain), None, "none is made up");
    assert_eq!(currency(r#","amount":5"#, &dollars).as_deref(), Some("USD"));
    assert_eq!(currency(r#","amount":5,"currency":"jpy""#, &dollars).as_deref(), Some("JPY"));
    assert_eq!(currency(r#","amount":5,"currencyCode":"eur""#, &dollars).as_deref(), Some("EUR"));
    assert_eq!(currency(r#","amount":5,"currency_code":"points""#, &dollars).as_deref(), Some("points"));
    assert_eq!(currency(r#","amount":5,"currency":null"#, &dollars).as_deref(), Some("USD"));
    assert_eq!(currency(r#","amount":"€ 5""#, &dollars).as_deref(), Some("EUR"), "what stands beside the number goes before the setting");
    assert_eq!(currency(r#","amount":"¥5""#, &yuan).as_deref(), Some("CNY"), "and the setting tells what a shared sign means");
    assert_eq!(currency(r#","amount":"$5""#, &yuan).as_deref(), Some("$"), "but not what it cannot mean");
    assert_eq!(currency(r#","amount":{"amount":"12.00","currencyCode":"CAD"}"#, &yuan).as_deref(), Some("CAD"));
    let ambiguous = |conventions: &Conventions| {
        finance_of(r#"{"type":"finance:payment","recordId":"r","amount":"1,234"}"#, conventions, |record| record.amount.known())
    };
    assert_eq!(
        (ambiguous(&plain), ambiguous(&yuan)),
        (None, Money::from_json("1234")),
        "where the currency is known, its way to write is too"
    );
}

#[test]
fn levels_are_understood_and_none_is_ranked_down_in_silence() {
    let alert = |level: &str| system_of(&format!(r#"{{"type":"system:alert","level":{level},"message":"m"}}"#));
    for level in ["\"critical\"", "\"CRITICAL\"", "\"fatal\"", "\"严重\"", "\"紧急\"", "\" Emergency \""] {
        let (read, _, severity) = alert(level);
        assert_eq!((read, severity), (SystemLevel::Critical, Severity::Critical), "{level}");
    }
    for level in ["\"warn\"", "\"ERROR\"", "\"警告\""] {
        assert_eq!((alert(level).0, alert(level).2), (SystemLevel::Warning, Severity::Warning), "{level}");
    }
    for level in ["\"Notice\"", "\"info\"", "\"提示\""] {
        assert_eq!((alert(level).0, alert(level).2), (SystemLevel::Info, Severity::Info), "{level}");
    }
    for level in ["\"purple\"", "7", "null", "\"\"", "true", "{}"] {
        assert_eq!((alert(level).0, alert(level).2), (SystemLevel::Unknown, Severity::Warning), "{level}");
    }
    assert!(SystemLevel::Warning < SystemLevel::Unknown && SystemLevel::Unknown < SystemLevel::Critical);
    let words = |json: &str| system_of(json).1;
    assert_eq!(words(r#"{"type":"system:alert","level":"critical","title":"Cold store"}"#).as_deref(), Some("Cold store"));
    assert_eq!(words(r#"{"type":"system:alert","level":"critical"}"#), None, "an alert without words is an alert");
    let severity = |json: &str| event("elsewhere", json).severity;
    assert_eq!(severity(r#"{"type":"oven:hot","level":"FATAL"}"#), Severity::Critical, "kinds that no pack names, too");
    assert_eq!(severity(r#"{"type":"oven:hot","severity":"plaid"}"#), Severity::Warning);
    assert_eq!(severity(r#"{"type":"oven:hot","level":"debug"}"#), Severity::Info);
}

#[test]
fn a_deadline_is_kept_in_every_form() {
    let shanghai = Conventions::of("Asia/Shanghai", "");
    let eight = Millis(1_795_608_000_000);
    let deadline = |form: &str| {
        let event = approval(&format!(r#","resourceId":"a","deadline":{}"#, serde_json::Value::from(form)));
        approval_of(&event, &shanghai, |approval| approval.deadline.map(|at| at.since(eight)).known())
    };
    for form in [
        "2026-11-25T20:00:00+08:00",
        "2026-11-25T20:00:00",
        "2026-11-25 20:00:00",
        "2026-11-25 20:00:00.000456",
        "2026-11-25 12:00:00 UTC",
        "Wed, 25 Nov 2026 12:00:00 GMT",
    ] {
        assert_eq!(deadline(form), Some(0), "{form}");
    }
    assert_eq!(deadline("2026-11-25"), Some(4 * 3_600_000 - 1), "a date alone lasts until its end");
    assert_eq!(deadline("next week"), None);
}

#[test]
fn nearly_json_is_read_as_far_as_it_is_clear() {
    let comma = event("inventory", r#"{"type":"inventory:change","productId":"p","newQuantity":4,"tags":["a",],}"#);
    assert!(matches!(View::of(&comma), Some(View::InventoryChange(change)) if change.on_hand() == Some(Quantity::from(4))));
    let nan =
        event("inventory", r#"{"type":"inventory:change","productId":"p","oldQuantity":NaN,"newQuantity":4,"changeAmount":-Infinity}"#);
    assert!(
        matches!(View::of(&nan), Some(View::InventoryChange(change)) if change.old_quantity.unread() == Some("NaN") && change.change_amount.unread() == Some("-Infinity"))
    );
    let deep = format!(r#"{{"type":"inventory:change","productId":"p","newQuantity":4,"m":{}{}}}"#, "[".repeat(3_000), "]".repeat(3_000));
    assert!(View::of(&event("inventory", &deep)).is_some());
}

#[test]
fn a_row_is_one_line_whatever_its_words_hold() {
    let json = r#"{"type":"system:alert","level":"critical","message":"first\r\nsecond\u0000\u202egnp.exe\u2066 \u0007","timestamp":1795223788150}"#;
    assert_eq!(Catalogue::builtin().row(&event("system", json), Conventions::plain()).label, "first second gnp.exe");
    let long = format!(r#"{{"type":"system:alert","message":"{}"}}"#, "木".repeat(1 << 20));
    assert_eq!(Catalogue::builtin().row(&event("system", &long), Conventions::plain()).label.chars().count(), line::LABEL);
}

#[test]
fn the_second_bridges_kinds_are_known() {
    let change = finance_of(r#"{"type":"finance:change","recordId":"r","action":"paid","amount":7}"#, Conventions::plain(), |record| {
        (record.action.map(|word| word.to_string()), record.record_type.is_none(), record.amount.known())
    });
    assert_eq!(change, (Some("confirmed".into()), true, Money::from_json("7")));
    let update = event("products", r#"{"type":"data:update","resource":"products","id":7,"action":"Update"}"#);
    assert!(
        matches!(View::of(&update), Some(View::DataChange(change)) if change.action.as_deref() == Some("updated") && change.resource_id == "7")
    );
    assert_eq!(update.subject.as_deref(), Some("product:7"));
}

proptest! {
    /// Every kind with every field in every shape: no panic anywhere, and a row that is one line.
    #[test]
    fn any_value_in_any_field_is_survived(kind in 0_usize..20, values in proptest::collection::vec(0_usize..TOKENS.len(), 24), skew in any::<i64>(), received in any::<i64>()) {
        let infos = Catalogue::builtin().kinds();
        let info = &infos[(kind * 7) % infos.len()];
        let fields: Vec<String> =
            info.fields.iter().zip(&values).map(|(field, value)| format!("\"{}\":{}", field.name, TOKENS[*value])).collect();
        let json = format!(r#"{{"type":"{}","timestamp":{},{}}}"#, info.kind, TOKENS[values[23]], fields.join(","));
        let channel = info.channels[0].replace('*', "x");
        let conventions = Conventions::of("Asia/Shanghai", "CNY");
        let source = "s".into();
        let event = Catalogue::builtin().normalise_as(incoming(&channel, &json), &Intake { source: &source, received_at: Millis(received), skew, conventions: &conventions });
        let row = Catalogue::builtin().row(&event, &conventions);
        prop_assert!(row.label.chars().count() <= line::LABEL && !row.label.contains('\n'));
        let _all = (View::read(&event, &conventions), unread::of(&event, &conventions), event.doubted_time(&conventions), event.lateness());
    }
}

/// What stands where something else should.
const TOKENS: [&str; 44] = [
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "\"  \"",
    "0",
    "-0",
    "-1",
    "1",
    "7.5",
    "1e28",
    "-7.9e28",
    "1e29",
    "1e308",
    "1e-400",
    "1e999999999",
    "1e-999999999",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "0.1000000000000000055511151231257827021181583404541015625",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "NaN",
    "-Infinity",
    "\"NaN\"",
    "\"1,234.50\"",
    "\"¥ 5\"",
    "\"(12)\"",
    "\"１２\"",
    "\"\\ud83d\"",
    "\"\\u0000\"",
    "\"\u{202e}abc\"",
    "\"CRITICAL\"",
    "\"OUT\"",
    "\"confirmed\"",
    "[7,\"Wang\"]",
    "{\"id\":7,\"name\":\"Wang\"}",
    "1795223788150",
    "17952237881500",
    "\"2026-11-25 20:00:00\"",
    "\"0001-01-01T00:00:00Z\"",
];
