//! A plan among the events of one block: by their columns first, then by what stands in their payloads.

use super::{
    compiled::{Compiled, Leaf},
    frame::Hits,
    needle::Needle,
};
use crate::{
    Stored,
    block::{Block, Broken, Label, Reading},
    summary::Marks,
};
use std::cell::Cell;
use watchdeck_events::Catalogue;
use watchdeck_filter::{Pattern, Verdict};

/// A plan held against one block.
pub(super) struct InBlock<'b> {
    compiled: &'b Compiled,
    block: &'b Block,
    /// Per label, per leaf; *maybe* where it depends on the event.
    labels: Vec<Vec<Verdict>>,
    /// Per label, of the whole plan.
    whole: Vec<Verdict>,
    /// Per label, per leaf: whether its events may be shown with a text that is looked for.
    titles: Vec<Vec<Verdict>>,
    /// What is known of its frames, if anything; asked when payloads are to be looked at.
    marks: &'b dyn Fn() -> Option<Marks>,
    /// Per leaf, of its subjects and actors by number; asked once each.
    named: Vec<[Vec<Cell<Option<Verdict>>>; 2]>,
    hits: Option<Hits>,
    /// Events that were read since it was asked.
    read: u64,
}

/// What an event of the block is.
pub(super) enum Found {
    /// Not meant.
    Nothing,
    /// Meant, and not read for that.
    Place,
    /// Meant, and read to know it.
    Event(Box<Stored>),
}

const SUBJECT: usize = 0;
const ACTOR: usize = 1;

impl<'b> InBlock<'b> {
    pub(super) fn new(compiled: &'b Compiled, block: &'b Block, marks: &'b dyn Fn() -> Option<Marks>) -> Self {
        let of_label = |label: &Label| compiled.leaves.iter().map(|leaf| by_label(compiled, leaf, label)).collect::<Vec<_>>();
        let labels: Vec<Vec<Verdict>> = block.labels().iter().map(of_label).collect();
        let whole = labels.iter().map(|leaves| compiled.judge(&mut |leaf| leaves[leaf])).collect();
        let title = |leaf: &Leaf, label: &Label| match leaf {
            Leaf::Text { text, .. } => text.shown_by(&label.kind, label.severity).min(Verdict::Maybe),
            _ => Verdict::No,
        };
        let titles = block.labels().iter().map(|label| compiled.leaves.iter().map(|leaf| title(leaf, label)).collect()).collect();
        let unasked = |count| vec![Cell::new(None); count];
        let asks = |leaf: &Leaf| match leaf {
            Leaf::Subject(..) => [unasked(block.subjects().len()), Vec::new()],
            Leaf::Actor(..) => [Vec::new(), unasked(block.actors().len())],
            Leaf::Text { .. } => [unasked(block.subjects().len()), unasked(block.actors().len())],
            _ => Default::default(),
        };
        let named = compiled.leaves.iter().map(asks).collect();
        Self { compiled, block, labels, whole, titles, marks, named, hits: None, read: 0 }
    }

    /// How many events were read since it was last asked.
    pub(super) fn read(&mut self) -> u64 {
        std::mem::take(&mut self.read)
    }

    /// Whether the event at a place is meant.
    pub(super) fn at(&mut self, at: usize, reading: &mut Reading<'_>) -> Result<Found, Broken> {
        let label = self.block.label_number(at);
        let mut verdict = self.whole[label];
        if verdict == Verdict::Maybe {
            let id = if self.compiled.asks_ids { Some(reading.id(at)?) } else { None };
            verdict = self.compiled.judge(&mut |leaf| self.by_columns(leaf, label, at, id.as_deref()));
            if verdict == Verdict::Maybe && !self.compiled.needles.is_empty() {
                self.look(at, reading)?;
                verdict = self.compiled.judge(&mut |leaf| match self.by_columns(leaf, label, at, id.as_deref()) {
                    Verdict::Maybe => self.by_payload(leaf, at),
                    known => known,
                });
            }
        }
        Ok(match verdict {
            Verdict::No => Found::Nothing,
            Verdict::Yes => Found::Place,
            Verdict::Maybe => {
                self.read += 1;
                let stored = reading.event(at)?;
                if self.compiled.holds(&stored.event) { Found::Event(Box::new(stored)) } else { Found::Nothing }
            }
        })
    }

