//! Rules that are documents: what one asks of an event takes, what a thousand take, what a long past takes, and how soon people are told.

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use serde_json::{Map, Value, json};
use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use watchdeck_alerts::{AlertBook, rules, written::Written};
use watchdeck_bench::{CHANNEL, event, history::World as History, now, say};
use watchdeck_console::{Badge, Config, Console, Host, Toast};
use watchdeck_events::{Catalogue, Channel, Conventions, Incoming, Millis, Payload, Severity};
use watchdeck_filter::{Condition, Fact, Known, Measure, Name, Verdict};
use watchdeck_store::{Batch, Options, Store, Stored};
use watchdeck_testkit::server::Server;
use watchdeck_wire::settings::{RuleDocument, Settings};
use watchdeck_world::{World, arrival::Arrival, calendar::Calendar, facts::Facts};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// How many events the past holds.
    #[arg(long, default_value_t = 10_000_000)]
    events: usize,
    /// Alerts that people are told of.
    #[arg(long, default_value_t = 300)]
    told: usize,
    /// Where the files are made: on a disk, not in memory.
    #[arg(long)]
    folder: PathBuf,
}

/// Rules that are in force at once.
const RULES: usize = 1_000;
/// Events that they are asked of.
const ASKED: u64 = 20_000;
/// Events that one condition is asked of: as many as stay at hand, like those that a console has just read.
const AT_HAND: usize = 1_000;
/// Times that each is measured.
const RUNS: usize = 9;
const LIVE: Arrival = Arrival { live: true, skew: 0 };

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let mut measured = Map::new();
    measured.insert("predicate_ns".into(), json!(predicate()?));
    let (none, many) = (judged(0)?, judged(RULES)?);
    measured.insert("judge_ns".into(), json!(none));
    measured.insert("judge_1000_rules_ns".into(), json!(many));
    measured.insert("cpu_cores_at_10000".into(), json!((many - none).max(0.0) * 10_000.0 / 1e9));
    measured.extend(told(&args).await?);
    measured.extend(past(&args).await?);
    say(&Value::Object(measured));
    Ok(())
}

fn stored() -> Vec<Stored> {
    let at = now().0;
    let one = |n: u64| {
        let published = event(n, at);
        let incoming = Incoming {
            channel: Channel::from(CHANNEL),
            offset: Some(n),
            id: Some(published.id.into()),
            server_at: Some(Millis(published.ts)),
            kind: None,
            payload: Payload::from_json(published.data),
        };
        let event = Catalogue::builtin().normalise(incoming, &"bench".into(), Millis(published.ts));
        drop(black_box(event.payload.fields()));
        Stored { seq: n, offset: n, event }
    };
    (1..=ASKED).map(one).collect()
}

fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

/// Nothing is known but the event.
struct Nothing;

impl Known for Nothing {
    fn fact(&self, _: Fact) -> Option<f64> {
        None
    }

    fn measured(&self, _: &Measure) -> Option<f64> {
        None
    }

    fn usual(&self, _: &Measure) -> Option<f64> {
        None
    }

    fn says(&self, _: &Name, _: &dyn Fn(&str) -> bool) -> Verdict {
        Verdict::Maybe
    }
}

/// Nanoseconds of one condition of three terms, which half of the events get to the last one of. As in a console: an event's fields are read once, for all
/// who ask.
fn predicate() -> Result<f64> {
    let condition =
        Condition::parse("kind:inventory:* newQuantity>600 changeAmount<-4", now()).map_err(|refusal| anyhow::anyhow!(refusal))?;
    let mut events = stored();
    events.truncate(AT_HAND);
    let fields: Vec<_> = events.iter().map(|one| one.event.fields()).collect();
    let kept = events.iter().zip(&fields).filter(|(one, fields)| condition.holds(&one.event, Some(fields), &Nothing)).count();
    ensure!(kept > 0 && kept < events.len(), "the condition keeps some: {kept}");
    let run = || {
        let began = Instant::now();
        for (one, fields) in events.iter().zip(&fields) {
            black_box(condition.holds(black_box(&one.event), Some(fields), &Nothing));
        }
        began.elapsed().as_nanos() as f64 / events.len() as f64
    };
    Ok(median((0..RUNS).map(|_| run()).collect()))
}

/// Nanoseconds for an event of all rules, with so many documents beside those that are shipped.
fn judged(count: usize) -> Result<f64> {
    let documents: Result<_, serde_json::Error> = watchdeck_bench::rules(count)
        .into_iter()
        .map(|(id, document)| Ok((id, serde_json::from_value::<RuleDocument>(document)?)))
        .collect();
    let settings = Settings { rules: documents?, ..Settings::default() };
    let stored = stored();
    let facts: Vec<_> = stored.iter().map(|one| Facts::of(&one.event, Conventions::plain(), LIVE, &one.event.source)).collect();
    let mut calendar = Calendar::system();
    let mut world = World::default();
    stored.iter().zip(&facts).for_each(|(one, facts)| _ = world.apply(one, facts, &mut calendar));
    let today = calendar.day(now()).clone();
    let mut written = Written::of(&settings, now(), 0, Written::default());
    ensure!(written.names().count() >= count, "every document is a rule");
    for cold in written.cold(now()) {
        written.is_warm(&cold.rule);
    }
    let mut book = AlertBook::default();
    let mut run = || {
        let began = Instant::now();
        for (one, facts) in stored.iter().zip(&facts) {
            black_box(rules::evaluate(one, facts, one.event.occurred_at, &world, &settings, &today, &mut book, &mut written));
        }
        began.elapsed().as_nanos() as f64 / stored.len() as f64
    };
    let runs = (0..RUNS).map(|_| run()).collect();
    let stopped = settings.rules.keys().filter(|id| written.fault(id).is_some()).count();
    ensure!(stopped == 0, "{stopped} rules were stopped");
    Ok(median(runs))
}

