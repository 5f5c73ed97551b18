//! Many texts of few makers: the patterns once, and the numbers that fill them in columns. What has no pattern worth keeping is kept as it is.
//!
//! Narrow: number of patterns, the patterns, per text the number of its pattern (one byte; 0 for none), the lengths and bytes of those without,
//! then pattern by pattern and hole by hole a [`column`]; its wide ones are apart.

use super::{
    bytes::{self, Input},
    column, pattern,
};
use std::collections::HashMap;

/// Patterns of one block; texts beyond are kept as they are.
const MOST_PATTERNS: usize = 255;
/// Holes of one pattern.
const MOST_HOLES: usize = 16;
/// Bytes of one pattern.
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

/// Append texts. `clocks` hold as many numbers as there are texts, which their own may be near to.
pub(super) fn put<'a>(texts: impl Iterator<Item = &'a str>, clocks: &[&[u64]], narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
    let (mut groups, mut numbers): (Vec<Group>, HashMap<Box<[u8]>, usize>) = (Vec::new(), HashMap::new());
    let (mut which, mut whole) = (Vec::new(), Vec::new());
    let (mut shape, mut cells) = (Vec::new(), Vec::new());
    for (row, text) in texts.enumerate() {
        shape.clear();
        cells.clear();
        pattern::take_apart(text, &mut shape, &mut cells);
        // Mostly it is the pattern of the text before.
        let same = which.last().map(|number| usize::from(*number)).filter(|last| *last > 0 && *groups[*last - 1].pattern == *shape);
        let mut number = same.or_else(|| numbers.get(shape.as_slice()).copied()).unwrap_or(0);
        if number == 0 && groups.len() < MOST_PATTERNS && cells.len() <= MOST_HOLES && shape.len() <= MOST_PATTERN {
            let pattern: Box<[u8]> = shape.as_slice().into();
            groups.push(Group { pattern: pattern.clone(), ..Group::default() });
            number = groups.len();
            numbers.insert(pattern, number);
        }
        which.push(number as u8);
        match number.checked_sub(1) {
            None => bytes::put_bytes(&mut whole, text.as_bytes()),
            Some(group) => {
                groups[group].rows.push(row);
                groups[group].cells.extend_from_slice(&cells);
            }
        }
    }
    narrow.push(groups.len() as u8);
    groups.iter().for_each(|group| bytes::put_bytes(narrow, &group.pattern));
    narrow.extend_from_slice(&which);
    narrow.extend_from_slice(&whole);
    for group in &groups {
        put_cells(group, clocks, narrow, wide);
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
    /// The inverse of [`put`].
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
            let holes = pattern::holes(shape).filter(|holes| *holes <= MOST_HOLES)?;
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
        put(texts.iter().map(String::as_str), &[clock], &mut narrow, &mut wide);
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
