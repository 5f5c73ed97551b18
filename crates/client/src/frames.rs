//! Between the line and the WebSocket: every text frame becomes a binary one.
//!
//! A WebSocket ends when a text frame is not UTF-8, and the link with it, for one message that somebody wrote in Latin-1. Bytes pass
//! through as they are, so each message is judged by itself: what is text is read, whatever its frame called it, and what is not is
//! left out and said. Only the four bits of a frame's kind are touched; everything else stays the library's to check.

use crate::stream::Stream;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// See the [module docs](self).
pub(crate) struct Frames {
    line: Stream,
    /// What came together with the answer to the handshake.
    early: Vec<u8>,
    at: At,
}

/// Where in a frame the next byte is.
#[derive(Debug, Clone, Copy)]
enum At {
    Kind,
    Length,
    LongLength { left: u8, length: u64, masked: bool },
    Mask { left: u8, length: u64 },
    Payload { left: u64 },
}

impl Frames {
    pub(crate) fn new(line: Stream, early: Vec<u8>) -> Self {
        Self { line, early, at: At::Kind }
    }
}

/// Pass bytes of frames, wherever they were cut.
fn pass(mut at: At, bytes: &mut [u8]) -> At {
    let mut next = 0;
    while let Some(byte) = bytes.get_mut(next) {
        next += 1;
        at = match at {
            At::Kind => {
                if *byte & 0x0f == 1 {
                    *byte = *byte & 0xf0 | 2;
                }
                At::Length
            }
            At::Length => {
                let masked = *byte & 0x80 != 0;
                match *byte & 0x7f {
                    126 => At::LongLength { left: 2, length: 0, masked },
                    127 => At::LongLength { left: 8, length: 0, masked },
                    length => measured(u64::from(length), masked),
                }
            }
            At::LongLength { left, length, masked } => {
                let length = length << 8 | u64::from(*byte);
                if left == 1 { measured(length, masked) } else { At::LongLength { left: left - 1, length, masked } }
            }
            At::Mask { left: 1, length } => payload(length),
            At::Mask { left, length } => At::Mask { left: left - 1, length },
            At::Payload { left } => {
                let here = (bytes.len() - next + 1).min(usize::try_from(left).unwrap_or(usize::MAX));
                next += here - 1;
                payload(left - here as u64)
            }
        };
    }
    at
}

fn measured(length: u64, masked: bool) -> At {
    if masked { At::Mask { left: 4, length } } else { payload(length) }
}

fn payload(left: u64) -> At {
    if left == 0 { At::Kind } else { At::Payload { left } }
}

impl AsyncRead for Frames {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.early.is_empty() {
            std::task::ready!(Pin::new(&mut self.line).poll_read(cx, buffer))?;
        } else {
            let taken = self.early.len().min(buffer.remaining());
            buffer.put_slice(&self.early[..taken]);
            self.early.drain(..taken);
        }
        self.at = pass(self.at, &mut buffer.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Frames {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(cx)
    }
}

/// The text of a message.
///
/// # Errors
/// Why it has none.
pub(crate) fn text(message: &[u8]) -> Result<std::borrow::Cow<'_, str>, String> {
    use std::borrow::Cow;
    let wide = |wide: &[u8], read: fn([u8; 2]) -> u16| {
        let (units, rest) = wide.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| read(*unit)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty()).ok_or_else(|| "UTF-16 that is damaged".to_owned())
    };
    match message {
        [0xff, 0xfe, rest @ ..] => return wide(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => return wide(rest, u16::from_be_bytes).map(Cow::Owned),
        _ => {}
    }
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    std::str::from_utf8(message).map(Cow::Borrowed).map_err(|error| match message {
        [0x1f, 0x8b, ..] => "compressed with gzip; this server must send plain JSON".to_owned(),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => "compressed with zlib; this server must send plain JSON".to_owned(),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed with zstd; this server must send plain JSON".to_owned(),
        _ => format!("not UTF-8: byte {} is 0x{:02x}", error.valid_up_to(), message[error.valid_up_to()]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, length: usize, mask: bool) -> Vec<u8> {
        let mut frame = vec![0x80 | kind];
        let masked = if mask { 0x80 } else { 0 };
        match length {
            0..126 => frame.push(masked | length as u8),
            126..65_536 => {
                frame.push(masked | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            _ => {
                frame.push(masked | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(mask.then_some([1, 1, 1, 1]).into_iter().flatten());
        // A payload that looks like text frames all over.
        frame.extend(std::iter::repeat_n(0x81, length));
        frame
    }

    #[test]
    fn only_the_kind_of_a_text_frame_is_touched_wherever_the_bytes_are_cut() {
        let frames = [
            (1, 0, false),
            (1, 125, false),
            (9, 5, false),
            (0, 126, false),
            (1, 70_000, false),
            (8, 2, false),
            (1, 3, true),
            (2, 1, false),
        ];
        let given: Vec<u8> = frames.iter().flat_map(|(kind, length, mask)| frame(*kind, *length, *mask)).collect();
        let wanted: Vec<u8> =
            frames.iter().flat_map(|(kind, length, mask)| frame(if *kind == 1 { 2 } else { *kind }, *length, *mask)).collect();
        for cut in [1, 2, 3, 7, 126, 4096, given.len()] {
            let (mut passed, mut at) = (given.clone(), At::Kind);
            for piece in passed.chunks_mut(cut) {
                at = pass(at, piece);
            }
            assert!(passed == wanted, "in pieces of {cut}");
        }
    }

    #[test]
    fn text_is_read_in_every_form_that_leaves_no_guess() {
        assert_eq!(text("{\"a\":\"库存\"}".as_bytes()).unwrap(), "{\"a\":\"库存\"}");
        assert_eq!(text(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(text(b"\xff\xfe{\0}\0").unwrap(), "{}");
        assert_eq!(text(b"\xfe\xff\0{\0}").unwrap(), "{}");
        assert!(text(b"\x1f\x8b\x08\0").unwrap_err().contains("gzip"));
        assert!(text(b"caf\xe9").unwrap_err().contains("byte 3 is 0xe9"));
        assert!(text(b"\xff\xfe{").is_err());
    }
}
