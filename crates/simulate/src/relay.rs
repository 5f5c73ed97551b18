//! Somebody on the way who changes what passes: where faults of the protocol are planted. Without such a fault the console's line is its own.

use crate::{fault::Fault, scenario::CHANNELS};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::value::RawValue;
use std::{borrow::Cow, time::Duration};
use tokio::{io::DuplexStream, time::Instant};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async, client_async,
    tungstenite::{
        Bytes, Error, Message,
        client::IntoClientRequest as _,
        handshake::server::{Request, Response},
        http::{HeaderValue, header},
    },
};
use watchdeck_client::Duplex;
use watchdeck_protocol::{ClientFrame, DataItem, ServerFrame};

/// How often it asks the gateway whether it is there, and after what silence it is not.
const PING: Duration = Duration::from_millis(400);
const SILENCE: Duration = Duration::from_millis(1_500);
/// Bytes that it holds on to.
const ROOM: usize = 64 << 10;
/// What both sides speak.
const PROTOCOL: HeaderValue = HeaderValue::from_static("watchdeck.v1");

/// Whether a fault is planted here, if only the one that changes nothing.
pub(crate) const fn carries(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Nothing
            | Fault::ResumeOffByOne
            | Fault::PageLosesItsLast
            | Fault::FramesSwapped
            | Fault::EpochNotRenewed
            | Fault::PositionAhead
            | Fault::LostWakeUp
            | Fault::ChannelMixedUp
            | Fault::PayloadWrittenAnew
    )
}

/// A line whose other end is `line`, with the fault between.
pub(crate) fn between(line: impl Duplex + 'static, fault: Fault) -> DuplexStream {
    let (near, far) = tokio::io::duplex(ROOM);
    tokio::spawn(async move {
        // However it ends, both lines are closed then, which both sides know how to take.
        drop(relay(far, line, fault).await);
    });
    near
}

async fn relay(far: DuplexStream, line: impl Duplex, fault: Fault) -> Result<(), Error> {
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let answer = |_: &Request, mut response: Response| {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
        Ok(response)
    };
    let mut console = accept_hdr_async(far, answer).await?;
    let mut request = "ws://gateway/ws".into_client_request()?;
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    let (mut gateway, _) = client_async(request, line).await?;
    let mut changes = Changes::new(fault);
    let (mut pings, mut answered) = (tokio::time::interval(PING), Instant::now());
    loop {
        tokio::select! {
            biased;
            // Each side's pings are answered here, so that here it has to be seen when the line is dead.
            now = pings.tick() => {
                if now.duration_since(answered) > SILENCE {
                    return Ok(());
                }
                gateway.send(Message::Ping(Bytes::new())).await?;
            }
            said = console.next() => match said {
                Some(Ok(Message::Text(text))) => gateway.send(Message::text(changes.asked(&text))).await?,
                Some(Ok(message)) if message.is_close() => gateway.send(message).await?,
                Some(Ok(_)) => {}
                _ => return Ok(()),
            },
            said = gateway.next() => match said {
                Some(Ok(Message::Text(text))) => told(&mut console, changes.told(&text)).await?,
                Some(Ok(Message::Pong(_))) => answered = Instant::now(),
                Some(Ok(message)) if !message.is_ping() => console.send(message).await?,
                Some(Ok(_)) => {}
                _ => return Ok(()),
            },
        }
    }
}

async fn told(console: &mut WebSocketStream<DuplexStream>, texts: Vec<String>) -> Result<(), Error> {
    for text in texts {
        console.send(Message::text(text)).await?;
    }
    Ok(())
}

thread_local! {
    /// The name that the gateway's first log had.
    static FIRST_EPOCH: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// What is changed of the frames of one connection. Payloads stay as they are, byte for byte, unless that is the fault.
struct Changes {
    fault: Fault,
    /// A frame that has to wait for another one.
    held: Option<String>,
    frames: u64,
    /// The log's name as it is.
    epoch: Option<String>,
}

impl Changes {
    const fn new(fault: Fault) -> Self {
        Self { fault, held: None, frames: 0, epoch: None }
    }

    /// From the console to the gateway.
    fn asked(&mut self, text: &str) -> String {
        let Ok(mut frame) = serde_json::from_str::<ClientFrame>(text) else { return text.to_owned() };
        if let ClientFrame::Subscribe { position: Some(position), .. } = &mut frame {
            match (self.fault, &self.epoch) {
                (Fault::ResumeOffByOne, _) => position.offset += 1,
                // Whatever the log is called now, it is the one that the console means.
                (Fault::EpochNotRenewed, Some(epoch)) => position.epoch.clone_from(epoch),
                _ => {}
            }
        }
        serde_json::to_string(&frame).expect("strings and numbers always serialise")
    }

    /// From the gateway to the console.
    fn told(&mut self, text: &str) -> Vec<String> {
        match ServerFrame::parse(text) {
            Ok(ServerFrame::Subscribed { channel, mut position, .. }) if self.fault == Fault::EpochNotRenewed => {
                self.epoch = Some(position.epoch.clone());
                position.epoch = FIRST_EPOCH.with_borrow_mut(|first| first.get_or_insert_with(|| position.epoch.clone()).clone());
                vec![written(&ServerFrame::Subscribed { channel, position, recovered: true, reason: None })]
            }
            Ok(ServerFrame::Event { channel, offset, id, ts, data }) => {
                self.events(channel, vec![DataItem { offset, id, ts, data }], false)
            }
            Ok(ServerFrame::Events { channel, items }) => self.events(channel, items, true),
            _ => vec![text.to_owned()],
        }
    }

    fn events(&mut self, mut channel: Cow<'_, str>, items: Vec<DataItem<'_>>, several: bool) -> Vec<String> {
        let anew: Vec<_> = items.iter().map(|item| written_anew(item.data)).collect();
        // From here on they may borrow what lives as long as this function only.
        let mut items: Vec<DataItem<'_>> = items;
        let is_time = self.is_time();
        match self.fault {
            Fault::PageLosesItsLast if several => drop(items.pop()),
            Fault::PositionAhead => items.iter_mut().for_each(|item| item.offset += 1),
            Fault::ChannelMixedUp if is_time => channel = CHANNELS[0].into(),
            Fault::PayloadWrittenAnew => items.iter_mut().zip(&anew).for_each(|(item, data)| item.data = data),
            _ => {}
        }
        let text = match <[DataItem<'_>; 1]>::try_from(items) {
            Ok([DataItem { offset, id, ts, data }]) if !several => written(&ServerFrame::Event { channel, offset, id, ts, data }),
            Ok(items) => written(&ServerFrame::Events { channel, items: items.into() }),
            Err(items) => written(&ServerFrame::Events { channel, items }),
        };
        match (self.fault, self.held.take()) {
            (Fault::LostWakeUp, before) => {
                self.held = Some(text);
                before.into_iter().collect()
            }
            (Fault::FramesSwapped, Some(held)) => vec![text, held],
            (Fault::FramesSwapped, None) if is_time => {
                self.held = Some(text);
                Vec::new()
            }
            _ => vec![text],
        }
    }

    /// Once in a few frames.
    const fn is_time(&mut self) -> bool {
        self.frames += 1;
        self.frames.is_multiple_of(7)
    }
}

fn written(frame: &ServerFrame<'_>) -> String {
    serde_json::to_string(frame).expect("what was read can be written")
}

/// The same JSON in other bytes.
fn written_anew(data: &RawValue) -> Box<RawValue> {
    let value: serde_json::Value = serde_json::from_str(data.get()).expect("it is JSON");
    RawValue::from_string(value.to_string()).expect("it is JSON")
}
