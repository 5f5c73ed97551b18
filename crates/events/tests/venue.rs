//! The venue's topics: each is a channel and a kind, and what is on them may be anything, a bare text too.

use watchdeck_events::{Catalogue, Conventions, Domain, Event, Incoming, Millis, Payload, Severity};

const AT: Millis = Millis(1_795_223_788_150);

fn receive(topic: &str, json: &str) -> Event {
    let incoming = Incoming {
        channel: topic.into(),
        offset: None,
        id: Some("0f1e".into()),
        server_at: Some(AT),
        kind: Some(topic.into()),
        payload: Payload::from_json(json),
    };
    Catalogue::builtin().normalise(incoming, &"venue".into(), AT.plus(20))
}

/// Every topic with its kind, its domain and a payload as its programs make it.
const TOPICS: [(&str, &str, Domain, &str, &str); 17] = [
    ("venue.status.update", "venue.status.update", Domain::Venue, r#"{"venueId":3,"venueName":"3号场","status":"occupied"}"#, "3号场"),
    ("booking.status.change", "booking.status.change", Domain::Venue, r#"{"bookingId":88,"bookingNo":"BK-88","status":"paid"}"#, "BK-88"),
    ("booking.conflict", "booking.conflict", Domain::Venue, r#"{"venueId":3,"message":"3号场 19:00 重复预订"}"#, "3号场 19:00 重复预订"),
    ("order.status.update", "order.status.update", Domain::Orders, r#"{"orderNo":"SO-7","status":"completed"}"#, "SO-7"),
    ("product.stock.change", "product.stock.change", Domain::Inventory, r#"{"productId":5,"productName":"羽毛球","stock":12}"#, "羽毛球"),
    ("logistics.update", "logistics.update", Domain::Orders, r#"{"orderNo":"SO-7","trackingNo":"SF1","status":"in_transit"}"#, "SO-7"),
    ("forum.new.post", "forum.new.post", Domain::Social, r#"{"postId":1,"title":"约球","username":"小周"}"#, "约球"),
    ("forum.new.comment", "forum.new.comment", Domain::Social, r#"{"postId":1,"content":"我来","postAuthorId":9}"#, "我来"),
    ("forum.like.update", "forum.like.update", Domain::Social, r#"{"postId":1,"postTitle":"约球","likeCount":8}"#, "约球"),
    ("dashboard.data.update", "dashboard.data.update", Domain::Data, r#"{"name":"今日预订"}"#, "今日预订"),
    ("system.alert", "system.alert", Domain::System, r#"{"level":"critical","message":"支付服务不可用"}"#, "支付服务不可用"),
    ("chat.new.message", "chat.new.message", Domain::Social, r#"{"chatId":4,"content":"还有场地吗"}"#, "还有场地吗"),
    ("chat.agent.assign", "chat.agent.assign", Domain::Social, r#"{"chatId":4,"agentName":"小李"}"#, "小李"),
    ("venue_notice", "venue_notice", Domain::Venue, r#"{"title":"闭馆通知"}"#, "闭馆通知"),
    ("post_like_to_alice", "post_like_to", Domain::Social, r#"{"postId":1,"postTitle":"约球","fromUser":"bob"}"#, "约球"),
    ("post_comment_to_alice", "post_comment_to", Domain::Social, r#"{"postId":1,"content":"同去"}"#, "同去"),
    (
        "notification",
        "notification",
        Domain::Notification,
        r#"{"level":"info","message":"今晚维护","timestamp":1795223788000}"#,
        "今晚维护",
    ),
];

#[test]
fn every_topic_has_titles_a_domain_and_words_for_its_row() {
    for (topic, kind, domain, json, label) in TOPICS {
        let event = receive(topic, json);
        assert_eq!(event.kind.as_str(), kind);
        let info = Catalogue::builtin().get(&event.kind, &event.channel).unwrap_or_else(|| panic!("{topic} is not in the pack"));
        assert!(!info.title.zh.is_ascii() && info.title.en.is_ascii() && !info.title.en.is_empty(), "{topic} needs both titles");
        let row = Catalogue::builtin().row(&event, Conventions::plain());
        assert_eq!((row.domain, row.label.as_str()), (domain, label), "{topic}");
        assert_eq!(event.payload.as_str(), json);
    }
}

#[test]
fn a_bare_text_is_what_its_row_says() {
    for (topic, kind, domain, ..) in TOPICS {
        let event = receive(topic, "\"3号场 19:00 已被预订\"");
        let row = Catalogue::builtin().row(&event, Conventions::plain());
        assert_eq!((event.kind.as_str(), row.domain, row.label.as_str()), (kind, domain, "3号场 19:00 已被预订"));
        assert_eq!((event.subject, event.occurred_at), (None, AT), "{topic}: without a time of its own, the server's counts");
    }
}

#[test]
fn a_topic_with_a_name_in_it_is_one_kind_for_everybody() {
    let [alice, bob] = ["post_like_to_alice", "post_like_to_bob"].map(|topic| receive(topic, "\"有人赞了你的帖子\""));
    assert_eq!((alice.kind.as_str(), alice.kind.as_str().as_ptr()), ("post_like_to", bob.kind.as_str().as_ptr()));
    assert_ne!(alice.channel, bob.channel, "whose it is stays on the channel");
    assert_eq!(receive("post_like_to_", "\"x\"").kind.as_str(), "post_like_to_", "without a name it is another topic");
    let named = receive("post_comment_to_alice", r#"{"type":"inventory:change"}"#);
    assert_eq!(named.kind.as_str(), "post_comment_to", "what the channel fixes goes before everything else");
}

#[test]
fn what_the_server_broadcasts_is_as_grave_as_it_says() {
    for (level, severity) in [
        ("critical", Severity::Critical),
        ("error", Severity::Warning),
        ("warning", Severity::Warning),
        ("success", Severity::Success),
        ("info", Severity::Info),
        ("other", Severity::Warning),
    ] {
        let json = format!(r#"{{"id":"n1","type":"notification","level":"{level}","message":"m","timestamp":1795223788000}}"#);
        let event = receive("notification", &json);
        assert_eq!((event.severity, event.occurred_at), (severity, Millis(1_795_223_788_000)), "{level}");
    }
    assert_eq!(receive("system.alert", "\"磁盘将满\"").severity, Severity::Warning, "an alert that does not say how bad is worth a look");
    assert_eq!(receive("order.status.update", r#"{"orderNo":"1","status":"cancelled"}"#).severity, Severity::Warning);
}

#[test]
fn topics_that_nobody_planned_find_their_domain() {
    for (topic, domain) in
        [("venue.price.update", Domain::Venue), ("forum.topic.pinned", Domain::Social), ("order.refund.update", Domain::Orders)]
    {
        let event = receive(topic, "\"x\"");
        assert_eq!((event.kind.as_str(), Catalogue::builtin().row(&event, Conventions::plain()).domain), (topic, domain));
    }
}
