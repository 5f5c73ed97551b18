//! The same day in front of Alertmanager: each event that says that somebody is needed is posted with the labels that Watchdeck tells alerts apart by, and what it
//! tells is received. Its time is the machine's, so the day and all that it waits for pass faster by one factor.
//!
//! It has no acknowledgement; whoever has an alert sets a silence for it. It does not sleep with the machine, and knows no night.

use super::{
    count::{Measured, measured},
    day::{Day, Worthy},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use watchdeck_testkit::{
    patience::{PATIENCE, eventually},
    port::free_port,
    process::Running,
};

/// So many times as fast as the day.
const FASTER: i64 = 720;
/// What a request and its answer take, by the day's clock, ms.
const MARGIN: i64 = 60_000;
/// A timestamp of it.
const STAMP: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// What it told, and when by the day's clock.
struct Told {
    at: i64,
    situations: Vec<usize>,
    about: Vec<String>,
}

/// Where the program is, when it is installed.
#[must_use]
pub fn installed() -> Option<&'static Path> {
    let path = Path::new("/usr/bin/prometheus-alertmanager");
    path.is_file().then_some(path)
}

/// Its day.
///
/// # Errors
/// When it does not start or takes nothing.
pub(super) async fn live(day: &Day, program: &Path) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let receiver = TcpListener::bind(("127.0.0.1", 0)).await?;
    let wait = |seconds: i64| format!("{}ms", seconds * 1_000 / FASTER);
    let config = json!({
        "route": { "receiver": "desk", "group_by": ["alertname"], "group_wait": wait(30), "group_interval": wait(300), "repeat_interval": wait(4 * 3_600) },
        "receivers": [{ "name": "desk", "webhook_configs": [{ "url": format!("http://{}/", receiver.local_addr()?), "send_resolved": false }] }],
    });
    // JSON is YAML.
    let file = folder.path().join("config.yml");
    std::fs::write(&file, config.to_string())?;
    let port = free_port()?;
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new(program);
    command.arg(format!("--config.file={}", file.display())).arg(format!("--storage.path={}", folder.path().join("data").display()));
    command.arg(format!("--web.listen-address={address}")).arg("--cluster.listen-address=").stdout(std::process::Stdio::null());
    let running = Running::start(&mut command)?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let ready = format!("http://{address}/-/ready");
    eventually("it to be ready", || async { Ok(client.get(&ready).send().await?.status().is_success().then_some(())) }).await?;

    let (tell, mut heard) = mpsc::channel(1_000);
    let began = Instant::now();
    let from = day.from;
    let receiving = tokio::spawn(async move {
        while let Ok((stream, _)) = receiver.accept().await {
            let at = from + i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX) * FASTER;
            // One that is broken off is sent again.
            let Ok(Ok(body)) = timeout(PATIENCE, received(stream)).await else { continue };
            let Ok(said) = serde_json::from_str::<Value>(&body) else { continue };
            let alerts = said["alerts"].as_array().cloned().unwrap_or_default();
            let firing = alerts.iter().filter(|alert| alert["status"] == "firing");
            let about: Vec<_> = firing.filter_map(|alert| alert["labels"]["about"].as_str().map(str::to_owned)).collect();
            let situations = alerts.iter().filter_map(|alert| alert["labels"]["situation"].as_str()?.parse().ok()).collect();
            if !about.is_empty() && tell.send(Told { at, situations, about }).await.is_err() {
                return;
            }
        }
    });
    // What happens at one moment of the day, in its order: events, and people.
    let mut steps: Vec<(i64, Step<'_>)> = day.worthy.iter().map(|worthy| (worthy.at, Step::Says(worthy))).collect();
    steps.extend(day.situations.iter().filter_map(|one| Some((one.acknowledged?, Step::Has(one.n)))));
    steps.sort_by_key(|(at, _)| *at);
    let real = |at: i64| began + Duration::from_millis((at - from).max(0).unsigned_abs() / FASTER.unsigned_abs());
    let stamp =
        |after: Duration| (jiff::Timestamp::now() + jiff::SignedDuration::try_from(after).unwrap_or_default()).strftime(STAMP).to_string();
    let mut lag = Duration::ZERO;
    for (at, step) in steps {
        sleep_until(real(at)).await;
        lag = lag.max(real(at).elapsed());
        let n = match step {
            Step::Says(worthy) => worthy.situation,
            Step::Has(n) => n,
        };
        let (sort, about) = (day.situations[n].sort, if let Step::Says(worthy) = step { &worthy.about } else { &day.situations[n].word });
        let (place, body) = match step {
            Step::Says(worthy) => {
                let ends = if worthy.over { stamp(Duration::ZERO) } else { stamp(Duration::from_secs(86_400)) };
                let labels = json!({ "alertname": sort.rule, "about": about, "severity": sort.severity, "situation": n.to_string() });
                ("alerts", json!([{ "labels": labels, "endsAt": ends }]))
            }
            Step::Has(_) => {
                let left = real(day.situations[n].until).saturating_duration_since(Instant::now());
                let matcher = json!({ "name": "situation", "value": n.to_string(), "isRegex": false, "isEqual": true });
                let silence = json!({ "matchers": [matcher], "startsAt": stamp(Duration::ZERO), "endsAt": stamp(left + Duration::from_millis(20)), "createdBy": "张敏",
                    "comment": "acknowledged" });
                ("silences", silence)
            }
        };
        let answer = client.post(format!("http://{address}/api/v2/{place}")).json(&body).send().await?;
        ensure!(answer.status().is_success(), "{place}: {} {}", answer.status(), answer.text().await?);
    }
    sleep_until(real(day.until)).await;
    // What it has gathered by then is told.
    sleep(Duration::from_secs(1)).await;
    receiving.abort();
    running.kill().await?;
    let mut told = Vec::new();
    while let Some(one) = heard.recv().await {
        told.push(one);
    }
    Ok(summed(day, &told, lag))
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Says(&'a Worthy),
    Has(usize),
}

fn summed(day: &Day, told: &[Told], lag: Duration) -> Measured {
    let mut first: BTreeMap<usize, i64> = BTreeMap::new();
    for one in told {
        one.situations.iter().for_each(|n| _ = first.entry(*n).or_insert(one.at));
    }
    // What the machine was late is minutes here, and none of its doing.
    let late = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX) * FASTER + MARGIN;
    let heard_of = day.situations.iter().filter(|one| one.sort.name != super::sorts::OUTAGE);
    let missed =
        heard_of.filter(|one| first.get(&one.n).is_none_or(|at| *at > one.due + late)).map(|one| one.word.clone()).collect::<Vec<_>>();
    let had = |one: &&Told| {
        let is_had =
            |n: &usize| day.situations[*n].acknowledged.is_some_and(|at| at + 60_000 < one.at) && one.at < day.situations[*n].until;
        one.situations.iter().all(is_had)
    };
    let moments: Vec<i64> = told.iter().map(|one| one.at).collect();
    let detail = json!({ "faster": FASTER, "lag_ms": lag.as_millis(), "late_allowed_s": late / 1_000, "missed": missed, "told": told.len(), "alerts_told": told.iter().map(|one| one.about.len()).sum::<usize>(),
        "no_part_of_it": "the link that is down, which nobody posts" });
    measured(day, &moments, &missed, told.iter().filter(had).count(), detail)
}

/// The body of a request, which is answered.
async fn received(mut stream: TcpStream) -> Result<String> {
    let mut read = Vec::new();
    let (head, length) = loop {
        ensure!(stream.read_buf(&mut read).await? > 0, "it hung up");
        let Some(head) = read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).context("a length")?;
        break (head + 4, length.trim().parse::<usize>()?);
    };
    while read.len() < head + length {
        ensure!(stream.read_buf(&mut read).await? > 0, "it hung up");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await?;
    Ok(String::from_utf8_lossy(&read[head..head + length]).into_owned())
}
