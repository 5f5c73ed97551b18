//! A day of a company, as its ERP tells it: tens of thousands of events that need nobody, and in them the situations that do. The same seed makes the same day.

use super::sorts::{OUTAGE, SORTS, STORM, Sort};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use watchdeck_events::Severity;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// It begins at six in the morning of a Friday.
const BEGINS: i64 = 1_795_759_200_000;
/// What needs nobody comes in beats of so long, ms.
const BEAT: i64 = 10_000;
/// How long a situation lasts at least once somebody can be told of it: what is over before that needs nobody any more.
const LASTS: i64 = 30 * MINUTE;
/// After the night, so that its digest is of the day.
const MORNING: i64 = 15 * MINUTE;
/// How long a console that was killed is away.
pub(super) const AWAY: i64 = 30_000;
/// Share of the events of situations that are said twice.
const DOUBLED: f64 = 0.3;
/// Letters that no number is written in.
const LETTERS: &[u8] = b"ghijklmnopqrstuvwxyz";

/// What day.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The luck.
    pub seed: u64,
    /// Events, about.
    pub events: usize,
    /// Situations that need a person.
    pub situations: usize,
    /// How long it is: the last third is night, and for a third the machine sleeps.
    pub hours: i64,
}

/// See the [module docs](self).
#[derive(Debug)]
pub struct Day {
    /// Its first moment and its last, ms since 1970.
    pub(super) from: i64,
    pub(super) until: i64,
    /// When people are to be left in peace.
    pub(super) quiet: (i64, i64),
    /// When the machine sleeps.
    pub(super) sleep: (i64, i64),
    /// When nobody can be connected with.
    pub(super) outage: (i64, i64),
    /// When the console is killed.
    pub(super) kills: Vec<i64>,
    /// In order.
    pub(super) said: Vec<Said>,
    pub(super) situations: Vec<Situation>,
    /// What others would tell somebody of, in order.
    pub(super) worthy: Vec<Worthy>,
}

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) at: i64,
    /// Whose place among all is its id: its own, or that of the same message before.
    pub(super) id: usize,
    pub(super) channel: &'static str,
    pub(super) data: String,
}

/// An event that by itself says that somebody is needed, or that nobody is any more.
#[derive(Debug, Clone)]
pub(super) struct Worthy {
    pub(super) at: i64,
    pub(super) situation: usize,
    pub(super) about: String,
    /// It is over.
    pub(super) over: bool,
}

/// Something that needs a person.
#[derive(Debug, Clone)]
pub(super) struct Situation {
    pub(super) sort: &'static Sort,
    pub(super) n: usize,
    /// Stands in everything that is said of it, and in nothing else.
    pub(super) word: String,
    pub(super) at: i64,
    pub(super) until: i64,
    /// By then somebody knows.
    pub(super) due: i64,
    /// When somebody has it.
    pub(super) acknowledged: Option<i64>,
}

/// What is written of the day so far.
pub(super) struct Tape<'a> {
    pub(super) luck: &'a mut StdRng,
    said: Vec<Said>,
    worthy: Vec<Worthy>,
}

impl Tape<'_> {
    /// The ERP says this, sometimes twice.
    pub(super) fn says(&mut self, at: i64, channel: &'static str, mut data: Value) {
        data["timestamp"] = json!(at);
        self.said.push(Said { at, id: 0, channel, data: data.to_string() });
        if self.luck.random_bool(DOUBLED) {
            // The same message once more, a little later: a gateway knows it by its content.
            self.said.push(Said { at: at + 1_000, id: 0, channel, data: data.to_string() });
        }
    }

    /// And somebody is needed for that, or is not any more.
    pub(super) fn needs(&mut self, situation: &Situation, at: i64, about: &str, over: bool) {
        self.worthy.push(Worthy { at, situation: situation.n, about: about.to_owned(), over });
    }

    /// So many minutes.
    pub(super) fn minutes(&mut self, (least, most): (i64, i64)) -> i64 {
        self.luck.random_range(least * 60..=most * 60) * 1_000
    }
}

