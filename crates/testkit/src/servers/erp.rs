//! The inventory ERP's own WebSocket server: a session cookie, refusals after the open, no answer to anything, nothing kept.

use super::{Admission, Memory, Server, Speech};
use crate::clock::now;
use anyhow::Result;
use serde_json::{Value, json};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio_tungstenite::tungstenite::handshake::server::Request;

/// The session that it accepts.
pub const SESSION: &str = "a-good-session";
/// A session that it knows, and that is over.
pub const EXPIRED: &str = "an-old-session";
/// Refused in the way of this server.
const POLICY: u16 = 1008;

#[derive(Debug, Default)]
struct Erp {
    /// So that the time of a copy differs, as it does there.
    last_ts: AtomicI64,
}

impl Erp {
    fn ts(&self) -> i64 {
        let now = now();
        self.last_ts.fetch_max(now, Ordering::SeqCst).max(now)
    }
}

impl Speech for Erp {
    fn admit(&self, request: &Request) -> Admission {
        let cookies: Vec<_> = request.headers().get_all("cookie").iter().filter_map(|cookie| cookie.to_str().ok()).collect();
        let session = cookies.iter().flat_map(|cookies| cookies.split("; ")).find_map(|cookie| {
            cookie.strip_prefix("next-auth.session-token=").or(cookie.strip_prefix("__Secure-next-auth.session-token="))
        });
        let refused = |reason: &str| Admission::OpenThenClose(POLICY, reason.to_owned());
        match session {
            Some(SESSION) => Admission::Open,
            Some(EXPIRED) => refused("Token expired"),
            Some(_) => refused("Invalid token"),
            None if cookies.is_empty() => refused("No cookies provided"),
            None => refused("No session token found"),
        }
    }

    fn heard(&self, text: &str, memory: &mut Memory) -> Vec<String> {
        // Anything that is not one of its two frames is ignored, and nothing is ever answered.
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(channel) = frame["channel"].as_str() {
            match frame["type"].as_str() {
                Some("subscribe") => drop(memory.channels.insert(channel.to_owned())),
                Some("unsubscribe") => drop(memory.channels.remove(channel)),
                _ => {}
            }
        }
        Vec::new()
    }

    fn wants(&self, channel: &str, memory: &Memory) -> bool {
        memory.channels.contains(channel)
    }

    fn beat(&self) -> (Duration, Option<&'static str>) {
        (Duration::from_secs(25), None)
    }

    fn again(&self, frame: &str) -> String {
        let mut frame: Value = serde_json::from_str(frame).unwrap_or_default();
        frame["ts"] = json!(frame["ts"].as_i64().unwrap_or_default() + 1);
        frame.to_string()
    }
}

/// See the [module docs](self).
pub struct ErpServer {
    server: Server,
    speech: Arc<Erp>,
}

impl ErpServer {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        let speech = Arc::new(Erp::default());
        Ok(Self { server: Server::start(Arc::clone(&speech) as _).await?, speech })
    }

    /// Where a console connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/", self.addr)
    }

    /// Forwards one event of the bus.
    pub async fn event(&self, channel: &str, data: &Value) {
        let frame = json!({ "channel": channel, "data": data, "ts": self.speech.ts() });
        self.server.publish(channel, vec![frame.to_string()]).await;
    }
}

impl Deref for ErpServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}
