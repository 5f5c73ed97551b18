//! What the publishing functions write, the catalogue and the views read back. The JSON is spelled out: it is the ERP's wire.

use watchdeck_events::{
    Catalogue, Channel, Conventions, Event, GapReason, Incoming, Millis, Money, Payload, Quantity, Severity, Stated,
    erp::{Approval, ApprovalStage, Finance, Gap, InventoryChange, Notification, OrderStatus, System, SystemLevel, View},
    publish::{self, DataMove, MoneyMove, Notice, OrderMove, Request, StockChange, SystemNotice, Verdict},
};

const AT: Millis = Millis(1_795_223_788_150);

fn receive((channel, json): (Channel, String)) -> Event {
    let incoming = Incoming { channel, offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) };
    Catalogue::builtin().normalise(incoming, &"test".into(), AT.plus(5))
}

fn money(text: &str) -> Money {
    Money::from_json(text).expect("an amount")
}

fn request() -> Request<'static> {
    Request {
        resource_type: "order",
        resource_id: "o1",
        resource_number: "SO-1",
        requester_id: "u7",
        requester_name: "李强",
        reason: Some("超出额度"),
        amount: Some(money("12800.50").into()),
        currency: Some("CNY"),
        deadline: Some(AT.plus(600_000)),
    }
}

#[test]
fn a_stock_change_adds_up_on_the_wire() {
    let message = publish::inventory_change(
        AT,
        &StockChange {
            action: "outbound",
            product_id: "p1",
            product_name: Some("瓷砖"),
            product_code: None,
            variant_id: None,
            warehouse: None,
            old_quantity: Quantity::from_json("120.5").expect("a quantity"),
            new_quantity: Quantity::from(100),
            reason: None,
            operator: Some("王芳"),
        },
    );
    assert_eq!(message.0.as_str(), "inventory");
    assert_eq!(
        message.1,
        r#"{"type":"inventory:change","timestamp":1795223788150,"action":"outbound","productId":"p1","productName":"瓷砖","oldQuantity":120.5,"newQuantity":100,"changeAmount":-20.5,"operator":"王芳"}"#
    );
    let event = receive(message);
    let Some(View::InventoryChange(InventoryChange { old_quantity, new_quantity, change_amount, operator, .. })) = View::of(&event) else {
        panic!("no view of {event:?}");
    };
    assert_eq!(old_quantity.known().zip(change_amount.known()).and_then(|(old, change)| old.plus(change)), new_quantity.known());
    assert_eq!(operator.as_deref(), Some("王芳"));
}

#[test]
fn a_request_and_its_result_are_about_the_same_thing() {
    let asked = receive(publish::approval_request(AT, &request()));
    assert_eq!((asked.subject.as_deref(), asked.actor.as_deref(), asked.severity), (Some("order:o1"), Some("李强"), Severity::Warning));
    let Some(View::Approval(Approval { stage: ApprovalStage::Request, amount, deadline, .. })) = View::of(&asked) else {
        panic!("no view of {asked:?}");
    };
    assert_eq!((amount, deadline), (Stated::Known(money("12800.50")), Stated::Known(AT.plus(600_000))));

    let verdict =
        Verdict {
            approve: false, approver_id: "u1", approver_name: "陈静", comment: Some("缺合同"), title: "已驳回", message: "SO-1"
        };
    let [result, told] = publish::approval_result(AT, &request(), &verdict).map(receive);
    assert_eq!(
        (result.kind.as_str(), result.subject.as_deref(), result.actor.as_deref()),
        ("approval:rejected", Some("order:o1"), Some("陈静"))
    );
    let Some(View::Approval(Approval { stage: ApprovalStage::Rejected, comment, .. })) = View::of(&result) else { panic!("{result:?}") };
    assert_eq!(comment.as_deref(), Some("缺合同"));
    assert_eq!(told.channel.user(), Some("u7"), "who asked is told");
    assert!(matches!(View::of(&told), Some(View::Notification(Notification { .. }))));
}

