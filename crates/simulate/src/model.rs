//! What must be so, kept beside the programs and much simpler than they: which events were published, which of them a log answered for, and where.

use std::collections::{BTreeMap, BTreeSet};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It must never be so, not for a moment.
    Never(String),
    /// It may be so for a while, as long as things are broken and a little longer.
    NotYet(String),
}

/// One published event.
#[derive(Debug)]
struct Published {
    channel: &'static str,
    json: String,
    /// Which logs answered for it, and with which offset.
    answers: BTreeMap<String, u64>,
}

/// An event as a store has it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) offset: u64,
    pub(crate) channel: String,
    pub(crate) json: String,
}

/// Everything that a console's store says of the source.
#[derive(Debug, Default)]
pub(crate) struct ConsoleStore {
    pub(crate) events: Vec<Kept>,
    /// Channels in which a gap was told.
    pub(crate) gaps: BTreeSet<String>,
    /// By channel: epoch and offset.
    pub(crate) positions: BTreeMap<String, (String, u64)>,
    /// How far the window said that it was, and how many events it had dealt with then.
    pub(crate) window: (u64, u64),
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(crate) struct Model {
    events: BTreeMap<u64, Published>,
    next: u64,
    /// The name of the gateway's log.
    epoch: String,
    /// How many logs there were.
    logs: u32,
    /// The logs that the console's store has places of, by channel: of these it must miss nothing in silence.
    followed: BTreeMap<String, BTreeSet<String>>,
    wrong: Option<String>,
    /// Reads of the gateway's or the console's disk have failed: what cannot be read is passed over by decision, and that is told.
    unreadable: [bool; 2],
    gateway_is_well: bool,
    console_is_well: bool,
    /// What is not yet as it must be.
    pub(crate) complaint: String,
}

type Checked = Result<(), Finding>;

fn never<T>(words: String) -> Result<T, Finding> {
    Err(Finding::Never(words))
}

/// The number that every one of our events carries.
pub(crate) fn number_of(json: &str) -> Option<u64> {
    let (_, rest) = json.split_once("\"n\":")?;
    rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Model {
    /// New events, numbered.
    pub(crate) fn publish(&mut self, channel: &'static str, count: u64) -> Vec<u64> {
        let first = self.next + 1;
        self.next += count;
        for number in first..=self.next {
            let padding = "x".repeat(crate::scenario::padding(number));
            // Two spaces, because every byte counts.
            let json = format!(r#"{{"type":"inventory:change",  "n": {number}, "text": "{padding}"}}"#);
            self.events.insert(number, Published { channel, json, answers: BTreeMap::new() });
        }
        (first..=self.next).collect()
    }

    pub(crate) fn json(&self, number: u64) -> &str {
        self.events.get(&number).map_or("", |event| &event.json)
    }

    /// The gateway has opened the log of this name.
    pub(crate) fn log_is(&mut self, epoch: &str) {
        if self.epoch != epoch {
            self.logs += 1;
            epoch.clone_into(&mut self.epoch);
        }
    }

    /// How many logs there were.
    pub(crate) const fn logs(&self) -> u32 {
        self.logs
    }

    /// The log has said that it has the event.
    pub(crate) fn answered(&mut self, number: u64, offset: u64) {
        let Some(event) = self.events.get_mut(&number) else { return };
        let before = *event.answers.entry(self.epoch.clone()).or_insert(offset);
        if before != offset {
            self.found(&Finding::Never(format!("event {number} was answered with offset {before} and then with {offset}")));
        }
    }

    /// Somebody thinks that the log has it.
    pub(crate) fn taken_for_answered(&mut self, number: u64) {
        if let Some(event) = self.events.get_mut(&number) {
            event.answers.entry(self.epoch.clone()).or_insert(0);
        }
    }

    /// A disk fails to read for a while.
    pub(crate) fn unreadable(&mut self, gateway: bool) {
        self.unreadable[usize::from(!gateway)] = true;
    }

    pub(crate) fn found_never(&mut self, words: String) {
        self.found(&Finding::Never(words));
    }

    /// The console's store has these places.
    pub(crate) fn followed(&mut self, positions: &BTreeMap<String, (String, u64)>) {
        for (channel, (epoch, _)) in positions {
            self.followed.entry(channel.clone()).or_default().insert(epoch.clone());
        }
    }

    /// The console's disk may have forgotten them.
    pub(crate) fn may_follow_nothing(&mut self) {
        self.followed.clear();
    }

    pub(crate) fn found(&mut self, finding: &Finding) {
        match finding {
            Finding::Never(words) => drop(self.wrong.get_or_insert_with(|| words.clone())),
            Finding::NotYet(words) => self.complaint.clone_from(words),
        }
    }

    /// What must never be so, and was.
    pub(crate) fn wrong(&self) -> Option<&str> {
        self.wrong.as_deref()
    }

    /// How it went when somebody was looked at.
    pub(crate) fn gateway_checked(&mut self, checked: Checked) {
        self.gateway_is_well = checked.is_ok();
        checked.unwrap_or_else(|finding| self.found(&finding));
    }

    pub(crate) fn console_checked(&mut self, checked: Checked) {
        self.console_is_well = checked.is_ok();
        checked.unwrap_or_else(|finding| self.found(&finding));
    }

    /// Both have been looked at since [`Model::look_anew`], and all was well.
    pub(crate) const fn is_well(&self) -> bool {
        self.gateway_is_well && self.console_is_well
    }

    /// What was seen so far says nothing of what is to come.
    pub(crate) fn look_anew(&mut self) {
        (self.gateway_is_well, self.console_is_well) = (false, false);
    }

    /// A gateway's log, channel by channel: all that it ever answered for is in it, once, in its place and in order.
    pub(crate) fn check_log(&self, log: &[Kept]) -> Checked {
        self.check_events(log, &BTreeSet::new())?;
        let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
        let mut places: BTreeMap<u64, u64> = BTreeMap::new();
        for kept in log {
            let newest = newest.entry(&kept.channel).or_default();
            if kept.offset != *newest + 1 {
                return never(format!("the log of {} goes on at {} after {newest}", kept.channel, kept.offset));
            }
            *newest = kept.offset;
            places.extend(number_of(&kept.json).map(|number| (number, kept.offset)));
        }
        for (number, event) in &self.events {
            let answered = event.answers.get(&self.epoch);
            if answered.is_some() && places.get(number) != answered {
                return never(format!("the log answered for event {number} at {answered:?} and has it at {:?}", places.get(number)));
            }
        }
        Ok(())
    }

    /// A console's store, whatever is broken meanwhile.
    pub(crate) fn check_console(&self, store: &ConsoleStore) -> Checked {
        let there = self.check_events(&store.events, &store.gaps)?;
        if self.logs < 2
            && !self.unreadable[0]
            && let Some(channel) = store.gaps.first()
        {
            return never(format!("a gap is told in {channel}, and nothing was lost"));
        }
        for (channel, (epoch, offset)) in &store.positions {
            let behind = |event: &Published| event.channel == channel && event.answers.get(epoch).is_some_and(|at| at <= offset);
            let missing = self.events.iter().find(|(number, event)| behind(event) && !there.contains(number));
            if let Some((number, _)) = missing.filter(|_| !self.is_told(store, channel)) {
                return never(format!("the position of {channel} is {offset} of {epoch}, and event {number} before it is not stored"));
            }
        }
        let (upto, dealt_with) = store.window;
        let before = store.events.iter().filter(|kept| kept.seq <= upto).count() as u64;
        if before != dealt_with && !self.unreadable[1] {
            return never(format!("the window says that it is at {upto}, and has dealt with {dealt_with} events of {before}"));
        }
        Ok(())
    }

    /// A console's store once everything is whole again: everything is there that any log answered for, or a gap says that it is not.
    pub(crate) fn check_healed(&self, store: &ConsoleStore) -> Checked {
        self.check_console(store)?;
        let there = self.check_events(&store.events, &store.gaps)?;
        for (number, event) in self.events.iter().filter(|(number, _)| !there.contains(number)) {
            if event.answers.contains_key(&self.epoch) && !self.is_told(store, event.channel) {
                return Err(Finding::NotYet(format!("event {number} of {} has not arrived", event.channel)));
            }
            let followed = self.followed.get(event.channel).is_some_and(|logs| event.answers.keys().any(|epoch| logs.contains(epoch)));
            if followed && !store.gaps.contains(event.channel) {
                return Err(Finding::NotYet(format!("event {number} of {} was lost with its log, and no gap is told", event.channel)));
            }
        }
        let newest = store.events.last().map_or(0, |kept| kept.seq);
        if store.window.0 < newest {
            return Err(Finding::NotYet(format!("the window is at {} of {newest}", store.window.0)));
        }
        Ok(())
    }

    /// Whether a gap is told in a channel of which the gateway could not read everything.
    fn is_told(&self, store: &ConsoleStore, channel: &str) -> bool {
        self.unreadable[0] && store.gaps.contains(channel)
    }

    /// They were published like this, each is there once, and those of a channel stand in the order of publishing. Answers their numbers. After a gap what
    /// is new may come before what is looked up.
    fn check_events(&self, events: &[Kept], gaps: &BTreeSet<String>) -> Result<BTreeSet<u64>, Finding> {
        let mut there = BTreeSet::new();
        let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
        for kept in events {
            let event = number_of(&kept.json).and_then(|number| Some((number, self.events.get(&number)?)));
            let Some((number, event)) = event else { return never(format!("an event at {} was never published", kept.seq)) };
            if event.json != kept.json {
                return never(format!("event {number} is not what was published"));
            }
            if event.channel != kept.channel {
                return never(format!("event {number} of {} is in {}", event.channel, kept.channel));
            }
            if !there.insert(number) {
                return never(format!("event {number} is there twice"));
            }
            let before = newest.insert(event.channel, number).unwrap_or(0);
            if before > number && !gaps.contains(event.channel) {
                return never(format!("event {number} of {} comes after event {before}", event.channel));
            }
        }
        Ok(there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(model: &Model, seq: u64, number: u64) -> Kept {
        Kept { seq, offset: seq, channel: "orders".into(), json: model.json(number).into() }
    }

    fn published(count: u64) -> Model {
        let mut model = Model::default();
        model.log_is("a");
        for number in model.publish("orders", count) {
            model.answered(number, number);
        }
        model
    }

    fn store(model: &Model, numbers: &[u64]) -> ConsoleStore {
        let events: Vec<_> = numbers.iter().zip(1..).map(|(number, seq)| kept(model, seq, *number)).collect();
        ConsoleStore { window: (events.len() as u64, events.len() as u64), events, ..ConsoleStore::default() }
    }

    #[test]
    fn what_is_whole_is_found_whole() {
        let model = published(3);
        assert_eq!(model.check_healed(&store(&model, &[1, 2, 3])), Ok(()));
        assert_eq!(model.check_log(&[1, 2, 3].map(|number| kept(&model, number, number))), Ok(()));
    }

    #[test]
    fn each_way_of_being_wrong_is_told() {
        let mut model = published(3);
        let never = |checked: Checked| assert!(matches!(checked, Err(Finding::Never(_))), "{checked:?}");
        never(model.check_console(&store(&model, &[1, 2, 2])));
        never(model.check_console(&store(&model, &[2, 1])));
        never(model.check_log(&[kept(&model, 1, 1), kept(&model, 2, 2)]));
        never(model.check_log(&[kept(&model, 1, 1), kept(&model, 3, 3)]));
        let ahead = ConsoleStore { positions: BTreeMap::from([("orders".into(), ("a".into(), 3))]), ..store(&model, &[1, 2]) };
        never(model.check_console(&ahead));
        never(model.check_console(&ConsoleStore { gaps: BTreeSet::from(["orders".into()]), ..store(&model, &[1]) }));
        never(model.check_console(&ConsoleStore { window: (1, 0), ..store(&model, &[1]) }));
        assert!(matches!(model.check_healed(&store(&model, &[1, 2])), Err(Finding::NotYet(_))), "it may still come");
        model.followed(&BTreeMap::from([("orders".into(), ("a".into(), 2))]));
        model.log_is("b");
        assert!(model.check_healed(&store(&model, &[1, 2])).is_err(), "what was lost with a log needs a gap");
        let told = ConsoleStore { gaps: BTreeSet::from(["orders".into()]), ..store(&model, &[1, 2]) };
        assert_eq!(model.check_healed(&told), Ok(()));
    }
}
