//! Events that left the table of rows: a run of them is one block, compressed, found by the numbers that it covers.
//!
//! An event is a row or in one block, never both: it moves in one transaction. Whoever looks at both looks within one transaction of his own.

use crate::{
    StoreError, Stored,
    block::{Block, Scratch},
    rows::{END, Gathered},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::{cell::RefCell, ops::Range, rc::Rc};
use watchdeck_events::{Channel, Millis};

/// Where a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// In the order of packing, which is not the order of the events.
    pub(crate) number: u64,
    /// Sequence number of its first event.
    pub(crate) first: u64,
    /// And of its last. Within them it may have holes.
    pub(crate) last: u64,
}

impl Run {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { number: row.get(0)?, first: row.get(1)?, last: row.get(2)? })
    }

    pub(crate) const fn holds(&self, seq: u64) -> bool {
        self.first <= seq && seq <= self.last
    }
}

/// The blocks, as one connection sees them.
pub(crate) struct Packed<'a> {
    connection: &'a Connection,
    /// A file of before they were has none.
    present: bool,
    /// The last one that was asked for: the next question is mostly about the same.
    opened: RefCell<Option<(u64, Rc<Block>)>>,
    pub(crate) scratch: Rc<RefCell<Scratch>>,
}

impl<'a> Packed<'a> {
    pub(crate) fn new(connection: &'a Connection, present: bool) -> Self {
        Self { connection, present, opened: RefCell::default(), scratch: Rc::default() }
    }

    /// The block that holds `seq`, else the next one above it.
    pub(crate) fn from(&self, seq: u64) -> Result<Option<Run>, StoreError> {
        self.find("SELECT number, first, last FROM blocks WHERE last >= ?1 ORDER BY last LIMIT 1", seq)
    }

    /// The block that holds `seq`, else the next one below it.
    pub(crate) fn upto(&self, seq: u64) -> Result<Option<Run>, StoreError> {
        match self.from(seq)? {
            Some(run) if run.holds(seq) => Ok(Some(run)),
            _ => self.find("SELECT number, first, last FROM blocks WHERE last < ?1 ORDER BY last DESC LIMIT 1", seq),
        }
    }

    fn find(&self, question: &str, seq: u64) -> Result<Option<Run>, StoreError> {
        if !self.present {
            return Ok(None);
        }
        Ok(self.connection.prepare_cached(question)?.query_row([seq.min(END)], Run::of).optional()?)
    }

