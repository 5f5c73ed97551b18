//! From pieces to terms: what stands in brackets, what an `OR` joins, and which words are searched for together.

use crate::{
    grammar::{self, Piece, Said},
    known::Fact,
    measured,
    plan::Plan,
    term::{anywhere, compared, phrase, words_of},
    words,
};
use std::ops::Range;
use watchdeck_events::Millis;

/// Brackets within brackets, at most.
const DEEPEST: usize = 8;
/// Most words of a title.
const TITLE: usize = 4;
/// An `OR` with nothing before or behind it.
const ALONE: &str = "OR stands between two things; in quotation marks it is a word";

/// What cannot be meant, and where it stands, in bytes.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) place: Range<usize>,
}

impl Wrong {
    fn at<T>(piece: &Piece<'_>, message: impl Into<String>) -> Result<T, Self> {
        Err(Self { message: message.into(), place: piece.place.clone() })
    }
}

/// Reads pieces one after the other.
pub(crate) struct Reader<'a> {
    pieces: &'a [Piece<'a>],
    now: Millis,
    /// What is known beyond an event may be asked for.
    beyond: bool,
    /// Brackets that are open.
    open: Vec<&'a Piece<'a>>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn of(pieces: &'a [Piece<'a>], now: Millis, beyond: bool) -> Self {
        Self { pieces, now, beyond, open: Vec::new() }
    }

    /// Every term, up to the end or to the bracket that closes.
    pub(crate) fn all(&mut self) -> Result<Vec<Plan>, Wrong> {
        let mut terms: Vec<Plan> = Vec::new();
        // The `OR` that waits for what is behind it.
        let mut or = None;
        while let Some((piece, rest)) = self.pieces.split_first() {
            self.pieces = rest;
            match piece.said {
                Said::Closed if !self.open.is_empty() => {
                    return match or {
                        Some(or) => Wrong::at(or, ALONE),
                        None if terms.is_empty() => Wrong::at(piece, "nothing stands between the brackets"),
                        None => Ok(terms),
                    };
                }
                Said::Text("OR") if !piece.negated => {
                    if terms.is_empty() || or.is_some() {
                        return Wrong::at(piece, ALONE);
                    }
                    or = Some(piece);
                }
                // It is said by nothing, too.
                Said::Text("AND") if !piece.negated => {}
                _ => {
                    let mut read = self.read(piece)?.into_iter();
                    if or.take().is_some()
                        && let (Some(left), Some(right)) = (terms.pop(), read.next())
                    {
                        terms.push(either(left, right));
                    }
                    terms.extend(read);
                }
            }
        }
        match (or, self.open.last()) {
            (Some(or), _) => Wrong::at(or, ALONE),
            (None, Some(open)) => Wrong::at(open, "the bracket is not closed"),
            (None, None) => Ok(terms),
        }
    }

    /// The terms of a piece, and of the words that follow it where it is one.
    fn read(&mut self, piece: &'a Piece<'a>) -> Result<Vec<Plan>, Wrong> {
        let test = match piece.said {
            Said::Unclosed => return Wrong::at(piece, "the quotation mark is not closed"),
            Said::Opened if self.open.len() == DEEPEST => return Wrong::at(piece, "there are too many brackets within brackets"),
            Said::Opened => {
                self.open.push(piece);
                let within = self.all()?;
                self.open.pop();
                Plan::All(within)
            }
            // It closes nothing.
            Said::Closed => anywhere(")"),
            Said::Quoted(text) => anywhere(text),
            Said::Text(text) if piece.negated => anywhere(text),
            Said::Text(text) => return Ok(self.words(text)),
            Said::Measured { .. } if !self.beyond => return Wrong::at(piece, "what is counted over a time can be asked by rules only"),
            Said::Measured { call, sign, value } => {
                measured::measure(call, sign, value, &|text| self.within(text)).or_else(|message| Wrong::at(piece, message))?
            }
            Said::Compared { name, sign, value } if self.beyond && Fact::named(name).is_some() => {
                measured::fact(name, sign, value, &|text| self.within(text)).or_else(|message| Wrong::at(piece, message))?
            }
            Said::Compared { name, sign, value } => compared(name, sign, value, self.now).or_else(|message| Wrong::at(piece, message))?,
        };
        Ok(vec![if piece.negated { Plan::Not(Box::new(test)) } else { test }])
    }

    /// A filter that stands in a call. What is counted is single events: nothing beyond them can be asked there.
    fn within(&self, text: &str) -> Result<Plan, String> {
        Reader::of(&grammar::pieces(text), self.now, false).all().map(Plan::All).map_err(|wrong| wrong.message)
    }

    /// A word and those after it: what stands in a title together is searched for together.
    fn words(&mut self, first: &'a str) -> Vec<Plan> {
        let mut all = words_of(first);
        while let Some((Piece { negated: false, said: Said::Text(text), .. }, rest)) = self.pieces.split_first()
            && !["OR", "AND"].contains(text)
        {
            all.extend(words_of(text));
            self.pieces = rest;
        }
        let mut terms = Vec::new();
        let mut left = all.as_slice();
        while !left.is_empty() {
            let together = (2..=TITLE.min(left.len())).rev().find(|count| words::are_title(&left[..*count].join(" ")));
            let (taken, rest) = left.split_at(together.unwrap_or(1));
            terms.push(if together.is_some() { phrase(taken) } else { anywhere(taken[0]) });
            left = rest;
        }
        terms
    }
}

fn either(left: Plan, right: Plan) -> Plan {
    match left {
        // A phrase is one of its own; what an `OR` joined before takes another.
        Plan::Any(mut alternatives) => {
            alternatives.push(right);
            Plan::Any(alternatives)
        }
        other => Plan::Any(vec![other, right]),
    }
}
