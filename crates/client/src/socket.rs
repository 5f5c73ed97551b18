//! An open WebSocket that is read in bursts and never waits to write.

use crate::stream::Stream;
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    future::poll_fn,
    task::{Context, Poll},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message},
};

/// At most this many messages,
const BURST_FRAMES: usize = 2048;
/// and not much more than this many bytes are gathered before they are decoded.
const BURST_BYTES: usize = 1 << 20;

/// See the [module docs](self).
pub(crate) struct Socket {
    stream: WebSocketStream<Stream>,
    unflushed: bool,
    /// Why the stream ended, kept back until what came before has been taken.
    end: Option<Option<Error>>,
}

impl Socket {
    pub(crate) fn new(stream: WebSocketStream<Stream>) -> Self {
        Self { stream, unflushed: false, end: None }
    }

    /// Queue a message. It leaves while [`Socket::gather`] is polled.
    pub(crate) fn send(&mut self, message: Message) -> Result<(), Error> {
        self.unflushed = true;
        // The sink's own readiness waits for an empty buffer; its buffer is bounded and says so when it is full.
        self.stream.start_send_unpin(message)
    }

    /// Wait for a message, then take all that are there without waiting. Dropping the future loses nothing.
    /// `Err(None)`: the stream ended without an error.
    pub(crate) async fn gather(&mut self, into: &mut Vec<Message>) -> Result<(), Option<Error>> {
        poll_fn(|cx| self.poll_gather(into, cx)).await
    }

    fn poll_gather(&mut self, into: &mut Vec<Message>, cx: &mut Context<'_>) -> Poll<Result<(), Option<Error>>> {
        if let Some(end) = self.end.take() {
            return Poll::Ready(Err(end));
        }
        if self.unflushed {
            match self.stream.poll_flush_unpin(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                // What the server said before it hung up is still to be read.
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "Writing failed.");
                    self.unflushed = false;
                }
                Poll::Pending => {}
            }
        }
        let mut bytes = 0;
        while into.len() < BURST_FRAMES && bytes < BURST_BYTES {
            let message = match self.stream.poll_next_unpin(cx) {
                Poll::Pending if into.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(message) => message,
            };
            let end = match message {
                Some(Ok(message)) => {
                    bytes += message.len();
                    into.push(message);
                    continue;
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            if into.is_empty() {
                return Poll::Ready(Err(end));
            }
            self.end = Some(end);
            break;
        }
        Poll::Ready(Ok(()))
    }

    /// Say goodbye, if that needs no waiting, and hang up.
    pub(crate) fn hang_up(mut self) {
        if self.send(Message::Close(None)).is_ok() {
            let mut cx = Context::from_waker(std::task::Waker::noop());
            if let Poll::Ready(Err(error)) = self.stream.poll_flush_unpin(&mut cx) {
                tracing::trace!(%error, "The goodbye did not leave.");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial::limits;
    use tokio_tungstenite::tungstenite::protocol::Role;

    #[tokio::test]
    async fn what_waits_to_be_written_is_bounded_and_said_to_be_full() {
        let (ours, theirs) = tokio::io::duplex(64);
        let stream: Stream = Box::new(ours);
        let mut socket = Socket::new(WebSocketStream::from_raw_socket(stream, Role::Client, Some(limits())).await);
        let mut sent = 0;
        let error = loop {
            match socket.send(Message::text("x".repeat(1000))) {
                Ok(()) => sent += 1,
                Err(error) => break error,
            }
            assert!(sent < 10_000, "a server that reads nothing must not cost memory without end");
        };
        assert!(matches!(error, Error::WriteBufferFull(_)), "{error}");
        drop(theirs);
    }
}
