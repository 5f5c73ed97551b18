//! A WebSocket server that speaks just enough of `watchdeck.v1` to pour events into whoever subscribes, as fast as they take them.
//!
//! Every frame is made before the first client comes and written as it lies in memory, so the server costs next to nothing and the
//! numbers are the receiver's. It prints one JSON line with its address, and one with the time of the first byte per client.

use anyhow::{Context, Result};
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _};
use std::sync::Arc;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};
use tokio_tungstenite::tungstenite::{
    Message,
    handshake::server::{Request, Response},
    http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
};
use watchdeck_bench::{CHANNEL, EPOCH, clock_us, event, now, say};
use watchdeck_protocol::{ClientFrame, DataItem, PING_INTERVAL_MS, Position, SUBPROTOCOL, ServerFrame, User};

#[derive(Parser)]
struct Args {
    /// How many events each subscriber gets.
    #[arg(long, default_value_t = 500_000)]
    count: u64,
}

/// All frames, ready for the wire, and where each starts.
struct Backlog {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let backlog = Arc::new(backlog(args.count)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(
        &serde_json::json!({ "url": format!("ws://{}/ws", listener.local_addr()?), "bytes_per_frame": backlog.bytes.len() as u64 / args.count.max(1) }),
    );
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let backlog = Arc::clone(&backlog);
        // One client at a time is measured; the next one comes when this one is gone.
        if let Err(error) = serve(stream, &backlog).await {
            eprintln_once(&error);
        }
    }
}

#[allow(clippy::print_stderr, reason = "a benchmark program's standard error is for the person who runs it")]
fn eprintln_once(error: &anyhow::Error) {
    eprintln!("blaster: the client went: {error:#}");
}

async fn serve(stream: tokio::net::TcpStream, backlog: &Backlog) -> Result<()> {
    #[allow(clippy::result_large_err, reason = "the callback's type is the library's")]
    let subprotocol = |_: &Request, mut response: Response| {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, subprotocol).await?;
    let hello = ServerFrame::Hello {
        session: "bench".into(),
        server: env!("CARGO_PKG_VERSION").into(),
        user: User { id: "bench".into(), name: "bench".into(), roles: Vec::new(), decides: None },
        ping_interval_ms: PING_INTERVAL_MS,
        channels: vec![CHANNEL.to_owned()],
    };
    socket.send(Message::text(serde_json::to_string(&hello)?)).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let ClientFrame::Subscribe { channel, position, .. } = serde_json::from_str(&text)? else { continue };
        let from = position.map_or(0, |position| position.offset);
        let end = if channel == CHANNEL { backlog.starts.len() as u64 } else { 0 };
        let subscribed =
            ServerFrame::Subscribed { channel: channel.clone().into(), position: Position::new(EPOCH, end), recovered: true, reason: None };
        socket.send(Message::text(serde_json::to_string(&subscribed)?)).await?;
        if from < end {
            let start = backlog.starts[usize::try_from(from)?];
            say(&serde_json::json!({ "started_us": clock_us() }));
            // Past the WebSocket layer: these bytes are frames already, and a server's frames are not masked.
            let stream = socket.get_mut();
            for chunk in backlog.bytes[start..].chunks(256 * 1024) {
                stream.write_all(chunk).await.context("while sending events")?;
            }
            stream.flush().await?;
        }
    }
    Ok(())
}

fn backlog(count: u64) -> Result<Backlog> {
    let now = now().0;
    let mut backlog =
        Backlog { bytes: Vec::with_capacity(usize::try_from(count)? * 480), starts: Vec::with_capacity(usize::try_from(count)?) };
    for n in 1..=count {
        let published = event(n, now);
        let data = serde_json::value::RawValue::from_string(published.data)?;
        let item = DataItem { offset: n, id: published.id.into(), ts: published.ts, data: &data };
        let frame = ServerFrame::Event { channel: CHANNEL.into(), offset: item.offset, id: item.id, ts: item.ts, data: item.data };
        backlog.starts.push(backlog.bytes.len());
        push_frame(&mut backlog.bytes, serde_json::to_string(&frame)?.as_bytes())?;
    }
    Ok(backlog)
}

/// RFC 6455 §5.2: final text frame, not masked.
fn push_frame(bytes: &mut Vec<u8>, payload: &[u8]) -> Result<()> {
    bytes.push(0x81);
    if let Ok(length) = u8::try_from(payload.len())
        && length < 126
    {
        bytes.push(length);
    } else {
        bytes.push(126);
        bytes.extend_from_slice(&u16::try_from(payload.len()).context("an event is far below 64 KiB")?.to_be_bytes());
    }
    bytes.extend_from_slice(payload);
    Ok(())
}
