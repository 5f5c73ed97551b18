//! The console of the day, a program of its own that can be killed: the real core, store and link, under a clock that whoever started it moves. What the core
//! asks of its host is printed, a JSON line each, at the moment at which it asks.

use anyhow::{Context as _, Result, bail, ensure};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead as _, Write as _},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::{Notify, mpsc};
use watchdeck_console::{
    Badge, Config, Console, Host, Settings, Toast,
    seams::{Clock, Point, Seams, Timing},
};
use watchdeck_events::{Millis, Severity};

/// The steps of the clock, ms, while somebody was just told something,
const STEP: i64 = 1_000;
/// for so long,
const BUSY: i64 = 20_000;
/// and else: the core looks at the clock in each.
const STRIDE: i64 = 5_000;
/// A step while something is waited for that takes its time in the world.
const PEEP: i64 = 500;
/// Signs of life are not what this is about, and time passes for them too.
const AGES: Duration = Duration::from_secs(360_000);

/// The day's clock: ms since 1970. What it counts and what it shows are one.
struct DayClock(AtomicI64);

impl Clock for DayClock {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Relaxed).unsigned_abs())
    }

    fn wall(&self) -> Millis {
        Millis(self.0.load(Relaxed))
    }
}

/// A host that says what it was asked.
struct Mouth {
    clock: Arc<DayClock>,
    /// How often, and when last.
    asked: AtomicU64,
    asked_at: AtomicI64,
}

impl Mouth {
    fn says(&self, mut what: Value) {
        let now = self.clock.wall();
        self.asked.fetch_add(1, Relaxed);
        self.asked_at.store(now.0, Relaxed);
        what["at"] = json!(now);
        say(&what);
    }
}

impl Host for Mouth {
    fn notify(&self, toast: Toast) {
        self.says(json!({ "notify": toast.id, "title": toast.title, "body": toast.body }));
    }

    fn retract(&self, _: &str) {}

    fn play(&self, tone: Severity) {
        self.says(json!({ "play": tone }));
    }

    fn badge(&self, _: Badge) {}

    fn apply(&self, _: &Settings) {}
}

fn say(what: &Value) {
    let mut out = std::io::stdout().lock();
    // Whoever listened is gone; then the input ends too.
    drop(writeln!(out, "{what}").and_then(|()| out.flush()));
}

/// How far the parts of the core are.
#[derive(Default)]
struct Turns {
    clock: AtomicU64,
    announcer: AtomicU64,
    /// Events of the day that the projections have, by number.
    seen: Mutex<BTreeSet<usize>>,
    turned: Notify,
}

impl Turns {
    fn seen(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.seen.lock().expect("no code panics while holding what was seen")
    }

    fn pass(&self, point: Point<'_>) {
        match point {
            Point::Part("clock") => _ = self.clock.fetch_add(1, Relaxed),
            Point::Part("announcer") => _ = self.announcer.fetch_add(1, Relaxed),
            Point::Numbers(event) => {
                let Some(n) = event.id.strip_prefix("day-").and_then(|n| n.parse().ok()) else { return };
                self.seen().insert(n);
            }
            _ => return,
        }
        self.turned.notify_waiters();
    }

    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            let turned = self.turned.notified();
            tokio::pin!(turned);
            turned.as_mut().enable();
            if holds(self) {
                return;
            }
            turned.await;
        }
    }
}

struct Seat {
    console: Console,
    clock: Arc<DayClock>,
    turns: Arc<Turns>,
    mouth: Arc<Mouth>,
    /// Up to when it is known what people were told,
    since: i64,
    /// and how often the host had been asked the last two times that this was looked at.
    looked: (u64, u64),
}

/// Run until standard input ends. `at` is what the clock shows; `settings` is a change of them, where there are none yet.
///
/// # Errors
/// When the core does not start, or an order makes no sense.
pub async fn sit(folder: &Path, at: i64, settings: Option<Value>) -> Result<()> {
    tokio::time::pause();
    let (order, mut orders) = mpsc::channel::<Value>(4);
    // While this reads, time does not go on by itself.
    let reading = tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            let Ok(read) = serde_json::from_str(&line) else { return };
            if order.blocking_send(read).is_err() {
                return;
            }
        }
    });
    let clock = Arc::new(DayClock(AtomicI64::new(at)));
    let turns = Arc::new(Turns::default());
    let mouth = Arc::new(Mouth { clock: Arc::clone(&clock), asked: AtomicU64::new(0), asked_at: AtomicI64::new(0) });
    let timing = Timing { connect: AGES, hello: AGES, subscribe: AGES, ping: AGES, grace: AGES, stall: AGES, ..Timing::default() };
    let fault = {
        let turns = Arc::clone(&turns);
        Arc::new(move |point: Point<'_>| turns.pass(point))
    };
    let seams = Seams { timing, clock: Arc::clone(&clock) as _, zone: TimeZone::UTC, fault: Some(fault), ..Seams::default() };
    let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
    let console = Console::start_with(config, Arc::clone(&mouth) as _, None, seams).await?;
    let mut seat = Seat { console, clock, turns, mouth, since: 0, looked: (0, 0) };
    if let Some(patch) = settings {
        seat.call("change_settings", json!({ "patch": patch })).await?;
    }
    say(&json!({ "up": true }));
    while let Some(order) = orders.recv().await {
        let done = seat.obeys(&order).await?;
        say(&done);
    }
    drop(reading);
    Ok(())
}

