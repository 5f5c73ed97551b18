//! A server on a real socket that a test speaks for by hand: it accepts when told to, says what it is told to, and hears what came. The speech of a
//! gateway is at hand; nothing is said by itself, not even an answer.

use crate::patience::soon;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::{HeaderMap, HeaderValue},
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

/// A listening server; each test accepts and speaks by hand.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    /// Where it listens.
    pub addr: SocketAddr,
}

impl Server {
    /// Listens on a free port.
    pub async fn start() -> Self {
        Self::on("127.0.0.1:0".parse().unwrap()).await
    }

    /// Listens where an earlier server did.
    pub async fn on(addr: SocketAddr) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let addr = listener.local_addr().unwrap();
        Self { listener, addr }
    }

    /// Where a client connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/ws", self.addr)
    }

    /// The next connection, of which nothing was read.
    pub async fn tcp(&self) -> TcpStream {
        soon("a connection", self.listener.accept()).await.unwrap().0
    }

    /// Accepts as a server that knows no subprotocol: the plain ERP's, Socket.IO's and the hub.
    pub async fn erp(&self) -> Peer {
        self.accept(false).await
    }

    /// How often somebody knocks within `window`, without being let in.
    pub async fn knocks(&self, window: Duration) -> usize {
        let mut knocks = vec![];
        let counted = timeout(window, async {
            loop {
                knocks.push(self.listener.accept().await.unwrap());
            }
        });
        assert!(counted.await.is_err(), "it counts until time is up");
        knocks.len()
    }

    /// Accepts as a gateway.
    pub async fn native(&self) -> Peer {
        self.accept(true).await
    }

    async fn accept(&self, native: bool) -> Peer {
        let tcp = self.tcp().await;
        let (mut headers, mut path) = (HeaderMap::new(), String::new());
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |request: &Request, mut response: Response| {
            headers = request.headers().clone();
            path = request.uri().to_string();
            if native {
                response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("watchdeck.v1"));
            }
            Ok(response)
        };
        let ws = accept_hdr_async(tcp, shake).await.unwrap();
        Peer { ws, headers, path }
    }

    /// Accepts as a gateway and says hello.
    pub async fn greeted(&self, channels: &[&str]) -> Peer {
        let mut peer = self.native().await;
        peer.hello(channels, 25_000).await;
        peer
    }
}

/// The server's end of one connection.
#[derive(Debug)]
pub struct Peer {
    /// The socket, for what is not said here.
    pub ws: WebSocketStream<TcpStream>,
    /// What the client sent with its request.
    pub headers: HeaderMap,
    /// Path and query that the client asked for.
    pub path: String,
}

impl Peer {
    /// Says JSON.
    pub async fn say(&mut self, frame: Value) {
        self.say_text(&frame.to_string()).await;
    }

    /// Says a text.
    pub async fn say_text(&mut self, frame: &str) {
        self.ws.send(Message::text(frame)).await.unwrap();
    }

    /// Says hello, as a gateway with these channels.
    pub async fn hello(&mut self, channels: &[&str], ping: u64) {
        let user = json!({"id": "u1", "name": "张敏", "roles": []});
        self.say(json!({"type": "hello", "session": "s", "server": "0.1.0", "user": user, "pingIntervalMs": ping, "channels": channels}))
            .await;
    }

    /// The next text frame, as JSON.
    pub async fn hear(&mut self) -> Value {
        serde_json::from_str(&self.hear_text().await).unwrap()
    }

    /// The next text frame.
    pub async fn hear_text(&mut self) -> String {
        loop {
            match soon("a frame from the client", self.ws.next()).await {
                Some(Ok(Message::Text(text))) => return text.as_str().to_owned(),
                Some(Ok(_)) => {}
                other => panic!("the client hung up: {other:?}"),
            }
        }
    }

    /// Answers a subscribe, as a gateway.
    pub async fn subscribed(&mut self, channel: &str, epoch: &str, offset: u64, recovered: bool, reason: Option<&str>) {
        let position = json!({"epoch": epoch, "offset": offset});
        self.say(json!({"type": "subscribed", "channel": channel, "position": position, "recovered": recovered, "reason": reason})).await;
    }

    /// Sends the events of these offsets, as a gateway.
    pub async fn events(&mut self, channel: &str, offsets: impl IntoIterator<Item = u64>) {
        for offset in offsets {
            let frame = event(channel, offset);
            self.ws.feed(Message::text(frame.to_string())).await.unwrap();
        }
        self.ws.flush().await.unwrap();
    }

    /// Closes with a code and a reason, and waits for the goodbye.
    pub async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() };
        self.ws.close(Some(frame)).await.unwrap();
        // The client's goodbye; without it the reset could overtake the reason.
        while let Some(Ok(_)) = soon("the client's goodbye", self.ws.next()).await {}
    }

    /// Waits until the client is gone, keeping the connection readable.
    pub async fn gone(mut self) {
        soon("the client hangs up", async { while let Some(Ok(_)) = self.ws.next().await {} }).await;
    }
}

/// A gateway's event; its payload is its offset.
#[must_use]
pub fn event(channel: &str, offset: u64) -> Value {
    json!({"type": "event", "channel": channel, "offset": offset, "id": format!("{channel}-{offset}"), "ts": 1000 + offset, "data": {"n": offset}})
}
