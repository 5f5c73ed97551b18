//! The client's side of a gateway's WebSocket, by hand: it says what it is told to and answers what came. It never reconnects and acknowledges nothing.

use crate::patience::soon;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// One event or marker as a client saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its place in the log.
    pub offset: u64,
    /// Its identity.
    pub id: String,
    /// Its payload.
    pub data: Value,
    /// From when to when events may be missing, of a marker.
    pub gap: Option<(i64, i64)>,
}

impl Seen {
    /// Its number.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.data["n"].as_u64().expect("an event with a number")
    }
}

/// A WebSocket client that does nothing by itself.
#[derive(Debug)]
pub struct Client {
    /// The socket, for what is not said here.
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// Opens a connection with these headers.
    pub async fn open(addr: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{addr}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let (socket, _) = connect_async(request).await.unwrap();
        Self { socket }
    }

    /// A native session after its hello.
    pub async fn native(addr: SocketAddr) -> Self {
        let mut client = Self::open(addr, "/ws", &[("sec-websocket-protocol", "watchdeck.v1")]).await;
        assert_eq!(client.frame().await["type"], "hello");
        client
    }

    /// A session of a client that knows no gateway.
    pub async fn plain(addr: SocketAddr) -> Self {
        Self::open(addr, "/", &[]).await
    }

    /// Says JSON.
    pub async fn send(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next text frame; what is told of the bridge in between is another matter, see [`Client::status`].
    pub async fn frame(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["type"] != "status" {
                return frame;
            }
        }
    }

    /// The next that is told of the bridge; other frames are skipped.
    pub async fn status(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["type"] == "status" {
                return frame;
            }
        }
    }

    /// The next text frame of any kind.
    pub async fn any_frame(&mut self) -> Value {
        loop {
            match soon("a frame", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a text frame was expected, not {other:?}"),
            }
        }
    }

    /// How the session ends: the close frame, or `None` when there is none. Other frames are skipped.
    pub async fn ending(&mut self) -> Option<(u16, String)> {
        loop {
            match soon("an end", self.socket.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Whether the session begins: its hello, or how it ends instead.
    ///
    /// # Errors
    /// The close frame of a session that is not let in.
    pub async fn ending_or_hello(&mut self) -> Result<Value, Option<(u16, String)>> {
        match soon("a hello or an end", self.socket.next()).await {
            Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => Err(frame.map(|frame| (frame.code.into(), frame.reason.to_string()))),
            other => panic!("a hello or an end was expected, not {other:?}"),
        }
    }

    /// Subscribes and returns the answer.
    pub async fn subscribe(&mut self, channel: &str, from: Value) -> Value {
        let mut frame = json!({ "type": "subscribe", "channel": channel });
        frame.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        self.send(frame).await;
        let answer = self.frame().await;
        assert_eq!(answer["type"], "subscribed", "{answer}");
        assert_eq!(answer["channel"], channel);
        answer
    }

    /// The next events and markers of one frame.
    pub async fn some(&mut self) -> Vec<Seen> {
        let frame = self.frame().await;
        let seen = |item: &Value| Seen {
            offset: item["offset"].as_u64().unwrap(),
            id: item["id"].as_str().unwrap().to_owned(),
            data: item["data"].clone(),
            gap: None,
        };
        match frame["type"].as_str().unwrap() {
            "event" => vec![seen(&frame)],
            "events" => frame["items"].as_array().unwrap().iter().map(seen).collect(),
            "gap" => vec![Seen { gap: Some((frame["from"].as_i64().unwrap(), frame["to"].as_i64().unwrap())), ..seen(&frame) }],
            // A channel was heard of for the first time; nothing of it is an event.
            "channels" => Vec::new(),
            other => panic!("{other}: {frame}"),
        }
    }

    /// Exactly this many events and markers.
    pub async fn take(&mut self, count: usize) -> Vec<Seen> {
        let mut all = Vec::new();
        while all.len() < count {
            all.extend(self.some().await);
        }
        assert_eq!(all.len(), count, "more arrived than was published");
        all
    }
}
