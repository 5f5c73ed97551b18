//! The ERP: a WebSocket that checks its session after the open, replays nothing, and an HTTP history beside it, on one port.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// Time in a payload, ms since 1970.
pub(crate) fn now() -> i64 {
    watchdeck_console::seams::now().0
}

/// How it behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    /// The session that is good; `None` takes any.
    pub(crate) session: Option<String>,
    /// What the handshake is answered with instead of an open.
    pub(crate) upgrade: Option<u16>,
    /// What the history is answered with instead of events.
    pub(crate) history: Option<u16>,
}

/// What it has seen, and what happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Cookies of handshakes, in order.
    pub(crate) handshakes: Vec<String>,
    /// Queries of the history, in order.
    pub(crate) asked: Vec<String>,
    /// Open connections.
    pub(crate) open: usize,
    /// Subscribe frames on all connections.
    pub(crate) subscribed: Vec<String>,
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
pub(crate) struct Erp {
    pub(crate) addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Erp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            manners: Mutex::new(Manners { session: None, upgrade: None, history: None }),
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

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/", self.addr)
    }

    pub(crate) fn manners(&self) -> MutexGuard<'_, Manners> {
        self.shared.manners.lock().unwrap()
    }

    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen.borrow().clone()
    }

    /// Wait until it has seen something.
    pub(crate) async fn until(&self, what: &str, wanted: impl FnMut(&Seen) -> bool) -> Seen {
        let mut seen = self.shared.seen.subscribe();
        let seen = tokio::time::timeout(super::bench::PATIENCE, seen.wait_for(wanted)).await;
        seen.unwrap_or_else(|_| panic!("in vain awaited: {what}; seen: {:?}", self.seen())).unwrap().clone()
    }

    /// Something happens: whoever is subscribed hears it, and the history knows it.
    pub(crate) fn happens(&self, number: u32) {
        let at = now();
        let data = json!({ "type": "order:status", "timestamp": at, "orderType": "sales", "orderId": format!("o-{number}"),
            "orderNumber": format!("SO-{number}"), "oldStatus": "draft", "newStatus": "confirmed" });
        let frame = json!({ "channel": "orders", "data": data, "ts": at });
        self.tell(frame);
    }

    /// As [`Erp::happens`], with whatever frame.
    pub(crate) fn tell(&self, frame: Value) {
        self.shared.happened.lock().unwrap().push(frame.clone());
        // Nobody may be listening; that is what this is about.
        self.shared.orders.send(Order::Say(frame.to_string())).ok();
    }

    /// Every connection breaks off.
    pub(crate) async fn cut(&self) {
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
        let Some(head) = head(&stream).await else { return };
        let cookie = header(&head, "cookie").unwrap_or_default();
        if header(&head, "upgrade").is_none() {
            let answer = self.history(&head, &cookie);
            stream.read_exact(&mut vec![0; head.len()]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.ok();
            return;
        }
        self.seen.send_modify(|seen| seen.handshakes.push(cookie.clone()));
        if let Some(status) = self.manners().upgrade {
            stream.read_exact(&mut vec![0; head.len()]).await.unwrap();
            let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok();
            return;
        }
        let mut orders = self.orders.subscribe();
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
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

    fn history(&self, head: &str, cookie: &str) -> String {
        let path = head.split(' ').nth(1).unwrap_or_default();
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
        let length = body.len();
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    }
}

/// The head of a request, left on the wire.
async fn head(stream: &TcpStream) -> Option<String> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = stream.peek(&mut buffer).await.ok().filter(|read| *read > 0)?;
        let text = String::from_utf8_lossy(&buffer[..read]);
        if let Some(end) = text.find("\r\n\r\n") {
            return Some(text[..end + 4].to_owned());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
}
