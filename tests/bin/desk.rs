//! The inventory ERP's web interface as a program that can be killed: it decides return orders, remembers them, and publishes what it did to a gateway.

use anyhow::{Context as _, Result};
use clap::Parser;
use serde_json::json;
use std::{io::Write as _, path::PathBuf, time::Duration};
use tokio::net::TcpListener;
use watchdeck_testkit::{
    clock::now,
    desk::{Desk, Faults},
};

#[derive(Parser)]
struct Args {
    /// Address and port.
    #[arg(long)]
    listen: String,
    /// What it remembers.
    #[arg(long)]
    journal: PathBuf,
    /// Where it publishes: a gateway, `http://127.0.0.1:PORT`.
    #[arg(long)]
    gateway: String,
    /// The gateway's key.
    #[arg(long)]
    key: String,
    /// Who is signed in: cookie, id, name, role, with commas between.
    #[arg(long = "user")]
    users: Vec<String>,
    /// It takes up to so long, ms.
    #[arg(long, default_value_t = 0)]
    slow_ms: u64,
    /// Share of requests that fail before anything is done.
    #[arg(long, default_value_t = 0.0)]
    before: f64,
    /// Share of requests that fail after it is done.
    #[arg(long, default_value_t = 0.0)]
    after: f64,
    /// Share of requests that are done and never answered.
    #[arg(long, default_value_t = 0.0)]
    hangs: f64,
    /// The luck.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How long it tries to publish one message; then it is lost, as with the real one.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let listener = TcpListener::bind(&args.listen).await?;
    let faults = Faults { slow_ms: args.slow_ms, before: args.before, after: args.after, hangs: args.hangs };
    let (desk, mut decided) = Desk::on(listener, Some(args.journal), faults, args.seed);
    for user in &args.users {
        let [cookie, id, name, role] = user.split(',').collect::<Vec<_>>()[..] else { anyhow::bail!("a user is cookie,id,name,role") };
        desk.sign_in(cookie, id, name, role);
    }
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", desk.addr)?;
    out.flush()?;
    let (client, place) = (reqwest::Client::new(), format!("{}/api/publish", args.gateway));
    while let Some((id, order)) = decided.recv().await {
        let by = order.by.context("who decided")?;
        let data = json!({ "type": "order:status", "orderType": "return", "orderId": id, "orderNumber": format!("RT-{id}"), "oldStatus": "submitted",
            "newStatus": order.status, "userName": by, "userId": by, "timestamp": now() });
        let body = json!({ "channel": "orders", "data": data, "id": format!("{id}-{}-{}", order.status, order.decided) });
        let (client, place, key) = (client.clone(), place.clone(), args.key.clone());
        tokio::spawn(async move {
            let publishing = async {
                while !client.post(&place).bearer_auth(&key).json(&body).send().await.is_ok_and(|answer| answer.status().is_success()) {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            };
            tokio::time::timeout(PATIENCE, publishing).await.ok();
        });
    }
    Ok(())
}