#[test]
fn money_keeps_its_digits() {
    let message = publish::finance(
        AT,
        None,
        &MoneyMove {
            kind: "finance:payment",
            action: "confirmed",
            record_type: "payment",
            record_id: "f1",
            record_number: "PAY-1",
            amount: money("9007199254740993.10").into(),
            customer_id: Some("c1"),
            customer_name: Some("上海建工"),
            supplier_id: None,
            supplier_name: None,
        },
    );
    assert!(message.1.contains(r#""amount":9007199254740993.10,"#), "{}", message.1);
    let event = receive(message);
    let Some(View::Finance(Finance { amount, .. })) = View::of(&event) else { panic!("{event:?}") };
    assert_eq!(amount, Stated::Known(money("9007199254740993.10")));
    assert_eq!(Catalogue::builtin().row(&event, Conventions::plain()).amount.as_deref(), Some("9007199254740993.10"));
}

#[test]
fn every_other_function_publishes_what_the_views_read() {
    let order = OrderMove {
        order_type: "sales",
        order_id: "o1",
        order_number: "SO-1",
        old_status: "paid",
        new_status: "paid",
        customer_id: None,
        customer_name: None,
    };
    let event = receive(publish::order_status(AT, None, &order));
    let Some(View::OrderStatus(view @ OrderStatus { .. })) = View::of(&event) else { panic!("{event:?}") };
    assert!(!view.is_transition(), "an order that stays where it is has not moved");

    for (resource, channel) in [("product", "products"), ("category", "products"), ("customer", "customers"), ("supplier", "suppliers")] {
        let change = DataMove { resource, action: "updated", resource_id: "1", resource_name: None, changes: None };
        let event = receive(publish::data_change(AT, None, &change));
        assert_eq!(event.channel.as_str(), channel);
        assert_eq!(event.subject.as_deref(), Some(format!("{resource}:1").as_str()));
        assert!(matches!(View::of(&event), Some(View::DataChange(_))), "{event:?}");
    }

    let notice = SystemNotice {
        kind: "system:maintenance",
        level: "warning",
        message: "m",
        affected_users: &["u1", "u2"],
        scheduled_time: Some(AT.plus(1000)),
        estimated_duration: Some(30),
    };
    let event = receive(publish::system(AT, &notice));
    let Some(View::System(System { level: SystemLevel::Warning, affected_users, .. })) = View::of(&event) else { panic!("{event:?}") };
    assert_eq!(affected_users, ["u1", "u2"]);

    let event = receive(publish::broadcast(AT, "critical", "m"));
    assert_eq!((event.kind.as_str(), event.channel.as_str(), event.severity), ("system:alert", "broadcast", Severity::Critical));

    let told = publish::notify_user(
        "7",
        AT,
        &Notice { notification_type: "info", title: "t", message: "m", action_url: None, action_label: None },
    );
    assert_eq!(told.0.as_str(), "user:7:notifications");
    assert_eq!(
        told.1,
        r#"{"type":"notification","timestamp":1795223788150,"userId":"7","notificationType":"info","title":"t","message":"m"}"#
    );

    let orders = Channel::from("orders");
    let event = receive(publish::gap(&orders, AT, AT.plus(-5000), AT, GapReason::BridgeDown));
    let Some(View::Gap(Gap { from, to, reason: GapReason::BridgeDown, .. })) = View::of(&event) else { panic!("{event:?}") };
    assert_eq!(to.since(from), 5000);

    let mut body = serde_json::Map::new();
    body.insert("n".into(), 1.into());
    assert_eq!(publish::any(&Channel::from("x"), "y", AT, &body).1, r#"{"type":"y","timestamp":1795223788150,"n":1}"#);
}

#[test]
fn a_payload_that_does_not_say_what_it_is_about_is_a_row_without_a_view() {
    let event = receive((
        Channel::from("inventory"),
        r#"{"type":"inventory:change","productId":null,"productName":"瓷砖","newQuantity":7}"#.into(),
    ));
    assert_eq!(View::of(&event), None);
    assert_eq!(Catalogue::builtin().row(&event, Conventions::plain()).label, "瓷砖");
}
