//! What goes into a block comes out of it, whole or not at all.

use super::{
    packer::{Packed, Packer, Unpacker},
    table::{self, Table},
    *,
};
use crate::{Stored, types::Lent};
use proptest::{collection::vec, option, prelude::*};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};

const ID: &str =
    "[0-9a-f]{12}-[0-9a-f]{32}(-[0-9]{1,2})?|orders:[0-9]{1,6}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\\PC{0,9}";

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 1_795_000_000_000..1_795_000_100_000_i64, 1 => any::<i64>()]
}

fn events(most: usize) -> impl Strategy<Value = Vec<Stored>> {
    let name = || prop_oneof![8 => "[a-c]", 1 => "\\PC{0,4}"];
    let text = || option::of("product:p[0-9]{1,2}|\\PC{0,4}");
    let numbers =
        (prop_oneof![5 => Just(1_u64), 1 => 1..u64::MAX >> 16], prop_oneof![4 => 0..99_u64, 1 => any::<u64>()], time(), time(), 0..4_u8);
    let words = (ID, name(), name(), name(), text(), text(), "\\{\"quantity\":[0-9]{1,4},\"\\PC{0,20}\"\\}|\\PC{0,3}");
    vec((numbers, words), 1..most).prop_map(|all| {
        let mut seq = 0;
        let stored = |((gap, offset, occurred_at, received_at, severity), (id, source, channel, kind, subject, actor, payload)): (_, _)| {
            let (source, channel, kind): (String, String, String) = (source, channel, kind);
            let (id, subject, actor): (String, Option<String>, Option<String>) = (id, subject, actor);
            seq += gap;
            let event = Event {
                id: id.into(),
                kind: Kind::from(kind.as_str()),
                channel: Channel::from(channel.as_str()),
                occurred_at: Millis(occurred_at),
                received_at: Millis(received_at),
                source: source.into(),
                subject: subject.map(Into::into),
                actor: actor.map(Into::into),
                severity: Severity::from_code(severity),
                payload: Payload::from_json(payload),
            };
            Stored { seq, offset, event }
        };
        all.into_iter().map(stored).collect()
    })
}

fn lent(events: &[Stored]) -> Vec<Lent<'_>> {
    events.iter().map(Lent::from).collect()
}

/// Ordinary events, `count` of them.
fn ordinary(count: u64) -> Vec<Stored> {
    let stored = |n: u64| {
        let event = Event {
            id: format!("0192f1c4a{n:03x}-{:032x}", u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).into(),
            kind: Kind::from("inventory:change"),
            channel: Channel::from("inventory"),
            occurred_at: Millis(1_795_000_000_000 + n as i64 * 3),
            received_at: Millis(1_795_000_000_004 + n as i64 * 3),
            source: "main".into(),
            subject: Some(format!("product:p{}", n % 60).into()),
            actor: n.is_multiple_of(7).then(|| "张三".into()),
            severity: Severity::Info,
            payload: Payload::from_json(format!(
                r#"{{"type":"inventory:change","productId":"p{}","newQuantity":{}}}"#,
                n % 60,
                n * 37 % 1000
            )),
        };
        Stored { seq: n + 5, offset: n + 1, event }
    };
    (0..count).map(stored).collect()
}

fn sealed(events: &[Stored]) -> Vec<u8> {
    Sealer::default().seal(&lent(events)).expect("they are a run")
}

/// All that a block gives: `None` for what is broken.
fn read(bytes: Vec<u8>) -> Result<Vec<Result<Stored, Broken>>, Broken> {
    let mut scratch = Scratch::default();
    let block = Block::open(bytes, &mut Scratch::default())?;
    let mut reading = block.read(&mut scratch);
    Ok((0..block.len()).map(|at| reading.event(at)).collect())
}

/// Nothing that a block still gives may be another than it was.
fn is_noticed_or_harmless(bytes: Vec<u8>, events: &[Stored]) -> Result<(), TestCaseError> {
    let Ok(read) = read(bytes) else { return Ok(()) };
    prop_assert_eq!(read.len(), events.len());
    for (read, event) in read.into_iter().zip(events) {
        prop_assert!(read.is_err() || read.as_ref() == Ok(event), "{:?} instead of {:?}", read, event);
    }
    Ok(())
}

/// The sections of a block, unpacked.
fn sections(block: &[u8]) -> Vec<Vec<u8>> {
    let table = Table::read(block).expect("it is whole");
    let mut unpacker = Unpacker::default();
    let section = |entry| {
        let mut plain = Vec::new();
        unpacker.unpack(table.packed(block, entry).expect("it is whole"), &mut plain).expect("it is whole");
        plain
    };
    (0..table::FRAMES + table.frames()).map(section).collect()
}

/// A block of such sections, whatever is in them, with checksums that say that all is well.
fn forged(block: &[u8], sections: &[Vec<u8>]) -> Vec<u8> {
    let (table, mut packer) = (Table::read(block).expect("it is whole"), Packer::new(1));
    let packed: Vec<Packed> = sections.iter().map(|plain| packer.pack(plain)).collect();
    table::write(table.events, table.first, table.last, &packed)
}

