//! How fast frames become events, each dialect by itself, and events become rows for the store; and the native dialect once more through a socket.
//!
//! The same 300-byte events in every dialect's envelope, all in memory before the clock starts. Each case is the fastest of its rounds: what is
//! wanted is the cost of the work, not of the machine's other business.

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderValue,
    },
};
use watchdeck_bench::{CHANNEL, EPOCH, event, now, say};
use watchdeck_client::{Delivery, Dialect, Link, LinkIo, Positions, Profile, bench::Decoder};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis};
use watchdeck_protocol::{Position, SUBPROTOCOL};

#[derive(Parser)]
struct Args {
    /// How many events each case decodes.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
}

/// Of each case.
const ROUNDS: usize = 3;
/// Frames that a link takes from its socket at once, at most.
const BURST: usize = 1_024;
/// Objects in one frame of the hub.
const PACKED: usize = 4;

const HELLO: &str = r#"{"type":"hello","session":"s","server":"0","user":{"id":"u","name":"u","roles":[]},"pingIntervalMs":25000,"channels":["inventory"]}"#;

fn main() -> Result<()> {
    let args = Args::parse();
    let mut cases = Vec::new();
    let mut incoming = Vec::new();
    for (name, dialect) in [("native", Dialect::NATIVE), ("erp", Dialect::ERP), ("socketio", Dialect::SOCKET_IO), ("hub", Dialect::HUB)] {
        let frames = frames(dialect, args.events);
        let bytes: usize = frames.iter().map(String::len).sum();
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            let (took, events) = decode(dialect, &frames, args.events)?;
            fastest = fastest.min(took);
            if dialect == Dialect::ERP {
                incoming = events;
            }
        }
        cases.push(json!({ "case": name, "seconds": fastest.as_secs_f64(), "bytes_per_event": bytes as u64 / args.events }));
    }
    let normalised = (0..ROUNDS).map(|_| normalise(incoming.clone())).min().context("a round")?;
    cases.push(json!({ "case": "normalise", "seconds": normalised.as_secs_f64() }));
    drop(incoming);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let socket = runtime.block_on(through_a_socket(frames(Dialect::NATIVE, args.events), args.events))?;
    cases.push(json!({ "case": "native_link", "seconds": socket.as_secs_f64() }));
    say(&json!({ "cases": cases }));
    Ok(())
}

/// The wire of a dialect, frame by frame.
fn frames(dialect: Dialect, count: u64) -> Vec<String> {
    let now = now().0;
    let each = (1..=count).map(|n| {
        let published = event(n, now);
        let (id, ts, data) = (published.id, published.ts, published.data);
        match dialect {
            Dialect::NATIVE => format!(r#"{{"type":"event","channel":"{CHANNEL}","offset":{n},"id":"{id}","ts":{ts},"data":{data}}}"#),
            Dialect::SOCKET_IO => {
                format!(r#"42["event",{{"id":"{id}","topic":"{CHANNEL}","type":"event","payload":{data},"timestamp":{ts},"from":"7","seq":{n}}}]"#)
            }
            Dialect::HUB => format!(r#"{{"type":"notification","data":{data},"timestamp":{}}}"#, ts / 1_000),
            _ => format!(r#"{{"channel":"{CHANNEL}","data":{data},"ts":{ts}}}"#),
        }
    });
    if dialect == Dialect::HUB { each.collect::<Vec<_>>().chunks(PACKED).map(|packed| packed.join("\n")).collect() } else { each.collect() }
}

fn profile(dialect: Dialect, url: &str) -> Profile {
    Profile { channels: vec![Channel::from(CHANNEL)], token: Some("bench".into()), ..Profile::new("bench", url, dialect) }
}

/// What a server says before the first event.
fn opening(dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::NATIVE => vec![HELLO.into(), subscribed()],
        Dialect::SOCKET_IO => vec![
            r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#.into(),
            r#"40{"sid":"s"}"#.into(),
            r#"42["connected",{"connectionId":"c","timestamp":1,"user":{"id":"7","role":"r"}}]"#.into(),
            format!(r#"430[{{"id":"m","type":"ack","status":"success","topic":"{CHANNEL}","subscriberCount":1}}]"#),
        ],
        _ => Vec::new(),
    }
}

fn subscribed() -> String {
    format!(r#"{{"type":"subscribed","channel":"{CHANNEL}","position":{{"epoch":"{EPOCH}","offset":0}},"recovered":true,"reason":null}}"#)
}

fn decode(dialect: Dialect, frames: &[String], count: u64) -> Result<(Duration, Vec<Incoming>)> {
    let mut decoder = Decoder::new(&profile(dialect, "ws://localhost/"));
    for frame in opening(dialect) {
        decoder.text(&frame);
        decoder.committed(&Channel::from(CHANNEL), None);
    }
    drop(decoder.deliveries());
    let keep = dialect == Dialect::ERP;
    let (mut decoded, mut kept) = (0, Vec::with_capacity(if keep { frames.len() } else { 0 }));
    let start = Instant::now();
    for burst in frames.chunks(BURST) {
        burst.iter().for_each(|frame| decoder.text(frame));
        for delivery in decoder.deliveries() {
            if let Delivery::Events { events, .. } = delivery {
                decoded += events.len() as u64;
                if keep {
                    kept.extend(events);
                }
            }
        }
    }
    let took = start.elapsed();
    ensure!(decoded == count, "{dialect:?}: {decoded} of {count} events came out");
    Ok((took, kept))
}

/// What the inbox makes of them.
fn normalise(incoming: Vec<Incoming>) -> Duration {
    let (catalogue, source) = (Catalogue::builtin(), Arc::from("bench"));
    let start = Instant::now();
    for event in incoming {
        std::hint::black_box(catalogue.normalise(event, &source, Millis(1)));
    }
    start.elapsed()
}

struct Fresh;

#[async_trait]
impl Positions for Fresh {
    async fn committed(&self, _: &Channel) -> Option<Position> {
        None
    }
}

fn count(delivery: &Delivery) -> u64 {
    if let Delivery::Events { events, .. } = delivery { events.len() as u64 } else { 0 }
}

async fn through_a_socket(frames: Vec<String>, events: u64) -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let server = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await?;
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |_: &Request, mut response: Response| {
            response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
            Ok(response)
        };
        let mut socket = accept_hdr_async(tcp, shake).await?;
        socket.send(Message::text(HELLO)).await?;
        socket.next().await.context("a subscribe")??;
        socket.send(Message::text(subscribed())).await?;
        for frame in frames {
            socket.feed(Message::text(frame)).await?;
        }
        socket.flush().await?;
        anyhow::Ok(socket)
    });
    let (deliveries, mut receiver) = mpsc::channel(256);
    let link = Link::start(profile(Dialect::NATIVE, &url), LinkIo { deliveries, positions: Arc::new(Fresh) });
    // The answer to the subscribe and the first events may be one delivery.
    let mut received = count(&receiver.recv().await.context("the link lives")?);
    let start = Instant::now();
    while received < events {
        received += count(&receiver.recv().await.context("the link lives")?);
    }
    let took = start.elapsed();
    link.stop().await;
    drop(server.await??);
    Ok(took)
}
