//! How fast events of 300 bytes are decoded, without and with a socket. `cargo bench -p watchdeck-client`.

use async_trait::async_trait;
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderValue,
    },
};
use watchdeck_client::{Delivery, Dialect, Link, LinkIo, Positions, Profile, bench::Decoder};
use watchdeck_events::Channel;
use watchdeck_protocol::Position;

const EVENTS: u64 = 1_000_000;

struct Fresh;

#[async_trait]
impl Positions for Fresh {
    async fn committed(&self, _: &Channel) -> Option<Position> {
        None
    }
}

fn profile(url: String) -> Profile {
    Profile::new("bench", url, Dialect::Native)
}

fn frame(offset: u64) -> String {
    let data = format!(
        r#"{{"type":"inventory:change","action":"outbound","productId":"P-{offset:08}","productName":"不锈钢螺丝 M8","oldQuantity":120,"newQuantity":108,"timestamp":1795223788150}}"#
    );
    let id = format!("0199aa00-0000-7000-8000-{offset:012}");
    format!(r#"{{"type":"event","channel":"inventory","offset":{offset},"id":"{id}","ts":1795223788150,"data":{data}}}"#)
}

const HELLO: &str = r#"{"type":"hello","session":"s","server":"0","user":{"id":"u","name":"u","roles":[]},"pingIntervalMs":25000,"channels":["inventory"]}"#;
const SUBSCRIBED: &str =
    r#"{"type":"subscribed","channel":"inventory","position":{"epoch":"e","offset":0},"recovered":true,"reason":null}"#;

fn count(delivery: &Delivery) -> u64 {
    match delivery {
        Delivery::Events { events, .. } => events.len() as u64,
        other => panic!("only events are expected, not {other:?}"),
    }
}

fn decode_alone(frames: &[String]) -> Duration {
    let mut decoder = Decoder::new(&profile("ws://localhost/".into()));
    decoder.text(HELLO);
    decoder.committed(&"inventory".into(), None);
    decoder.text(SUBSCRIBED);
    drop(decoder.deliveries());
    let start = Instant::now();
    let mut decoded = 0;
    for burst in frames.chunks(1024) {
        burst.iter().for_each(|frame| decoder.text(frame));
        decoded += decoder.deliveries().iter().map(count).sum::<u64>();
    }
    assert_eq!(decoded, EVENTS);
    start.elapsed()
}

async fn through_a_socket(frames: Vec<String>) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
    let url = format!("ws://{}/", listener.local_addr().expect("it is bound"));
    let server = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("the link connects");
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |_: &Request, mut response: Response| {
            response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("watchdeck.v1"));
            Ok(response)
        };
        let mut ws = accept_hdr_async(tcp, shake).await.expect("a handshake");
        ws.send(Message::text(HELLO)).await.expect("connected");
        ws.next().await.expect("a subscribe").expect("connected");
        ws.send(Message::text(SUBSCRIBED)).await.expect("connected");
        for frame in frames {
            ws.feed(Message::text(frame)).await.expect("connected");
        }
        ws.flush().await.expect("connected");
        ws
    });
    let (deliveries, mut receiver) = mpsc::channel(256);
    let link = Link::start(profile(url), LinkIo { deliveries, positions: Arc::new(Fresh) });
    // The answer to the subscribe and the first events may be one delivery.
    let mut received = count(&receiver.recv().await.expect("the link lives"));
    let start = Instant::now();
    while received < EVENTS {
        received += count(&receiver.recv().await.expect("the link lives"));
    }
    let took = start.elapsed();
    link.stop().await;
    drop(server.await);
    took
}

fn main() {
    let frames: Vec<String> = (1..=EVENTS).map(frame).collect();
    let bytes = frames[0].len();
    let alone = (0..3).map(|_| decode_alone(&frames)).min().expect("three runs");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let socket = runtime.block_on(through_a_socket(frames));
    let rate = |took: Duration| (EVENTS as f64 / took.as_secs_f64()) as u64;
    let text = format!("event frames of {bytes} bytes: decoder alone {}/s, link over loopback {}/s\n", rate(alone), rate(socket));
    std::io::stdout().write_all(text.as_bytes()).expect("stdout is open");
}
