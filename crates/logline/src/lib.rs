//! The log of every Watchdeck program: one line per event, whatever a text holds.
//!
//! Servers, publishers and file names get into the log. A line break in one of them could forge a line, and an escape sequence could hide
//! one from whoever reads it in a terminal. So every field is written on one line, with what is not plain text spelt out, and cut where it
//! becomes a novel.

use std::fmt::Write as _;
use tracing::field::Field;
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FormatFields, MakeWriter,
        format::{self, Writer},
    },
};

/// Most bytes of one field.
const FIELD_BYTES: usize = 8 << 10;

/// Begin to log into `writer`; the environment's `variable` says what (`info` when it says nothing). `false` when a log was begun already,
/// which then goes on.
pub fn start<W>(variable: &str, writer: W, colours: bool) -> bool
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_env(variable).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(writer);
    log.fmt_fields(fields()).try_init().is_ok()
}

/// How fields are written.
fn fields() -> impl for<'w> FormatFields<'w> + Send + Sync + 'static {
    format::debug_fn(|writer: &mut Writer<'_>, field: &Field, value: &dyn std::fmt::Debug| {
        let text = one_line(&format!("{value:?}"));
        match field.name() {
            "message" => writer.write_str(&text),
            // Where in its source a library said something, which its target says well enough.
            name if name.starts_with("log.") => Ok(()),
            name => write!(writer, " {}={text}", name.strip_prefix("r#").unwrap_or(name)),
        }
    })
}

/// `text` on one line: breaks, control characters and what turns or hides text are spelt out; a long one is cut.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(FIELD_BYTES));
    for c in text.chars() {
        if out.len() >= FIELD_BYTES {
            write!(out, "… ({} bytes)", text.len()).expect("text takes any text");
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Breaks a line, turns its direction, or is not seen at all.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_whatever_its_texts_hold() {
        let memory = Memory::default();
        let written = memory.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || memory.clone()).fmt_fields(fields()).finish();
        tracing::subscriber::with_default(log, || {
            let span = tracing::info_span!("source", name = "a\nb");
            let _inside = span.enter();
            let error = "no\r\n2026-11-25T00:00:00Z ERROR forged\u{1b}[2J\u{202e}";
            tracing::warn!(%error, words = "x\ny", bytes = 7, "It said {error}.");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert!(text.ends_with('\n') && !text.contains(['\r', '\u{1b}', '\u{202e}']), "{text:?}");
        assert!(text.contains(r"It said no\r\n2026") && text.contains(r"\u{1b}[2J") && text.contains("bytes=7"), "{text}");
        assert!(text.contains("name="), "spans too: {text}");
    }

    #[test]
    fn a_novel_is_cut_with_its_length() {
        let line = one_line(&"冷".repeat(1 << 20));
        assert!(line.len() < FIELD_BYTES + 40 && line.ends_with("(3145728 bytes)"), "{}", line.len());
        assert_eq!(one_line("Kühlhaus 2 库存"), "Kühlhaus 2 库存");
    }
}