proptest! {
    #[test]
    fn any_events_come_back_exactly(events in events(60)) {
        let (mut scratch, bytes) = (Scratch::default(), sealed(&events));
        let block = Block::open(bytes.clone(), &mut scratch).expect("it was just sealed");
        prop_assert_eq!(block.bytes(), &bytes);
        prop_assert_eq!((block.len(), block.first(), block.last()), (events.len(), events[0].seq, events[events.len() - 1].seq));
        let mut reading = block.read(&mut scratch);
        for (at, stored) in events.iter().enumerate().rev() {
            prop_assert_eq!(reading.event(at), Ok(stored.clone()));
            prop_assert_eq!(reading.payload(at), Ok(stored.event.payload.as_str()));
            let first = events.iter().position(|other| other.event.id == stored.event.id);
            prop_assert_eq!(reading.find_id(&stored.event.id), Ok(first));
        }
        prop_assert_eq!(reading.find_id("an id that nobody has"), Ok(None));
    }

    #[test]
    fn columns_are_read_without_the_rest(events in events(40)) {
        let mut bytes = sealed(&events);
        let table = Table::read(&bytes).expect("it was just sealed");
        let rest = table::IDS..table::FRAMES + table.frames();
        let rest: usize = rest.map(|entry| table.packed(&bytes, entry).map_or(0, |packed| packed.0.len())).sum();
        bytes.truncate(bytes.len() - rest);
        let block = Block::open(bytes, &mut Scratch::default()).expect("the head is whole");
        for (at, Stored { seq, offset, event }) in events.iter().enumerate() {
            prop_assert_eq!((block.position(*seq), block.seq(at), block.offset(at)), (Some(at), *seq, *offset));
            prop_assert_eq!((block.occurred_at(at), block.received_at(at)), (event.occurred_at, event.received_at));
            let label = &block.labels()[block.label_number(at)];
            prop_assert_eq!(label, block.label(at));
            prop_assert_eq!((&label.source, &label.channel), (&event.source, &event.channel));
            prop_assert_eq!((&label.kind, label.severity), (&event.kind, event.severity));
            prop_assert_eq!((block.subject(at), block.actor(at)), (event.subject.as_deref(), event.actor.as_deref()));
            prop_assert_eq!(block.subject_number(at).and_then(|number| block.subjects().nth(number)), event.subject.as_deref());
        }
        prop_assert_eq!(block.position(events[0].seq - 1), None);
    }

    #[test]
    fn garbage_is_no_block(mut garbage in vec(any::<u8>(), 0..200), begins: bool) {
        if begins && garbage.len() >= 5 {
            let version = 1 + (garbage[4] & 1);
            garbage[..4].copy_from_slice(&[b'w', b'd', b'b', version]);
        }
        prop_assert!(read(garbage).is_err());
    }
}

proptest! {
    // Each goes over every byte.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_changed_byte_is_noticed_or_harmless(events in events(12), by in 1..=255_u8) {
        let bytes = sealed(&events);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= by;
            is_noticed_or_harmless(changed, &events)?;
        }
    }

    #[test]
    fn any_cut_is_noticed_or_harmless(events in events(12)) {
        let bytes = sealed(&events);
        for end in 0..bytes.len() {
            is_noticed_or_harmless(bytes[..end].to_vec(), &events)?;
        }
    }

    #[test]
    fn what_a_forger_writes_brings_nothing_down(
        events in events(12), section in 0..4_usize, by in 1..=255_u8, garbage in vec(any::<u8>(), 0..40),
    ) {
        let bytes = sealed(&events);
        let plain = sections(&bytes);
        for at in 0..plain[section].len() {
            let mut changed = plain.clone();
            changed[section][at] ^= by;
            if let Ok(read) = read(forged(&bytes, &changed)) {
                prop_assert_eq!(read.len(), events.len());
            }
            changed[section].truncate(at);
            changed[section].extend_from_slice(&garbage);
            if let Ok(read) = read(forged(&bytes, &changed)) {
                prop_assert_eq!(read.len(), events.len());
            }
        }
    }
}

#[test]
fn what_cannot_be_a_length_is_not_believed() {
    let whole = sealed(&ordinary(30));
    let sections = Table::read(&whole).expect("it is whole").frames() + table::FRAMES;
    for section in 0..sections {
        for (field, says) in [(4, u32::MAX), (4, 200 << 20), (0, u32::MAX), (0, 0), (4, 0)] {
            let mut bytes = whole.clone();
            let (at, end) = (24 + section * 16 + field, 24 + sections * 16);
            bytes[at..at + 4].copy_from_slice(&says.to_le_bytes());
            let sum = xxhash_rust::xxh3::xxh3_64(&bytes[..end]);
            bytes[end..end + 8].copy_from_slice(&sum.to_le_bytes());
            let all = read(bytes).and_then(|read| read.into_iter().collect::<Result<Vec<_>, _>>());
            assert!(matches!(all, Err(Broken::Damaged { .. })), "section {section} says {says}: {all:?}");
        }
    }
}

