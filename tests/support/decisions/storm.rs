//! The randomised run. At its end the ERP's own books are held against what each console says of its decisions.

use super::stage::{PEOPLE, Person, Stage, Trouble};
use anyhow::{Context as _, Result};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Requests that are submitted at once.
const BATCH: usize = 20;
/// Between two batches.
const PAUSE: Duration = Duration::from_millis(500);
/// Between two kills.
const KILLS: Duration = Duration::from_secs(30);
/// How long everything has to settle once nobody is killed any more.
const SETTLE: Duration = Duration::from_secs(240);

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decisions, at least.
    pub decisions: usize,
    /// The luck.
    pub seed: u64,
}

/// A decision that a console took.
struct Made {
    person: usize,
    approve: bool,
    refund: f64,
}

/// Run it; answers what was counted.
///
/// # Errors
/// When something does not start, or does not settle.
pub async fn storm(Plan { decisions, seed }: Plan) -> Result<Value> {
    let mut luck = StdRng::seed_from_u64(seed);
    let mut stage = Stage::open(Trouble { slow_ms: 150, before: 0.03, after: 0.02, hangs: 0.01 }).await?;
    let mut people = Vec::new();
    for person in PEOPLE {
        people.push(Person::sits_down(&stage, person).await?);
    }
    let (mut made, mut changed): (BTreeMap<String, Vec<Made>>, BTreeSet<String>) = Default::default();
    let (mut count, mut number, mut kills, mut on_changed) = (0, 0, 0u32, 0);
    let (began, mut next_kill) = (Instant::now(), Instant::now() + KILLS / 2);
    while count < decisions {
        let orders: Vec<(String, f64)> =
            (0..BATCH).map(|n| (format!("R{}", number + n), f64::from(luck.random_range(1..90_000u32)) / 100.0)).collect();
        number += BATCH;
        insist(|| stage.submit(&orders)).await?;
        for (id, amount) in &orders {
            if luck.random_bool(0.05) {
                on_changed += usize::from(decides_on_what_has_changed(&stage, id, *amount).await?);
                changed.insert(id.clone());
                continue;
            }
            let many = match luck.random_range(0..10) {
                0..6 => 1,
                6..9 => 2,
                _ => 3,
            };
            let first = luck.random_range(0..people.len());
            for person in (0..many).map(|n| (first + n) % people.len()) {
                let (approve, refund) = (luck.random_bool(0.7), *amount);
                let results = loop {
                    if let Some(results) = people[person].decides(&[id], approve, refund).await? {
                        break results;
                    }
                    sleep(Duration::from_millis(20)).await;
                };
                if results[0]["ok"] == true {
                    made.entry(id.clone()).or_default().push(Made { person, approve, refund });
                    count += 1;
                }
            }
        }
        if Instant::now() >= next_kill {
            (next_kill, kills) = (Instant::now() + KILLS, kills + 1);
            if luck.random_bool(0.5) { stage.gateway_begins().await? } else { stage.erp_begins(seed + u64::from(kills)).await? }
        }
        sleep(PAUSE).await;
    }
    let storm = began.elapsed();
    let (verdicts, settled) = settle(&stage, &people, &made).await?;
    let doubled = verdicts.books.as_object().context("books")?.values().filter(|order| order["decided"].as_u64() > Some(1)).count();
    for person in &people {
        person.bench.console.shutdown().await;
    }
    Ok(
        json!({ "decisions": count, "requests": number, "kills": kills, "storm_s": storm.as_secs(), "settled_s": settled.as_secs(), "lost": verdicts.lost,
        "untrue": verdicts.untrue, "doubled": doubled, "on_changed_content": on_changed, "changed": changed.len(), "unconfirmed": verdicts.unconfirmed,
        "examples": verdicts.examples }),
    )
}

