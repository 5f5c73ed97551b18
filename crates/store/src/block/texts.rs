//! Many texts of few makers: the patterns once, and the numbers that fill them in columns. What has no pattern worth keeping is kept as it is.
//!
//! Narrow: number of patterns, the patterns, per text the number of its pattern (one byte; 0 for none), the lengths and bytes of those without,
//! then pattern by pattern and hole by hole a [`column`]; its wide ones are apart.

use super::{
    bytes::{self, Input},
    column, pattern,
};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Patterns of one block; texts beyond are kept as they are.
const MOST_PATTERNS: usize = 255;
/// Holes of one pattern.
const MOST_HOLES: usize = 16;
/// Bytes of one pattern: of few bytes, a forger makes no more than so many per text.
const MOST_PATTERN: usize = 256;

/// The texts that share a pattern.
#[derive(Default)]
struct Group {
    pattern: Box<[u8]>,
    /// Which texts they are.
    rows: Vec<usize>,
    /// The numbers of each, one text after another.
    cells: Vec<u64>,
}

/// Takes texts, one after another.
#[derive(Default)]
pub(super) struct Gathered {
    groups: Vec<Group>,
    /// The numbers of the patterns, from 1.
    numbers: HashMap<Box<[u8]>, usize, RandomState>,
    which: Vec<u8>,
    whole: Vec<u8>,
    shape: Vec<u8>,
    cells: Vec<u64>,
}