    /// The block that holds `seq`, or the next one above it, and those behind it.
    pub(crate) fn next(&self, seq: u64, most: usize) -> Result<Vec<Run>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT number, first, last FROM blocks WHERE last >= ?1 ORDER BY last LIMIT ?2")?;
        Ok(query.query_map([seq.min(END), most as u64], Run::of)?.collect::<Result<_, _>>()?)
    }

    /// All of them, in the order of the events.
    pub(crate) fn runs(&self) -> Result<Vec<Run>, StoreError> {
        if !self.present {
            return Ok(Vec::new());
        }
        let mut query = self.connection.prepare("SELECT number, first, last FROM blocks ORDER BY last")?;
        Ok(query.query_map([], Run::of)?.collect::<Result<_, _>>()?)
    }

    /// # Errors
    /// [`StoreError::Damaged`] when it is not there, or broken where it begins.
    pub(crate) fn block(&self, number: u64) -> Result<Rc<Block>, StoreError> {
        if let Some((opened, block)) = &*self.opened.borrow()
            && *opened == number
        {
            return Ok(Rc::clone(block));
        }
        let mut query = self.connection.prepare_cached("SELECT bytes FROM block_bytes WHERE number = ?1")?;
        let bytes: Option<Vec<u8>> = query.query_row(params![number], |row| row.get(0)).optional()?;
        let bytes = bytes.ok_or_else(|| StoreError::Damaged(format!("block {number} is not there")))?;
        let block = Rc::new(Block::open(bytes, &mut self.scratch.borrow_mut())?);
        self.opened.replace(Some((number, Rc::clone(&block))));
        Ok(block)
    }

    /// One event of a block.
    pub(crate) fn event(&self, run: Run, seq: u64) -> Result<Option<Stored>, StoreError> {
        let block = self.block(run.number)?;
        let Some(at) = block.position(seq) else { return Ok(None) };
        Ok(Some(block.read(&mut self.scratch.borrow_mut()).event(at)?))
    }

    /// The event of a block with an id.
    pub(crate) fn with_id(&self, number: u64, id: &str) -> Result<Option<Stored>, StoreError> {
        let block = self.block(number)?;
        let mut scratch = self.scratch.borrow_mut();
        let mut reading = block.read(&mut scratch);
        let Some(at) = reading.find_id(id)? else { return Ok(None) };
        Ok(Some(reading.event(at)?))
    }

    /// What is wrong with the blocks, `most` of them at most: every one is read.
    pub(crate) fn problems(&self, most: usize) -> Result<Vec<String>, StoreError> {
        let mut problems = Vec::new();
        for run in self.runs()? {
            if problems.len() == most {
                break;
            }
            match self.each(run.number, |_| {}) {
                Err(StoreError::Damaged(words)) => problems.push(format!("block {}: {words}", run.number)),
                read => read?,
            }
        }
        Ok(problems)
    }

    /// The ids of a block, in the order of its events.
    pub(crate) fn ids(&self, number: u64) -> Result<Vec<Box<str>>, StoreError> {
        let block = self.block(number)?;
        let mut scratch = self.scratch.borrow_mut();
        let mut reading = block.read(&mut scratch);
        Ok((0..block.len()).map(|at| reading.id(at)).collect::<Result<_, _>>()?)
    }

    /// Every event of a block.
    pub(crate) fn each(&self, number: u64, mut visit: impl FnMut(&Stored)) -> Result<(), StoreError> {
        let block = self.block(number)?;
        let mut scratch = self.scratch.borrow_mut();
        let mut reading = block.read(&mut scratch);
        for at in 0..block.len() {
            visit(&reading.event(at)?);
        }
        Ok(())
    }

    /// Events of a block from `seq` on, into what was gathered before: whether all of them were taken, or the words of the damage.
    pub(crate) fn gather(&self, into: &mut Gathered, run: Run, seq: u64) -> Result<Result<bool, String>, StoreError> {
        let all = |block: &Block| block.place_of(seq)..block.len();
        told(self.take(into, run.number, |block| Box::new(all(block))))
    }

    /// Events of a block about `subject`, newest first.
    pub(crate) fn gather_subject(&self, into: &mut Gathered, run: Run, subject: &str) -> Result<Result<bool, String>, StoreError> {
        told(self.take(into, run.number, |block| {
            let number = block.subjects().position(|known| known == subject);
            Box::new((0..block.len()).rev().filter(move |at| number.is_some() && block.subject_number(*at) == number))
        }))
    }

    /// Events of a channel of a block, of these offsets.
    pub(crate) fn gather_channel(
        &self,
        into: &mut Gathered,
        number: u64,
        channel: &Channel,
        offsets: Range<u64>,
    ) -> Result<Result<bool, String>, StoreError> {
        told(self.take(into, number, |block| {
            let is_its = of_channel(block, channel);
            let offsets = offsets.clone();
            Box::new((0..block.len()).filter(move |at| is_its[block.label_number(*at)] && offsets.contains(&block.offset(*at))))
        }))
    }

    /// The offset of the last event of a channel of a block that was received before a time.
    pub(crate) fn offset_before(&self, number: u64, channel: &Channel, since: Millis) -> Result<Option<u64>, StoreError> {
        let block = self.block(number)?;
        let is_its = of_channel(&block, channel);
        let last = (0..block.len()).rev().find(|at| is_its[block.label_number(*at)] && block.received_at(*at) < since);
        Ok(last.map(|at| block.offset(at)))
    }

    fn take(
        &self,
        into: &mut Gathered,
        number: u64,
        places: impl for<'b> Fn(&'b Block) -> Box<dyn Iterator<Item = usize> + 'b>,
    ) -> Result<bool, StoreError> {
        let block = self.block(number)?;
        let mut scratch = self.scratch.borrow_mut();
        let mut reading = block.read(&mut scratch);
        for at in places(&block) {
            if !into.has_room(reading.payload(at)?.len()) {
                return Ok(false);
            }
            into.push(reading.event(at)?);
        }
        Ok(true)
    }
}

/// Which of the labels are of a channel.
fn of_channel(block: &Block, channel: &Channel) -> Vec<bool> {
    block.labels().iter().map(|label| label.channel == *channel).collect()
}

/// Damage as an answer.
fn told<T>(read: Result<T, StoreError>) -> Result<Result<T, String>, StoreError> {
    match read {
        Err(StoreError::Damaged(words)) => Ok(Err(words)),
        read => read.map(Ok),
    }
}
