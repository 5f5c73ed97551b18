//! A press on Approve changes one row of a real ERP, in the right name, and everybody who looked at the request knows: real gateway, real consoles, and
//! the inventory ERP's web interface played by a script.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tokio::net::TcpListener;
use watchdeck_testkit::{
    clock::now,
    console::Bench,
    desk::{COOKIE, Desk, Faults, TOO_LATE},
    patience::eventually,
};
use watchdeck_tests::gateway::Gateway;

const KEY: &str = "publish-key-of-the-erp";

fn config(desk: &Desk) -> String {
    format!(
        "publish_key = \"{KEY}\"\n[erp_session]\nurl = \"{0}/api/auth/session\"\nroles_map = {{ manager = \"approver\", clerk = \"warehouse\" }}\n\
         [[upstream]]\npreset = \"inventory-erp\"\nbase_url = \"{0}\"\ntimeout_ms = 2000\n",
        desk.url()
    )
}

/// Somebody at a console, signed in with a session of the ERP.
struct Person {
    bench: Bench,
    _folder: TempDir,
}

impl Person {
    async fn sits_down(gateway: &Gateway, cookie: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let bench = Bench::start(folder.path()).await?;
        bench
            .sources(json!([{ "id": "s", "name": "ERP", "url": gateway.ws(), "dialect": "native", "token": format!("{COOKIE}={cookie}") }]))
            .await?;
        bench.live().await?;
        Ok(Self { bench, _folder: folder })
    }

    async fn request(&self, list: &str, id: &str) -> Result<Option<Value>> {
        let view = self.bench.call("approvals", json!({})).await?;
        Ok(view[list].as_array().and_then(|all| all.iter().find(|approval| approval["resource_id"] == id).cloned()))
    }

    async fn sees(&self, list: &str, id: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        eventually(what, || async {
            let request = self.request(list, id).await?.with_context(|| format!("{id} is not among {list}"))?;
            ensure!(holds(&request), "{request}");
            Ok(Some(request))
        })
        .await
    }

    async fn decides(&self, id: &str, approve: bool, amount: f64) -> Result<Value> {
        let (reason, fields) = if approve { (Value::Null, json!({ "refundAmount": amount })) } else { (json!("缺少照片"), json!({})) };
        let key = format!("return:{id}");
        Ok(self.bench.call("decide", json!({ "keys": [key], "approve": approve, "reason": reason, "fields": fields })).await?[0].take())
    }
}

