//! The venue platform's Socket.IO server, as it was measured: Engine.IO 4 over one WebSocket, acknowledged subscriptions, a
//! number per topic that lives in memory. Spoken for by hand; the one that speaks by itself is [`servers::socketio`](crate::servers::socketio).

use crate::server::{Peer, Server};
use serde_json::{Value, json};
use std::collections::HashMap;

/// One connection, and the numbers of the process behind it.
#[derive(Debug)]
pub struct Venue {
    /// The server's end.
    pub peer: Peer,
    numbers: HashMap<String, u64>,
}

/// Times on the wire, ms.
pub const EPOCH: u64 = 1_795_223_788_000;

impl Venue {
    /// Accepts and open the Engine.IO session, but lets nobody in yet.
    pub async fn open(server: &Server) -> Self {
        let mut peer = server.erp().await;
        peer.say_text(r#"0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#).await;
        Self { peer, numbers: HashMap::new() }
    }

    /// Lets the client in and greets it. Returns its `connect` packet.
    pub async fn join(&mut self) -> String {
        let connect = self.peer.hear_text().await;
        self.peer.say_text(r#"40{"sid":"socket"}"#).await;
        self.emit("connected", json!({"connectionId": "c", "timestamp": EPOCH, "user": {"id": "7", "role": "ROLE_ADMIN"}})).await;
        connect
    }

    /// Accepts, lets in, and acknowledges one subscription for each of `topics`, whatever their order.
    pub async fn live(server: &Server, topics: &[&str]) -> Self {
        let mut venue = Self::open(server).await;
        venue.join().await;
        for _ in topics {
            let (number, topic) = venue.subscribe().await;
            assert!(topics.contains(&&*topic), "{topic} was not asked for");
            venue.ack(number, &topic).await;
        }
        venue
    }

    /// The next subscribe: its number and topic. Heartbeats in between are answered.
    pub async fn subscribe(&mut self) -> (u64, String) {
        loop {
            let (number, name, body) = event(&self.peer.hear_text().await);
            match &*name {
                "heartbeat" => self.emit("heartbeat_ack", json!({"timestamp": EPOCH})).await,
                "subscribe" => {
                    assert!(body["messageId"].is_string() && body["timestamp"].is_u64(), "{body}");
                    return (number.expect("it wants an answer"), body["topic"].as_str().unwrap().to_owned());
                }
                other => panic!("a subscribe is expected, not {other}"),
            }
        }
    }

    /// Acknowledges a subscribe.
    pub async fn ack(&mut self, number: u64, topic: &str) {
        let ack = json!([{"id": "a", "type": "ack", "status": "success", "topic": topic, "subscriberCount": 1}]);
        self.peer.say_text(&format!("43{number}{ack}")).await;
    }

    /// Refuses a subscribe.
    pub async fn nack(&mut self, number: u64, code: &str, message: &str) {
        self.peer.say_text(&format!("43{number}{}", json!([{"type": "error", "code": code, "message": message}]))).await;
    }

    /// Sends any event.
    pub async fn emit(&mut self, name: &str, body: Value) {
        self.peer.say_text(&format!("42{}", json!([name, body]))).await;
    }

    /// Publishes on a topic, under its next number.
    pub async fn publish(&mut self, topic: &str, payload: Value) {
        let number = self.skip(topic, 1);
        self.publish_as(topic, number, payload).await;
    }

    /// Publishes on a topic, under this number.
    pub async fn publish_as(&mut self, topic: &str, number: u64, payload: Value) {
        let (id, timestamp) = (format!("{topic}-{number}-{payload}"), EPOCH + number);
        let body =
            json!({"id": id, "topic": topic, "type": "event", "payload": payload, "timestamp": timestamp, "from": "7", "seq": number});
        self.emit("event", body).await;
    }

    /// Counts on without sending.
    pub fn skip(&mut self, topic: &str, by: u64) -> u64 {
        let number = self.numbers.entry(topic.to_owned()).or_default();
        *number += by;
        *number
    }
}

/// Reads `42N["name",{…}]`.
#[must_use]
pub fn event(text: &str) -> (Option<u64>, String, Value) {
    let rest = text.strip_prefix("42").unwrap_or_else(|| panic!("not an event: {text}"));
    let (number, json) = rest.split_at(rest.find('[').expect("an array"));
    let (name, body): (String, Value) = serde_json::from_str(json).unwrap();
    (number.parse().ok(), name, body)
}
