//! The venue platform's realtime server: Socket.IO 4 over an Engine.IO 4 WebSocket, topics with a running number that a restart forgets.

use super::{Admission, Memory, Server, Speech};
use crate::clock::now;
use anyhow::Result;
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Deref,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio_tungstenite::tungstenite::handshake::server::Request;

/// The token that it accepts.
pub const TOKEN: &str = "a-good-token";

#[derive(Debug, Default)]
struct SocketIo {
    seqs: Mutex<HashMap<String, u64>>,
    /// Topics that it says not to know.
    unknown: Mutex<BTreeSet<String>>,
}

impl SocketIo {
    /// An `ack` packet's body is the list of the callback's arguments.
    fn acknowledge(&self, id: &str, event: &str, args: &Value, memory: &mut Memory) -> Vec<String> {
        let topic = args["topic"].as_str().unwrap_or_default();
        let message = args["messageId"].as_str().unwrap_or("m");
        let known = !self.unknown.lock().expect("no code panics while holding the topics").contains(topic);
        let answer = match event {
            _ if !known || topic.is_empty() => json!([{ "type": "error", "code": "channel_not_found", "message": "频道不存在" }]),
            "subscribe" => {
                memory.channels.insert(topic.to_owned());
                json!([{ "id": message, "type": "ack", "status": "success", "topic": topic, "subscriberCount": 1 }])
            }
            _ => {
                memory.channels.remove(topic);
                json!([{ "id": message, "type": "ack", "status": "success", "topic": topic, "subscriberCount": 0 }])
            }
        };
        vec![format!("43{id}{answer}")]
    }
}

impl Speech for SocketIo {
    fn admit(&self, request: &Request) -> Admission {
        let query = request.uri().query().unwrap_or_default();
        let engine = request.uri().path() == "/socket.io/" && query.contains("EIO=4") && query.contains("transport=websocket");
        if engine { Admission::Open } else { Admission::Status(400) }
    }

    fn greet(&self) -> Vec<String> {
        vec![r#"0{"sid":"engine-1","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#.into()]
    }

    fn heard(&self, text: &str, memory: &mut Memory) -> Vec<String> {
        if let Some(auth) = text.strip_prefix("40") {
            let auth: Value = serde_json::from_str(auth).unwrap_or_default();
            if auth["token"].as_str().is_none_or(|token| !token.ends_with(TOKEN)) {
                return vec![r#"44{"message":"Unauthorized"}"#.into()];
            }
            memory.joined = true;
            let connected =
                json!(["connected", { "connectionId": "c-1", "timestamp": now(), "user": { "id": "7", "role": "ROLE_ADMIN" } }]);
            return vec![r#"40{"sid":"socket-1"}"#.into(), format!("42{connected}")];
        }
        let Some(packet) = text.strip_prefix("42").filter(|_| memory.joined) else { return Vec::new() };
        let (id, body) = packet.split_at(packet.find('[').unwrap_or(packet.len()));
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        match body[0].as_str() {
            Some(event @ ("subscribe" | "unsubscribe")) => self.acknowledge(id, event, &body[1], memory),
            Some("heartbeat") => vec![format!("42{}", json!(["heartbeat_ack", { "timestamp": now() }]))],
            _ => Vec::new(),
        }
    }

    fn wants(&self, channel: &str, memory: &Memory) -> bool {
        // A notification is for everybody who is signed in.
        memory.joined && (channel == "notification" || memory.channels.contains(channel))
    }

    fn beat(&self) -> (Duration, Option<&'static str>) {
        (Duration::from_secs(25), Some("2"))
    }

    fn forget(&self) {
        self.seqs.lock().expect("no code panics while holding the numbers").clear();
    }
}

/// See the [module docs](self).
pub struct SocketIoServer {
    server: Server,
    speech: Arc<SocketIo>,
}

impl SocketIoServer {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        let speech = Arc::new(SocketIo::default());
        Ok(Self { server: Server::start(Arc::clone(&speech) as _).await?, speech })
    }

    /// Where a console connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Publishes on a topic, under the topic's next number.
    pub async fn event(&self, topic: &str, id: &str, payload: &Value) {
        let seq = self.skip(topic, 1);
        let event = json!(["event", { "id": id, "topic": topic, "type": "event", "payload": payload, "timestamp": now(), "from": "7", "seq": seq }]);
        self.server.publish(topic, vec![format!("42{event}")]).await;
    }

    /// Counts on without sending, as when messages were lost on the way; answers the number reached.
    pub fn skip(&self, topic: &str, count: u64) -> u64 {
        let mut seqs = self.speech.seqs.lock().expect("no code panics while holding the numbers");
        let seq = seqs.entry(topic.to_owned()).or_default();
        *seq += count;
        *seq
    }

    /// Tells everybody something.
    pub async fn notification(&self, id: &str, level: &str, message: &str) {
        let told = json!(["notification", { "id": id, "type": "notification", "level": level, "message": message, "timestamp": now() }]);
        self.server.publish("notification", vec![format!("42{told}")]).await;
    }

    /// From now on it says that there is no such topic.
    pub fn unknown(&self, topic: &str) {
        self.speech.unknown.lock().expect("no code panics while holding the topics").insert(topic.to_owned());
    }
}

impl Deref for SocketIoServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}
