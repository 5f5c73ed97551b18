//! The day itself: what the ERP says, when the machine sleeps, when the console is killed, what people do.

use super::{
    count::{Heard, Told},
    day::{AWAY, Day},
    erp::Erp,
};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use watchdeck_testkit::patience::PATIENCE;

/// Somebody who found nothing to acknowledge looks again after so long, ms.
const AGAIN: i64 = 30_000;
/// The longest that the clock moves at once, ms.
const STRIDE: i64 = 10_000;

/// What became of a day.
#[derive(Debug, Default)]
pub(super) struct Lived {
    /// What the host was asked, in order.
    pub(super) heard: Vec<Heard>,
    /// What people were told of.
    pub(super) told: Vec<Told>,
    /// The alerts as they are at its end.
    pub(super) alerts: Vec<Value>,
    /// How often the console was killed.
    pub(super) kills: usize,
}

/// The console, as whoever moves its clock has it.
struct Console {
    child: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Live through a day with the program that sits in it.
///
/// # Errors
/// When the console does not start or does not answer.
pub(super) async fn live(day: &Day, program: &Path) -> Result<Lived> {
    let folder = tempfile::tempdir()?;
    let erp = Erp::start().await?;
    let clock = |at: i64| format!("{:02}:{:02}", at / 3_600_000 % 24, at / 60_000 % 60);
    let settings = json!({
        "user_name": "张敏",
        "quiet_hours": [{ "days": [], "from": clock(day.quiet.0), "until": clock(day.quiet.1) }],
        "sources": { "s": { "id": "s", "name": "ERP", "url": format!("ws://{}/ws", erp.addr), "dialect": "native", "proxy": "direct" } },
    });
    let mut lived = Lived::default();
    let mut console = Console::start(program, folder.path(), day.from, Some(&settings), &mut lived).await?;
    let mut now = console.asks(&json!({ "do": "live" }), &mut lived).await?;
    let mut kills: Vec<i64> = day.kills.clone();
    let mut people: Vec<(i64, usize)> = day.situations.iter().filter_map(|one| Some((one.acknowledged?, one.n))).collect();
    let (mut next, mut slept, mut closed) = (0, false, false);
    while now < day.until {
        if !slept && now >= day.sleep.0 {
            erp.freezes();
            while next < day.said.len() && day.said[next].at < day.sleep.1 {
                publish(&erp, day, next);
                next += 1;
            }
            console.asks(&json!({ "do": "sleep", "until": day.sleep.1 }), &mut lived).await?;
            now = console.asks(&json!({ "do": "live" }), &mut lived).await?;
            slept = true;
        }
        let is_out = (day.outage.0..day.outage.1).contains(&now);
        if is_out != closed {
            closed = is_out;
            erp.is_closed(closed);
            if !closed {
                now = console.asks(&json!({ "do": "live" }), &mut lived).await?;
            }
        }
        people.sort_unstable();
        while let Some((at, n)) = people.first().copied().filter(|(at, _)| *at <= now) {
            people.remove(0);
            let found = console.order(&json!({ "do": "acknowledge", "word": day.situations[n].word }), "acknowledged", &mut lived).await?;
            if found == 0 && at + AGAIN < day.situations[n].until {
                people.push((now + AGAIN, n));
            }
        }
        let edges = [day.sleep.0, day.outage.0, day.outage.1, day.until].into_iter().filter(|at| *at > now);
        let events = day.said.get(next).map(|said| said.at.max(now));
        let to = edges
            .chain(events)
            .chain([now + STRIDE])
            .chain(people.first().map(|(at, _)| *at))
            .min()
            .context("a next moment")?
            .max(now + 500);
        let first = next;
        while next < day.said.len() && day.said[next].at <= to {
            next += 1;
        }
        let killed = kills.first().is_some_and(|at| *at <= to) && first < next && !closed;
        let awaited: Vec<usize> = if closed || killed { Vec::new() } else { (first..next).filter(|n| day.said[*n].id == *n).collect() };
        console.order_only(&json!({ "do": "go", "to": to, "events": awaited })).await?;
        console.says("ready", &mut lived).await?;
        (first..next).for_each(|n| publish(&erp, day, n));
        if killed {
            kills.remove(0);
            lived.kills += 1;
            console.dies(&mut lived).await?;
            now = to + AWAY;
            console = Console::start(program, folder.path(), now, None, &mut lived).await?;
            now = console.asks(&json!({ "do": "live" }), &mut lived).await?;
            continue;
        }
        now = console.says("done", &mut lived).await?;
    }
    console.order(&json!({ "do": "tell" }), "alerts", &mut lived).await?;
    console.dies(&mut lived).await?;
    let mut known = BTreeSet::new();
    lived.told.retain(|told| known.insert((told.alert.clone(), told.due, told.cause.clone())));
    Ok(lived)
}

fn publish(erp: &Erp, day: &Day, n: usize) {
    let said = &day.said[n];
    erp.says(said.id, said.at, said.channel, &said.data);
}

impl Console {
    async fn start(program: &Path, folder: &Path, at: i64, settings: Option<&Value>, lived: &mut Lived) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg("console").arg("--folder").arg(folder).args(["--at", &at.to_string()]);
        if let Some(settings) = settings {
            command.args(["--settings", &settings.to_string()]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let (orders, said) = (child.stdin.take().context("its input is piped")?, child.stdout.take().context("its output is piped")?);
        let mut console = Self { child, orders, lines: BufReader::new(said).lines() };
        console.says("up", lived).await?;
        Ok(console)
    }

    async fn order_only(&mut self, order: &Value) -> Result<()> {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.context("the console ended")
    }

    async fn order(&mut self, order: &Value, answer: &str, lived: &mut Lived) -> Result<i64> {
        self.order_only(order).await?;
        self.says(answer, lived).await.with_context(|| format!("after {order}"))
    }

    /// Answers what time it is then.
    async fn asks(&mut self, order: &Value, lived: &mut Lived) -> Result<i64> {
        self.order(order, "done", lived).await
    }

    /// Waits until it says that; what its host was asked before is noted.
    async fn says(&mut self, wanted: &str, lived: &mut Lived) -> Result<i64> {
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await.with_context(|| format!("the console does not say {wanted}"))??;
            let Some(line) = line else { bail!("the console ended instead of saying {wanted}: {:?}", self.child.wait().await) };
            let said: Value = serde_json::from_str(&line)?;
            lived.hears(&said)?;
            if !said[wanted].is_null() {
                return Ok(said[wanted].as_i64().unwrap_or_default());
            }
        }
    }

    /// It ends in the middle of whatever it is at. What it had said until then was said.
    async fn dies(mut self, lived: &mut Lived) -> Result<()> {
        self.child.start_kill()?;
        while let Some(line) = self.lines.next_line().await? {
            // The last line may be half a one.
            if let Ok(said) = serde_json::from_str(&line) {
                lived.hears(&said)?;
            }
        }
        let status = self.child.wait().await?;
        ensure!(!status.success(), "it ended by itself");
        Ok(())
    }
}

impl Lived {
    fn hears(&mut self, said: &Value) -> Result<()> {
        let told = said["told"].as_array().into_iter().flatten();
        let told = told.map(|told| serde_json::from_value(told.clone())).collect::<Result<Vec<Told>, _>>()?;
        self.told.extend(told);
        let lists = ["active", "resolved"].into_iter().filter_map(|list| said["alerts"][list].as_array());
        self.alerts.extend(lists.flatten().cloned());
        if !said["notify"].is_null() || !said["play"].is_null() {
            self.heard.push(serde_json::from_value(said.clone())?);
        }
        Ok(())
    }
}
