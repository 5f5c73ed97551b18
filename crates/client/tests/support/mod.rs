//! A scriptable server on a real socket, and a receiver that commits like the console does.
#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod faults;
pub(crate) mod front;
pub(crate) mod venue;

use async_trait::async_trait;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::{HeaderMap, HeaderValue},
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use watchdeck_client::{Cause, Clock, Delivery, Dialect, Link, LinkIo, Positions, Profile, State, Status, Timing};
use watchdeck_events::{Channel, Incoming, Millis};
use watchdeck_protocol::Position;

/// Far longer than anything here takes; a test that needs it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Await something that must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("in vain awaited: {what}"))
}

/// A listening server; each test accepts and speaks by hand.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) addr: SocketAddr,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::on("127.0.0.1:0".parse().unwrap()).await
    }

    /// Listen where an earlier server did.
    pub(crate) async fn on(addr: SocketAddr) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let addr = listener.local_addr().unwrap();
        Self { listener, addr }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/ws", self.addr)
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        soon("a connection", self.listener.accept()).await.unwrap().0
    }

    /// Accept as a server that knows no subprotocol: the plain ERP's, Socket.IO's and the hub.
    pub(crate) async fn erp(&self) -> Peer {
        self.accept(false).await
    }

    /// How often somebody knocks within `window`, without being let in.
    pub(crate) async fn knocks(&self, window: Duration) -> usize {
        let mut knocks = vec![];
        let counted = timeout(window, async {
            loop {
                knocks.push(self.listener.accept().await.unwrap());
            }
        });
        assert!(counted.await.is_err(), "it counts until time is up");
        knocks.len()
    }

    /// Accept as a gateway.
    pub(crate) async fn native(&self) -> Peer {
        self.accept(true).await
    }

    async fn accept(&self, native: bool) -> Peer {
        let tcp = self.tcp().await;
        let (mut headers, mut path) = (HeaderMap::new(), String::new());
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |request: &Request, mut response: Response| {
            headers = request.headers().clone();
            path = request.uri().to_string();
            if native {
                response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("watchdeck.v1"));
            }
            Ok(response)
        };
        let ws = accept_hdr_async(tcp, shake).await.unwrap();
        Peer { ws, headers, path }
    }

    /// Accept as a gateway and say hello.
    pub(crate) async fn greeted(&self, channels: &[&str]) -> Peer {
        let mut peer = self.native().await;
        peer.hello(channels, 25_000).await;
        peer
    }
}

/// The server's end of one connection.
pub(crate) struct Peer {
    pub(crate) ws: WebSocketStream<TcpStream>,
    pub(crate) headers: HeaderMap,
    /// Path and query that the client asked for.
    pub(crate) path: String,
}

impl Peer {
    pub(crate) async fn say(&mut self, frame: Value) {
        self.say_text(&frame.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, frame: &str) {
        self.ws.send(Message::text(frame)).await.unwrap();
    }

    pub(crate) async fn hello(&mut self, channels: &[&str], ping: u64) {
        let user = json!({"id": "u1", "name": "张敏", "roles": []});
        self.say(json!({"type": "hello", "session": "s", "server": "0.1.0", "user": user, "pingIntervalMs": ping, "channels": channels}))
            .await;
    }

    /// The next text frame, as JSON.
    pub(crate) async fn hear(&mut self) -> Value {
        serde_json::from_str(&self.hear_text().await).unwrap()
    }

    /// The next text frame.
    pub(crate) async fn hear_text(&mut self) -> String {
        loop {
            match soon("a frame from the client", self.ws.next()).await {
                Some(Ok(Message::Text(text))) => return text.as_str().to_owned(),
                Some(Ok(_)) => {}
                other => panic!("the client hung up: {other:?}"),
            }
        }
    }

    pub(crate) async fn subscribed(&mut self, channel: &str, epoch: &str, offset: u64, recovered: bool, reason: Option<&str>) {
        let position = json!({"epoch": epoch, "offset": offset});
        self.say(json!({"type": "subscribed", "channel": channel, "position": position, "recovered": recovered, "reason": reason})).await;
    }

    pub(crate) async fn events(&mut self, channel: &str, offsets: impl IntoIterator<Item = u64>) {
        for offset in offsets {
            let frame = event(channel, offset);
            self.ws.feed(Message::text(frame.to_string())).await.unwrap();
        }
        self.ws.flush().await.unwrap();
    }

    pub(crate) async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() };
        self.ws.close(Some(frame)).await.unwrap();
        // The client's goodbye; without it the reset could overtake the reason.
        while let Some(Ok(_)) = soon("the client's goodbye", self.ws.next()).await {}
    }

    /// Wait until the client is gone, keeping the connection readable.
    pub(crate) async fn gone(mut self) {
        soon("the client hangs up", async { while let Some(Ok(_)) = self.ws.next().await {} }).await;
    }
}

pub(crate) fn event(channel: &str, offset: u64) -> Value {
    json!({"type": "event", "channel": channel, "offset": offset, "id": format!("{channel}-{offset}"), "ts": 1000 + offset, "data": {"n": offset}})
}

/// What is committed, as the console's store would say.
#[derive(Default)]
pub(crate) struct Committed(Mutex<HashMap<Channel, Position>>);

impl Committed {
    pub(crate) fn set(&self, channel: &str, epoch: &str, offset: u64) {
        self.0.lock().unwrap().insert(channel.into(), Position::new(epoch, offset));
    }

    pub(crate) fn get(&self, channel: &str) -> Option<Position> {
        self.0.lock().unwrap().get(&Channel::from(channel)).cloned()
    }
}

