use super::*;
use proptest::prelude::*;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};

const AT: i64 = 1_795_660_000_123;

fn stored(payload: &str, actor: Option<&str>, at: i64) -> Stored {
    let event = Event {
        id: "x".into(),
        kind: Kind::from("order:status"),
        channel: Channel::from("orders"),
        occurred_at: Millis(at),
        received_at: Millis(at + 1),
        source: "s".into(),
        subject: Some("order:SO-1".into()),
        actor: actor.map(Into::into),
        severity: Severity::Warning,
        payload: Payload::from_json(payload),
    };
    Stored { seq: 1, offset: 0, event }
}

/// What is known of a block, after it was kept and read.
fn summary<'a>(events: impl IntoIterator<Item = (&'a str, i64)>) -> Summary<'static> {
    let mut builder = Builder::new(7);
    events.into_iter().for_each(|(payload, at)| builder.add(&stored(payload, Some("张三"), at), [1, 2, 3], 0));
    let Summarised { summary: made, marks } = builder.finish();
    let kept = made.encode();
    let read = Summary::decode(7, &kept);
    assert_eq!((read.as_ref(), Marks::decode(&marks.encode())), (Some(&made), Some(marks)));
    made
}

/// What is known of frames with such payloads.
fn marks(payloads: &[(&str, usize)]) -> Marks {
    let mut builder = Builder::new(7);
    payloads.iter().for_each(|(payload, frame)| builder.add(&stored(payload, None, AT), [1, 2, 3], *frame));
    builder.finish().marks
}