#[test]
fn a_broken_frame_takes_no_other_with_it() {
    let events = ordinary(MOST_EVENTS as u64);
    let mut bytes = sealed(&events);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let read = read(bytes).expect("table and head are whole");
    let frames = MOST_EVENTS / FRAME_EVENTS;
    let (whole, broken) = read.split_at((frames - 1) * FRAME_EVENTS);
    assert!(whole.iter().zip(&events).all(|(read, event)| read.as_ref() == Ok(event)), "the frames before it are as they were");
    let said = Err(Broken::Damaged { section: Section::Frame(frames - 1), why: "it is not what was written" });
    assert!(broken.iter().all(|read| *read == said), "each event of the broken frame says so");
}

#[test]
fn payloads_of_a_kind_lie_together() {
    let mut events = ordinary(2_000);
    for stored in events.iter_mut().skip(1).step_by(100) {
        stored.event.kind = Kind::from("alert:raised");
    }
    let mut scratch = Scratch::default();
    let block = Block::open(sealed(&events), &mut scratch).expect("just sealed");
    assert_eq!(block.frames(), 4);
    let alerts = (0..2_000).filter(|at| block.label(*at).kind.as_str() == "alert:raised");
    assert!(alerts.clone().count() == 20 && alerts.clone().all(|at| block.frame_of(at) == 0), "all in one frame");
    let mut reading = block.read(&mut scratch);
    let frame = reading.frame(0).expect("it is whole");
    assert_eq!(frame.events[..20].iter().map(|at| usize::from(*at)).collect::<Vec<_>>(), alerts.collect::<Vec<_>>(), "in their order");
    assert!(
        (0..frame.events.len()).all(|nth| frame.payload(nth) == events[usize::from(frame.events[nth])].event.payload.as_str().as_bytes())
    );
    assert!((0..2_000).all(|at| reading.event(at).as_ref() == Ok(&events[at])));
}

#[test]
fn with_broken_ids_payloads_are_still_read() {
    let events = ordinary(50);
    let bytes = sealed(&events);
    let mut plain = sections(&bytes);
    plain[table::IDS].clear();
    let (mut scratch, bytes) = (Scratch::default(), forged(&bytes, &plain));
    let block = Block::open(bytes, &mut scratch).expect("the head is whole");
    let mut reading = block.read(&mut scratch);
    assert!(matches!(reading.event(7), Err(Broken::Damaged { section: Section::Ids, .. })));
    assert!(matches!(reading.find_id("x"), Err(Broken::Damaged { section: Section::Ids, .. })));
    assert_eq!(reading.payload(7), Ok(events[7].event.payload.as_str()));
}

#[test]
fn a_newer_version_is_not_called_damage() {
    let mut bytes = sealed(&ordinary(3));
    bytes[3] = 9;
    assert_eq!(read(bytes), Err(Broken::Newer(9)));
}

#[test]
fn what_is_no_run_is_not_sealed() {
    let mut sealer = Sealer::default();
    let mut events = ordinary(MOST_EVENTS as u64 + 1);
    assert_eq!(sealer.seal(&lent(&events)), Err(Unfit::Run), "one too many");
    assert_eq!(sealer.seal(&[]), Err(Unfit::Run), "none");
    events.truncate(5);
    events[3].seq = events[2].seq;
    assert_eq!(sealer.seal(&lent(&events)), Err(Unfit::Run), "two with one number");
}

#[test]
fn large_payloads_have_frames_of_their_own() {
    let mut events = ordinary(10);
    for stored in &mut events[3..6] {
        stored.event.payload = Payload::from_json(format!("\"{}\"", "库".repeat(200_000)));
    }
    let bytes = sealed(&events);
    assert_eq!(Table::read(&bytes).expect("it is whole").frames(), 4, "each of the three ends a frame");
    assert!(read(bytes).expect("it is whole").into_iter().zip(events).all(|(read, event)| read == Ok(event)));
}

#[test]
fn one_sealer_and_one_scratch_serve_many_blocks() {
    let (mut sealer, mut scratch) = (Sealer::default(), Scratch::default());
    for count in [1, 700, 3, 2_000] {
        let events = ordinary(count);
        let block = Block::open(sealer.seal(&lent(&events)).expect("a run"), &mut scratch).expect("just sealed");
        let mut reading = block.read(&mut scratch);
        assert!(events.iter().enumerate().all(|(at, event)| reading.event(at).as_ref() == Ok(event)), "{count} events");
    }
}

#[test]
fn ordinary_events_are_small() {
    let events = ordinary(MOST_EVENTS as u64);
    let bytes = sealed(&events).len();
    assert!(bytes < 30 * events.len(), "{bytes} bytes: sixteen of each event are a hash, and what counts up is nearly free");
}
