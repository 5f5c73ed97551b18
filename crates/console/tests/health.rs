//! What is known of a source, and whether it is true: clocks that are hours apart, clocks that are set, frames that cannot be read, and what leaves
//! the machine. Against a real server on a real socket, through the commands that the window uses.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    io::Read as _,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::broadcast};
use tokio_tungstenite::tungstenite::{
    Message,
    handshake::server::{Request, Response},
};
use watchdeck_console::{
    Badge, Config, Console, Host, Settings, Toast,
    seams::{BootClock, Clock, Seams},
};
use watchdeck_events::{Millis, Severity};

const HOUR: i64 = 3_600_000;
/// Far longer than anything here takes; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// An ERP's server whose clock can be wrong.
struct Server {
    url: String,
    ahead: Arc<AtomicI64>,
    frames: broadcast::Sender<String>,
}

impl Server {
    async fn start(ahead: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let ahead = Arc::new(AtomicI64::new(ahead));
        let (frames, _) = broadcast::channel(100);
        let (sender, clock) = (frames.clone(), Arc::clone(&ahead));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut frames = sender.subscribe();
                let date = date(clock.load(Ordering::Relaxed));
                #[allow(clippy::result_large_err, reason = "the library's own type")]
                let greet = move |_: &Request, mut answer: Response| {
                    answer.headers_mut().insert("Date", date.parse().unwrap());
                    Ok(answer)
                };
                tokio::spawn(async move {
                    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, greet).await else { return };
                    loop {
                        tokio::select! {
                            Ok(frame) = frames.recv() => if socket.send(Message::text(frame)).await.is_err() { return },
                            seen = socket.next() => if !matches!(seen, Some(Ok(_))) { return },
                        }
                    }
                });
            }
        });
        Self { url, ahead, frames }
    }

    fn now(&self) -> i64 {
        BootClock.wall().0 + self.ahead.load(Ordering::Relaxed)
    }

    /// An event that happens now, by this server's clock.
    fn happens(&self, channel: &str, mut event: Value) {
        event["timestamp"] = json!(self.now());
        self.sends(json!({ "channel": channel, "data": event, "ts": self.now() }).to_string());
    }

    fn asks(&self, id: &str) {
        self.happens("approvals", json!({ "type": "approval:request", "resourceType": "order", "resourceId": id, "resourceNumber": id, "requesterId": "u1", "requesterName": "陈晨" }));
    }

    fn sends(&self, frame: String) {
        self.frames.send(frame).expect("somebody is connected");
    }
}

