//! A gateway, a client and a Redis for tests. Everything waits for a frame or a condition, never for a time.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};
use watchdeck_events::Channel;
use watchdeck_gateway::{Config, Gateway, Publish};

/// Beyond this a test has failed; nothing is expected to take so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

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

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway.addr())
    }

    pub(crate) async fn healthz(&self) -> (u16, Value) {
        let answer = reqwest::get(self.url("/healthz")).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Ask `/healthz` until it says what is waited for.
    pub(crate) async fn until(&self, condition: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            let mut rounds = tokio::time::interval(Duration::from_millis(10));
            loop {
                let (_, report) = self.healthz().await;
                if condition(&report) {
                    return report;
                }
                rounds.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("the gateway never got there")
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

/// One event or marker as a client saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) offset: u64,
    pub(crate) id: String,
    pub(crate) data: Value,
    pub(crate) gap: Option<(i64, i64)>,
}

impl Seen {
    pub(crate) fn n(&self) -> u64 {
        self.data["n"].as_u64().expect("an event of these tests")
    }
}

/// A WebSocket client that does nothing by itself.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(crate) async fn open(addr: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{addr}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let (socket, _) = connect_async(request).await.unwrap();
        Self { socket }
    }

    /// A native session after its hello.
    pub(crate) async fn native(running: &Running) -> Self {
        let mut client = Self::open(running.gateway.addr(), "/ws", &[("sec-websocket-protocol", "watchdeck.v1")]).await;
        assert_eq!(client.frame().await["type"], "hello");
        client
    }

    pub(crate) async fn plain(running: &Running) -> Self {
        Self::open(running.gateway.addr(), "/", &[]).await
    }

    pub(crate) async fn send(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next text frame; what is told of the bridge in between is another matter, see [`Client::status`].
    pub(crate) async fn frame(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["type"] != "status" {
                return frame;
            }
        }
    }

    /// The next that is told of the bridge; other frames are skipped.
    pub(crate) async fn status(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["type"] == "status" {
                return frame;
            }
        }
    }

    /// The next text frame of any kind.
    pub(crate) async fn any_frame(&mut self) -> Value {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a frame was expected") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a text frame was expected, not {other:?}"),
            }
        }
    }

    /// How the session ends: the close frame, or `None` when there is none. Other frames are skipped.
    pub(crate) async fn ending(&mut self) -> Option<(u16, String)> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("an end was expected") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Subscribe and return the answer.
    pub(crate) async fn subscribe(&mut self, channel: &str, from: Value) -> Value {
        let mut frame = json!({ "type": "subscribe", "channel": channel });
        frame.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        self.send(frame).await;
        let answer = self.frame().await;
        assert_eq!(answer["type"], "subscribed", "{answer}");
        assert_eq!(answer["channel"], channel);
        answer
    }

    /// The next events and markers of one frame.
    pub(crate) async fn some(&mut self) -> Vec<Seen> {
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
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Seen> {
        let mut all = Vec::new();
        while all.len() < count {
            all.extend(self.some().await);
        }
        assert_eq!(all.len(), count, "more arrived than was published");
        all
    }
}

/// A real redis-server on a socket in its own folder. Killed with the value.
pub(crate) struct Redis {
    dir: TempDir,
    server: Child,
    settings: Vec<String>,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &[]).await
    }

    /// With further settings; paths in them begin in `dir`.
    pub(crate) async fn start_in(dir: TempDir, settings: &[&str]) -> Self {
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let server = Self::spawn(dir.path(), &settings).await;
        Self { dir, server, settings }
    }

    async fn spawn(dir: &Path, settings: &[String]) -> Child {
        let mut server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket", "redis.sock", "--dir", "."])
            .args(settings)
            .current_dir(dir)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server is installed");
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("ready to accept connections") || line.contains("Ready to accept connections") {
                    return;
                }
            }
            panic!("redis-server did not start");
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("redis-server did not start in time");
        // Its pipe stays open, or it would die of its next line.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        server
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("redis.sock")
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    pub(crate) async fn kill(&mut self) {
        self.server.kill().await.unwrap();
        std::fs::remove_file(self.socket()).unwrap();
    }

    pub(crate) async fn restart(&mut self) {
        self.server = Self::spawn(self.dir.path(), &self.settings).await;
    }

    /// Stop answering without closing anything, as behind a dead switch; or go on.
    pub(crate) async fn frozen(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let pid = self.server.id().expect("it runs").to_string();
        assert!(Command::new("kill").arg(signal).arg(pid).status().await.unwrap().success());
    }

    pub(crate) async fn connection(&self) -> ::redis::aio::MultiplexedConnection {
        // Publishing twenty megabytes takes a while.
        let patient = ::redis::AsyncConnectionConfig::new().set_response_timeout(None);
        ::redis::Client::open(self.url()).unwrap().get_multiplexed_async_connection_with_config(&patient).await.unwrap()
    }

    /// One command, without an answer of interest.
    pub(crate) async fn command(&self, words: &str) {
        let mut words = words.split(' ');
        let mut command = ::redis::cmd(words.next().unwrap());
        for word in words {
            command.arg(word);
        }
        command.query_async::<::redis::Value>(&mut self.connection().await).await.unwrap();
    }

    /// Publish as the ERP does; answers how many subscribers got it.
    pub(crate) async fn publish(&self, channel: &str, message: impl AsRef<[u8]>) -> u64 {
        ::redis::cmd("PUBLISH").arg(channel).arg(message.as_ref()).query_async(&mut self.connection().await).await.unwrap()
    }
}