async fn publishes(gateway: &Gateway, id: &str, from: &str, to: &str, by: &str) -> Result<()> {
    let data = json!({ "type": "order:status", "orderType": "return", "orderId": id, "orderNumber": format!("RT-{id}"), "oldStatus": from, "newStatus": to,
        "userId": by, "customerName": "华东门店", "timestamp": now() });
    let body = json!({ "channel": "orders", "data": data });
    let answer = reqwest::Client::new().post(format!("http://{}/api/publish", gateway.addr)).bearer_auth(KEY).json(&body).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approve_changes_a_row_of_the_erp_once_in_the_right_name_and_everybody_knows() -> Result<()> {
    let (desk, mut heard) = Desk::start().await;
    desk.sign_in("c-zhou", "u1", "周主管", "manager");
    desk.sign_in("c-li", "u2", "李雷", "manager");
    desk.submit("R1", 120.5);
    let folder = tempfile::tempdir()?;
    let gateway = Gateway::set_up("127.0.0.1:0", folder.path(), &config(&desk)).await?;
    let (zhou, li) = (Person::sits_down(&gateway, "c-zhou").await?, Person::sits_down(&gateway, "c-li").await?);
    publishes(&gateway, "R1", "draft", "submitted", "u9").await?;
    for person in [&zhou, &li] {
        let request = person.sees("pending", "R1", "the request", |_| true).await?;
        ensure!(
            request["derived_from"] == "order:status" && request["can_decide"] == true && request["needs"][0]["name"] == "refundAmount",
            "{request}"
        );
    }
    let bare = zhou.bench.call("decide", json!({ "keys": ["return:R1"], "approve": true, "reason": null })).await?;
    ensure!(bare[0]["error"].as_str().is_some_and(|why| why.contains("refundAmount")), "{bare}");
    ensure!(zhou.decides("R1", true, 99.9).await?["ok"] == true, "it is queued");

    let (id, order) = heard.recv().await.context("a decision")?;
    ensure!(id == "R1" && order.by.as_deref() == Some("周主管") && order.refund == Some(99.9), "in the approver's own name: {order:?}");
    zhou.sees("pending", "R1", "the ERP's yes", |request| request["decision"]["state"] == "confirmed").await?;
    let seen = li.sees("pending", "R1", "the other's decision", |request| request["deciding"]["state"] == "confirmed").await?;
    ensure!(seen["deciding"]["by"] == "周主管" && seen["deciding"]["approve"] == true, "{seen}");
    let late = li.decides("R1", false, 0.0).await?;
    ensure!(late["error"].as_str().is_some_and(|why| why.contains("周主管")), "whoever is second is told who was first: {late}");

    publishes(&gateway, "R1", "submitted", "approved", "u1").await?;
    for person in [&zhou, &li] {
        person.sees("history", "R1", "the result", |request| request["status"] == "approved").await?;
    }
    ensure!(desk.order("R1").context("the order")?.decided == 1, "once");
    let shown = audit(folder.path(), &["audit", "show"])?;
    ensure!(shown.contains("u1") && shown.contains("return:R1") && !shown.contains("c-zhou"), "who did what, and no session: {shown}");
    audit(folder.path(), &["audit", "verify"])?;
    zhou.bench.console.shutdown().await;
    li.bench.console.shutdown().await;
    Ok(())
}

/// The gateway's own word on its log, while another one writes it.
pub(crate) fn audit(folder: &Path, order: &[&str]) -> Result<String> {
    let gateway = watchdeck_testkit::process::program("WATCHDECK_GATEWAY_BIN", "watchdeck-gateway")?;
    let done =
        std::process::Command::new(gateway).env_remove("WATCHDECK_GATEWAY_BIN").args(order).arg("--data-dir").arg(folder).output()?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_survives_every_kill_on_its_way() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("erp.jsonl");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let erp_addr = listener.local_addr()?;
    let open = |listener: TcpListener, faults: Faults| {
        let (desk, heard) = Desk::on(listener, Some(journal.clone()), faults, 3);
        desk.sign_in("c-zhou", "u1", "周主管", "manager");
        (desk, heard)
    };
    let (desk, heard) = open(listener, Faults { hangs: 1.0, ..Faults::default() });
    desk.submit("R1", 5.0);
    let config = config(&desk);
    let gateway = Gateway::set_up("127.0.0.1:0", folder.path(), &config).await?;
    let addr = gateway.addr.clone();
    let zhou = Person::sits_down(&gateway, "c-zhou").await?;
    publishes(&gateway, "R1", "draft", "submitted", "u9").await?;
    zhou.sees("pending", "R1", "the request", |_| true).await?;
    ensure!(zhou.decides("R1", true, 5.0).await?["ok"] == true, "it is queued");
    // The ERP has done it, and answers nobody; both are killed.
    eventually("the ERP to decide", || async { Ok((desk.order("R1").context("the order")?.decided == 1).then_some(())) }).await?;
    drop((gateway, desk, heard));
    let listener = eventually("the ERP's address", || async { Ok(TcpListener::bind(erp_addr).await.ok()) }).await?;
    let (desk, _heard) = open(listener, Faults::default());
    ensure!(desk.order("R1").context("the order")?.status == "approved", "the ERP remembers");
    let gateway = Gateway::set_up(&addr, folder.path(), &config).await?;
    zhou.bench.live().await?;
    let unclear = zhou
        .sees("pending", "R1", "the ERP's words", |request| request["decision"]["error"].as_str().is_some_and(|why| why.contains(TOO_LATE)))
        .await?;
    ensure!(
        unclear["decision"]["state"] == "sent" && unclear["deciding"]["state"] == "unanswered",
        "nobody knows, and nobody says so: {unclear}"
    );
    publishes(&gateway, "R1", "submitted", "approved", "u1").await?;
    zhou.sees("history", "R1", "the result", |request| request["decision"]["state"] == "confirmed").await?;
    ensure!(desk.order("R1").context("the order")?.decided == 1, "once, over every kill");
    zhou.bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_decide_is_offered_nothing_and_refused() -> Result<()> {
    let (desk, _heard) = Desk::start().await;
    desk.sign_in("c-wang", "u3", "王库管", "clerk");
    desk.submit("R1", 5.0);
    let folder = tempfile::tempdir()?;
    let gateway = Gateway::set_up("127.0.0.1:0", folder.path(), &config(&desk)).await?;
    let wang = Person::sits_down(&gateway, "c-wang").await?;
    publishes(&gateway, "R1", "draft", "submitted", "u9").await?;
    let body = json!({ "idempotencyKey": "k", "resourceType": "return", "resourceId": "R1", "approve": true, "fields": { "refundAmount": 5 },
        "approverId": "u1", "approverName": "周主管" });
    let ask =
        |token: String| reqwest::Client::new().post(format!("http://{}/api/decisions", gateway.addr)).bearer_auth(token).json(&body).send();
    let refused = ask(format!("{COOKIE}=c-wang")).await?;
    ensure!(refused.status() == 403, "{}", refused.text().await?);
    ensure!(ask(format!("{COOKIE}=nobody")).await?.status() == 401, "a session that is none");
    ensure!(desk.order("R1").context("the order")?.decided == 0, "nothing was done");
    wang.bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stands_in_for_several_says_for_whom_and_both_names_are_known() -> Result<()> {
    let (desk, mut heard) = Desk::start().await;
    for (cookie, id, name, role) in
        [("c-zhou", "u1", "周主管", "manager"), ("c-li", "u2", "李雷", "manager"), ("c-wang", "u3", "王库管", "clerk")]
    {
        desk.sign_in(cookie, id, name, role);
    }
    desk.submit("R1", 5.0);
    let folder = tempfile::tempdir()?;
    // A clerk sees the requests here, and decides on none in their own name.
    let config = config(&desk).replace("\"warehouse\"", "\"wall\"");
    let gateway = Gateway::set_up("127.0.0.1:0", folder.path(), &config).await?;
    let (zhou, li) = (Person::sits_down(&gateway, "c-zhou").await?, Person::sits_down(&gateway, "c-li").await?);
    let wang = Person::sits_down(&gateway, "c-wang").await?;
    publishes(&gateway, "R1", "draft", "submitted", "u9").await?;
    wang.sees("pending", "R1", "what is not theirs", |request| request["can_decide"] == false).await?;
    let order = |to: &str, name: &str| json!({ "source": "s", "to": { "id": to, "name": name }, "from": now() - 1, "until": now() + 3_600_000, "types": ["*"] });
    let given = zhou.bench.call("delegate", order("u3", "王库管")).await?;
    li.bench.call("delegate", order("u3", "王库管")).await?;
    let circle = wang.bench.call("delegate", order("u1", "周主管")).await.err().context("a circle")?;
    ensure!(circle.message.contains("u3 → u1 → u3"), "{circle}");
    let held = wang.bench.call("delegations", json!({ "source": null })).await?;
    let held = &held["sources"][0]["held"];
    ensure!(held["kind"] == "known" && held["received"].as_array().is_some_and(|all| all.len() == 2), "{held}");
    let two = |request: &Value| request["can_decide"] == true && request["for_whom"].as_array().is_some_and(|all| all.len() == 2);
    wang.sees("pending", "R1", "two names to decide in", two).await?;

    let decides = |more: Value| {
        let mut order = json!({ "keys": ["return:R1"], "approve": true, "reason": null, "fields": { "refundAmount": 5.0 } });
        order.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        wang.bench.call("decide", order)
    };
    let unsaid = decides(json!({})).await?;
    ensure!(unsaid[0]["error"].as_str().is_some_and(|why| why.contains("say for whom")), "nothing is guessed: {unsaid}");
    ensure!(decides(json!({ "on_behalf_of": "u2" })).await?[0]["ok"] == true, "it is queued");
    let (id, _) = heard.recv().await.context("a decision")?;
    ensure!(id == "R1", "{id}");
    let seen = li.sees("pending", "R1", "the deputy's decision", |request| request["deciding"]["state"] == "confirmed").await?;
    ensure!(seen["deciding"]["by"] == "王库管" && seen["deciding"]["on_behalf_of"] == "李雷", "{seen}");
    let own = wang.sees("pending", "R1", "the ERP's yes", |request| request["decision"]["state"] == "confirmed").await?;
    ensure!(own["decision"]["on_behalf_of"] == "李雷", "{own}");
    let shown = audit(folder.path(), &["audit", "show"])?;
    ensure!(shown.contains("approve for 李雷 (u2)") && shown.contains("u3"), "both names: {shown}");

    zhou.bench.call("end_delegation", json!({ "source": "s", "id": given["id"] })).await?;
    let held = zhou.bench.call("delegations", json!({ "source": "s" })).await?;
    ensure!(held["sources"][0]["held"] == json!({ "kind": "known", "given": [], "received": [] }), "{held}");
    for person in [&zhou, &li, &wang] {
        person.bench.console.shutdown().await;
    }
    Ok(())
}
