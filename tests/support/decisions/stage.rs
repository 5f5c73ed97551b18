//! Gateway and ERP as programs that are killed and come back at the same addresses, and three people at consoles.

use crate::gateway::Gateway;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::process::Command;
use watchdeck_testkit::{
    clock::now,
    console::Bench,
    desk::COOKIE,
    port,
    process::{Running, program},
};

pub(super) const KEY: &str = "publish-key-of-the-erp";
/// Cookie, id, name, role.
pub(super) const PEOPLE: [[&str; 4]; 3] =
    [["c-zhou", "u1", "周主管", "manager"], ["c-li", "u2", "李雷", "manager"], ["c-han", "u3", "韩梅梅", "manager"]];

/// As each of them shows a session to a gateway.
pub(super) static COOKIES: std::sync::LazyLock<Vec<String>> =
    std::sync::LazyLock::new(|| PEOPLE.iter().map(|[cookie, ..]| format!("Bearer {COOKIE}={cookie}")).collect());

/// How the ERP misbehaves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trouble {
    pub(super) slow_ms: u64,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) hangs: f64,
}

pub(super) struct Stage {
    folder: TempDir,
    pub(super) gateway_addr: String,
    pub(super) erp_addr: String,
    gateway: Option<Gateway>,
    erp: Option<Running>,
    trouble: Trouble,
    pub(super) http: reqwest::Client,
}

impl Stage {
    pub(super) async fn open(trouble: Trouble) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let free = || port::free_port().map(|port| format!("127.0.0.1:{port}"));
        let (gateway_addr, erp_addr) = (free()?, free()?);
        let mut stage = Self { folder, gateway_addr, erp_addr, gateway: None, erp: None, trouble, http: reqwest::Client::new() };
        stage.erp_begins(1).await?;
        stage.gateway_begins().await?;
        Ok(stage)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Kill the gateway, and start it again.
    pub(super) async fn gateway_begins(&mut self) -> Result<()> {
        drop(self.gateway.take());
        let config = format!(
            "publish_key = \"{KEY}\"\n[limits]\ndecisions_per_minute = 1000000\n[erp_session]\nurl = \"http://{0}/api/auth/session\"\n\
             roles_map = {{ manager = \"approver\" }}\n[[upstream]]\npreset = \"inventory-erp\"\nbase_url = \"http://{0}\"\ntimeout_ms = 2000\n",
            self.erp_addr
        );
        let folder = self.path("gateway");
        std::fs::create_dir_all(&folder)?;
        self.gateway = Some(Gateway::set_up(&self.gateway_addr, &folder, &config).await?);
        Ok(())
    }

    /// Kill the ERP, and start it again.
    pub(super) async fn erp_begins(&mut self, seed: u64) -> Result<()> {
        if let Some(erp) = self.erp.take() {
            erp.kill().await?;
        }
        let Trouble { slow_ms, before, after, hangs } = self.trouble;
        let mut command = Command::new(program("WATCHDECK_DESK_BIN", "watchdeck-desk")?);
        command.args(["--listen", &self.erp_addr, "--gateway", &format!("http://{}", self.gateway_addr), "--key", KEY]);
        command.arg("--journal").arg(self.path("erp.jsonl")).args(["--seed", &seed.to_string(), "--slow-ms", &slow_ms.to_string()]);
        command.args(["--before", &before.to_string(), "--after", &after.to_string(), "--hangs", &hangs.to_string()]);
        for [cookie, id, name, role] in PEOPLE {
            command.args(["--user", &format!("{cookie},{id},{name},{role}")]);
        }
        let (erp, _) = Running::until_line(&mut command, |line| line.starts_with("listening on ").then_some(())).await?;
        self.erp = Some(erp);
        Ok(())
    }

    /// Return orders that wait, in the ERP's books and as it publishes them.
    pub(super) async fn submit(&self, orders: &[(String, f64)]) -> Result<()> {
        let books = self.http.post(format!("http://{}/desk/orders", self.erp_addr)).json(&orders).send().await?;
        ensure!(books.status().is_success(), "the ERP says {}", books.status());
        let event = |(id, amount): &(String, f64)| {
            let data = json!({ "type": "order:status", "orderType": "return", "orderId": id, "orderNumber": format!("RT-{id}"), "oldStatus": "draft",
                "newStatus": "submitted", "userId": "u9", "customerName": "华东门店", "refund": amount, "timestamp": now() });
            json!({ "channel": "orders", "data": data, "id": format!("{id}-submitted-{amount}") })
        };
        let events: Vec<Value> = orders.iter().map(event).collect();
        self.publish(&json!({ "events": events })).await
    }

    pub(super) async fn publish(&self, body: &Value) -> Result<()> {
        let answer = self.http.post(format!("http://{}/api/publish", self.gateway_addr)).bearer_auth(KEY).json(body).send().await?;
        ensure!(answer.status().is_success(), "the gateway says {}", answer.status());
        Ok(())
    }

    /// The ERP's books.
    pub(super) async fn books(&self) -> Result<Value> {
        Ok(self.http.get(format!("http://{}/desk/orders", self.erp_addr)).send().await?.json().await?)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Somebody at a console.
pub(super) struct Person {
    pub(super) bench: Bench,
    pub(super) name: &'static str,
}

impl Person {
    pub(super) async fn sits_down(stage: &Stage, [cookie, id, name, _]: [&'static str; 4]) -> Result<Self> {
        let folder = stage.folder().join(id);
        std::fs::create_dir_all(&folder)?;
        let bench = Bench::start(&folder).await?;
        let token = format!("{COOKIE}={cookie}");
        let url = format!("ws://{}/ws", stage.gateway_addr);
        bench.sources(json!([{ "id": "s", "name": "ERP", "url": url, "dialect": "native", "token": token }])).await?;
        bench.live().await?;
        Ok(Self { bench, name })
    }

    /// Decide; `None` where the request is not known here yet.
    pub(super) async fn decides(&self, ids: &[&str], approve: bool, refund: f64) -> Result<Option<Vec<Value>>> {
        let (reason, fields) = if approve { (Value::Null, json!({ "refundAmount": refund })) } else { (json!("缺少照片"), json!({})) };
        let keys: Vec<String> = ids.iter().map(|id| format!("return:{id}")).collect();
        let results = self.bench.call("decide", json!({ "keys": keys, "approve": approve, "reason": reason, "fields": fields })).await?;
        let results = results.as_array().context("results")?.clone();
        let unknown = |result: &Value| result["error"].as_str().is_some_and(|why| why.starts_with("there is no request"));
        Ok((!results.iter().any(unknown)).then_some(results))
    }
}