/// Somebody decides on a request that has changed since it was on the screen. Whether the gateway took it.
async fn decides_on_what_has_changed(stage: &Stage, id: &str, amount: f64) -> Result<bool> {
    let more = [(id.to_owned(), amount + 1.0)];
    insist(|| stage.submit(&more)).await?;
    let body = json!({ "idempotencyKey": format!("behind-{id}"), "resourceType": "return", "resourceId": id, "approve": true, "approverId": "u9",
        "approverName": "谁", "fields": { "refundAmount": amount }, "seen": { "event": format!("{id}-submitted-{amount}") } });
    let post = || async {
        let answer = stage
            .http
            .post(format!("http://{}/api/decisions", stage.gateway_addr))
            .bearer_auth(super::stage::KEY)
            .json(&body)
            .send()
            .await?;
        Ok(answer.status().is_success())
    };
    insist(post).await
}

struct Verdicts {
    lost: usize,
    /// Decisions of which a console says what is not so.
    untrue: usize,
    /// Done, and still called *sent*: the ERP's event was lost with it.
    unconfirmed: usize,
    books: Value,
    examples: Vec<String>,
}

/// Wait until nothing is under way any more, and hold the books against the consoles.
async fn settle(stage: &Stage, people: &[Person], made: &BTreeMap<String, Vec<Made>>) -> Result<(Verdicts, Duration)> {
    let began = Instant::now();
    loop {
        let books = insist(|| stage.books()).await?;
        let states = states(people).await?;
        let verdicts = held_against(books, &states, people, made);
        let open = made.keys().any(|id| verdicts.books[id]["status"] == "submitted");
        let moving = states.iter().flat_map(BTreeMap::values).any(|state| state == "queued");
        if !(open || moving || verdicts.untrue > 0) || began.elapsed() > SETTLE {
            return Ok((verdicts, began.elapsed()));
        }
        sleep(Duration::from_secs(2)).await;
    }
}

/// What each console says of its decisions, by the id of the order.
async fn states(people: &[Person]) -> Result<Vec<BTreeMap<String, String>>> {
    let mut all = Vec::new();
    for person in people {
        let view = person.bench.call("approvals", json!({})).await?;
        let mut states = BTreeMap::new();
        for one in ["pending", "history"].iter().flat_map(|list| view[list].as_array().into_iter().flatten()) {
            if let (Some(id), Some(state)) = (one["resource_id"].as_str(), one["decision"]["state"].as_str()) {
                states.insert(id.to_owned(), state.to_owned());
            }
        }
        all.push(states);
    }
    Ok(all)
}

fn held_against(books: Value, states: &[BTreeMap<String, String>], people: &[Person], made: &BTreeMap<String, Vec<Made>>) -> Verdicts {
    let mut verdicts = Verdicts { lost: 0, untrue: 0, unconfirmed: 0, books, examples: Vec::new() };
    for (id, decisions) in made {
        let order = &verdicts.books[id];
        if order["status"] == "submitted" {
            verdicts.lost += 1;
            verdicts.examples.push(format!("{id} waits: {order}"));
            continue;
        }
        for Made { person, approve, refund } in decisions {
            let theirs = order["by"] == people[*person].name
                && order["status"] == if *approve { "approved" } else { "rejected" }
                && (!approve || order["refund"].as_f64() == Some(*refund));
            // What has left the console's own history says nothing any more.
            let Some(state) = states[*person].get(id) else { continue };
            let is_true = match state.as_str() {
                "confirmed" => theirs,
                "overtaken" | "failed" => !theirs,
                _ => true,
            };
            verdicts.unconfirmed += usize::from(theirs && state == "sent");
            if !is_true {
                verdicts.untrue += 1;
                verdicts.examples.push(format!("{} says {state} of {id}: {order}", people[*person].name));
            }
        }
    }
    verdicts.examples.truncate(10);
    verdicts
}

/// Again and again while somebody is being killed.
async fn insist<T, F: Future<Output = Result<T>>>(act: impl Fn() -> F) -> Result<T> {
    let began = Instant::now();
    loop {
        match act().await {
            Ok(done) => return Ok(done),
            Err(error) if began.elapsed() > Duration::from_secs(60) => return Err(error),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}
