//! What one person acknowledges is acknowledged on every console of that gateway: real gateway, real consoles, which call their sources as they like.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use watchdeck_testkit::{clock::now, console::Bench, patience::eventually};
use watchdeck_tests::gateway::Gateway;

const KEY: &str = "a-key-that-publishes";

/// Somebody at a console.
struct Person {
    bench: Bench,
    folder: TempDir,
}

impl Person {
    async fn sits_down(gateway: &Gateway, name: &str, source: &str, token: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let bench = Bench::start(folder.path()).await?;
        let mut settings = bench.call("hello", json!({})).await?["settings"].take();
        settings["user_name"] = json!(name);
        settings["sources"] = json!([{ "id": source, "name": source, "url": gateway.ws(), "dialect": "native", "token": token }]);
        bench.call("save_settings", json!({ "settings": settings })).await?;
        bench.live().await?;
        Ok(Self { bench, folder })
    }

    async fn comes_back(folder: TempDir) -> Result<Self> {
        Ok(Self { bench: Bench::start(folder.path()).await?, folder })
    }

    async fn leaves(self) -> TempDir {
        self.bench.console.shutdown().await;
        self.folder
    }

    async fn alert(&self, about: &str) -> Result<Option<Value>> {
        let alerts = self.bench.call("alerts", json!({})).await?;
        let all = alerts["active"].as_array().context("alerts")?;
        Ok(all.iter().find(|alert| alert["id"].as_str().is_some_and(|id| id.ends_with(about))).cloned())
    }

    async fn sees(&self, about: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        eventually(what, || async {
            let alert = self.alert(about).await?.with_context(|| format!("no alert is about {about}"))?;
            ensure!(holds(&alert), "{alert}");
            Ok(Some(alert))
        })
        .await
    }

    async fn acknowledges(&self, about: &str, note: Option<&str>) -> Result<()> {
        let alert = self.sees(about, "the alert to fire", |alert| alert["state"] == "firing").await?;
        self.bench.call("acknowledge", json!({ "ids": [alert["id"]], "note": note })).await?;
        ensure!(self.alert(about).await?.context("the alert")?["state"] == "acknowledged", "at once, whatever a gateway says");
        Ok(())
    }

    /// Waits until this console has read so many orders about alerts, its own among them, and all that came before.
    async fn heard(&self, orders: usize) -> Result<()> {
        eventually("what is told of alerts to be heard", || async {
            let page = self.bench.call("events", json!({ "before": null, "limit": 50, "filter": "kind:watchdeck:alert_handled" })).await?;
            let known = page["events"].as_array().map_or(0, Vec::len);
            ensure!(known >= orders, "{known} of {orders}: {page}");
            Ok(Some(()))
        })
        .await
    }

    fn toasts(&self) -> Vec<String> {
        self.bench.shell.toasts.lock().expect("no test panics while holding it").iter().map(|toast| toast.id.clone()).collect()
    }

    async fn is_told(&self, about: &str) -> Result<()> {
        eventually("the toast", || async { Ok(self.toasts().iter().any(|id| id.ends_with(about)).then_some(())) }).await
    }

    async fn is_told_no_more(&self, about: &str) -> Result<()> {
        eventually("the toast to be taken back", || async {
            let retracted = self.bench.shell.retracted.lock().expect("no test panics while holding it").clone();
            Ok(retracted.iter().any(|id| id.ends_with(about)).then_some(()))
        })
        .await
    }
}

