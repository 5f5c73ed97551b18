//! Requests for approval that a pack makes of what is published of the things themselves.

use watchdeck_events::{
    Catalogue, Event, Incoming, Millis, Payload,
    catalogue::{NeedFor, NeedType},
    erp::{Approval, ApprovalStage, Origin},
};

fn event(channel: &str, json: &str) -> Event {
    let incoming =
        Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) };
    Catalogue::builtin().normalise(incoming, &"s".into(), Millis(1_795_223_788_150))
}

/// Where it stands, whether it counts alone, and what it is about.
fn told(channel: &str, json: &str) -> Option<(ApprovalStage, bool, String)> {
    let event = event(channel, json);
    let approval = Approval::told_by(&event)?;
    let alone = match approval.origin {
        Origin::Published => panic!("{json} was not published as a request"),
        Origin::Derived { alone } => alone,
    };
    Some((approval.stage, alone, format!("{}:{}", approval.resource_type.as_deref().unwrap_or_default(), approval.resource_id)))
}

fn order(order_type: &str, from: &str, to: &str) -> Option<(ApprovalStage, bool, String)> {
    let json = format!(
        r#"{{"type":"order:status","orderType":"{order_type}","orderId":"r1","orderNumber":"RT-1","oldStatus":"{from}","newStatus":"{to}","userId":"u7"}}"#
    );
    told("orders", &json)
}

#[test]
fn the_state_of_a_return_asks_and_says_what_became_of_it() {
    let about = || "return:r1".to_owned();
    assert_eq!(order("return", "draft", "submitted"), Some((ApprovalStage::Request, true, about())));
    assert_eq!(order("return", "submitted", "approved"), Some((ApprovalStage::Approved, true, about())));
    assert_eq!(order("return", "submitted", "rejected"), Some((ApprovalStage::Rejected, true, about())));
    assert_eq!(order("return", "submitted", "cancelled"), Some((ApprovalStage::Withdrawn, false, about())));
    assert_eq!(order("return", "pending", "approved"), Some((ApprovalStage::Approved, false, about())), "nobody may have asked");
    assert_eq!(order("return", "approved", "in_transit"), None);
    assert_eq!(order("sales", "draft", "submitted"), None, "only returns are decided so");
    assert_eq!(order("退货单", "草稿", "已提交"), Some((ApprovalStage::Request, true, about())), "in whatever words");
}

