//! What arrives on the open connection, and what is said on it.

use super::{Driver, Line};
use crate::{
    delivery::Delivery,
    dial::broken,
    dialect::Note,
    ending::Ending,
    frames::text,
    handshake::one_line,
    session::Input,
    status::{Cause, Denied},
};
use std::mem;
use tokio_tungstenite::tungstenite::{Error, Message};
use watchdeck_events::Channel;
use watchdeck_protocol::Position;

impl Driver {
    pub(super) fn read(&mut self, outcome: Result<(), Option<Error>>) {
        let now = self.now();
        let mut frames = mem::take(&mut self.frames);
        if !frames.is_empty() {
            self.status.last_frame_at = Some(now.wall);
            self.input(Input::Sign);
        }
        let mut ending = match outcome {
            Ok(()) => None,
            Err(Some(error)) => Some(broken(&error)),
            Err(None) => Some(Ending::retry(Cause::Closed, "the server hung up")),
        };
        for frame in frames.drain(..) {
            if !matches!(self.line, Line::Open(_)) {
                break;
            }
            self.status.bytes += frame.len() as u64;
            match frame {
                // Text comes as binary too: see `crate::frames`.
                Message::Binary(bytes) => {
                    self.status.frames += 1;
                    match text(&bytes) {
                        Ok(text) => self.wire.text(&text, now, &mut self.out),
                        Err(reason) => self.out.burst.push(Delivery::malformed(&bytes, reason)),
                    }
                }
                Message::Pong(payload) => self.status.round_trip = self.pings.pong(&payload, now.up).or(self.status.round_trip),
                Message::Close(close) => {
                    self.parted = true;
                    ending = Some(match close {
                        Some(close) => self.wire.closed(close.code.into(), &one_line(close.reason.as_bytes())),
                        None => Ending::retry(Cause::Closed, "the server closed the connection"),
                    });
                }
                Message::Text(_) | Message::Ping(_) | Message::Frame(_) => {}
            }
            if !self.out.notes.is_empty() {
                self.obey();
            }
        }
        self.frames = frames;
        self.deliveries.collect(&mut self.out.burst);
        if let Some(ending) = ending {
            self.input(Input::Ended(ending));
        }
    }

    pub(super) fn known(&mut self, channel: &Channel, answer: Option<Option<Position>>) {
        match answer {
            Some(position) => {
                let now = self.now();
                self.wire.committed(channel, position, now, &mut self.out);
                self.obey();
            }
            None => {
                let detail = format!("the committed position of {channel} was not told in time");
                self.input(Input::Ended(Ending::retry(Cause::StoreUnavailable, detail)));
            }
        }
    }

    /// Do what the dialect noted.
    pub(super) fn obey(&mut self) {
        for note in mem::take(&mut self.out.notes) {
            if !matches!(self.line, Line::Open(_)) {
                // An earlier note ended the connection; what was to be done on it is moot.
                break;
            }
            match note {
                Note::Send(text) => self.send(Message::text(text)),
                Note::Ask(channel) => self.ask(channel),
                Note::Ping => self.ping(),
                Note::Greeted { ping, user_name, server } => {
                    self.status.user_name = user_name.or(self.status.user_name.take());
                    self.status.server = server.or(self.status.server.take());
                    if let Some(ping) = ping {
                        self.input(Input::PingEvery(ping));
                    }
                }
                Note::Decides(types) => self.status.decides = Some(types),
                Note::Person(id) => self.status.user_id = Some(id),
                Note::Denied { channel, detail } => self.denied(channel, detail),
                Note::Served(channel) => self.status.denied.retain(|known| known.channel != channel),
                Note::Upstream(down) => self.status.upstream_down = down,
                Note::End(ending) => self.input(Input::Ended(ending)),
            }
        }
        self.deliveries.collect(&mut self.out.burst);
    }

    fn denied(&mut self, channel: Channel, detail: String) {
        tracing::warn!(link = &*self.profile.id, channel = channel.as_str(), detail, "The server will not serve a channel.");
        let denied = &mut self.status.denied;
        match denied.iter_mut().find(|known| known.channel == channel) {
            Some(known) => known.detail = detail,
            None => denied.push(Denied { channel, detail }),
        }
    }

    fn ask(&mut self, channel: Channel) {
        let (positions, patience) = (self.positions.clone(), self.profile.timing.subscribe);
        self.lookups.push(Box::pin(async move {
            let answer = tokio::time::timeout(patience, positions.committed(&channel)).await.ok();
            (channel, answer)
        }));
    }

    pub(super) fn ping(&mut self) {
        let payload = self.pings.ping(self.now().up);
        self.send(Message::Ping(payload));
    }

    fn send(&mut self, message: Message) {
        let Line::Open(socket) = &mut self.line else { return };
        match socket.send(message) {
            Ok(()) => {}
            // What cannot be said must not be thought said: a lost subscribe would be a silence for ever.
            Err(Error::WriteBufferFull(_)) => {
                self.input(Input::Ended(Ending::retry(Cause::Broken, "the server takes nothing from us")));
            }
            // Reading will say why, or the silence will; both know better than this error.
            Err(error) => tracing::debug!(link = &*self.profile.id, %error, "A frame could not be queued."),
        }
    }
}
