//! Lines of a terminal in columns that Chinese does not push apart, and what a cell may hold.

use crate::doctor::Tongue;

/// Widest cell but for what is to be copied whole.
pub(super) const WIDEST: usize = 40;

/// Lines of cells as a table.
pub(super) fn table<const COLUMNS: usize>(lines: &[[String; COLUMNS]]) -> String {
    let wide: [usize; COLUMNS] = std::array::from_fn(|column| lines.iter().map(|cells| width(&cells[column])).max().unwrap_or_default());
    let mut text = String::new();
    for cells in lines {
        let mut line = String::new();
        for (cell, wide) in cells.iter().zip(wide) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', wide + 2 - width(cell)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A time in its two largest units.
pub(super) fn span(ms: i64, tongue: Tongue) -> String {
    let minutes = ms.max(0) / 60_000;
    let (days, hours, left) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (tongue, days, hours) {
        (Tongue::English, 0, 0) => format!("{left} min"),
        (Tongue::English, 0, _) => format!("{hours} h {left} min"),
        (Tongue::English, ..) => format!("{days} d {hours} h"),
        (Tongue::Chinese, 0, 0) => format!("{left} 分钟"),
        (Tongue::Chinese, 0, _) => format!("{hours} 小时 {left} 分"),
        (Tongue::Chinese, ..) => format!("{days} 天 {hours} 小时"),
    }
}

/// A foreign text moves no cursor and colours nothing.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

pub(super) fn cut(text: &str) -> String {
    let text = plain(text);
    if width(&text) <= WIDEST {
        return text;
    }
    let mut wide = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            wide += width_of(*c);
            wide < WIDEST
        })
        .collect();
    kept + "…"
}

pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Places that a terminal gives a character: two to what is as wide as it is high (UAX #11, the blocks that names and words are written in).
const fn width_of(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