fn date(ahead: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(BootClock.wall().0 + ahead).unwrap();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The machine's clock, which somebody sets.
#[derive(Default)]
struct Wrong(AtomicI64);

impl Clock for Wrong {
    fn elapsed(&self) -> Duration {
        BootClock.elapsed()
    }

    fn wall(&self) -> Millis {
        BootClock.wall().plus(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct Shell(Mutex<Vec<Toast>>);

impl Host for Shell {
    fn notify(&self, toast: Toast) {
        self.0.lock().unwrap().push(toast);
    }
    fn retract(&self, _: &str) {}
    fn play(&self, _: Severity) {}
    fn badge(&self, _: Badge) {}
    fn apply(&self, _: &Settings) {}
}

struct Bench {
    console: Console,
    shell: Arc<Shell>,
    clock: Arc<Wrong>,
}

impl Bench {
    async fn start(folder: &Path) -> Self {
        let (shell, clock) = (Arc::new(Shell::default()), Arc::new(Wrong::default()));
        let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
        let seams = Seams { clock: Arc::clone(&clock) as _, ..Seams::default() };
        Self { console: Console::start_with(config, Arc::clone(&shell) as _, None, seams).await.unwrap(), shell, clock }
    }

    async fn call(&self, name: &str, args: Value) -> Value {
        serde_json::from_slice(&self.console.call(name, args).await.unwrap()).unwrap()
    }

    /// Watch one server, and wait until it is connected.
    async fn watch(&self, server: &Server) {
        let mut settings = self.call("hello", json!({})).await["settings"].clone();
        settings["sources"] = json!([{ "id": "east", "name": "East", "url": server.url, "dialect": "erp", "channels": ["approvals", "inventory"], "token": "s3cr3tVALUE", "paused": false, "demo": false }]);
        self.call("save_settings", json!({ "settings": settings })).await;
        self.until("a connection", async || {
            let kind = self.source().await["state"]["kind"].clone();
            (kind == "unconfirmed" || kind == "live").then_some(())
        })
        .await;
    }

    async fn health(&self) -> Value {
        self.call("health", json!({})).await
    }

    async fn source(&self) -> Value {
        self.health().await["sources"][0].clone()
    }

    async fn rows(&self) -> Vec<Value> {
        self.call("events", json!({ "before": null, "limit": 100, "filter": "" })).await["events"].as_array().unwrap().clone()
    }

    async fn row(&self, label: &str) -> Value {
        self.until(label, async || self.rows().await.into_iter().find(|row| row["label"] == label)).await
    }

    async fn toast(&self, label: &str) -> Toast {
        let found = async || self.shell.0.lock().unwrap().iter().find(|toast| toast.id.ends_with(label)).cloned();
        self.until(label, found).await
    }

    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "waited in vain for {what}; toasts: {:?}", self.shell.0.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_clocks_two_hours_apart_a_live_event_is_live() {
    for ahead in [2 * HOUR, -2 * HOUR] {
        let (folder, server) = (tempfile::tempdir().unwrap(), Server::start(ahead).await);
        let bench = Bench::start(folder.path()).await;
        bench.watch(&server).await;
        server.asks("o1");
        let toast = bench.toast("/order:o1").await;
        assert!(!toast.actions.is_empty(), "it is a toast of its own with its buttons, not a line of a digest");
        let latency = bench.row("o1").await["latency_ms"].as_i64().unwrap();
        assert!(latency.abs() < 10_000, "{latency} ms: the clocks' difference is no latency");
        let source = bench.source().await;
        let skew = source["skew_ms"].as_f64().unwrap();
        assert!((skew - ahead as f64).abs() < 2_000.0, "{skew}");
        assert!(source["skew_error_ms"].as_f64().unwrap() < 2_000.0, "{source}");
        assert_eq!(source["committed"]["count"], 1, "it counts as one that came live");
        bench.console.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_our_own_clock_turns_nothing_into_history() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start(0).await);
    let bench = Bench::start(folder.path()).await;
    bench.watch(&server).await;
    for (n, jump) in [0, 3 * HOUR, -2 * HOUR].into_iter().enumerate() {
        bench.clock.0.store(jump, Ordering::Relaxed);
        let id = format!("o{n}");
        server.asks(&id);
        let toast = bench.toast(&format!("/order:{id}")).await;
        assert!(!toast.actions.is_empty());
        let latency = bench.row(&id).await["latency_ms"].as_i64().unwrap();
        assert!(latency.abs() < 10_000, "{latency} ms after a jump of {jump}");
    }
    assert_eq!(bench.source().await["committed"]["count"], 3, "all of them came live");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_cannot_be_read_and_the_connections_story_outlive_a_restart() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start(0).await);
    let bench = Bench::start(folder.path()).await;
    bench.watch(&server).await;
    server.sends(r#"{"channel":"inventory","data":{"token":"s3cr3tVALUE","bank_account":"6222021234567890123""#.to_owned());
    let seen =
        async |bench: &Bench| Some(bench.health().await).filter(|health| health["malformed"].as_array().is_some_and(|all| all.len() == 1));
    let before = bench.until("a malformed frame", async || seen(&bench).await).await;
    assert_eq!(before["sources"][0]["malformed"], 1);
    assert!(!before["malformed"][0]["reason"].as_str().unwrap().is_empty(), "the reason is in words");
    for secret in ["s3cr3tVALUE", "6222021234567890123"] {
        assert!(!before.to_string().contains(secret), "{secret} is shown");
    }
    bench.console.shutdown().await;

    let bench = Bench::start(folder.path()).await;
    let after = bench.until("a malformed frame", async || seen(&bench).await).await;
    assert_eq!(after["malformed"], before["malformed"]);
    let steps = |health: &Value| health["sources"][0]["timeline"].as_array().unwrap().clone();
    let earlier = steps(&before);
    let later = bench.until("a new step", async || Some(steps(&bench.health().await)).filter(|later| later.len() > earlier.len())).await;
    assert!(later.starts_with(&earlier), "{earlier:?} {later:?}");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bank_details_leave_the_core_only_on_demand_and_a_bundle_has_no_secret() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start(0).await);
    std::fs::write(folder.path().join("watchdeck.log"), "WARN Cookie: next-auth.session-token=s3cr3tVALUE\nINFO s3cr3tVALUE\n").unwrap();
    let bench = Bench::start(folder.path()).await;
    bench.watch(&server).await;
    server.happens("withdrawals", json!({ "type": "withdrawal.created", "withdrawal_id": "w1", "user_id": "u1", "amount": 5, "bank_account": "6222021234567890123", "account_name": "张敏敏敏敏敏敏敏敏" }));
    let row = bench.until("the withdrawal", async || bench.rows().await.into_iter().find(|row| row["kind"] == "withdrawal.created")).await;
    assert!(!row.to_string().contains("6222021234567890123"), "{row}");
    let hidden = bench.call("event", json!({ "seq": row["seq"] })).await;
    assert_eq!(hidden["masked"], true);
    assert!(!hidden["raw"].as_str().unwrap().contains("6222021234567890123"), "{hidden}");
    let shown = bench.call("event", json!({ "seq": row["seq"], "reveal": true })).await;
    assert!(shown["raw"].as_str().unwrap().contains("6222021234567890123"));

    let bundle = bench.call("support_bundle", json!({})).await;
    let file = std::fs::File::open(bundle["path"].as_str().unwrap()).unwrap();
    assert_eq!(bundle["bytes"], file.metadata().unwrap().len());
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut all = String::new();
    for n in 0..archive.len() {
        archive.by_index(n).unwrap().read_to_string(&mut all).unwrap();
    }
    for secret in ["s3cr3tVALUE", "6222021234567890123"] {
        assert!(!all.contains(secret), "{secret} is in the bundle");
    }
    let host = server.url.trim_start_matches("ws://").trim_end_matches('/');
    assert!(all.contains(host) && all.contains("\"whole\": true"), "hosts and the state of the store are kept");
    bench.console.shutdown().await;
}