/// Writes down when people are told.
struct Ear(mpsc::Sender<(bool, Instant)>);

impl Host for Ear {
    fn notify(&self, _: Toast) {
        self.0.send((true, Instant::now())).ok();
    }

    fn retract(&self, _: &str) {}

    fn play(&self, _: Severity) {
        self.0.send((false, Instant::now())).ok();
    }

    fn badge(&self, _: Badge) {}

    fn apply(&self, _: &Settings) {}
}

async fn call(console: &Console, name: &str, args: Value) -> Result<Value> {
    let answer = console.call(name, args).await.map_err(|error| anyhow::anyhow!("{name}: {}", error.message))?;
    Ok(serde_json::from_slice(&answer)?)
}

async fn console(folder: &Path, host: Arc<dyn Host>) -> Result<Arc<Console>> {
    let config = Config { data_dir: folder.to_owned(), host_name: "browser", system_language: Some("en".into()) };
    Ok(Arc::new(Console::start(config, host, None).await?))
}

/// From the moment at which a server sends something critical to the moment at which people are shown it and hear it, ms: the way over the wire and the commit
/// are in it. What is shown is told at most three times in ten seconds, so each is acknowledged and waited out.
async fn told(args: &Args) -> Result<Map<String, Value>> {
    let folder = tempfile::tempdir_in(&args.folder)?;
    let (said, heard) = mpsc::channel();
    let console = console(folder.path(), Arc::new(Ear(said))).await?;
    let server = Server::start().await;
    let mut settings = call(&console, "hello", json!({})).await?["settings"].take();
    settings["sources"] = json!([{ "id": "bench", "name": "bench", "url": server.url(), "dialect": "erp", "channels": ["system"], "token": null, "paused": false, "demo": false }]);
    settings["rules"] = json!(watchdeck_bench::rules(100));
    call(&console, "save_settings", json!({ "settings": settings })).await?;
    let mut peer = server.erp().await;
    let (mut shown, mut played) = (Vec::new(), Vec::new());
    for n in 1..=args.told {
        // Three notifications and one tone have room at once; what is measured is the way and not the wait for room.
        let rest = tokio::time::sleep(Duration::from_millis(3_400));
        tokio::pin!(rest);
        // What it says meanwhile is answered: pings.
        while let Either::Left(_) = select(peer.ws.next(), &mut rest).await {}
        while heard.try_recv().is_ok() {}
        let sent = Instant::now();
        let message = format!("冷库 {n} 温度过高 cold store {n} is too warm");
        peer.say(json!({ "channel": "system", "data": { "type": "system:alert", "level": "critical", "message": message, "timestamp": now().0 }, "ts": now().0 })).await;
        for _ in 0..2 {
            let told = tokio::task::block_in_place(|| heard.recv_timeout(Duration::from_secs(10)));
            let (is_toast, at) = told.context("people are told")?;
            let took = at.saturating_duration_since(sent).as_secs_f64() * 1e3;
            if is_toast { shown.push(took) } else { played.push(took) }
        }
    }
    console.shutdown().await;
    let p99 = |mut took: Vec<f64>| {
        took.sort_by(f64::total_cmp);
        took[(took.len() * 99).div_ceil(100).saturating_sub(1)]
    };
    ensure!(!shown.is_empty() && !played.is_empty(), "both are measured");
    Ok([("committed_to_toast_p99_ms", p99(shown)), ("committed_to_sound_p99_ms", p99(played))]
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .into_iter()
        .collect())
}

/// How long a rule that names its kinds takes over all of a long past, ms.
async fn past(args: &Args) -> Result<Map<String, Value>> {
    let folder = tempfile::tempdir_in(&args.folder)?;
    let month = 30 * 86_400_000;
    let apart = (month - 3_600_000) / args.events as i64;
    let store = Store::open(&folder.path().join("events.db"), Options::CONSOLE)?;
    let mut history = History::since(now().plus(3_600_000 - month), apart.max(1));
    let mut left = args.events;
    while left > 0 {
        let count = left.min(4_096);
        store.append(Batch { events: history.batch(count), ..Batch::default() }).await?;
        left -= count;
    }
    store.close().await;
    let (said, _heard) = mpsc::channel();
    let console = console(folder.path(), Arc::new(Ear(said))).await?;
    loop {
        let health = call(&console, "health", json!({})).await?;
        if health["lag"]["projections"].as_u64() == Some(0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut took = Vec::new();
    let mut last = Value::Null;
    for _ in 0..5 {
        let document = json!({ "title": { "en": "Large refund" }, "when": "kind:finance:refund amount>3000" });
        let began = Instant::now();
        last = call(&console, "backtest", json!({ "id": "large", "document": document, "days": 30 })).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    console.shutdown().await;
    ensure!(last["fired"].as_u64() > Some(0), "it would have fired: {last}");
    Ok([("backtest_10m_ms", json!(median(took))), ("backtest_events", last["events"].clone()), ("backtest_fired", last["fired"].clone())]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect())
}
