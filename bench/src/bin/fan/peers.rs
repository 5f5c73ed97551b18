//! The few lines that speak each server's protocol: open and subscribe, read, publish.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue, protocol::WebSocketConfig},
};
use watchdeck_bench::CHANNEL;

/// Whom to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    Watchdeck,
    Socketio,
    Nats,
}

/// What the publisher's clock is called in an event.
const SENT: &str = r#""sentUs":"#;

/// An event of about 300 bytes.
fn event(sent: u64) -> String {
    format!(
        r#"{{"type":"inventory:change","timestamp":{},{SENT}{sent},"productId":"P-0042","productName":"青岛纯生啤酒 500ml","variantId":"V-02","warehouseId":"WH-02","oldQuantity":731,"newQuantity":728,"changeAmount":-3,"reason":"订单拣货出库","operator":"张三"}}"#,
        watchdeck_bench::now().0
    )
}

/// When the events in a frame were published, by the publisher's clock.
fn times(frame: &str, into: &mut Vec<u64>) {
    for (at, _) in frame.match_indices(SENT) {
        let digits = frame[at + SENT.len()..].bytes().take_while(u8::is_ascii_digit);
        into.push(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
}

/// A connection that listens.
pub(crate) enum Reader {
    Web { socket: Box<WebSocketStream<TcpStream>>, peer: Peer },
    Nats(Nats),
}

impl Reader {
    /// Connect and subscribe; answered by the server when this returns.
    pub(crate) async fn open(peer: Peer, addr: SocketAddr) -> Result<Self> {
        match peer {
            Peer::Watchdeck => {
                let mut socket = web(addr, "/ws", Some("watchdeck.v1")).await?;
                expect(&mut socket, r#"{"type":"hello""#).await?;
                socket.send(Message::text(format!(r#"{{"type":"subscribe","channel":"{CHANNEL}"}}"#))).await?;
                expect(&mut socket, r#"{"type":"subscribed""#).await?;
                Ok(Self::Web { socket: Box::new(socket), peer })
            }
            Peer::Socketio => {
                let mut socket = engine(addr).await?;
                socket.send(Message::text(format!(r#"420["subscribe","{CHANNEL}"]"#))).await?;
                expect(&mut socket, "430").await?;
                Ok(Self::Web { socket: Box::new(socket), peer })
            }
            Peer::Nats => {
                let mut nats = Nats::open(addr).await?;
                nats.stream.write_all(format!("SUB {CHANNEL} 1\r\nPING\r\n").as_bytes()).await?;
                while nats.line().await? != "PONG" {}
                Ok(Self::Nats(nats))
            }
        }
    }

    /// The next events' times; perhaps none.
    pub(crate) async fn next(&mut self, into: &mut Vec<u64>) -> Result<()> {
        match self {
            Self::Web { socket, peer } => match socket.next().await.context("the server hung up")?? {
                Message::Text(text) if *peer == Peer::Socketio && text.as_str() == "2" => socket.send(Message::text("3")).await?,
                Message::Text(text) => times(&text, into),
                Message::Close(close) => bail!("the server closed: {close:?}"),
                _ => {}
            },
            Self::Nats(nats) => nats.next(into).await?,
        }
        Ok(())
    }
}

/// A connection that publishes.
pub(crate) enum Publisher {
    Http { client: reqwest::Client, url: String },
    Engine(Box<WebSocketStream<TcpStream>>),
    Nats(Nats),
}

impl Publisher {
    pub(crate) async fn open(peer: Peer, addr: SocketAddr) -> Result<Self> {
        Ok(match peer {
            Peer::Watchdeck => Self::Http { client: reqwest::Client::new(), url: format!("http://{addr}/api/publish") },
            Peer::Socketio => Self::Engine(Box::new(engine(addr).await?)),
            Peer::Nats => Self::Nats(Nats::open(addr).await?),
        })
    }

    /// Publish one event. Ours is on disk when this returns; the others keep nothing and do not answer.
    pub(crate) async fn publish(&mut self, sent: u64) -> Result<()> {
        let event = event(sent);
        match self {
            Self::Http { client, url } => {
                let body = format!(r#"{{"channel":"{CHANNEL}","data":{event}}}"#);
                let request = client.post(&*url).header("content-type", "application/json").body(body);
                request.send().await?.error_for_status()?.bytes().await?;
            }
            Self::Engine(socket) => socket.send(Message::text(format!(r#"42["publish","{CHANNEL}",{event}]"#))).await?,
            Self::Nats(nats) => nats.stream.write_all(format!("PUB {CHANNEL} {}\r\n{event}\r\n", event.len()).as_bytes()).await?,
        }
        Ok(())
    }
}

async fn web(addr: SocketAddr, path: &str, subprotocol: Option<&'static str>) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{addr}{path}").into_client_request()?;
    if let Some(subprotocol) = subprotocol {
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(subprotocol));
    }
    let config = WebSocketConfig::default().read_buffer_size(16 << 10);
    Ok(client_async_with_config(request, stream, Some(config)).await?.0)
}

/// Engine.IO's and Socket.IO's greetings.
async fn engine(addr: SocketAddr) -> Result<WebSocketStream<TcpStream>> {
    let mut socket = web(addr, "/socket.io/?EIO=4&transport=websocket", None).await?;
    expect(&mut socket, "0{").await?;
    socket.send(Message::text("40")).await?;
    expect(&mut socket, "40{").await?;
    Ok(socket)
}

async fn expect(socket: &mut WebSocketStream<TcpStream>, beginning: &str) -> Result<()> {
    loop {
        match socket.next().await.context("the server hung up")?? {
            Message::Text(text) if text.starts_with(beginning) => return Ok(()),
            Message::Close(close) => bail!("the server closed: {close:?}"),
            _ => {}
        }
    }
}

/// A client of NATS: lines, and payloads of a stated length.
pub(crate) struct Nats {
    stream: BufReader<TcpStream>,
    payload: Vec<u8>,
}

impl Nats {
    async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let mut nats = Self { stream: BufReader::with_capacity(16 << 10, stream), payload: Vec::new() };
        nats.line().await?;
        nats.stream.write_all(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n").await?;
        Ok(nats)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            bail!("the server hung up");
        }
        Ok(line.trim_end().to_owned())
    }

    async fn next(&mut self, into: &mut Vec<u64>) -> Result<()> {
        let line = self.line().await?;
        if line == "PING" {
            self.stream.write_all(b"PONG\r\n").await?;
        } else if let Some(message) = line.strip_prefix("MSG ") {
            let length: usize = message.rsplit(' ').next().context("a length")?.parse()?;
            self.payload.resize(length + 2, 0);
            self.stream.read_exact(&mut self.payload).await?;
            times(std::str::from_utf8(&self.payload)?, into);
        }
        Ok(())
    }
}