async fn publishes(gateway: &Gateway, channel: &str, data: Value) -> Result<()> {
    let body = json!({ "channel": channel, "data": data });
    let answer = reqwest::Client::new().post(format!("http://{}/api/publish", gateway.addr)).bearer_auth(KEY).json(&body).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

async fn stock(gateway: &Gateway, product: &str, old: i64, new: i64) -> Result<()> {
    stock_at(gateway, product, old, new, now()).await
}

async fn stock_at(gateway: &Gateway, product: &str, old: i64, new: i64, at: i64) -> Result<()> {
    let data = json!({ "type": "inventory:change", "productId": product, "productName": "木纹砖", "oldQuantity": old, "newQuantity": new, "timestamp": at });
    publishes(gateway, "inventory", data).await
}

fn steps(alert: &Value, state: &str) -> Vec<String> {
    let steps = alert["timeline"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    steps.filter(|step| step["state"] == state).map(|step| step["by"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_here_does_not_ring_on_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let gateway = Gateway::on(folder.path(), None, 25_000).await?;
    let (zhang, li) = (Person::sits_down(&gateway, "张敏", "south", "").await?, Person::sits_down(&gateway, "李雷", "erp", "").await?);
    let critical = json!({ "type": "system:alert", "level": "critical", "message": "Cold store is above its limit", "timestamp": now() });
    publishes(&gateway, "system", critical).await?;
    let about = "system:Cold store is above its limit";
    for person in [&zhang, &li] {
        person.is_told(about).await?;
    }
    zhang.acknowledges(about, Some("called the engineer")).await?;
    let alert = li.sees(about, "the other's acknowledgement", |alert| alert["state"] == "acknowledged").await?;
    ensure!(alert["acknowledged_by"] == "张敏" && alert["id"] == format!("system_critical:erp/{about}"), "{alert}");
    ensure!(
        alert["timeline"].as_array().and_then(|steps| steps.last()).is_some_and(|step| step["note"] == "called the engineer"),
        "{alert}"
    );
    li.is_told_no_more(about).await?;
    let frame = li.bench.call("recent", json!({ "rows": 0 })).await?["frame"].take();
    ensure!(frame["banner"].is_null(), "nothing takes the screen any more: {frame}");
    zhang.heard(1).await?;
    let own = zhang.alert(about).await?.context("the alert")?;
    ensure!(steps(&own, "acknowledged") == ["张敏"], "one's own echo changes nothing: {own}");

    stock(&gateway, "P-1", 12, 9).await?;
    let low = li.sees("product:P-1", "the alert", |alert| alert["state"] == "firing").await?;
    li.bench.call("snooze", json!({ "id": low["id"], "minutes": 30 })).await?;
    let shelved = zhang.sees("product:P-1", "it to be put off", |alert| alert["state"] == "snoozed").await?;
    ensure!(
        steps(&shelved, "snoozed") == ["李雷"] && shelved["snoozed_until"].as_i64().is_some_and(|until| until > now() + 25 * 60_000),
        "{shelved}"
    );
    li.bench.call("unsnooze", json!({ "id": low["id"] })).await?;
    zhang.sees("product:P-1", "it to ring again", |alert| alert["state"] == "firing").await?;
    zhang.leaves().await;
    li.leaves().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_is_not_told_of_what_somebody_had_meanwhile_and_is_of_what_fired_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let gateway = Gateway::on(folder.path(), None, 25_000).await?;
    let (zhang, li) = (Person::sits_down(&gateway, "张敏", "south", "").await?, Person::sits_down(&gateway, "李雷", "erp", "").await?);
    let folder = li.leaves().await;
    // Far enough apart not to chatter.
    for (product, at) in [("P-1", now()), ("P-2", now() - 10 * 60_000)] {
        stock_at(&gateway, product, 12, 9, at).await?;
        zhang.acknowledges(&format!("product:{product}"), None).await?;
    }
    zhang.heard(2).await?;
    stock_at(&gateway, "P-2", 9, 200, now() - 5 * 60_000).await?;
    stock(&gateway, "P-2", 200, 5).await?;
    zhang.sees("product:P-2", "it to fire again", |alert| alert["state"] == "firing").await?;
    let li = Person::comes_back(folder).await?;
    li.sees("product:P-2", "nobody has what fired again", |alert| alert["state"] == "firing").await?;
    let had = li.sees("product:P-1", "it to be had", |alert| alert["state"] == "acknowledged").await?;
    ensure!(had["acknowledged_by"] == "张敏", "{had}");
    li.is_told("product:P-2").await?;
    ensure!(li.toasts() == ["low_stock:erp/product:P-2"], "of what somebody has nobody is told: {:?}", li.toasts());
    zhang.leaves().await;
    li.leaves().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_while_the_gateway_is_away_is_told_later_also_after_a_kill() -> Result<()> {
    let log = tempfile::tempdir()?;
    let gateway = Gateway::on(log.path(), None, 25_000).await?;
    let addr = gateway.addr.clone();
    let (zhang, li) = (Person::sits_down(&gateway, "张敏", "south", "").await?, Person::sits_down(&gateway, "李雷", "erp", "").await?);
    stock(&gateway, "P-1", 12, 9).await?;
    li.is_told("product:P-1").await?;
    zhang.sees("product:P-1", "the alert", |alert| alert["state"] == "firing").await?;
    drop(gateway);
    zhang.acknowledges("product:P-1", Some("ordered")).await?;
    // As a kill would leave it: nothing that the end of a run writes is in there.
    let killed = tempfile::tempdir()?;
    copy(zhang.folder.path(), killed.path())?;
    zhang.leaves().await;
    let gateway = Gateway::on_port(&addr, log.path(), None, 25_000).await?;
    let zhang = Person::comes_back(killed).await?;
    let alert = li.sees("product:P-1", "what was done offline", |alert| alert["state"] == "acknowledged").await?;
    ensure!(alert["acknowledged_by"] == "张敏" && steps(&alert, "acknowledged") == ["张敏"], "{alert}");
    li.is_told_no_more("product:P-1").await?;
    let own = zhang.alert("product:P-1").await?.context("the alert")?;
    ensure!(own["state"] == "acknowledged" && own["unshared"].is_null(), "{own}");
    zhang.leaves().await;
    li.leaves().await;
    drop(gateway);
    Ok(())
}

/// The files of a store, as they lie there at this moment.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in std::fs::read_dir(from)? {
        let file = file?;
        let name = file.file_name();
        if name.to_string_lossy().starts_with("events.db") && file.file_type()?.is_file() {
            std::fs::copy(file.path(), to.join(name))?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_acknowledge_at_once_both_consoles_name_the_same_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let gateway = Gateway::on(folder.path(), None, 25_000).await?;
    let (zhang, li) = (Person::sits_down(&gateway, "张敏", "south", "").await?, Person::sits_down(&gateway, "李雷", "erp", "").await?);
    stock(&gateway, "P-1", 12, 9).await?;
    for person in [&zhang, &li] {
        person.sees("product:P-1", "the alert", |alert| alert["state"] == "firing").await?;
    }
    let (one, other) = tokio::join!(zhang.acknowledges("product:P-1", None), li.acknowledges("product:P-1", None));
    // Whoever heard of the other before they pressed had nothing to acknowledge any more.
    ensure!(one.is_ok() || other.is_ok(), "{one:?}, {other:?}");
    let orders = usize::from(one.is_ok()) + usize::from(other.is_ok());
    let mut names = Vec::new();
    for person in [&zhang, &li] {
        person.heard(orders).await?;
        let both = |alert: &Value| steps(alert, "acknowledged").len() == orders;
        names.push(person.sees("product:P-1", "both to be known", both).await?["acknowledged_by"].take());
    }
    ensure!(names[0] == names[1], "{names:?}");
    zhang.leaves().await;
    li.leaves().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_refuses_stays_here_and_says_why() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let reads = "a-key-that-only-reads";
    let gateway = Gateway::set_up("127.0.0.1:0", folder.path(), &format!("publish_key = \"{KEY}\"\nread_token = \"{reads}\"\n")).await?;
    let (zhang, li) = (Person::sits_down(&gateway, "张敏", "south", reads).await?, Person::sits_down(&gateway, "李雷", "erp", KEY).await?);
    stock(&gateway, "P-1", 12, 9).await?;
    zhang.acknowledges("product:P-1", None).await?;
    let refused = zhang.sees("product:P-1", "the refusal", |alert| !alert["unshared"].is_null()).await?;
    ensure!(
        refused["state"] == "acknowledged"
            && refused["unshared"] == "Token holder may not acknowledge alerts of inventory; ask for a role that may",
        "{refused}"
    );
    ensure!(li.alert("product:P-1").await?.context("the alert")?["state"] == "firing", "nobody has it there");
    li.acknowledges("product:P-1", None).await?;
    let had = zhang.sees("product:P-1", "whoever may", |alert| alert["acknowledged_by"] == "李雷").await?;
    ensure!(had["unshared"].is_null(), "{had}");
    zhang.leaves().await;
    li.leaves().await;
    Ok(())
}