#[test]
fn whoever_brought_a_result_about_did_not_ask() {
    let submitted = event("orders", r#"{"type":"order:status","orderType":"return","orderId":"r1","newStatus":"submitted","userId":"u7"}"#);
    let approved = event("orders", r#"{"type":"order:status","orderType":"return","orderId":"r1","newStatus":"approved","userId":"u9"}"#);
    let (asked, decided) = (Approval::told_by(&submitted).unwrap(), Approval::told_by(&approved).unwrap());
    assert_eq!(asked.requester_name.as_deref(), Some("u7"));
    assert_eq!((decided.requester_name, decided.approver_name.as_deref()), (None, Some("u9")));
}

#[test]
fn reviews_say_it_by_their_kind_and_bookings_by_their_state() {
    let review = |kind: &str| {
        let json = format!(
            r#"{{"type":"{kind}","review_id":"v1","content_type":"chapter","content_id":"c9","submitter_id":"u1","reviewer_id":"u2","reason":"x"}}"#
        );
        told("events", &json)
    };
    assert_eq!(review("review.submitted"), Some((ApprovalStage::Request, true, "review:v1".into())));
    assert_eq!(review("review.approved"), Some((ApprovalStage::Approved, true, "review:v1".into())));
    assert_eq!(review("review.rejected"), Some((ApprovalStage::Rejected, true, "review:v1".into())));

    let booking = |state: &str| {
        let json = format!(
            r#"{{"type":"booking.status.change","bookingId":88,"bookingNo":"BK-88","username":"小周","status":"{state}","amount":"¥120.50"}}"#
        );
        told("booking.status.change", &json)
    };
    assert_eq!(booking("pending"), Some((ApprovalStage::Request, true, "booking:88".into())));
    assert_eq!(booking("已确认"), Some((ApprovalStage::Approved, true, "booking:88".into())));
    assert_eq!(booking("cancelled"), Some((ApprovalStage::Withdrawn, false, "booking:88".into())));
    assert_eq!(booking("paid"), None);
    let asked =
        event("booking.status.change", r#"{"type":"booking.status.change","bookingId":88,"status":"pending","amount":"120.50 CNY"}"#);
    let asked = Approval::told_by(&asked).unwrap();
    assert_eq!(
        (asked.amount.known().map(|amount| amount.to_string()), asked.currency.unwrap().to_string()),
        (Some("120.50".into()), "CNY".into())
    );
}

#[test]
fn what_is_published_as_a_request_is_one_and_is_not_derived() {
    let event = event("approvals", r#"{"type":"approval:request","resourceType":"return","resourceId":"r1"}"#);
    assert_eq!(Approval::told_by(&event).unwrap().origin, Origin::Published);
}

#[test]
fn approving_a_return_needs_the_refund_and_rejecting_it_does_not() {
    let needs = Catalogue::builtin().needs("return");
    let [refund] = needs else { panic!("{needs:?}") };
    assert_eq!(
        (&*refund.name, refund.need_type, refund.needed_to, refund.offers_amount),
        ("refundAmount", NeedType::Number, NeedFor::Approve, true)
    );
    assert_eq!((refund.least, refund.most), (Some(0.into()), Some(999_999.into())));
    assert!(Catalogue::builtin().needs("order").is_empty());
}

#[test]
fn a_request_is_looked_for_under_every_subject_that_may_tell_of_it() {
    assert_eq!(Catalogue::builtin().subjects_of_request("return", "r1"), ["order:r1", "return:r1"]);
    assert_eq!(Catalogue::builtin().subjects_of_request("payment", "p1"), ["payment:p1"]);
}

/// A kiln's furnace that waits to be released, as a user's pack says it.
const PACK: &str = r#"
    [[kind]]
    kind = "kiln:state"
    title = { zh = "窑炉", en = "Kiln" }
    domain = "other"
    channels = ["kiln"]
    fields = [{ name = "oven" }, { name = "state" }, { name = "pin", mask = true, optional = true }]

    [[request]]
    of = ["kiln:state"]
    state = ["state"]
    asks = ["ready"]
    approves = ["released"]
    type = "kiln"
    id = ["oven"]
"#;

#[test]
fn a_users_pack_derives_and_takes_back() {
    let mut catalogue = Catalogue::builtin().clone();
    let way = catalogue.way();
    catalogue.add_pack(PACK).unwrap();
    assert_ne!(catalogue.way(), way, "what was computed is computed anew");
    assert!(catalogue.deriving().any(|kind| kind == "kiln:state"));
    let way = catalogue.way();
    catalogue.add_pack("[[request]]\nof = [\"kiln:state\"]\ntype = \"kiln\"").unwrap();
    assert_ne!(catalogue.way(), way);
    catalogue.add_pack("[[request]]\ntype = \"payment\"\nneeds = [{ name = \"remarks\", most = 500 }]").unwrap();
    assert_eq!(catalogue.needs("payment")[0].title.zh.as_ref(), "remarks");
}

#[test]
fn an_error_in_a_request_names_its_line_and_what_to_write_instead() {
    let cases = [
        ("of = [\"kiln:state\"]", "of = [\"kiln:stat\"]", 10, "request[0].of[0]: no pack knows `kiln:stat`; add a [[kind]] for it"),
        ("of = [\"kiln:state\"]", "of = [\"approval:request\"]", 10, "name a kind that nobody counts as one"),
        ("of = [\"kiln:state\"]", "", 9, "say which kinds tell of it, as of = [\"order:status\"]"),
        ("state = [\"state\"]", "state = [\"stat\"]", 11, "`stat` is not among the fields of kiln:state (oven, pin, state)"),
        ("state = [\"state\"]", "", 12, "without `state` these are kinds, and `ready` is not in `of`"),
        ("asks = [\"ready\"]", "", 9, "nothing asks; write the values that do, as asks = [\"submitted\"]"),
        ("approves = [\"released\"]", "approves = [\"ready\"]", 13, "`ready` cannot mean two things"),
        ("type = \"kiln\"", "", 9, "say what is asked for, as type = \"return\""),
        ("type = \"kiln\"", "type = \"{oven}\"\nneeds = [{ name = \"x\" }]", 15, "write type = \"return\", without fields"),
        ("id = [\"oven\"]", "", 9, "say which field is the thing's own id"),
        ("id = [\"oven\"]", "id = [\"oven\"]\nreason = [\"pin\"]", 16, "`pin` is masked and must not be shown here"),
        ("id = [\"oven\"]", "id = [\"oven\"]\nneeds = [{ name = \"x\", least = \"few\" }]", 16, "is a number, as least = 0"),
        ("id = [\"oven\"]", "id = [\"oven\"]\nneeds = [{ name = \"x\", default = \"all\" }]", 16, "default = \"amount\""),
        ("id = [\"oven\"]", "id = [\"oven\"]\nwhen = [{ field = \"kind\", is = [\"x\"] }]", 16, "`kind` is not among the fields"),
        ("id = [\"oven\"]", "id = [\"oven\"]\nasked = [\"x\"]", 16, "unknown field `asked`"),
    ];
    let mut elsewhere = Vec::new();
    for (from, to, line, expected) in cases {
        let error = Catalogue::builtin().clone().add_pack(&PACK.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: expected {expected}, got {error}");
        if error.line != line {
            elsewhere.push(format!("{to}: {line}, said {error}"));
        }
    }
    assert_eq!(elsewhere, [""; 0]);
}
