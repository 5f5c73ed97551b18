//! The writing platform's message hub: a bearer token, no subscribes, several objects in one text frame, times in seconds.

use super::{Admission, Memory, Server, Speech};
use crate::clock::now;
use anyhow::Result;
use serde_json::{Value, json};
use std::{ops::Deref, sync::Arc, time::Duration};
use tokio_tungstenite::tungstenite::handshake::server::Request;

/// The token that it accepts.
pub const TOKEN: &str = "a-good-token";

#[derive(Debug)]
struct Hub;

impl Speech for Hub {
    fn admit(&self, request: &Request) -> Admission {
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        match bearer.and_then(|value| value.strip_prefix("Bearer ")) {
            _ if request.uri().path() != "/ws/messages" => Admission::Status(404),
            Some(TOKEN) => Admission::Open,
            _ => Admission::Status(401),
        }
    }

    fn heard(&self, _: &str, _: &mut Memory) -> Vec<String> {
        Vec::new()
    }

    fn wants(&self, _: &str, _: &Memory) -> bool {
        true
    }

    fn beat(&self) -> (Duration, Option<&'static str>) {
        (Duration::from_secs(30), None)
    }
}

/// See the [module docs](self).
pub struct HubServer {
    server: Server,
}

impl HubServer {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        Ok(Self { server: Server::start(Arc::new(Hub)).await? })
    }

    /// Where a console connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/ws/messages", self.addr)
    }

    /// Sends these (type, data) in one frame, separated by newlines, as its writer does when several wait.
    pub async fn objects(&self, objects: &[(&str, Value)]) {
        let seconds = now() / 1000;
        let lines: Vec<_> =
            objects.iter().map(|(kind, data)| json!({ "type": kind, "data": data, "timestamp": seconds }).to_string()).collect();
        self.server.publish("", vec![lines.join("\n")]).await;
    }
}

impl Deref for HubServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}