    /// Know what stands in the payload of an event, or that nothing does that is looked for.
    fn look(&mut self, at: usize, reading: &mut Reading<'_>) -> Result<(), Broken> {
        let (needles, frame) = (&self.compiled.needles, self.block.frame_of(at));
        let hits = self.hits.get_or_insert_with(|| {
            let mut hits = Hits::new(needles.len(), self.block.len(), self.block.frames());
            if let Some(marks) = (self.marks)() {
                hits.rule_out(needles, &marks);
            }
            hits
        });
        if hits.wants(frame) {
            hits.look(needles, frame, &reading.frame(frame)?);
        }
        Ok(())
    }

    /// By everything but the payload.
    fn by_columns(&self, leaf: usize, label: usize, at: usize, id: Option<&str>) -> Verdict {
        match (self.labels[label][leaf], &self.compiled.leaves[leaf]) {
            (Verdict::Maybe, Leaf::Occurred { from, before }) => (*from..*before).contains(&self.block.occurred_at(at).0).into(),
            (Verdict::Maybe, Leaf::Id(pattern)) => id.map_or(Verdict::Maybe, |id| pattern.matches(id).into()),
            (Verdict::Maybe, Leaf::Subject(pattern, _)) => self.matches(leaf, SUBJECT, at, pattern),
            (Verdict::Maybe, Leaf::Actor(pattern, _)) => self.matches(leaf, ACTOR, at, pattern),
            (Verdict::Maybe, Leaf::Text { own, .. }) => {
                let needle = &self.compiled.needles[*own];
                let stands = |name| self.asked(leaf, name, at, |text| stands(needle, text)) == Some(Verdict::Yes);
                if stands(SUBJECT) || stands(ACTOR) { Verdict::Yes } else { Verdict::Maybe }
            }
            (verdict, _) => verdict,
        }
    }

    /// What the columns leave open.
    fn by_payload(&self, leaf: usize, at: usize) -> Verdict {
        let stands = |needle: &usize| self.hits.as_ref().map_or(Verdict::Maybe, |hits| hits.verdict(*needle, at));
        let all = |parts: &[usize]| parts.iter().map(stands).min().unwrap_or(Verdict::Maybe).min(Verdict::Maybe);
        match &self.compiled.leaves[leaf] {
            Leaf::Subject(_, parts) | Leaf::Actor(_, parts) | Leaf::Field(parts) => all(parts),
            Leaf::Text { own, values, made, .. } => {
                let own = stands(own);
                let by_title = self.titles[self.block.label_number(at)][leaf];
                let by_value = values.iter().map(stands).max().unwrap_or(Verdict::No).min(Verdict::Maybe);
                let by_pack = if *made { Verdict::Maybe } else { Verdict::No };
                own.max(by_title).max(by_value).max(by_pack)
            }
            _ => Verdict::Maybe,
        }
    }

    /// The event's own subject or actor, if it has one.
    fn matches(&self, leaf: usize, name: usize, at: usize, pattern: &Pattern) -> Verdict {
        self.asked(leaf, name, at, |text| pattern.matches(text).into()).unwrap_or(Verdict::Maybe)
    }

    fn asked(&self, leaf: usize, name: usize, at: usize, ask: impl Fn(&str) -> Verdict) -> Option<Verdict> {
        let (number, text) = if name == SUBJECT {
            (self.block.subject_number(at)?, self.block.subject(at)?)
        } else {
            (self.block.actor_number(at)?, self.block.actor(at)?)
        };
        let known = &self.named[leaf][name][number];
        let verdict = known.get().unwrap_or_else(|| ask(text));
        known.set(Some(verdict));
        Some(verdict)
    }
}

/// What a label decides by itself.
fn by_label(compiled: &Compiled, leaf: &Leaf, label: &Label) -> Verdict {
    match leaf {
        Leaf::Name { column, pattern, .. } => {
            pattern.matches([&*label.source, label.channel.as_str(), label.kind.as_str()][*column]).into()
        }
        Leaf::Domain(pattern) => pattern.matches(Catalogue::current().domain(&label.kind, &label.channel).as_str()).into(),
        Leaf::Severity(severities) => severities.has(label.severity).into(),
        Leaf::Text { text, own, .. } => {
            let shown = text.shown_by(&label.kind, label.severity) == Verdict::Yes;
            if shown || stands(&compiled.needles[*own], label.kind.as_str()) == Verdict::Yes { Verdict::Yes } else { Verdict::Maybe }
        }
        _ => Verdict::Maybe,
    }
}

/// In a text that is no JSON: a backslash is one.
fn stands(needle: &Needle, text: &str) -> Verdict {
    if needle.stands_in(text) == Verdict::Yes { Verdict::Yes } else { Verdict::No }
}
