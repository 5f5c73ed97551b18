//! The grammar: a text into its pieces, whatever it says. What a piece means, and what stands between brackets, is the matter of [`crate::term`].
//!
//! ```text
//! filter     = space* (piece space*)*
//! piece      = '-'? (quoted | unclosed | '(' | measured | comparison | word) | ')'
//! quoted     = '"' [^"]* '"'
//! unclosed   = '"' everything that follows
//! measured   = call space* sign space* operand?
//! call       = ('rate' | 'sum' | 'distinct') '(' everything up to the ')' that closes it ')'
//! operand    = (digits space* '*' space*)? (call | word)
//! comparison = name ':' word?  |  name space* sign space* operand?
//! sign       = '<=' | '>=' | '==' | '<' | '>' | '='
//! name       = (letter | digit | '_' | '.')+
//! word       = (neither space nor '"' nor a ')' that closes nothing of it | '"' [^"]* '"'?)+
//! ```

use std::ops::Range;
use winnow::{
    LocatingSlice, ModalResult, Parser,
    combinator::{alt, delimited, fail, opt, peek, preceded, repeat, terminated},
    stream::Stream as _,
    token::{any, rest, take_till, take_while},
};

type Input<'a> = LocatingSlice<&'a str>;

/// One term as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Where it stands, in bytes.
    pub(crate) place: Range<usize>,
    pub(crate) negated: bool,
    pub(crate) said: Said<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    /// A word to be found anywhere.
    Text(&'a str),
    /// A quotation to be found anywhere.
    Quoted(&'a str),
    /// A quotation that nobody closed.
    Unclosed,
    /// A field and what is said of it; nothing, where the text ends before.
    Compared { name: &'a str, sign: Sign, value: &'a str },
    /// What is counted over a stretch of time (`rate(kind:x, 10m)`), compared.
    Measured { call: &'a str, sign: Sign, value: &'a str },
    /// `(`
    Opened,
    /// `)`
    Closed,
}

/// How two things are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `:`, a pattern.
    Is,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
}

impl Sign {
    /// Whether two numbers are so.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal | Self::Is => (left - right).abs() < f64::EPSILON * left.abs().max(1.0),
        }
    }
}

/// The pieces of a text, in order. Every text has some.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all = preceded(space, repeat(0.., terminated(piece, space)));
    // A piece is a word at least, so nothing but spaces can be left over, and they are taken.
    all.parse(LocatingSlice::new(text)).unwrap_or_default()
}

fn piece<'a>(input: &mut Input<'a>) -> ModalResult<Piece<'a>> {
    // A minus sign by itself is a text like any other.
    let minus = terminated('-', peek(any.verify(|c: &char| !c.is_whitespace() && *c != ')')));
    let said = alt((
        quoted.map(Said::Quoted),
        ('"', rest).value(Said::Unclosed),
        '('.value(Said::Opened),
        ')'.value(Said::Closed),
        measured,
        comparison,
        word.map(Said::Text),
    ));
    (opt(minus), said).with_span().map(|((minus, said), place)| Piece { place, negated: minus.is_some(), said }).parse_next(input)
}

fn comparison<'a>(input: &mut Input<'a>) -> ModalResult<Said<'a>> {
    let name = take_while(1.., |c: char| c.is_alphanumeric() || c == '_' || c == '.');
    let exact = (':'.value(Sign::Is), opt(word));
    let spaced = (preceded(space, sign), opt(preceded(space, operand)));
    (name, alt((exact, spaced)))
        .map(|(name, (sign, value))| Said::Compared { name, sign, value: value.unwrap_or_default() })
        .parse_next(input)
}

fn measured<'a>(input: &mut Input<'a>) -> ModalResult<Said<'a>> {
    (call, preceded(space, sign), opt(preceded(space, operand)))
        .map(|(call, sign, value)| Said::Measured { call, sign, value: value.unwrap_or_default() })
        .parse_next(input)
}

fn sign(input: &mut Input<'_>) -> ModalResult<Sign> {
    alt((
        "<=".value(Sign::LessOrEqual),
        ">=".value(Sign::GreaterOrEqual),
        "==".value(Sign::Equal),
        '<'.value(Sign::Less),
        '>'.value(Sign::Greater),
        '='.value(Sign::Equal),
    ))
    .parse_next(input)
}

/// What something is compared with, as it is written.
fn operand<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    let times = (take_while(1.., |c: char| c.is_ascii_digit() || c == '.'), space, '*', space);
    (opt(times), alt((call, word))).take().parse_next(input)
}

