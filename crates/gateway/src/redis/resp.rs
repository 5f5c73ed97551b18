//! What Redis says (RESP2), read value by value and only when asked.
//!
//! A text beyond the limit is read past: its beginning and its length are kept. One message of 100 MB is then a message that is too large,
//! and not the end of the bridge.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// Longest line: a status, an error or a length.
const LINE_BYTES: u64 = 4 << 10;
/// Most parts of one answer. A message has four.
const MOST_PARTS: i64 = 64;
/// What is kept of a text beyond the limit.
pub(crate) const HEAD_BYTES: usize = 4 << 10;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A status, or the text of one.
    Simple(String),
    /// A refusal in Redis's words.
    Error(String),
    Int(i64),
    Nil,
    Bulk(Bulk),
    Array(Vec<Value>),
}

/// A text of any bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bulk {
    /// All of it, or only its beginning when it was longer than the limit.
    pub(crate) bytes: Vec<u8>,
    /// Its whole length.
    pub(crate) len: u64,
}

impl Bulk {
    /// Whether the end is missing.
    pub(crate) fn is_cut(&self) -> bool {
        self.len > self.bytes.len() as u64
    }
}

/// Why nothing more can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("it closed the connection")]
    Closed,
    #[error("{0}")]
    Io(std::io::Error),
    #[error("what answers there does not speak Redis's protocol")]
    Foreign,
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::UnexpectedEof { Self::Closed } else { Self::Io(error) }
    }
}

/// The next value. Not to be dropped half-way: what was read would be gone.
pub(crate) async fn read(from: &mut (impl AsyncBufRead + Unpin + Send), limit: usize) -> Result<Value, ReadError> {
    match part(from, limit).await? {
        Part::Value(value) => Ok(value),
        Part::Array(count) => {
            let mut values = Vec::new();
            for _ in 0..count {
                // A subscription's answers are flat.
                match part(from, limit).await? {
                    Part::Value(value) => values.push(value),
                    Part::Array(_) => return Err(ReadError::Foreign),
                }
            }
            Ok(Value::Array(values))
        }
    }
}

enum Part {
    Value(Value),
    Array(i64),
}

async fn part(from: &mut (impl AsyncBufRead + Unpin + Send), limit: usize) -> Result<Part, ReadError> {
    let line = line(from).await?;
    let (sign, rest) = line.split_at_checked(1).ok_or(ReadError::Foreign)?;
    let number = || rest.parse::<i64>().map_err(|_| ReadError::Foreign);
    Ok(match sign {
        "+" => Part::Value(Value::Simple(rest.to_owned())),
        "-" => Part::Value(Value::Error(rest.to_owned())),
        ":" => Part::Value(Value::Int(number()?)),
        "$" => match number()? {
            -1 => Part::Value(Value::Nil),
            len => Part::Value(Value::Bulk(bulk(from, u64::try_from(len).map_err(|_| ReadError::Foreign)?, limit).await?)),
        },
        "*" => match number()? {
            -1 => Part::Value(Value::Nil),
            count @ 0..=MOST_PARTS => Part::Array(count),
            _ => return Err(ReadError::Foreign),
        },
        _ => return Err(ReadError::Foreign),
    })
}

async fn line(from: &mut (impl AsyncBufRead + Unpin + Send)) -> Result<String, ReadError> {
    let mut line = Vec::new();
    from.take(LINE_BYTES).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Err(ReadError::Closed);
    }
    let text = line.strip_suffix(b"\r\n").ok_or(if line.len() as u64 == LINE_BYTES { ReadError::Foreign } else { ReadError::Closed })?;
    Ok(String::from_utf8_lossy(text).into_owned())
}

async fn bulk(from: &mut (impl AsyncBufRead + Unpin + Send), len: u64, limit: usize) -> Result<Bulk, ReadError> {
    let keep = if len > limit as u64 { HEAD_BYTES.min(limit) as u64 } else { len };
    // Grows with what really comes, not with what is announced.
    let mut bytes = Vec::new();
    if from.take(keep).read_to_end(&mut bytes).await? as u64 != keep {
        return Err(ReadError::Closed);
    }
    let mut left = len - keep;
    while left > 0 {
        let here = from.fill_buf().await?.len();
        if here == 0 {
            return Err(ReadError::Closed);
        }
        let past = here.min(usize::try_from(left).unwrap_or(usize::MAX));
        from.consume(past);
        left -= past as u64;
    }
    let mut end = [0; 2];
    from.read_exact(&mut end).await?;
    if end == *b"\r\n" { Ok(Bulk { bytes, len }) } else { Err(ReadError::Foreign) }
}

/// A command as Redis reads it; its parts may hold any bytes.
pub(crate) fn command(parts: &[&str]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", parts.len()).into_bytes();
    for part in parts {
        out.extend(format!("${}\r\n", part.len()).bytes());
        out.extend(part.bytes());
        out.extend(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(mut bytes: &[u8]) -> (Vec<Value>, ReadError) {
        let mut values = Vec::new();
        loop {
            match read(&mut bytes, 10).await {
                Ok(value) => values.push(value),
                Err(error) => return (values, error),
            }
        }
    }

    fn whole(text: &str) -> Value {
        Value::Bulk(Bulk { bytes: text.into(), len: text.len() as u64 })
    }

    #[tokio::test]
    async fn values_are_read_one_after_the_other() {
        let (values, end) = all(b"+OK\r\n-NOPERM no\r\n:-7\r\n$3\r\na\r\n\r\n*3\r\n$4\r\npong\r\n$0\r\n\r\n$-1\r\n*-1\r\n").await;
        assert_eq!(
            values,
            [
                Value::Simple("OK".into()),
                Value::Error("NOPERM no".into()),
                Value::Int(-7),
                whole("a\r\n"),
                Value::Array(vec![whole("pong"), whole(""), Value::Nil]),
                Value::Nil
            ]
        );
        assert!(matches!(end, ReadError::Closed));
    }

    #[tokio::test]
    async fn a_text_beyond_the_limit_is_read_past() {
        let mut bytes = format!("${}\r\n", 100_000).into_bytes();
        bytes.extend([b'x'; 100_000]);
        bytes.extend(b"\r\n:1\r\n");
        let (values, _) = all(&bytes).await;
        let Value::Bulk(bulk) = &values[0] else { panic!("{values:?}") };
        assert_eq!((bulk.bytes.len(), bulk.len, bulk.is_cut()), (10, 100_000, true), "only its head is kept");
        assert_eq!(values[1], Value::Int(1), "and what follows is read");
    }

    #[tokio::test]
    async fn what_is_not_redis_is_told_from_a_lost_link() {
        for foreign in ["HTTP/1.1 400 Bad Request\r\n", "*99999999\r\n", "$-5\r\n", "$1\r\nabc", "*1\r\n*1\r\n:1\r\n"] {
            assert!(matches!(all(foreign.as_bytes()).await, (values, ReadError::Foreign) if values.is_empty()), "{foreign}");
        }
        for cut in ["$9223372036854775807\r\nx", "*2\r\n:1\r\n", "$5\r\nab", "+O"] {
            assert!(matches!(all(cut.as_bytes()).await, (_, ReadError::Closed)), "{cut}");
        }
    }

    #[test]
    fn a_command_carries_any_text() {
        assert_eq!(command(&["AUTH", "a\r\n"]), b"*2\r\n$4\r\nAUTH\r\n$3\r\na\r\n\r\n");
    }
}
