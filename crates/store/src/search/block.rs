//! A plan among the events of one block, column by column: by all but the payloads first, then by what stands in those payloads that are in question.

use super::{
    column::Column,
    compiled::{Compiled, Leaf, Logic as _},
    frame::Hits,
    needle::Needle,
};
use crate::{
    block::{Block, Broken, Label, Reading},
    summary::Marks,
};
use std::{cell::OnceCell, ops::Range};
use watchdeck_events::Catalogue;
use watchdeck_filter::{Pattern, Verdict};

/// What can be said of each event of a block without reading it, for the events at `places`; of the others it may say less. `marks`: what is known of
/// its frames, if anything.
pub(super) fn verdicts(
    compiled: &Compiled,
    block: &Block,
    places: &Range<usize>,
    reading: &mut Reading<'_>,
    marks: &dyn Fn() -> Option<Marks>,
) -> Result<Column, Broken> {
    let mut known = Known::new(compiled, block, Vec::new());
    let mut verdicts = compiled.judge(&mut |leaf| known.column(leaf));
    if compiled.asks_ids && verdicts.any(places, Verdict::Maybe) {
        let mut ids = vec![None; block.len()];
        for at in places.clone().filter(|at| verdicts.at(*at) == Verdict::Maybe) {
            ids[at] = Some(reading.id(at)?);
        }
        known = Known::new(compiled, block, ids);
        verdicts = compiled.judge(&mut |leaf| known.column(leaf));
    }
    if compiled.needles.is_empty() {
        return Ok(verdicts);
    }
    let mut hits = None;
    for frame in 0..block.frames() {
        let in_question = |at: &u16| places.contains(&usize::from(*at)) && verdicts.at(usize::from(*at)) == Verdict::Maybe;
        if block.events_of(frame).iter().any(in_question) {
            let hits = hits.get_or_insert_with(|| Hits::new(&compiled.needles, block, marks().as_ref()));
            if hits.wants(frame) {
                hits.look(&compiled.needles, &reading.frame(frame)?);
            }
        }
    }
    Ok(match hits {
        Some(hits) => compiled.judge(&mut |leaf| known.by_payload(leaf, &hits).over(known.column(leaf))),
        None => verdicts,
    })
}

/// What the columns say of each leaf, asked once.
struct Known<'b> {
    compiled: &'b Compiled,
    block: &'b Block,
    /// Of the events whose ids were read.
    ids: Vec<Option<Box<str>>>,
    columns: Vec<OnceCell<Column>>,
}

impl<'b> Known<'b> {
    fn new(compiled: &'b Compiled, block: &'b Block, ids: Vec<Option<Box<str>>>) -> Self {
        Self { compiled, block, ids, columns: compiled.leaves.iter().map(|_| OnceCell::new()).collect() }
    }

    fn column(&self, leaf: usize) -> Column {
        self.columns[leaf].get_or_init(|| self.by_columns(&self.compiled.leaves[leaf])).clone()
    }

    /// By everything but the payload.
    fn by_columns(&self, leaf: &Leaf) -> Column {
        let block = self.block;
        match leaf {
            Leaf::Name { column, pattern, .. } => {
                self.by_label(|label| pattern.matches([&*label.source, label.channel.as_str(), label.kind.as_str()][*column]).into())
            }
            Leaf::Domain(pattern) => {
                let catalogue = Catalogue::current();
                self.by_label(|label| pattern.matches(catalogue.domain(&label.kind, &label.channel).as_str()).into())
            }
            Leaf::Severity(severities) => self.by_label(|label| severities.has(label.severity).into()),
            Leaf::Occurred { from, before } => {
                Column::Each((0..block.len()).map(|at| (*from..*before).contains(&block.occurred_at(at).0).into()).collect())
            }
            Leaf::Id(_) if self.ids.is_empty() => Column::Same(Verdict::Maybe),
            Leaf::Id(pattern) => {
                Column::Each(self.ids.iter().map(|id| id.as_ref().map_or(Verdict::Maybe, |id| matches(pattern, id))).collect())
            }
            Leaf::Field(_) | Leaf::Number => Column::Same(Verdict::Maybe),
            Leaf::Subject(pattern, _) => named(block, block.subjects().map(|name| matches(pattern, name)), Block::subject_number),
            Leaf::Actor(pattern, _) => named(block, block.actors().map(|name| matches(pattern, name)), Block::actor_number),
            Leaf::Text { text, own, .. } => {
                let needle = &self.compiled.needles[*own];
                let of_label = |label: &Label| {
                    let shown = text.shown_by(&label.kind, label.severity) == Verdict::Yes;
                    if shown { Verdict::Yes } else { stands(needle, label.kind.as_str()) }
                };
                let mut column = self.by_label(of_label);
                if !needle.is_nowhere_in(block.all_subjects()) {
                    column = column.or(named(block, block.subjects().map(|name| stands(needle, name)), Block::subject_number));
                }
                if !needle.is_nowhere_in(block.all_actors()) {
                    column = column.or(named(block, block.actors().map(|name| stands(needle, name)), Block::actor_number));
                }
                column
            }
        }
    }

    /// What the columns leave open.
    fn by_payload(&self, leaf: usize, hits: &Hits) -> Column {
        let stands = |needle: &usize| hits.column(*needle);
        match &self.compiled.leaves[leaf] {
            Leaf::Subject(_, parts) | Leaf::Actor(_, parts) | Leaf::Field(parts) => {
                parts.iter().map(stands).fold(Column::Same(Verdict::Maybe), Column::and)
            }
            Leaf::Text { text, own, values, made, .. } => {
                let by_title = self.by_label(|label| text.shown_by(&label.kind, label.severity).min(Verdict::Maybe));
                let by_value = values.iter().map(stands).fold(Column::Same(Verdict::No), Column::or).and(Column::Same(Verdict::Maybe));
                let by_pack = Column::Same(if *made { Verdict::Maybe } else { Verdict::No });
                stands(own).or(by_title).or(by_value).or(by_pack)
            }
            _ => Column::Same(Verdict::Maybe),
        }
    }

    /// Of each event by its label alone.
    fn by_label(&self, of: impl FnMut(&Label) -> Verdict) -> Column {
        let labels: Vec<Verdict> = self.block.labels().iter().map(of).collect();
        if labels.iter().all(|verdict| *verdict == labels[0]) {
            return Column::Same(labels[0]);
        }
        Column::Each((0..self.block.len()).map(|at| labels[self.block.label_number(at)]).collect())
    }
}

/// Of each event by its own subject or actor; one that has none may be meant all the same.
fn named(block: &Block, names: impl Iterator<Item = Verdict>, number: impl Fn(&Block, usize) -> Option<usize>) -> Column {
    let names: Vec<Verdict> = names.collect();
    Column::Each((0..block.len()).map(|at| number(block, at).map_or(Verdict::Maybe, |number| names[number])).collect())
}

fn matches(pattern: &Pattern, name: &str) -> Verdict {
    pattern.matches(name).into()
}

/// In a text that is no JSON, where a backslash is one. What does not stand here may stand elsewhere.
fn stands(needle: &Needle, text: &str) -> Verdict {
    if needle.stands_in(text) == Verdict::Yes { Verdict::Yes } else { Verdict::Maybe }
}
