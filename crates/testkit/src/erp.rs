//! The ERP with its past: a WebSocket that checks its session after the open, replays nothing, and an HTTP history beside it, on one port. Its manners
//! change while it runs. Faults of its line are the affair of [`servers::erp`](crate::servers::erp), which has no history.

use crate::{
    clock::now,
    http::{answer_text, header, is_upgrade, path, read_head, upgrade},
    patience::PATIENCE,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, UNIX_EPOCH},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// How it behaves.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    /// The session that is good; `None` takes any.
    pub session: Option<String>,
    /// What the handshake is answered with instead of an open.
    pub upgrade: Option<u16>,
    /// What the history is answered with instead of events.
    pub history: Option<u16>,
    /// How far its clock is ahead of ours, ms, as its handshake says; `None` says nothing.
    pub ahead: Option<i64>,
}

/// What it has seen, and what happened.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Cookies of handshakes, in order.
    pub handshakes: Vec<String>,
    /// Queries of the history, in order.
    pub asked: Vec<String>,
    /// Open connections.
    pub open: usize,
    /// Subscribe frames on all connections.
    pub subscribed: Vec<String>,
}

#[derive(Debug, Clone)]
enum Order {
    Say(String),
    Cut,
}

struct Shared {
    manners: Mutex<Manners>,
    seen: watch::Sender<Seen>,
    happened: Mutex<Vec<Value>>,
    orders: broadcast::Sender<Order>,
}

/// See the [module docs](self). Ends when dropped.
pub struct Erp {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Erp {
    /// Listens on a free port; at first anybody is welcome.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            manners: Mutex::default(),
            seen: watch::Sender::new(Seen::default()),
            happened: Mutex::default(),
            orders: broadcast::Sender::new(4096),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        Self { addr, shared, task }
    }

    /// Where a console connects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/", self.addr)
    }

    /// How it behaves, to be changed.
    pub fn manners(&self) -> MutexGuard<'_, Manners> {
        self.shared.manners.lock().unwrap()
    }

    /// What it has seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.shared.seen.borrow().clone()
    }

    /// Waits until it has seen something.
    pub async fn until(&self, what: &str, wanted: impl FnMut(&Seen) -> bool) -> Seen {
        let mut seen = self.shared.seen.subscribe();
        let seen = tokio::time::timeout(PATIENCE, seen.wait_for(wanted)).await;
        seen.unwrap_or_else(|_| panic!("in vain awaited: {what}; seen: {:?}", self.seen())).unwrap().clone()
    }

    /// Something happens: whoever is subscribed hears it, and the history knows it.
    pub fn happens(&self, number: u32) {
        let at = now();
        let data = json!({ "type": "order:status", "timestamp": at, "orderType": "sales", "orderId": format!("o-{number}"),
            "orderNumber": format!("SO-{number}"), "oldStatus": "draft", "newStatus": "confirmed" });
        let frame = json!({ "channel": "orders", "data": data, "ts": at });
        self.tell(frame);
    }

    /// As [`Erp::happens`], with whatever frame.
    pub fn tell(&self, frame: Value) {
        self.shared.happened.lock().unwrap().push(frame.clone());
        self.say(frame.to_string());
    }

    /// Any text to whoever is connected; the history does not know it.
    pub fn say(&self, text: String) {
        // Nobody may be listening; that is what this is about.
        self.shared.orders.send(Order::Say(text)).ok();
    }

    /// Every connection breaks off.
    pub async fn cut(&self) {
        self.shared.orders.send(Order::Cut).ok();
        self.until("nobody connected", |seen| seen.open == 0).await;
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.orders.send(Order::Cut).ok();
    }
}

impl Shared {
    fn manners(&self) -> Manners {
        self.manners.lock().unwrap().clone()
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let Ok(head) = read_head(&mut stream).await else { return };
        let cookie = header(&head, "cookie").unwrap_or_default().to_owned();
        if !is_upgrade(&head) {
            stream.write_all(self.history(path(&head), &cookie).as_bytes()).await.ok();
            return;
        }
        self.seen.send_modify(|seen| seen.handshakes.push(cookie.clone()));
        let manners = self.manners();
        if let Some(status) = manners.upgrade {
            stream.write_all(answer_text(&format!("{status} No"), "").as_bytes()).await.ok();
            return;
        }
        let mut orders = self.orders.subscribe();
        let date = manners.ahead.map(|ahead| format!("Date: {}\r\n", date(ahead))).unwrap_or_default();
        let Ok(mut socket) = upgrade(stream, &head, &date).await else { return };
        if !self.good(&cookie) {
            let frame = CloseFrame { code: CloseCode::Policy, reason: "Token expired".into() };
            socket.close(Some(frame)).await.ok();
            while let Some(Ok(_)) = socket.next().await {}
            return;
        }
        self.seen.send_modify(|seen| seen.open += 1);
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Ok(Order::Say(frame)) => if socket.send(Message::text(frame)).await.is_err() { break },
                    Ok(Order::Cut) | Err(_) => break,
                },
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                        let channel = frame["channel"].as_str().unwrap_or_default().to_owned();
                        self.seen.send_modify(|seen| seen.subscribed.push(channel));
                    }
                    Some(Ok(_)) => {}
                    _ => break,
                },
            }
        }
        drop(socket);
        self.seen.send_modify(|seen| seen.open -= 1);
    }

    fn good(&self, cookie: &str) -> bool {
        self.manners().session.is_none_or(|session| cookie.split("; ").any(|one| one == format!("next-auth.session-token={session}")))
    }

    fn history(&self, path: &str, cookie: &str) -> String {
        self.seen.send_modify(|seen| seen.asked.push(path.to_owned()));
        let status = self.manners().history.or((!self.good(cookie)).then_some(401)).unwrap_or(200);
        let value = |name: &str| {
            let query = path.split_once('?').map_or("", |(_, query)| query);
            let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            found.and_then(|value| value.parse::<i64>().ok()).unwrap_or_default()
        };
        let (from, to) = (value("from"), value("to"));
        let happened = self.happened.lock().unwrap();
        let told: Vec<_> = happened.iter().filter(|event| (from..=to).contains(&event["ts"].as_i64().unwrap())).collect();
        let body = if status == 200 { json!({ "events": told }).to_string() } else { String::new() };
        answer_text(&format!("{status} X\r\nContent-Type: application/json"), &body)
    }
}

/// How a server says what time it is.
fn date(ahead: i64) -> String {
    let since = u64::try_from(now() + ahead).expect("after 1970");
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(since))
}
