//! What a match must be, in the numbers of one file: told of a block by its summary, and of a row before it is read.

use crate::{
    block::{Block, Label},
    names::Names,
    needles::{InBlock, Needles},
    summary::{Summary, Wanted},
};
use std::{collections::HashSet, sync::RwLock};
use watchdeck_events::{Severity, fold};
use watchdeck_filter::{NameTest, Sieve};

/// A sieve in the numbers of one file.
pub(crate) struct Tests {
    /// Per text its alternatives.
    texts: Vec<Vec<Wanted>>,
    /// The same, for what is in a block.
    needles: Needles,
    /// Per column (source, channel, kind) the numbers that will do.
    names: [Option<HashSet<i64>>; 3],
    /// The same by name.
    called: [Option<NameTest>; 3],
    severities: u8,
    from: i64,
    before: i64,
}

impl Tests {
    pub(crate) fn of(sieve: &Sieve, names: &RwLock<Names>) -> Self {
        let names = names.read().expect("no code panics while holding the names");
        let numbers = |test: &Option<NameTest>| test.as_ref().map(|test| names.matching(&**test));
        Self {
            texts: sieve.texts.iter().map(|any| any.iter().map(|text| Wanted::of(&fold(text))).collect()).collect(),
            needles: Needles::new(sieve.texts.iter().map(|any| any.iter().map(|text| fold(text)))),
            names: [numbers(&sieve.source), numbers(&sieve.channel), numbers(&sieve.kind)],
            called: [&sieve.source, &sieve.channel, &sieve.kind].map(Clone::clone),
            severities: sieve.severities.unwrap_or(u8::MAX),
            from: sieve.from.map_or(i64::MIN, |at| at.0),
            before: sieve.before.map_or(i64::MAX, |at| at.0),
        }
    }

    /// What every event passes.
    pub(crate) fn none() -> Self {
        Self {
            texts: Vec::new(),
            needles: Needles::default(),
            names: Default::default(),
            called: Default::default(),
            severities: u8::MAX,
            from: i64::MIN,
            before: i64::MAX,
        }
    }

    /// Whether no event at all can pass.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.severities == 0 || self.from >= self.before || self.names.iter().flatten().any(HashSet::is_empty)
    }

    pub(crate) fn may_be_in(&self, summary: &Summary) -> bool {
        self.severities & summary.severities != 0
            && *summary.occurred.end() >= self.from
            && *summary.occurred.start() < self.before
            && self.texts.iter().all(|any| any.iter().any(|wanted| summary.may_say(wanted)))
            && self
                .names
                .iter()
                .enumerate()
                .all(|(column, numbers)| numbers.as_ref().is_none_or(|numbers| summary.names_any(column, numbers)))
    }

    /// Whether the event at a place of a block may pass, by its columns.
    pub(crate) fn of_block<'b>(&self, block: &'b Block) -> impl Fn(usize) -> bool + use<'b> {
        let passes = |label: &Label| {
            let names = [&*label.source, label.channel.as_str(), label.kind.as_str()];
            self.severities & (1 << label.severity.code()) != 0
                && self.called.iter().zip(names).all(|(test, name)| test.as_ref().is_none_or(|test| test(name)))
        };
        let labels: Vec<bool> = block.labels().iter().map(passes).collect();
        let times = self.from..self.before;
        move |at| labels[block.label_number(at)] && times.contains(&block.occurred_at(at).0)
    }

    /// Whether it may, by what it says.
    pub(crate) fn texts_of_block<'b>(&'b self, block: &'b Block) -> InBlock<'b> {
        self.needles.of_block(block)
    }

    /// Whether a row may pass, by its numbers.
    pub(crate) fn takes(&self, names: [i64; 3], severity: Severity, occurred_at: i64) -> bool {
        self.severities & (1 << severity.code()) != 0
            && (self.from..self.before).contains(&occurred_at)
            && self.names.iter().zip(names).all(|(numbers, number)| numbers.as_ref().is_none_or(|numbers| numbers.contains(&number)))
    }
}
