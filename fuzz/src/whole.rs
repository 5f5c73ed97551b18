//! The whole way of an event: normalise → facts → projections → rules → rows → words, as the console goes it.
//!
//! What once ended it for good was one event whose numbers had no room. So every input here is a handful of events, with hostile values in any field, and
//! after them everything that a window or a toast would ask for is asked for, and what is computed is written down and read again, as at a start.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};
use watchdeck_alerts::{AlertBook, rules, words::Words, written::Written};
use watchdeck_console::Settings;
use watchdeck_events::{Catalogue, Conventions, Event, Incoming, Intake, Millis, Payload, fields::Fields, identity::Doubles, line, unread};
use watchdeck_filter::Filter;
use watchdeck_store::Stored;
use watchdeck_world::{World, arrival::Arrival, calendar::Calendar, facts::Facts, rows};

/// Events of one input.
const EVENTS: usize = 24;
/// No date of a handshake is farther from ours, ms: such a header has four digits for the year.
const FARTHEST: i64 = 253_402_300_800_000;
/// When the first of them is received.
const NOW: Millis = Millis(1_795_223_788_150);

/// Everything that is computed of events.
struct Computed {
    world: World,
    book: AlertBook,
    written: Written,
    calendar: Calendar,
    settings: Settings,
    doubles: Doubles,
    source: Arc<str>,
    conventions: Conventions,
}

/// Feeds the events of an input, each ended by `end`; answers a fingerprint of what became of them.
pub(crate) fn feed(text: &str, end: char) -> u64 {
    let mut shape = DefaultHasher::new();
    let mut computed = Computed {
        world: World::default(),
        book: AlertBook::default(),
        written: Written::of(&Settings::default(), Millis(0), 0, Written::default()),
        calendar: Calendar::system(),
        settings: Settings::default(),
        doubles: Doubles::default(),
        source: "fuzz".into(),
        conventions: Conventions::of("Asia/Shanghai", "CNY"),
    };
    let events = text.split(end).map(str::trim).filter(|json| !json.is_empty()).take(EVENTS);
    for (place, json) in events.enumerate() {
        computed.take(place as u64 + 1, json, &mut shape);
    }
    computed.shown(&mut shape);
    shape.finish()
}

impl Computed {
    fn take(&mut self, seq: u64, json: &str, shape: &mut DefaultHasher) {
        let fields = Fields::of(json);
        let kind = fields.kind().unwrap_or_default();
        let info = Catalogue::builtin().kinds().iter().find(|info| info.kind.as_str() == kind);
        let channel = info.map_or_else(|| "inventory".to_owned(), |info| info.channels[0].replace('*', "7"));
        // What an input may say beside its events: how far the server's clock is off, and what it says the time is.
        let skew = fields.token("skew").and_then(|token| token.parse().ok()).unwrap_or_default();
        let skew = i64::clamp(skew, -FARTHEST, FARTHEST);
        let server_at = fields.token("serverAt").and_then(|token| token.parse().ok()).map(Millis);
        let received_at = NOW.plus(seq as i64 * 40);
        let incoming =
            Incoming { channel: channel.as_str().into(), offset: None, id: None, server_at, kind: None, payload: Payload::from_json(json) };
        let intake = Intake { source: &self.source, received_at, skew, conventions: &self.conventions };
        let event = Catalogue::builtin().normalise_with(incoming, &intake, &mut self.doubles);
        let stored = Stored { seq, offset: 0, event };
        let arrival = Arrival { live: true, skew };
        self.projected(&stored, arrival, shape);
        let unread = unread::of(&stored.event, &self.conventions);
        unread.iter().for_each(|unread| unread.field.len().hash(shape));
        self.world.unread.count(&stored, unread);
        self.searched(&stored.event, shape);
        let row = rows::row(&stored, arrival, &self.conventions);
        assert!(is_line(&row.label), "a label is one line: {:?}", row.label);
        (row.amount.is_some(), row.unread.is_some(), row.doubted_time.is_some(), row.severity.code()).hash(shape);
    }

    fn projected(&mut self, stored: &Stored, arrival: Arrival, shape: &mut DefaultHasher) {
        let facts = Facts::of(&stored.event, &self.conventions, arrival, &stored.event.source);
        facts.view.as_ref().map(std::mem::discriminant).hash(shape);
        std::hint::black_box(self.world.apply(stored, &facts, &mut self.calendar));
        let today = self.calendar.day(NOW).clone();
        let at = arrival.occurred_at(&stored.event);
        rules::evaluate(stored, &facts, at, &self.world, &self.settings, &today, &mut self.book, &mut self.written).len().hash(shape);
    }

    fn searched(&self, event: &Event, shape: &mut DefaultHasher) {
        for filter in ["amount>5 -newQuantity<=0.5", "severity>=warning productId:*1* after:2h", "\"a\""] {
            Filter::parse(filter, NOW).expect("a filter of ours").keeps(event).hash(shape);
        }
    }

    /// What a window and a toast ask for, and a start.
    fn shown(&mut self, shape: &mut DefaultHasher) {
        let today = self.calendar.day(NOW).name.clone();
        let _stock = self.world.stock.rows(&self.settings, &today, NOW);
        let orders = self.world.orders.view(NOW, 60_000);
        let finance = self.world.finance.view(self.settings.large_amount, NOW, &mut self.calendar);
        (orders.total.min(8), finance.records.len().min(8), self.world.approvals.pending_count().min(8)).hash(shape);
        for alert in self.book.active() {
            for words in [Words::CHINESE, Words::ENGLISH] {
                let (title, body) = (rules::title(words, &alert), rules::body(words, &alert));
                assert!(is_line(&title) && !has_control(&body), "a notification cannot be disturbed: {title:?} {body:?}");
                (title.is_empty(), body.is_empty()).hash(shape);
            }
        }
        for unread in self.world.unread.view(&self.source).iter().flat_map(|unread| &unread.fields) {
            assert!(is_line(&unread.sample), "a sample is one line: {:?}", unread.sample);
        }
        let written = serde_json::to_string(&self.world).expect("what is computed can be written down");
        let again: World = serde_json::from_str(&written).expect("and read again");
        assert_eq!(again.cursor, self.world.cursor, "as it was");
    }
}

fn is_line(text: &str) -> bool {
    text.chars().count() <= line::LABEL && !has_control(text)
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}
