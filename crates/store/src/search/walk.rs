//! The way through the file: stretches of rows and blocks in the order of a query, without the blocks whose summaries say that nothing in them is meant.

use super::{compiled::Compiled, readers, side_by_side, summary::of_times};
use crate::{
    BLOCK, Order, StoreError,
    packed::Run,
    reader::{Reader, Wanted},
};
use std::{collections::VecDeque, ops::Range};
use watchdeck_filter::Verdict;

/// A stretch that has to be looked at.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) seqs: Range<u64>,
    /// All events of it are meant, and there are so many.
    pub(super) all: Option<u64>,
}

/// Blocks that are asked for at once, at first; later more and more.
const FEW: usize = 16;
const MANY: usize = 512;

/// See the [module docs](self).
pub(super) struct Walk<'a> {
    reader: &'a Reader<'a>,
    compiled: &'a Compiled,
    order: Order,
    /// What was not walked through yet.
    left: Range<u64>,
    ahead: VecDeque<Stretch>,
    step: usize,
    /// How many may read at once.
    readers: usize,
    /// Whoever walks wants to know how many events a stretch has.
    counting: bool,
    /// Summaries cannot be read: they are damaged, or an older version made them.
    blind: bool,
}

impl<'a> Walk<'a> {
    /// Through these sequence numbers.
    pub(super) fn new(reader: &'a Reader<'a>, compiled: &'a Compiled, order: Order, seqs: Range<u64>) -> Self {
        let nothing = compiled.judge(&mut |leaf| compiled.leaves[leaf].alone()) == Verdict::No || compiled.times.0 >= compiled.times.1;
        let left = if nothing { seqs.end..seqs.end } else { seqs };
        Self {
            reader,
            compiled,
            order,
            left,
            ahead: VecDeque::new(),
            step: FEW,
            readers: readers(reader.shared),
            counting: false,
            blind: false,
        }
    }

    /// With the numbers of events of stretches of which all are meant.
    pub(super) fn counting(self) -> Self {
        Self { counting: true, ..self }
    }

    /// The next stretch.
    pub(super) fn next(&mut self) -> Result<Option<Stretch>, StoreError> {
        loop {
            if let Some(stretch) = self.ahead.pop_front() {
                return Ok(Some(stretch));
            }
            if self.left.is_empty() {
                return Ok(None);
            }
            match self.go_on() {
                Err(error) if !self.blind => {
                    tracing::debug!(%error, "Summaries cannot be read; every block is.");
                    self.blind = true;
                }
                gone => gone?,
            }
        }
    }

    fn go_on(&mut self) -> Result<(), StoreError> {
        // Whoever needs more than the first blocks needs many.
        if self.step > FEW && self.readers > 1 {
            return self.go_on_together();
        }
        let (compiled, order) = (self.compiled, self.order);
        let (mut left, mut ahead) = (self.left.clone(), VecDeque::new());
        let by_time = compiled.times != (i64::MIN, i64::MAX);
        let (mut blocks, wanted) = (0, Wanted { blind: self.blind, counting: self.counting, by_time });
        self.reader.summaries(&self.left, order, wanted, self.step, |run, events, summary| {
            blocks += 1;
            rows(&mut left, order, run, &mut ahead);
            let seqs = left.start.max(run.first)..left.end.min(run.last + 1);
            match order {
                Order::NewestFirst => left.end = seqs.start,
                Order::OldestFirst => left.start = seqs.end,
            }
            let verdict = match summary {
                None => Verdict::Maybe,
                // The summary itself is not read where the times tell.
                Some(summary) if of_times(&summary.occurred, compiled.times.0, compiled.times.1) == Verdict::No => Verdict::No,
                Some(summary) => summary.ask(self.reader, run.number, |summary| compiled.of_block(summary))?.unwrap_or(Verdict::Maybe),
            };
            if verdict != Verdict::No {
                let is_whole = seqs == (run.first..run.last + 1);
                ahead.push_back(Stretch { seqs, all: (self.counting && verdict == Verdict::Yes && is_whole).then_some(events) });
            }
            Ok(())
        })?;
        if blocks < self.step {
            // No more of them: what is left are rows.
            let end = Run { number: 0, first: left.end, last: left.end };
            let start = Run { number: 0, first: left.start, last: left.start.saturating_sub(1) };
            rows(&mut left, order, if order == Order::NewestFirst { start } else { end }, &mut ahead);
            left = left.end..left.end;
        }
        self.step = (self.step * 4).min(MANY);
        (self.left, self.ahead) = (left, ahead);
        Ok(())
    }

    /// The next stretches by several readers, each of a part of what comes next. A block that lies in two parts is asked about in both.
    fn go_on_together(&mut self) -> Result<(), StoreError> {
        let (parts, seqs) = (self.readers as u64, (self.step as u64 * BLOCK).min(self.left.end - self.left.start));
        let next = match self.order {
            Order::NewestFirst => self.left.end - seqs..self.left.end,
            Order::OldestFirst => self.left.start..self.left.start + seqs,
        };
        let edge = |part: u64| next.start + seqs * part / parts;
        let mut ranges: Vec<Range<u64>> = (0..parts).map(|part| edge(part)..edge(part + 1)).filter(|range| !range.is_empty()).collect();
        if self.order == Order::NewestFirst {
            ranges.reverse();
        }
        let (compiled, order, counting, blind) = (self.compiled, self.order, self.counting, self.blind);
        let found = side_by_side(self.reader.shared, &ranges, |reader, range| {
            let mut walk = Walk { counting, blind, step: MANY, readers: 1, ..Walk::new(reader, compiled, order, range.clone()) };
            let mut stretches = Vec::new();
            while let Some(stretch) = walk.next()? {
                stretches.push(stretch);
            }
            Ok(stretches)
        })?;
        self.ahead.extend(found.into_iter().flatten());
        match order {
            Order::NewestFirst => self.left.end = next.start,
            Order::OldestFirst => self.left.start = next.end,
        }
        self.step = (self.step * 4).min(MANY);
        Ok(())
    }
}

/// Take what lies before a block, in the order of the walk, off what is left.
fn rows(left: &mut Range<u64>, order: Order, run: Run, ahead: &mut VecDeque<Stretch>) {
    match order {
        Order::NewestFirst => {
            let bottom = (run.last + 1).max(left.start);
            while left.end > bottom {
                let start = left.end.saturating_sub(BLOCK).max(bottom);
                ahead.push_back(Stretch { seqs: start..left.end, all: None });
                left.end = start;
            }
        }
        Order::OldestFirst => {
            let top = run.first.min(left.end);
            while left.start < top {
                let end = (left.start + BLOCK).min(top);
                ahead.push_back(Stretch { seqs: left.start..end, all: None });
                left.start = end;
            }
        }
    }
}
