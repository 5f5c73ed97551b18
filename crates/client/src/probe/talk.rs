//! A conversation with a server for the sake of a probe: what a link would say, and nothing kept of what comes back.

use crate::{
    clock::{BootClock, Now},
    dial::broken,
    dialect::{Note, Out, Wire},
    frames::text,
    socket::Socket,
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;

/// See the [module docs](self).
pub(super) struct Talk {
    pub(super) socket: Box<Socket>,
    pub(super) wire: Box<dyn Wire>,
    out: Out,
    greeting: Vec<String>,
    pub(super) denied: Vec<String>,
}

impl Talk {
    /// The connection has just opened.
    pub(super) fn begin(socket: Box<Socket>, wire: Box<dyn Wire>) -> Self {
        let mut talk = Self { socket, wire, out: Out::default(), greeting: vec![], denied: vec![] };
        talk.wire.opened(Now::read(&BootClock), &mut talk.out);
        talk
    }

    /// Who the server is, and who we are to it.
    pub(super) fn greeting(&self) -> String {
        if self.greeting.is_empty() { "the server answered".into() } else { self.greeting.join(", ") }
    }

    /// Talk until `enough`, or until time is up (`false`), or until the server ends it (an error).
    pub(super) async fn until(&mut self, patience: Duration, enough: impl Fn(&Self) -> bool) -> Result<bool, String> {
        let deadline = Instant::now() + patience;
        let mut frames = vec![];
        loop {
            let now = Now::read(&BootClock);
            self.wire.tick(now, &mut self.out);
            self.obey(now)?;
            if enough(self) {
                return Ok(true);
            }
            let nap = self.wire.due().map_or(patience, |due| due.saturating_sub(now.up)) + Duration::from_millis(1);
            let wake = deadline.min(Instant::now() + nap);
            match timeout_at(wake, self.socket.gather(&mut frames)).await {
                Err(_) if Instant::now() >= deadline => return Ok(false),
                Err(_) => {}
                Ok(Err(error)) => return Err(error.map_or_else(|| "the server hung up".into(), |error| broken(&error).into_words())),
                Ok(Ok(())) => {}
            }
            for frame in frames.drain(..) {
                match frame {
                    Message::Binary(bytes) => {
                        if let Ok(text) = text(&bytes) {
                            self.wire.text(&text, now, &mut self.out);
                        }
                    }
                    Message::Close(close) => {
                        let (code, reason) = close.map_or((1005, String::new()), |close| (close.code.into(), close.reason.to_string()));
                        return Err(self.wire.closed(code, &reason).into_words());
                    }
                    _ => {}
                }
                self.obey(now)?;
            }
        }
    }

    fn obey(&mut self, now: Now) -> Result<(), String> {
        // Answers may leave further notes.
        while !self.out.notes.is_empty() {
            for note in std::mem::take(&mut self.out.notes) {
                match note {
                    Note::Send(text) => self.socket.send(Message::text(text)).map_err(|error| error.to_string())?,
                    Note::Ask(channel) => self.wire.committed(&channel, None, now, &mut self.out),
                    Note::Ping => self.socket.send(Message::Ping(Default::default())).map_err(|error| error.to_string())?,
                    Note::Greeted { user_name, server, .. } => {
                        self.greeting.extend(user_name);
                        self.greeting.extend(server.map(|server| format!("server {server}")));
                    }
                    Note::Denied { channel, detail } => self.denied.push(format!("{channel}: {detail}")),
                    Note::End(ending) => return Err(ending.into_words()),
                    Note::Served(_) | Note::Upstream(_) | Note::Decides(_) | Note::Person(_) => {}
                }
            }
        }
        self.out.burst.drain().for_each(drop);
        Ok(())
    }
}