#[test]
fn of_a_text_the_frames_are_known_that_it_may_stand_in() {
    let found =
        marks(&[(r#"{"reason":"\u76d8\u70b9","at":1}"#, 0), (r#"{"reason":"维护窗口","at":1}"#, 3), (r#"{"reason":"SKU-20487"}"#, 9)]);
    let may_say = |text: &str| found.may_say(&Wanted::of(&fold(text)));
    assert_eq!(
        [may_say("盘点"), may_say("维护"), may_say("sku-20487")].map(|frames| frames & 0b1011),
        [1, 8, 2],
        "a ninth frame has the bit of the first but one"
    );
    assert_eq!(may_say("reason") & 0b1011, 0b1011, "what came before is met in later frames, too");
    assert_eq!((may_say("鲸鱼"), may_say("order:SO-1")), (0, 0), "neither is said, nor what an event is about");
    assert_eq!((may_say(""), may_say(&AT.to_string())), (u8::MAX, u8::MAX), "of nothing and of times nothing is known");
}

fn may_find(summary: &Summary<'_>, text: &str) -> bool {
    summary.may_say(&Wanted::of(&fold(text)))
}

#[test]
fn what_is_there_is_never_ruled_out_however_it_is_written() {
    let found = summary([(r#"{"reason":"\u76d8\u70b9 \ud83d\ude00 a\/b \"q\"","sku":"ＳＫＵ－１０４"}"#, AT)]);
    for text in ["盘点", "盘", "sku-104", "SKU", "😀", "a/b", "\"q\"", "张三", "order:status", "SO-1", "\\u76d8", "", "s"] {
        assert!(may_find(&found, text), "{text}");
    }
    for text in ["盘库", "李四", "nowhere"] {
        assert!(!may_find(&found, text), "{text}");
    }
    let wrongly = (105..205).filter(|n| may_find(&found, &format!("sku-{n}"))).count();
    assert!(wrongly < 8, "{wrongly} of 100");
}

#[test]
fn everything_else_of_a_block_is_known_exactly() {
    let found = summary([("{}", AT), ("{}", AT + 60_000), ("{}", AT + 60_001)]);
    assert_eq!((found.block, found.severities), (7, 1 << Severity::Warning.code()));
    assert_eq!((found.occurred.clone(), found.received.clone()), (AT..=AT + 60_001, AT + 1..=AT + 60_002));
    let named = |column: usize, number| found.names[column].contains(&number);
    assert!(named(0, 1) && named(1, 2) && named(2, 3) && !named(0, 2) && !named(2, 1));
    assert!(found.may_be_about("order:SO-1") && found.may_be_by("张三"));
    assert!(!found.may_be_about("order:SO-2") && !found.may_be_by("李四"));
    let counts = found.counts().unwrap();
    assert_eq!((counts.minutes, &*counts.domains, counts.cells.values().copied().collect()), (1, &["order".into()][..], vec![1, 2]));
}

#[test]
fn a_block_without_events_holds_nothing() {
    let nothing = summary([]);
    assert!(nothing.occurred.is_empty() && !may_find(&nothing, "anything") && !nothing.may_be_about("order:SO-1"));
}

#[test]
fn a_full_block_takes_little_and_still_says_no() {
    let payload = |n: i64| {
        let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!(
            r#"{{"type":"order:status","timestamp":{},"order":"PO-2026-{:05}","amount":{}.50,"reason":"盘点差异"}}"#,
            AT + n * 37,
            n % 900,
            mixed % 9_999
        )
    };
    let payloads: Vec<_> = (0..4_096).map(|n| (payload(n), AT + n * 37)).collect();
    let found = summary(payloads.iter().map(|(payload, at)| (payload.as_str(), *at)));
    assert!(found.encode().len() < 4_096 * 6, "{} bytes", found.encode().len());
    assert!(payloads.iter().all(|(payload, _)| may_find(&found, payload)));
    for (text, most) in [("QX-#-none", 10), ("PO-2027-#", 25), ("PO-2026-2#", 25), ("无#处", 10)] {
        let wrongly = (0..500).filter(|n| may_find(&found, &text.replace('#', &format!("{}", 1_000 + n)))).count();
        assert!(wrongly < most, "{text}: {wrongly} of 500");
    }
}

#[test]
fn a_time_is_found_by_its_digits_and_takes_no_room() {
    let payload = |at: i64| format!(r#"{{"timestamp":{at},"again":"{at}"}}"#);
    let payloads: Vec<_> = (0..2_000).map(|n| (payload(AT + n * 17), AT + n * 17)).collect();
    let found = summary(payloads.iter().map(|(payload, at)| (payload.as_str(), *at)));
    assert!(found.encode().len() < 1_000, "{} bytes", found.encode().len());
    assert!(payloads.iter().all(|(payload, _)| may_find(&found, payload) && may_find(&found, &payload[13..26])));
    assert!(!may_find(&found, "1795660100000") && !may_find(&found, "17956601") && !may_find(&found, "-66000"));
}

#[test]
fn a_block_with_too_many_texts_rules_none_out() {
    let large =
        format!(r#"{{"a":"{}"}}"#, (0..MOST_PIECES as u64).map(|n| format!("{:x} ", n.wrapping_mul(0x9e37_79b9))).collect::<String>());
    let found = summary([(&*large, 5)]);
    assert!(may_find(&found, "anything") && !may_find(&found, "无处"));
    assert_eq!(found.occurred, 5..=5, "the rest is known all the same");
}

proptest! {
    #[test]
    fn every_part_of_every_text_may_be_found(text in "\\PC{1,60}", from in 0usize..60, length in 1usize..20) {
        let json = serde_json::to_string(&text).unwrap();
        let (found, marks) = (summary([(&*json, AT)]), marks(&[("{}", 1), (&json, 5)]));
        let part: String = text.chars().skip(from).take(length).collect();
        // What a search would find by the same folding: a part that begins with a mark that composes is none of it.
        if fold(&text).contains(&*fold(&part)) {
            prop_assert!(may_find(&found, &part), "{part:?} of {text:?}");
            prop_assert!(marks.may_say(&Wanted::of(&fold(&part))) & Marks::bit(5) != 0, "{part:?} of {text:?}");
        }
    }

    #[test]
    fn every_part_of_every_payload_may_be_found(
        texts in proptest::collection::vec("[a-c\"\\\\:,盘点＂ ]{0,9}", 1..4), late in 0i64..5_000, number in any::<u32>(), from in 0usize..200, length in 1usize..30,
    ) {
        let at = AT + late;
        let json = serde_json::json!({"timestamp": at, "n": number, "m": [at, at - 1], "t": format!("{at}{number}"), "texts": texts}).to_string();
        let found = summary([(&*json, at), ("{}", AT + 2_500)]);
        let folded = fold(&json);
        let part: String = folded.chars().skip(from % folded.chars().count()).take(length).collect();
        prop_assert!(may_find(&found, &part), "{part:?} of {json}");
        prop_assert!(texts.iter().all(|text| may_find(&found, text)));
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        prop_assert!(Summary::decode(0, &bytes).is_none_or(|read| read.block == 0));
        let mut table = bytes.clone();
        table.insert(0, 1);
        for frames in [Marks::decode(&bytes), Marks::decode(&table)].into_iter().flatten() {
            frames.may_say(&Wanted::of("盘点 of 12345"));
        }
        let mut changed = summary([(r#"{"a":"盘点","n":5}"#, AT)]).encode();
        let at = at.index(changed.len());
        changed[at] = to;
        if let Some(read) = Summary::decode(0, &changed) {
            may_find(&read, "盘点 of 12345");
        }
        prop_assert_eq!(Summary::decode(0, &changed[..at]), None);
    }
}
