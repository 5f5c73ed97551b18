//! One channel, many listeners: our gateway beside a Socket.IO server and a NATS server, on the same machine in the same run, taking turns.
//!
//! Two shapes of the same 30,000 deliveries a second: 500 connections and 60 events a second, 2,000 connections and 15. Ours commits every
//! event to disk before anybody sees it; the others keep nothing. A ratio is the other's p99 divided by ours in the shape where we do
//! worse: 1 is as good, more is better.

use super::{
    median::median,
    programs::{build, result},
    report::{Report, folder},
};
use crate::{
    paths,
    process::{self, Background},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Connections, and events a second.
const SHAPES: [(u32, u32); 2] = [(500, 60), (2_000, 15)];

/// Whom we are beside, as the load generator and the report call it.
const PEERS: [&str; 3] = ["watchdeck", "socketio", "nats"];

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-gateway", &["watchdeck-gateway"]), ("watchdeck-bench", &["fan"])])?;
    let (seconds, rounds): (u32, usize) = if quick { (2, 1) } else { (6, 3) };
    let mut measured: Vec<Measured> = Vec::new();
    for round in 1..=rounds {
        for shape in SHAPES {
            for peer in PEERS {
                let numbers = measure(peer, shape, seconds).with_context(|| format!("{peer}, {} connections", shape.0))?;
                println!(
                    "round {round} of {rounds}: {peer}, {} × {}/s: p50 {:.2} ms, p99 {:.2} ms, {:.1} kB a connection",
                    shape.0, shape.1, numbers.p50, numbers.p99, numbers.kb
                );
                measured.push(Measured { peer, shape, numbers });
            }
        }
    }
    report(&measured)
}

struct Measured {
    peer: &'static str,
    shape: (u32, u32),
    numbers: Numbers,
}

#[derive(Debug, Clone, Copy)]
struct Numbers {
    p50: f64,
    p99: f64,
    kb: f64,
}

fn report(measured: &[Measured]) -> Result<()> {
    let middle = |peer: &str, shape: (u32, u32), number: fn(&Numbers) -> f64| {
        let rounds: Vec<f64> =
            measured.iter().filter(|one| one.peer == peer && one.shape == shape).map(|one| number(&one.numbers)).collect();
        median(&rounds)
    };
    let worst = |peer: &str, number: fn(&Numbers) -> f64| SHAPES.iter().map(|shape| middle(peer, *shape, number)).fold(0.0, f64::max);
    let ratio = |peer: &str| {
        let ratios = SHAPES.iter().map(|shape| middle(peer, *shape, |n| n.p99) / middle("watchdeck", *shape, |n| n.p99));
        ratios.fold(f64::INFINITY, f64::min)
    };
    let mut report = Report::new("fan");
    report.case("fan_p50_ms", worst("watchdeck", |n| n.p50), "ms");
    report.case("fan_p99_ms", worst("watchdeck", |n| n.p99), "ms");
    report.case("kb_per_connection", worst("watchdeck", |n| n.kb), "kB");
    for peer in ["socketio", "nats"] {
        report.case(&format!("{peer}_p99_ms"), worst(peer, |n| n.p99), "ms");
        report.case(&format!("{peer}_kb_per_connection"), worst(peer, |n| n.kb), "kB");
        report.ratio(&format!("p99_vs_{peer}"), ratio(peer));
    }
    let rounds: Vec<Value> = measured
        .iter()
        .map(|one| {
            let numbers = one.numbers;
            json!({ "peer": one.peer, "connections": one.shape.0, "rate": one.shape.1, "p50_ms": numbers.p50, "p99_ms": numbers.p99, "kb_per_connection": numbers.kb })
        })
        .collect();
    report.detail(Value::Object(Map::from_iter([("rounds".to_owned(), Value::Array(rounds))])));
    report.finish()
}

/// A server of its own for each measurement: none inherits another's memory or backlog.
fn measure(peer: &str, (connections, rate): (u32, u32), seconds: u32) -> Result<Numbers> {
    let server = Server::start(peer)?;
    let mut load = process::command(paths::binary("release", "fan"));
    load.args(["--peer", peer, "--addr", &server.addr, "--pid", &server.pid.to_string()]);
    load.args(["--connections", &connections.to_string(), "--rate", &rate.to_string(), "--seconds", &seconds.to_string()]);
    let output = load.stderr(Stdio::inherit()).output().context("the load generator did not start")?;
    ensure!(output.status.success(), "the load generator ended with {}", output.status);
    let said = result(&String::from_utf8_lossy(&output.stdout))?;
    let number = |name: &str| said[name].as_f64().with_context(|| format!("the load generator says {name}"));
    Ok(Numbers { p50: number("p50_ms")?, p99: number("p99_ms")?, kb: number("kb_per_connection")? })
}

/// A running server, removed with what it wrote.
struct Server {
    /// `None` once it is stopped.
    program: Option<Background>,
    pid: u32,
    addr: String,
    scratch: PathBuf,
}

impl Server {
    fn start(peer: &str) -> Result<Self> {
        let scratch = folder()?.join("fan-scratch");
        // A run that was broken off leaves it.
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)?;
        }
        std::fs::create_dir_all(&scratch)?;
        let (program, addr) = match peer {
            "watchdeck" => {
                let mut command = process::command(paths::binary("release", "watchdeck-gateway"));
                command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(&scratch).env("RUST_LOG", "warn");
                let (program, line) = says(&command)?;
                (program, line.strip_prefix("listening on ").context("the gateway says where it listens")?.trim().to_owned())
            }
            "socketio" => {
                let mut command = process::command("node");
                command.arg("bench/node-peer/fan.mjs");
                let (program, line) = says(&command)?;
                let hello: Value = serde_json::from_str(&line)?;
                (program, hello["addr"].as_str().context("the peer says where it listens")?.to_owned())
            }
            "nats" => nats()?,
            other => bail!("nobody is called {other}"),
        };
        Ok(Self { pid: program.id(), program: Some(program), addr, scratch })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Stopped before its folder goes.
        drop(self.program.take());
        if let Err(error) = std::fs::remove_dir_all(&self.scratch) {
            eprintln!("{} was left behind: {error}", self.scratch.display());
        }
    }
}

/// Start a program and read the first line that it prints.
fn says(command: &Command) -> Result<(Background, String)> {
    let mut program = Background::start(command, Stdio::piped(), Stdio::inherit())?;
    let mut line = String::new();
    BufReader::new(program.stdout().context("its output was piped")?).read_line(&mut line)?;
    Ok((program, line))
}

/// It prints no address, so it is given one that was free a moment ago.
fn nats() -> Result<(Background, String)> {
    let addr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = process::command("nats-server");
    command.args(["--addr", "127.0.0.1", "--port", &addr.port().to_string()]);
    let mut program = Background::start(&command, Stdio::null(), Stdio::null())?;
    let until = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(addr).is_err() {
        program.running()?;
        ensure!(Instant::now() < until, "nats-server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((program, addr.to_string()))
}