impl Gathered {
    pub(super) fn add(&mut self, text: &str) {
        self.shape.clear();
        self.cells.clear();
        pattern::take_apart(text, &mut self.shape, &mut self.cells);
        let number = self.number();
        let row = self.which.len();
        self.which.push(number as u8);
        match number.checked_sub(1) {
            None => bytes::put_bytes(&mut self.whole, text.as_bytes()),
            Some(group) => {
                self.groups[group].rows.push(row);
                self.groups[group].cells.extend_from_slice(&self.cells);
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.which.len()
    }

    /// The number of the pattern at hand; 0 when it is not kept.
    fn number(&mut self) -> usize {
        // Mostly it is the pattern of the text before.
        let last = self.which.last().map_or(0, |number| usize::from(*number));
        if last > 0 && *self.groups[last - 1].pattern == *self.shape {
            return last;
        }
        if let Some(known) = self.numbers.get(self.shape.as_slice()) {
            return *known;
        }
        if self.groups.len() == MOST_PATTERNS || self.cells.len() > MOST_HOLES || self.shape.len() > MOST_PATTERN {
            return 0;
        }
        let pattern: Box<[u8]> = self.shape.as_slice().into();
        self.groups.push(Group { pattern: pattern.clone(), ..Group::default() });
        self.numbers.insert(pattern, self.groups.len());
        self.groups.len()
    }

    /// Append them. `clocks` hold as many numbers as there are texts, which their own may be near to.
    pub(super) fn put(&self, clocks: &[&[u64]], narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
        narrow.push(self.groups.len() as u8);
        self.groups.iter().for_each(|group| bytes::put_bytes(narrow, &group.pattern));
        narrow.extend_from_slice(&self.which);
        narrow.extend_from_slice(&self.whole);
        for group in &self.groups {
            put_cells(group, clocks, narrow, wide);
        }
    }
}

fn put_cells(group: &Group, clocks: &[&[u64]], narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
    let holes = group.cells.len() / group.rows.len();
    let clocks = at_rows(clocks, &group.rows);
    let clocks: Vec<&[u64]> = clocks.iter().map(Vec::as_slice).collect();
    let mut values = Vec::with_capacity(group.rows.len());
    for hole in 0..holes {
        values.clear();
        values.extend(group.cells.iter().skip(hole).step_by(holes));
        column::put(&values, &clocks, narrow, wide);
    }
}

fn at_rows(clocks: &[&[u64]], rows: &[usize]) -> Vec<Vec<u64>> {
    clocks.iter().map(|clock| rows.iter().map(|row| clock[*row]).collect()).collect()
}

/// Texts that were read back, each made when it is asked for.
#[derive(Debug)]
pub(super) struct Texts {
    /// Per text the number of its pattern, from 1; 0 for none.
    which: Vec<u8>,
    /// Per text its place among those with the same pattern.
    ranks: Vec<usize>,
    patterns: Vec<Pattern>,
    whole: Vec<Box<str>>,
}

#[derive(Debug)]
struct Pattern {
    pattern: Box<[u8]>,
    /// Hole by hole, the number of each text.
    cells: Vec<Vec<u64>>,
}

impl Texts {
    /// The inverse of [`Gathered::put`].
    pub(super) fn take(count: usize, clocks: &[&[u64]], narrow: &mut Input<'_>, wide: &mut Input<'_>) -> Option<Self> {
        let patterns = usize::from(narrow.take(1)?[0]);
        let shapes = (0..patterns).map(|_| narrow.bytes()).collect::<Option<Vec<_>>>()?;
        let which = narrow.take(count)?.to_vec();
        let mut rows = vec![Vec::new(); patterns + 1];
        let mut ranks = Vec::with_capacity(count);
        for (row, number) in which.iter().enumerate() {
            let rows = rows.get_mut(usize::from(*number))?;
            ranks.push(rows.len());
            rows.push(row);
        }
        let whole = rows[0].iter().map(|_| narrow.text().map(Box::from)).collect::<Option<_>>()?;
        let mut patterns = Vec::with_capacity(patterns);
        for (shape, rows) in shapes.into_iter().zip(&rows[1..]) {
            let clocks = at_rows(clocks, rows);
            let clocks: Vec<&[u64]> = clocks.iter().map(Vec::as_slice).collect();
            let holes = pattern::holes(shape).filter(|holes| *holes <= MOST_HOLES && shape.len() <= MOST_PATTERN)?;
            let cells = (0..holes).map(|_| column::take(rows.len(), &clocks, narrow, wide)).collect::<Option<_>>()?;
            patterns.push(Pattern { pattern: shape.into(), cells });
        }
        Some(Self { which, ranks, patterns, whole })
    }

    /// Append the text at `row`, as bytes that are to be UTF-8.
    pub(super) fn write(&self, row: usize, out: &mut Vec<u8>) {
        let rank = self.ranks[row];
        match usize::from(self.which[row]).checked_sub(1) {
            None => out.extend_from_slice(self.whole[rank].as_bytes()),
            Some(number) => {
                let Pattern { pattern, cells } = &self.patterns[number];
                let mut own = [0; MOST_HOLES];
                own.iter_mut().zip(cells).for_each(|(own, column)| *own = column[rank]);
                pattern::write(pattern, &own[..cells.len()], out);
            }
        }
    }

    /// Where a text stands first.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let (mut shape, mut own) = (Vec::new(), Vec::new());
        pattern::take_apart(text, &mut shape, &mut own);
        let is_it = |rank: usize, cells: &[Vec<u64>]| cells.iter().zip(&own).all(|(column, own)| column[rank] == *own);
        let number = self.patterns.iter().position(|known| *known.pattern == *shape);
        self.which.iter().zip(&self.ranks).position(|(which, rank)| match usize::from(*which).checked_sub(1) {
            None => *self.whole[*rank] == *text,
            found => found == number && number.is_some_and(|number| is_it(*rank, &self.patterns[number].cells)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn back(texts: &[String], clock: &[u64]) -> Texts {
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        let mut gathered = Gathered::default();
        texts.iter().for_each(|text| gathered.add(text));
        gathered.put(&[clock], &mut narrow, &mut wide);
        let (mut narrow, mut wide) = (Input(&narrow), Input(&wide));
        let back = Texts::take(texts.len(), &[clock], &mut narrow, &mut wide).expect("they were just written");
        assert!(narrow.0.is_empty() && wide.0.is_empty());
        back
    }

    fn text(texts: &Texts, row: usize) -> String {
        let mut out = Vec::new();
        texts.write(row, &mut out);
        String::from_utf8(out).expect("it was text")
    }

    proptest! {
        #[test]
        fn all_texts_come_back_and_are_found(texts in vec("[0-9a-f]{8}|[a-c]{0,2}:[0-9]{1,4}|\\PC{0,12}", 0..40), at: u64) {
            let clock: Vec<u64> = (0..texts.len() as u64).map(|row| at.wrapping_add(row * 7)).collect();
            let known = back(&texts, &clock);
            for (row, own) in texts.iter().enumerate() {
                prop_assert_eq!(&text(&known, row), own);
                prop_assert_eq!(known.find(own), texts.iter().position(|other| other == own));
            }
            prop_assert_eq!(known.find("nobody-has-this-1"), None);
        }
    }

    #[test]
    fn more_patterns_than_are_kept_come_back_all_the_same() {
        let texts: Vec<String> = (0..600_u32).map(|n| format!("{}x", char::from_u32(0x4e00 + n % 400).unwrap_or('x'))).collect();
        let known = back(&texts, &vec![0; texts.len()]);
        texts.iter().enumerate().for_each(|(row, own)| assert_eq!(&text(&known, row), own));
        assert_eq!(known.find(&texts[399]), Some(399));
    }
}