impl Day {
    /// The day of this plan.
    #[must_use]
    pub fn of(plan: Plan) -> Self {
        let mut luck = StdRng::seed_from_u64(plan.seed);
        let (from, third) = (BEGINS, plan.hours * HOUR / 3);
        let night = from + 2 * third;
        let (quiet, until) = ((night, night + third), night + third + MORNING);
        let falls = from + third / 4 + luck.random_range(0..third / 4_000) * 1_000;
        let sleep = (falls, falls + third);
        // In the evening, which is neither: between the sleep and the night.
        let evening = (sleep.1 + 10 * MINUTE, night - 15 * MINUTE);
        let outage = evening.0 + luck.random_range(0..(evening.1 - evening.0) / 2_000) * 1_000;
        let mut day = Self {
            from,
            until,
            quiet,
            sleep,
            outage: (outage, outage + 8 * MINUTE),
            kills: Vec::new(),
            said: Vec::new(),
            situations: Vec::new(),
            worthy: Vec::new(),
        };
        let (once, often): (Vec<_>, Vec<_>) = SORTS.iter().partition(|sort| sort.of_sixty == 1);
        let often: Vec<_> = often.into_iter().flat_map(|sort| std::iter::repeat_n(sort, sort.of_sixty)).collect();
        // Of a day with fewer the same share of each.
        let left = plan.situations.saturating_sub(once.len());
        let mut sorts: Vec<_> = (0..left).map(|n| often[n * often.len() / left]).chain(once).collect();
        sorts.shuffle(&mut luck);
        // Spread over the day, so that each hour has some.
        let apart = (night + third - MORNING - from) / sorts.len() as i64;
        for (n, sort) in sorts.into_iter().enumerate() {
            let at = from + n as i64 * apart + luck.random_range(0..apart / 1_000) * 1_000;
            day.plan(n, sort, at, &mut luck);
        }
        day.tell(&mut luck, plan.events);
        // At the first word of some situation, and somewhere in the evening.
        let awake = day.situations.iter().map(|situation| situation.at).filter(|at| *at < sleep.0 && *at > from + 2 * MINUTE);
        let awake: Vec<_> = awake.collect();
        let first = if awake.is_empty() { from + 5 * MINUTE } else { awake[luck.random_range(0..awake.len())] };
        day.kills = vec![first, luck.random_range(evening.0 / 1_000..outage / 1_000 + 1) * 1_000];
        day
    }

    fn plan(&mut self, n: usize, sort: &'static Sort, at: i64, luck: &mut StdRng) {
        let minutes = |(least, most): (i64, i64), luck: &mut StdRng| luck.random_range(least * 60..=most * 60) * 1_000;
        let at = match sort.name {
            OUTAGE => self.outage.0,
            // While people are there to be disturbed.
            STORM => self.outage.1 + 10 * MINUTE,
            _ => at,
        };
        let told = if sort.name == OUTAGE { at } else { self.tellable(at, sort.severity) };
        let until = if sort.name == OUTAGE { self.outage.1 } else { (at + minutes(sort.minutes, luck)).max(told + LASTS) };
        let acknowledged = sort.acknowledged.map(|after| self.awake(told + minutes(after, luck))).filter(|at| *at < until);
        let word = format!("{}{}", char::from(LETTERS[n / LETTERS.len()]), char::from(LETTERS[n % LETTERS.len()]));
        let word = format!("{}-{word}", sort.name);
        self.situations.push(Situation { sort, n, word, at, until, due: told + sort.within_s * 1_000, acknowledged });
    }

    /// When somebody can be told of what the ERP says at the earliest.
    fn tellable(&self, at: i64, severity: Severity) -> i64 {
        let at = self.awake(at);
        let in_peace = severity < Severity::Critical && (self.quiet.0..self.quiet.1).contains(&at);
        if in_peace { self.quiet.1 } else { at }
    }

    /// When the machine is, and the ERP is heard.
    fn awake(&self, at: i64) -> i64 {
        let away = [self.sleep, self.outage].into_iter().find(|away| (away.0..away.1).contains(&at));
        away.map_or(at, |away| away.1)
    }

    /// What is said over the day.
    fn tell(&mut self, luck: &mut StdRng, events: usize) {
        let mut tape = Tape { luck, said: Vec::new(), worthy: Vec::new() };
        for situation in &self.situations {
            (situation.sort.plays)(&mut tape, situation);
        }
        let Tape { mut said, mut worthy, .. } = tape;
        for n in 0..events.saturating_sub(said.len()) {
            let at = self.from + luck.random_range(0..(self.until - self.from) / BEAT) * BEAT;
            said.push(calm(n, at));
        }
        said.retain(|said| said.at < self.until);
        said.sort_by_key(|said| said.at);
        worthy.sort_by_key(|worthy| worthy.at);
        let mut first = HashMap::new();
        for (n, said) in said.iter_mut().enumerate() {
            said.id = *first.entry((said.channel, said.data.clone())).or_insert(n);
        }
        (self.said, self.worthy) = (said, worthy);
    }
}

/// Something that needs nobody: stock that moves far above every threshold, orders that go on, money that comes.
fn calm(n: usize, at: i64) -> Said {
    let (product, old) = (n % 500, 200 + n * 7 % 900);
    let (channel, data) = match n % 10 {
        0..6 => (
            "inventory",
            json!({ "type": "inventory:change", "action": "outbound", "productId": format!("P-{product}"), "productName": "青岛纯生啤酒 500ml",
                "oldQuantity": old, "newQuantity": old - 1 - n % 9, "operator": "张三", "timestamp": at }),
        ),
        6..8 => (
            "orders",
            json!({ "type": "order:status", "orderType": "sale", "orderId": format!("o{n}"), "orderNumber": format!("SO-{n}"), "oldStatus": "shipped",
                "newStatus": "completed", "customerName": "远航建材", "timestamp": at }),
        ),
        8 => (
            "finance",
            json!({ "type": "finance:payment", "action": "created", "recordType": "receipt", "recordId": format!("y{n}"), "recordNumber": format!("PY-{n}"),
                "amount": 100 + n % 700, "customerName": "远航建材", "timestamp": at }),
        ),
        _ => (
            "products",
            json!({ "type": "data:change", "resource": "product", "action": "updated", "resourceId": format!("P-{product}"), "timestamp": at }),
        ),
    };
    Said { at, id: 0, channel, data: data.to_string() }
}