#[async_trait]
impl Positions for Committed {
    async fn committed(&self, channel: &Channel) -> Option<Position> {
        self.0.lock().unwrap().get(channel).cloned()
    }
}

/// The machine's clocks, with a sleep that can be added.
#[derive(Default)]
pub(crate) struct SleepyClock(Mutex<Duration>);

impl SleepyClock {
    pub(crate) fn sleep(&self, for_: Duration) {
        *self.0.lock().unwrap() += for_;
    }
}

impl Clock for SleepyClock {
    fn elapsed(&self) -> Duration {
        watchdeck_client::BootClock.elapsed() + *self.0.lock().unwrap()
    }

    fn wall(&self) -> Millis {
        watchdeck_client::BootClock.wall()
    }
}

/// A link under test with everything it touches.
pub(crate) struct Rig {
    pub(crate) link: Link,
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
    taken: VecDeque<Incoming>,
    pub(crate) positions: Arc<Committed>,
    pub(crate) clock: Arc<SleepyClock>,
    /// The newest loss that was looked at.
    lost: Mutex<Option<State>>,
}

/// Time-outs that suit a test: nothing that a busy machine could miss, nothing to wait long for.
pub(crate) fn timing() -> Timing {
    Timing { backoff_first: Duration::from_millis(20), backoff_cap: Duration::from_millis(100), ..Timing::default() }
}

pub(crate) fn profile(url: String, dialect: Dialect) -> Profile {
    let token = Some("secret-token".into());
    Profile { token, first_look: 2000, timing: timing(), ..Profile::new("test", url, dialect) }
}

impl Rig {
    pub(crate) fn start(profile: Profile) -> Self {
        Self::with(profile, Arc::default(), 256)
    }

    pub(crate) fn with(profile: Profile, positions: Arc<Committed>, queue: usize) -> Self {
        let clock = Arc::<SleepyClock>::default();
        let (sender, deliveries) = mpsc::channel(queue);
        let io = LinkIo { deliveries: sender, positions: positions.clone() };
        let link = Link::start_on(profile, io, clock.clone());
        Self { link, deliveries, taken: VecDeque::new(), positions, clock, lost: Mutex::default() }
    }

    /// The next event of any channel; anything else in between is an error.
    pub(crate) async fn event(&mut self) -> Incoming {
        while self.taken.is_empty() {
            match self.delivery().await {
                Delivery::Events { events, .. } => self.taken.extend(events),
                other => panic!("an event is expected, not {other:?}"),
            }
        }
        self.taken.pop_front().expect("there is one")
    }

    /// Events until one has this payload, with what else was delivered.
    pub(crate) async fn until_payload(&mut self, payload: &str) -> (Vec<Incoming>, Vec<Delivery>) {
        let (mut found, mut others) = (vec![], vec![]);
        loop {
            match self.delivery().await {
                Delivery::Events { events, .. } => found.extend(events),
                other => others.push(other),
            }
            if found.iter().any(|event| event.payload.as_str() == payload) {
                return (found, others);
            }
        }
    }

    pub(crate) async fn delivery(&mut self) -> Delivery {
        soon("a delivery", self.deliveries.recv()).await.expect("the link lives")
    }

    /// Take events until offset `last` of a channel was delivered; commit them if asked to. Returns all offsets seen.
    pub(crate) async fn until(&mut self, last: u64, commit: bool) -> Vec<u64> {
        let mut offsets = vec![];
        while offsets.last() != Some(&last) {
            if let Delivery::Events { channel, events, position, .. } = self.delivery().await {
                offsets.extend(events.iter().filter_map(|event| event.offset));
                if let (true, Some(position)) = (commit, position) {
                    self.positions.set(channel.as_str(), &position.epoch, position.offset);
                }
            }
        }
        offsets
    }

    /// What lasts once it is so; losses before it are over.
    pub(crate) async fn status(&self, what: &str, wanted: impl FnMut(&Status) -> bool) -> Status {
        let mut status = self.link.status();
        let found = soon(what, status.wait_for(wanted)).await.expect("the link lives").clone();
        if !matches!(found.state, State::Offline { .. }) {
            self.lost.lock().unwrap().clone_from(&found.lost);
        }
        found
    }

    /// A loss since the last look, which may be over before a busy machine gets to look.
    async fn lost(&self, what: &str, wanted: impl Fn(&State) -> bool) -> Status {
        let before = self.lost.lock().unwrap().clone();
        let mut status = self.link.status();
        let mut seen = vec![];
        let found = timeout(PATIENCE, async {
            loop {
                let present = status.borrow_and_update().clone();
                if present.lost != before && present.lost.as_ref().is_some_and(&wanted) {
                    return present;
                }
                seen.push(present.state);
                status.changed().await.expect("the link lives");
            }
        });
        let found = found.await.unwrap_or_else(|_| panic!("in vain awaited: {what}; seen: {seen:?}"));
        self.lost.lock().unwrap().clone_from(&found.lost);
        Status { state: found.lost.clone().expect("asked for above"), ..found }
    }

    pub(crate) async fn offline(&self, cause: Cause) -> Status {
        let what = format!("offline because of {cause:?}");
        self.lost(&what, |lost| matches!(lost, State::Offline { cause: found, .. } if *found == cause)).await
    }

    /// The link gave up its try number `wanted` since the last success.
    pub(crate) async fn failed(&self, wanted: u32) -> Cause {
        let what = format!("failure {wanted}");
        let status = self.lost(&what, |lost| matches!(lost, State::Offline { attempt, .. } if *attempt == wanted)).await;
        let State::Offline { cause, .. } = status.state else { unreachable!("asked for above") };
        cause
    }

    pub(crate) async fn live(&self) -> Status {
        self.status("live", |status| status.state == State::Live).await
    }
}
