//! How long each stage of an event takes, from the frame to the row, and the native dialect once more through a socket.
//!
//! Each stage is the fastest of its rounds, by the processor time of its thread: what is wanted is the cost of the work, not of the machine's other business.

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
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
use watchdeck_bench::{
    say,
    stages::{self, HELLO, Meter, frames, profile, subscribed},
};
use watchdeck_client::{Delivery, Dialect, Link, LinkIo, Positions};
use watchdeck_events::Channel;
use watchdeck_protocol::{Position, SUBPROTOCOL};

#[derive(Parser)]
struct Args {
    /// How many events each stage takes.
    #[arg(long, default_value_t = 200_000)]
    events: u64,
}

/// Of each stage.
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let args = Args::parse();
    let mut timer = Timer(Vec::new());
    stages::all(args.events, &mut timer)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let socket = runtime.block_on(through_a_socket(frames(Dialect::NATIVE, args.events), args.events))?;
    timer.0.push(json!({ "case": "native_link", "seconds": socket.as_secs_f64() }));
    say(&json!({ "cases": timer.0 }));
    Ok(())
}

/// Processor time of this thread so far; where that cannot be asked, the time that has passed.
#[cfg(unix)]
fn worked() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(not(unix))]
fn worked() -> Duration {
    use std::sync::OnceLock;
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

struct Timer(Vec<Value>);

impl Meter for Timer {
    fn stage<T, O>(&mut self, name: &str, mut prepare: impl FnMut() -> Result<T>, mut run: impl FnMut(T) -> Result<O>) -> Result<()> {
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            let input = prepare()?;
            let start = worked();
            let output = run(input)?;
            fastest = fastest.min(worked() - start);
            drop(std::hint::black_box(output));
        }
        self.0.push(json!({ "case": name, "seconds": fastest.as_secs_f64() }));
        Ok(())
    }
}

struct Fresh;

#[async_trait]
impl Positions for Fresh {
    async fn committed(&self, _: &Channel) -> Option<Position> {
        None
    }
}

fn count(delivery: &Delivery) -> u64 {
    if let Delivery::Events { events, .. } = delivery { events.len() as u64 } else { 0 }
}

async fn through_a_socket(frames: Vec<String>, events: u64) -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let server = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await?;
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |_: &Request, mut response: Response| {
            response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
            Ok(response)
        };
        let mut socket = accept_hdr_async(tcp, shake).await?;
        socket.send(Message::text(HELLO)).await?;
        socket.next().await.context("a subscribe")??;
        socket.send(Message::text(subscribed())).await?;
        for frame in frames {
            socket.feed(Message::text(frame)).await?;
        }
        socket.flush().await?;
        anyhow::Ok(socket)
    });
    let (deliveries, mut receiver) = mpsc::channel(256);
    let link = Link::start(profile(Dialect::NATIVE, &url), LinkIo { deliveries, positions: Arc::new(Fresh) });
    // The answer to the subscribe and the first events may be one delivery.
    let mut received = count(&receiver.recv().await.context("the link lives")?);
    let start = Instant::now();
    while received < events {
        received += count(&receiver.recv().await.context("the link lives")?);
    }
    let took = start.elapsed();
    link.stop().await;
    drop(server.await??);
    Ok(took)
}