fn call<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    let name = alt(("rate", "sum", "distinct"));
    (name, '(', within, ')').take().parse_next(input)
}

/// Up to the bracket that closes.
fn within<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    let (mut open, mut quoted) = (0_usize, false);
    let end = input.as_ref().char_indices().find(|(_, c)| {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            ')' if !quoted && open == 0 => return true,
            ')' if !quoted => open -= 1,
            _ => {}
        }
        false
    });
    match end {
        Some((end, _)) => Ok(input.next_slice(end)),
        None => fail.parse_next(input),
    }
}

fn quoted<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    delimited('"', take_till(0.., '"'), '"').parse_next(input)
}

fn word<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    match word_end(input.as_ref()) {
        0 => fail.parse_next(input),
        end => Ok(input.next_slice(end)),
    }
}

/// How many bytes of `text` are its first word.
fn word_end(text: &str) -> usize {
    let (mut open, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => return at,
            c if c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

fn space(input: &mut Input<'_>) -> ModalResult<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(bool, Said<'_>)> {
        pieces(text).into_iter().map(|piece| (piece.negated, piece.said)).collect()
    }

    #[test]
    fn a_term_is_one_piece_however_it_is_spaced() {
        let less = Said::Compared { name: "n", sign: Sign::Less, value: "10" };
        for text in ["n<10", "n <10", "n< 10", " n  <  10 "] {
            assert_eq!(said(text), [(false, less)], "{text}");
        }
        let two = Said::Compared { name: "name", sign: Sign::Is, value: "\"two words\"" };
        assert_eq!(said(r#"-name:"two words" x"#), [(true, two), (false, Said::Text("x"))]);
        assert_eq!(said(r#""a b" "c"#), [(false, Said::Quoted("a b")), (false, Said::Unclosed)]);
        assert_eq!(said("- -- a(1):b"), [(false, Said::Text("-")), (true, Said::Text("-")), (false, Said::Text("a(1):b"))]);
        assert_eq!(said("kind: x"), [(false, Said::Compared { name: "kind", sign: Sign::Is, value: "" }), (false, Said::Text("x"))]);
    }

    #[test]
    fn what_is_counted_is_one_piece_with_what_it_is_compared_with() {
        let call = "rate(kind:a (b OR c), 10m)";
        for text in [format!("{call} > 3 * usual"), format!("{call}>3 * usual")] {
            assert_eq!(said(&text), [(false, Said::Measured { call, sign: Sign::Greater, value: "3 * usual" })]);
        }
        let other = "0.5*rate(kind:*, 10m)";
        assert_eq!(
            said(&format!("-{call} < {other} x")),
            [(true, Said::Measured { call, sign: Sign::Less, value: other }), (false, Said::Text("x"))]
        );
        assert_eq!(said("rate(a)"), [(false, Said::Text("rate(a)"))], "what is compared with nothing is a word");
        let less = Said::Compared { name: "stock.on_hand", sign: Sign::Less, value: "1.2 * stock.threshold" };
        assert_eq!(said("stock.on_hand < 1.2 * stock.threshold"), [(false, less)]);
    }

    #[test]
    fn a_bracket_is_a_piece_unless_it_is_within_a_word() {
        let [a, b] = ["a", "b(1)"].map(|word| (false, Said::Text(word)));
        assert_eq!(said("-(a b(1))"), [(true, Said::Opened), a, b, (false, Said::Closed)]);
        let name = Said::Compared { name: "name", sign: Sign::Is, value: "b(1)" };
        assert_eq!(
            said("(name:b(1)) -)"),
            [(false, Said::Opened), (false, name), (false, Said::Closed), (false, Said::Text("-")), (false, Said::Closed)]
        );
    }

    #[test]
    fn a_piece_knows_where_it_stands() {
        let places: Vec<_> = pieces(r#"  ab -"c d"  n >= "#).into_iter().map(|piece| piece.place).collect();
        assert_eq!(places, [2..4, 5..11, 13..17]);
    }

    proptest::proptest! {
        #[test]
        fn every_text_has_its_pieces_and_nothing_is_left_out(text in "\\PC{0,40}") {
            let pieces = pieces(&text);
            let mut end = 0;
            for piece in &pieces {
                assert!(text[end..piece.place.start].trim().is_empty() && piece.place.start < piece.place.end);
                end = piece.place.end;
            }
            assert!(text[end..].trim().is_empty(), "{pieces:?}");
        }
    }
}
