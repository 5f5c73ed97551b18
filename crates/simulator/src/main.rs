//! The simulator as a program: publishes into Redis or into a gateway, and answers decisions that come over Redis.

use anyhow::Context as _;
use clap::Parser;
use futures_util::StreamExt as _;
use std::{
    io::IsTerminal as _,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use watchdeck_simulator::{Config, Decision, HttpSink, Incident, Language, Pace, RedisSink, Shared, Simulator, Sink, run, system_clock};

/// Where decisions arrive.
const DECISIONS: &str = "watchdeck:decisions";

/// A believable ERP that publishes events.
#[derive(Parser)]
#[command(name = "watchdeck-simulator", version)]
struct Arguments {
    /// Publish on this Redis as the ERP does, and answer decisions from there.
    #[arg(long, value_name = "URL", conflicts_with = "http", required_unless_present = "http")]
    redis: Option<String>,
    /// Publish into this gateway over HTTP.
    #[arg(long, value_name = "URL")]
    http: Option<String>,
    /// What the gateway wants for publishing.
    #[arg(long, env = "WATCHDECK_PUBLISH_KEY", hide_env_values = true, requires = "http")]
    key: Option<String>,
    /// Events a second.
    #[arg(long, default_value_t = 5.0, value_parser = rate)]
    rate: f64,
    /// The same seed gives the same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Language of names and messages.
    #[arg(long, value_enum, default_value_t)]
    language: Language,
    /// Something that goes wrong at the start: printer_down, low_stock, refund_large, approval_burst, storm, storm:N.
    #[arg(long)]
    incident: Option<Incident>,
    /// Also say it in the ERP's old words, and every tenth message twice, as the real one does.
    #[arg(long, requires = "redis")]
    legacy: bool,
    /// Publish this many events, then end. The incident is not counted.
    #[arg(long)]
    count: Option<u64>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.1..=50_000.0).contains(&rate) { Ok(rate) } else { Err("must be between 0.1 and 50000".into()) }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    watchdeck_logline::start("RUST_LOG", std::io::stderr, std::io::stderr().is_terminal());
    let arguments = Arguments::parse();
    let world = Simulator::new(Config { seed: arguments.seed, language: arguments.language }, system_clock());
    let world: Shared = Arc::new(Mutex::new(world));
    let stop = CancellationToken::new();

    let on_signal = stop.clone();
    let signal = tokio::spawn(async move {
        if let Err(error) = wait_for_signal().await {
            warn!(%error, "Cannot listen for signals.");
            std::future::pending::<()>().await;
        }
        on_signal.cancel();
    });

    let (sink, desk): (Arc<dyn Sink>, _) = match (&arguments.redis, &arguments.http) {
        (Some(url), _) => {
            let sink = RedisSink::connect(url).await?;
            let sink = Arc::new(if arguments.legacy { sink.in_old_words_too() } else { sink });
            let desk = Desk::open(url, Arc::clone(&world), Arc::clone(&sink)).await?;
            (sink, Some(tokio::spawn(desk.answer(stop.clone()))))
        }
        (None, Some(base)) => (Arc::new(HttpSink::new(base, arguments.key)?), None),
        (None, None) => anyhow::bail!("one of --redis and --http is needed"),
    };

    if let Some(incident) = arguments.incident {
        let events = world.lock().unwrap_or_else(PoisonError::into_inner).incident(incident, system_clock());
        sink.publish(events).await.context("the incident was not published")?;
    }
    info!(rate = arguments.rate, seed = arguments.seed, "Publishing.");
    let published = run(&world, Pace { rate: arguments.rate, limit: arguments.count }, &*sink, system_clock, &stop).await;
    info!(published, "Done.");
    stop.cancel();
    signal.abort();
    if let Some(desk) = desk {
        desk.await.context("answering decisions failed")?;
    }
    Ok(())
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Takes decisions from Redis, hands them to the world, publishes what follows.
struct Desk {
    client: redis::Client,
    inbox: redis::aio::PubSub,
    world: Shared,
    sink: Arc<RedisSink>,
}

impl Desk {
    async fn open(url: &str, world: Shared, sink: Arc<RedisSink>) -> anyhow::Result<Self> {
        let client = redis::Client::open(url).context("the Redis URL is not valid")?;
        let inbox = listen(&client).await.context("cannot listen for decisions")?;
        Ok(Self { client, inbox, world, sink })
    }

    /// Until `stop`. A lost connection is made again.
    async fn answer(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            loop {
                let message = {
                    let mut messages = self.inbox.on_message();
                    tokio::select! {
                        () = stop.cancelled() => return,
                        message = messages.next() => message,
                    }
                };
                let Some(message) = message else { break };
                self.take(message.get_payload_bytes()).await;
            }
            warn!("Lost the connection that brings decisions; connecting again.");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(std::time::Duration::from_millis(500)) => {}
            }
            match listen(&self.client).await {
                Ok(inbox) => self.inbox = inbox,
                Err(error) => warn!(%error, "Redis does not answer."),
            }
        }
    }

    async fn take(&self, payload: &[u8]) {
        let decision: Decision = match serde_json::from_slice(payload) {
            Ok(decision) => decision,
            Err(error) => return warn!(%error, "A decision that is not one was passed over."),
        };
        let outcome = self.world.lock().unwrap_or_else(PoisonError::into_inner).decide(&decision, system_clock());
        match outcome {
            Ok(events) => {
                if let Err(error) = self.sink.publish(events).await {
                    warn!(%error, resource = decision.resource_id, "A decision counts, but was not published.");
                }
            }
            Err(refused) => warn!(%refused, resource = decision.resource_id, "A decision changed nothing."),
        }
    }
}

async fn listen(client: &redis::Client) -> redis::RedisResult<redis::aio::PubSub> {
    let mut inbox = client.get_async_pubsub().await?;
    inbox.subscribe(DECISIONS).await?;
    Ok(inbox)
}
