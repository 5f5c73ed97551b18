//! A scripted server of a foreign dialect, to point the real window at: it prints its address, sends a believable stream, and does on command what
//! such servers do on a bad day. `cargo xtask scripted DIALECT` starts it.

use anyhow::Result;
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, Write as _},
    ops::Deref,
    time::Duration,
};
use tokio::sync::mpsc;
use watchdeck_testkit::{
    clock::now,
    servers::{
        Admission, Server,
        erp::{self, ErpServer},
        hub::{self, HubServer},
        socketio::{self, SocketIoServer},
    },
};

#[derive(Parser)]
struct Args {
    /// Whose protocol.
    dialect: Dialect,
    /// Events a second.
    #[arg(long, default_value_t = 2.0)]
    rate: f64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Dialect {
    Erp,
    Socketio,
    Hub,
}

/// One of the three.
enum Any {
    Erp(ErpServer),
    SocketIo(SocketIoServer),
    Hub(HubServer),
}

impl Deref for Any {
    type Target = Server;
    fn deref(&self) -> &Server {
        match self {
            Self::Erp(server) => server,
            Self::SocketIo(server) => server,
            Self::Hub(server) => server,
        }
    }
}

const COMMANDS: &str = "commands: cut, silent, speak, refuse, welcome, double, single, restart, garbage, half, skip, quit";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let (server, url, secret) = match args.dialect {
        Dialect::Erp => {
            let server = ErpServer::start().await?;
            let url = server.url();
            (Any::Erp(server), url, format!("session cookie {}", erp::SESSION))
        }
        Dialect::Socketio => {
            let server = SocketIoServer::start().await?;
            let url = server.url();
            (Any::SocketIo(server), url, format!("token {}", socketio::TOKEN))
        }
        Dialect::Hub => {
            let server = HubServer::start().await?;
            let url = server.url();
            (Any::Hub(server), url, format!("token {}", hub::TOKEN))
        }
    };
    say(&format!("{url}   {secret}"))?;
    say(COMMANDS)?;
    let mut commands = commands();
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / args.rate.clamp(0.01, 10_000.0)));
    let mut n = 0;
    loop {
        tokio::select! {
            command = commands.recv() => match command.as_deref() {
                None | Some("quit") => return Ok(()),
                Some(command) => say(&obey(&server, command).await?)?,
            },
            _ = tick.tick() => {
                n += 1;
                send(&server, n).await;
            }
        }
    }
}

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Lines of standard input.
fn commands() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line.trim().to_lowercase()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Does it, and says what happens now.
async fn obey(server: &Any, command: &str) -> Result<String> {
    let done = match command {
        "cut" => {
            server.cut().await;
            "every connection was cut"
        }
        "silent" | "speak" => {
            server.silent(command == "silent");
            if command == "silent" { "silent, without hanging up" } else { "it speaks again" }
        }
        "refuse" => {
            server.admit(Some(match server {
                Any::Hub(_) => Admission::Status(401),
                _ => Admission::OpenThenClose(1008, "Token expired".into()),
            }));
            server.cut().await;
            "cut, and every new connection is refused"
        }
        "welcome" => {
            server.admit(None);
            "connections are judged by what they show again"
        }
        "double" | "single" => {
            server.doubled(command == "double");
            if command == "double" { "everything is sent twice" } else { "everything is sent once" }
        }
        "restart" => {
            server.down().await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            server.up().await?;
            "it was away for three seconds and remembers nothing"
        }
        "garbage" => {
            server.text(&"\u{fffd}{[\"垃圾".repeat(1_000)).await;
            "garbage was sent"
        }
        "half" => {
            server.half(&"half of this is all that arrives ".repeat(20)).await;
            "half a frame was sent, and the connection cut"
        }
        "skip" => match server {
            Any::SocketIo(server) => {
                server.skip(TOPIC, 5);
                "five numbers were left out"
            }
            _ => "this dialect has no numbers to leave out",
        },
        _ => COMMANDS,
    };
    Ok(done.to_owned())
}

const TOPIC: &str = "venue.status.update";

async fn send(server: &Any, n: u64) {
    match server {
        Any::Erp(server) => {
            let (channel, event) = erp_event(n);
            server.event(channel, &event).await;
        }
        Any::SocketIo(server) if n.is_multiple_of(10) => {
            server.notification(&format!("note-{n}"), "warning", "系统将于今晚 23:00 维护").await
        }
        Any::SocketIo(server) if n.is_multiple_of(4) => {
            server.event("venue_notice", &format!("id-{n}"), &json!("游泳馆今日 18:00 闭馆")).await
        }
        Any::SocketIo(server) => {
            let status = ["open", "full", "closed"][usize::try_from(n % 3).expect("below 3")];
            server.event(TOPIC, &format!("id-{n}"), &json!({ "venueId": n % 7, "venueName": "羽毛球馆", "status": status })).await;
        }
        Any::Hub(server) => {
            let message = ("new_message", json!({ "from": format!("u-{}", n % 5), "text": "稿件已收到", "n": n }));
            let stored = (
                "notification",
                json!({ "id": format!("evt_{n}"), "event_type": "like.added", "event_data": [{ "Key": "userid", "Value": "u-3" }],
                "source": "social", "processed": false, "created_at": "0001-01-01T00:00:00Z" }),
            );
            server.objects(&[message, stored]).await;
        }
    }
}

fn erp_event(n: u64) -> (&'static str, Value) {
    let timestamp = now();
    let (old, change) = (200 + n % 50, 1 + n % 9);
    match n % 6 {
        0 => (
            "orders",
            json!({ "type": "order:status", "timestamp": timestamp, "orderType": "sales", "orderId": format!("o-{n}"), "orderNumber": format!("SO-{n}"),
            "oldStatus": "paid", "newStatus": "shipped", "customerName": "杭州西湖便利店" }),
        ),
        // The old words for the change before.
        1 => (
            "inventory",
            json!({ "type": "outbound", "productId": format!("P-{}", (n - 1) % 40), "quantity": 1 + (n - 1) % 9, "inventoryId": "I-1" }),
        ),
        _ => (
            "inventory",
            json!({ "type": "inventory:change", "timestamp": timestamp, "action": "outbound", "productId": format!("P-{}", n % 40), "productName": "木纹砖",
            "oldQuantity": old, "newQuantity": old - change, "changeAmount": -i64::try_from(change).expect("below 10"), "operator": "张三" }),
        ),
    }
}
