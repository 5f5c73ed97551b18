//! A gateway in this process, in a folder of its own.

use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use watchdeck_events::Channel;
use watchdeck_gateway::{Config, Gateway, Parts, Publish, access};
use watchdeck_testkit::{caller::Client, patience::until};

/// A gateway with its own folder.
pub(crate) struct Running {
    pub(crate) gateway: Gateway,
    pub(crate) dir: TempDir,
}

pub(crate) fn config(dir: &Path) -> Config {
    let mut config = Config::new(dir);
    config.listen.set_port(0);
    config
}

impl Running {
    pub(crate) async fn start(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), adjust).await
    }

    pub(crate) async fn start_in(dir: TempDir, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(dir.path());
        adjust(&mut config);
        Self { gateway: Gateway::start(config, None).await.unwrap(), dir }
    }

    /// With the ways to be somebody that its configuration names, as the program starts it.
    pub(crate) async fn with_ways(dir: TempDir, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(dir.path());
        adjust(&mut config);
        let ways = access::ways(&config).unwrap();
        Self { gateway: Gateway::start_with(config, Parts { ways, ..Parts::default() }).await.unwrap(), dir }
    }

    /// Publish these payloads, in one transaction.
    pub(crate) async fn publish_json(&self, channel: &str, payloads: impl IntoIterator<Item = Value>) {
        let events = payloads.into_iter().map(|json| Publish { channel: Channel::from(channel), id: None, json: json.to_string() });
        self.gateway.publish_many(events.collect()).await.unwrap();
    }

    /// Stop it and keep its folder.
    pub(crate) async fn stop(self) -> TempDir {
        self.gateway.shutdown().await;
        self.dir
    }

    pub(crate) async fn publish(&self, channel: &str, n: u64) {
        self.gateway.publish(Channel::from(channel), json!({ "type": "test:event", "n": n }).to_string()).await.unwrap();
    }

    /// Publish `{n}` for each of `numbers`, in one transaction.
    pub(crate) async fn publish_all(&self, channel: &str, numbers: impl IntoIterator<Item = u64>) {
        let events = numbers
            .into_iter()
            .map(|n| Publish { channel: Channel::from(channel), id: None, json: json!({ "n": n }).to_string() })
            .collect();
        self.gateway.publish_many(events).await.unwrap();
    }

    /// A native session after its hello.
    pub(crate) async fn native(&self) -> Client {
        Client::native(self.gateway.addr()).await
    }

    /// A session of a client that knows no gateway.
    pub(crate) async fn plain(&self) -> Client {
        Client::plain(self.gateway.addr()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway.addr())
    }

    pub(crate) async fn healthz(&self) -> (u16, Value) {
        let answer = reqwest::get(self.url("/healthz")).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Ask `/healthz` until it says what is waited for.
    pub(crate) async fn until(&self, condition: impl Fn(&Value) -> bool) -> Value {
        until("the gateway to get there", async || Some(self.healthz().await.1).filter(&condition)).await
    }

    pub(crate) async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
        self.post_text(path, key, body.to_string()).await
    }

    pub(crate) async fn post_text(&self, path: &str, key: Option<&str>, body: String) -> (u16, Value) {
        let mut request = reqwest::Client::new().post(self.url(path)).header("content-type", "application/json").body(body);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}