/// Everything that an alert is called and says.
fn words(alert: &Value) -> String {
    let said = [&alert["label"], &alert["values"]["title_en"], &alert["values"]["body_en"]];
    said.into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" · ")
}

impl Seat {
    async fn call(&self, name: &str, args: Value) -> Result<Value> {
        let answer = self.console.call(name, args).await.map_err(|error| anyhow::anyhow!("{name}: {}", error.message))?;
        Ok(serde_json::from_slice(&answer)?)
    }

    async fn obeys(&mut self, order: &Value) -> Result<Value> {
        let number = |name: &str| order[name].as_i64().with_context(|| format!("{name} in {order}"));
        match order["do"].as_str().unwrap_or_default() {
            // Up to there, and what is published then is awaited.
            "go" => {
                let to = number("to")?;
                let all: Vec<usize> = serde_json::from_value(order["events"].clone())?;
                let mut left = to - self.clock.wall().0;
                loop {
                    let busy = self.clock.wall().0 < self.mouth.asked_at.load(Relaxed) + BUSY;
                    let step = if busy { STEP } else { STRIDE };
                    if left <= step {
                        break;
                    }
                    self.passes(step).await;
                    left -= step;
                }
                self.clock.0.store(to, Relaxed);
                say(&json!({ "ready": to }));
                self.turns.until(|turns| all.iter().all(|n| turns.seen().contains(n))).await;
                all.iter().for_each(|n| _ = self.turns.seen().remove(n));
                self.ticks(left).await;
                self.done().await
            }
            // The machine sleeps until then.
            "sleep" => {
                self.clock.0.store(number("until")?, Relaxed);
                self.passes(STEP).await;
                self.done().await
            }
            "live" => {
                loop {
                    let frame = self.call("recent", json!({ "rows": 0 })).await?["frame"]["sources"][0]["state"]["kind"].take();
                    let lag = self.call("health", json!({})).await?["lag"]["projections"].take();
                    if frame == "live" && lag == 0 {
                        break;
                    }
                    // What is waited for comes over a socket, for which the clock of the day means nothing.
                    tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1))).await?;
                    self.passes(PEEP).await;
                }
                self.turns.seen().clear();
                self.passes(STEP).await;
                self.done().await
            }
            "acknowledge" => {
                let word = order["word"].as_str().context("a word")?;
                let alerts = self.call("alerts", json!({})).await?;
                let active = alerts["active"].as_array().cloned().unwrap_or_default();
                let meant = active.iter().filter(|alert| alert["state"] == "firing" && alert.to_string().contains(word));
                let ids: Vec<_> = meant.map(|alert| alert["id"].clone()).collect();
                if !ids.is_empty() {
                    self.call("acknowledge", json!({ "ids": ids })).await?;
                }
                Ok(json!({ "acknowledged": ids.len() }))
            }
            "tell" => Ok(json!({ "alerts": self.call("alerts", json!({})).await? })),
            other => bail!("nobody can {other}"),
        }
    }

    /// Time passes.
    async fn passes(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Relaxed);
        self.ticks(ms).await;
    }

    /// The clock has moved: whoever looks at it is let look, and told what is due.
    async fn ticks(&self, ms: i64) {
        let (clock, announcer) = (self.turns.clock.load(Relaxed), self.turns.announcer.load(Relaxed));
        // Timers are rounded up to a millisecond; a tick that is due is due then.
        tokio::time::advance(Duration::from_millis(ms.unsigned_abs().max(500) + 2)).await;
        self.turns.until(|turns| turns.clock.load(Relaxed) > clock).await;
        self.turns.until(|turns| turns.announcer.load(Relaxed) > announcer).await;
    }

    /// It is so late, and people were told of these.
    async fn done(&mut self) -> Result<Value> {
        let asked = self.mouth.asked.load(Relaxed);
        // That people were told is noted after they were: it is looked up once more.
        let looks = asked > self.looked.0 || asked > self.looked.1;
        self.looked = (asked, self.looked.0);
        let told = if looks { self.told().await? } else { Vec::new() };
        Ok(json!({ "done": self.clock.wall(), "told": told }))
    }

    /// What people were told of since that was asked last, and a little of what they were told before.
    async fn told(&mut self) -> Result<Vec<Value>> {
        let alerts = self.call("alerts", json!({})).await?;
        let stopped = alerts["rules"].as_array().into_iter().flatten().find(|rule| !rule["fault"].is_null());
        ensure!(stopped.is_none(), "a rule was stopped: {stopped:?}");
        let mut told = Vec::new();
        for alert in ["active", "resolved"].into_iter().filter_map(|list| alerts[list].as_array()).flatten() {
            let news = alert["announcements"].as_array().into_iter().flatten().filter(|one| one["done"].as_i64() >= Some(self.since));
            for one in news {
                let steps = alert["timeline"].as_array().into_iter().flatten();
                let before = |step: &&Value| step["state"] == "acknowledged" && step["at"].as_i64() < one["due"].as_i64();
                told.push(
                    json!({ "alert": alert["id"], "rule": alert["rule"], "words": words(alert), "cause": one["cause"], "due": one["due"],
                    "done": one["done"], "means": one["means"], "after_acknowledgement": steps.filter(before).count() > 0 }),
                );
            }
        }
        self.since = told.iter().filter_map(|one| one["done"].as_i64()).fold(self.since, i64::max);
        Ok(told)
    }
}
