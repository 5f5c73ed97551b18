//! Who decides for whom: two people and more, what reaches the ERP, and what stands in the audit.

use crate::{
    access::{add, enter, names, ordered},
    support::{Running, config},
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;
use watchdeck_gateway::{Answer, Decisions, Gateway, Handing, Parts, UserOrder, access, audit};
use watchdeck_store::{Profile, Store};
use watchdeck_testkit::{clock::now, patience::until};

const HOUR: i64 = 3_600_000;

/// Says yes to everything, and tells what it was asked.
struct Erp(mpsc::Sender<Handing>);

#[async_trait::async_trait]
impl Decisions for Erp {
    async fn decide(&self, handing: Handing) -> Answer {
        self.0.send(handing).await.unwrap();
        Answer::Done
    }
}

/// u1 and u2 approve, u3 and u4 only look.
struct Office {
    running: Running,
    tokens: [String; 4],
    erp: mpsc::Receiver<Handing>,
}

async fn office() -> Office {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    let tokens =
        [("u1", "approver"), ("u2", "approver"), ("u3", "wall"), ("u4", "wall")].map(|(id, role)| add(dir.path(), id, &[role], &own));
    let (sender, erp) = mpsc::channel(8);
    let parts = Parts { decisions: Some(Arc::new(Erp(sender))), ways: access::ways(&own).unwrap(), ..Parts::default() };
    Office { running: Running { gateway: Gateway::start_with(own, parts).await.unwrap(), dir }, tokens, erp }
}

impl Office {
    /// The `n`th passes everything on to somebody, for an hour from now.
    async fn passes_on(&self, n: usize, to: &str) -> (u16, Value) {
        self.running.post("/api/delegations", Some(&self.tokens[n - 1]), &passing(to, 0, 1)).await
    }

    async fn decides(&self, n: usize, key: &str, more: Value) -> (u16, Value) {
        let mut decision = json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": key, "approve": true, "approverId": "x", "approverName": "x" });
        decision.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.running.post("/api/decisions", Some(&self.tokens[n - 1]), &decision).await
    }

    /// What the gateway holds of the `n`th's.
    async fn holds(&self, n: usize) -> Value {
        let url = self.running.url("/api/delegations");
        reqwest::Client::new().get(url).bearer_auth(&self.tokens[n - 1]).send().await.unwrap().json().await.unwrap()
    }

    async fn ends(&self, n: usize, id: &Value) -> u16 {
        let url = self.running.url(&format!("/api/delegations/{}", id.as_str().unwrap()));
        reqwest::Client::new().delete(url).bearer_auth(&self.tokens[n - 1]).send().await.unwrap().status().as_u16()
    }
}

fn passing(to: &str, begins: i64, ends: i64) -> Value {
    json!({ "to": { "id": to, "name": format!("Name of {to}") }, "from": now() + begins * HOUR - 1, "until": now() + ends * HOUR })
}

#[tokio::test]
async fn a_deputy_decides_in_the_others_name_and_both_names_are_told() {
    let mut office = office().await;
    assert_eq!(office.decides(3, "k0", json!({})).await.0, 403, "nobody has passed anything on");
    let (mut console, hello) = enter(&office.running, &office.tokens[2]).await;
    assert!(names(&hello["user"]["decides"]).is_empty(), "{hello}");
    let (status, made) = office.passes_on(1, "u3").await;
    assert_eq!((status, &made["giver"]["id"], &made["to"]["id"]), (201, &json!("u1"), &json!("u3")), "{made}");
    assert_eq!(names(&console.frame().await["decides"]), ["*"], "the deputy's console offers it now");

    let (status, answer) = office.decides(3, "k1", json!({})).await;
    assert_eq!((status, &answer["decidedBy"], &answer["onBehalfOf"]), (202, &json!("Name of u3"), &json!("Name of u1")), "{answer}");
    let handed = office.erp.recv().await.unwrap().decision;
    let names = (handed.approver_id.as_str(), handed.approver_name.as_str(), handed.decided_by.as_deref(), handed.on_behalf_of.as_deref());
    assert_eq!(names, ("u1", "Name of u1", Some("Name of u3"), Some("u1")));

    assert_eq!(office.ends(2, &made["id"]).await, 404, "it is not theirs");
    assert_eq!(office.ends(1, &made["id"]).await, 200);
    let (status, again) = office.decides(3, "k1", json!({})).await;
    assert!(status < 300 && again["repeated"] == true, "sent again it is the same decision, also now: {again}");
    assert_eq!(office.decides(3, "k2", json!({})).await.0, 403, "and nothing new");
    assert!(console.frame().await["decides"].as_array().unwrap().is_empty());
    let dir = office.running.stop().await;
    let log = Store::look(&config(dir.path()).log_path(), Profile::Log).unwrap();
    let entries = audit::read(&log).await.unwrap().by_time();
    let detail = |who: &str, act: audit::Act| {
        entries.iter().filter(|entry| entry.who == who && entry.act == act).filter_map(|entry| entry.detail.clone()).collect::<Vec<_>>()
    };
    assert_eq!(detail("u3", audit::Act::Decided), ["approve for Name of u1 (u1), received"]);
    let made = detail("u1", audit::Act::Delegated);
    assert!(made[0].starts_with("delegated: Name of u1 (u1) → Name of u3 (u3), ") && made[1].starts_with("ended: "), "{made:?}");
}

#[tokio::test]
async fn there_is_no_circle_and_the_last_one_who_is_present_decides() {
    let mut office = office().await;
    assert_eq!(office.passes_on(1, "u3").await.0, 201);
    assert_eq!(office.passes_on(3, "u4").await.0, 201);
    for (n, to, chain) in [(4, "u1", json!(["u4", "u1", "u3", "u4"])), (3, "u3", json!(["u3", "u3"]))] {
        let (status, answer) = office.passes_on(n, to).await;
        assert_eq!((status, &answer["code"], &answer["chain"]), (409, &json!("circle"), &chain), "{answer}");
    }
    let (status, answer) = office.passes_on(1, "u2").await;
    assert!(status == 409 && answer["message"].as_str().unwrap().contains("Name of u3"), "one deputy at a time: {answer}");
    assert_eq!(office.decides(3, "k1", json!({})).await.0, 403, "u3 is away too");
    assert_eq!(office.holds(3).await["standsFor"], json!([]), "and is not offered what it has passed on");
    let last = office.holds(4).await;
    assert_eq!(
        (&last["own"], &last["standsFor"][0]["id"], &last["standsFor"][0]["types"]),
        (&json!([]), &json!("u1"), &json!(["*"])),
        "{last}"
    );
    assert_eq!(office.decides(4, "k2", json!({})).await.0, 202);
    assert_eq!(office.erp.recv().await.unwrap().decision.approver_id, "u1");
    office.running.stop().await;
}

#[tokio::test]
async fn whoever_stands_in_for_several_says_for_whom_and_nobody_for_another() {
    let mut office = office().await;
    assert_eq!(office.passes_on(1, "u3").await.0, 201);
    assert_eq!(office.passes_on(2, "u3").await.0, 201);
    let (status, answer) = office.decides(3, "k1", json!({})).await;
    assert!(status == 403 && answer["message"].as_str().unwrap().contains("onBehalfOf"), "{answer}");
    let offered = office.holds(3).await;
    let for_whom: Vec<_> = offered["standsFor"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!((&offered["own"], for_whom), (&json!([]), vec![json!("u1"), json!("u2")]), "{offered}");
    assert_eq!(office.decides(3, "k2", json!({ "onBehalfOf": "u2" })).await.0, 202);
    assert_eq!(office.erp.recv().await.unwrap().decision.approver_name, "Name of u2");
    let (status, answer) = office.decides(4, "k3", json!({ "onBehalfOf": "u1" })).await;
    assert!(status == 403 && answer["message"].as_str().unwrap().contains("u1 has not passed on"), "{answer}");
    assert_eq!(office.decides(1, "k4", json!({ "decidedBy": "u9" })).await.0, 202, "who is away may decide all the same");
    assert_eq!(office.erp.recv().await.unwrap().decision.decided_by, None);
    office.running.stop().await;
}

#[tokio::test]
async fn what_is_over_or_of_somebody_who_is_gone_gives_nothing_and_bad_input_says_what_is_wrong() {
    let office = office().await;
    let passes = async |body: Value| office.running.post("/api/delegations", Some(&office.tokens[0]), &body).await;
    let later = passes(passing("u3", 2, 3)).await;
    assert_eq!(later.0, 201, "{later:?}");
    assert_eq!(office.decides(3, "k1", json!({})).await.0, 403, "it has not begun");
    for (body, word) in [
        (passing("u3", -2, -1), "over already"),
        (passing("u3", 2, 1), "after"),
        (passing("", 0, 1), "`to`"),
        (passing("u3", 0, 10_000), "a year"),
        (json!({ "to": { "id": "u3" }, "from": now(), "until": now() + 1_000_000, "types": [] }), "`types`"),
        (json!({ "to": { "id": "u3" } }), "not a delegation"),
    ] {
        let (status, answer) = passes(body).await;
        assert!(status == 400 && answer["message"].as_str().unwrap().contains(word), "{word}: {answer}");
    }
    let mine = office.holds(3).await;
    assert_eq!((mine["given"].as_array().unwrap().len(), &mine["received"][0]["giver"]["name"]), (0, &json!("Name of u1")), "{mine}");
    assert_eq!(passes(passing("u4", 0, 1)).await.0, 201);
    assert_eq!(office.decides(4, "k2", json!({})).await.0, 202);
    let revoke = UserOrder::Revoke { who: "u1".into() };
    ordered(office.running.dir.path(), &revoke, &config(office.running.dir.path()));
    // Each time another one: what was decided once is answered as it was.
    let tries = std::sync::atomic::AtomicU32::new(0);
    until("the revoked user's deputy to have nothing", async || {
        let key = format!("k3-{}", tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        (office.decides(4, &key, json!({})).await.0 == 403).then_some(())
    })
    .await;
    office.running.stop().await;
}
