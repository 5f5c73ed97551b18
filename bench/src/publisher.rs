//! An ERP at a steady rate, publishing over HTTP like a real one.
//!
//! Every event carries its publishing time and number in the text that a row shows (`⏱1795223788150-42`), so that what is on the screen
//! can be timed by looking at the screen.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time::MissedTickBehavior};

/// What a row's text begins with when it can be timed.
pub const MARK: char = '⏱';

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Accepted by the gateway.
    pub events: u64,
    /// Rounds that began late because the gateway was slow to answer; the rate was lower than asked for then.
    pub late: u64,
}

/// Publish `rate` events a second for `time`, to `POST {gateway}/api/publish`.
///
/// # Errors
/// When the gateway refuses, or cannot be reached.
pub async fn publish(gateway: &str, rate: u64, time: Duration) -> Result<Published> {
    // Up to 200/s one by one; above, as many as fall due in 5 ms at once.
    let per_round = (rate / 200).max(1);
    let period = Duration::from_secs_f64(per_round as f64 / rate as f64);
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
    let (url, room) = (format!("{gateway}/api/publish"), Arc::new(Semaphore::new(16)));
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut rounds: JoinSet<Result<()>> = JoinSet::new();
    let (mut published, mut late) = (0, 0);
    let total = rate * time.as_secs();
    while published < total {
        ticks.tick().await;
        late += u64::from(room.available_permits() == 0);
        let permit = Arc::clone(&room).acquire_owned().await.context("the semaphore is never closed")?;
        let events: Vec<_> = (published..published + per_round).map(event).collect();
        published += per_round;
        let request = http.post(&url).json(&json!({ "events": events }));
        rounds.spawn(async move {
            let answer = request.send().await?;
            drop(permit);
            ensure!(answer.status().is_success(), "the gateway answered {}: {}", answer.status(), answer.text().await?);
            Ok(())
        });
        while let Some(round) = rounds.try_join_next() {
            round??;
        }
    }
    while let Some(round) = rounds.join_next().await {
        round??;
    }
    Ok(Published { events: published, late })
}

/// Stock moves mostly, some orders, some payments; a bounded number of each, so that nothing grows but the log.
fn event(n: u64) -> Value {
    let now = crate::now().0;
    let mark = format!("{MARK}{now}-{n}");
    match n % 10 {
        7 | 8 => {
            let order = n / 10 % 2_000;
            let (old, new) =
                [("pending", "paid"), ("paid", "shipped"), ("shipped", "completed")][usize::try_from(n / 20_000 % 3).expect("below 3")];
            json!({ "channel": "orders", "data": {
                "type": "order:status", "timestamp": now, "orderType": "sales", "orderId": format!("o-{order}"), "orderNumber": mark,
                "oldStatus": old, "newStatus": new, "customerId": format!("c-{}", order % 200), "customerName": "杭州西湖便利店",
            }})
        }
        9 => json!({ "channel": "finance", "data": {
            "type": "finance:payment", "timestamp": now, "action": "confirmed", "recordType": "payment", "recordId": format!("f-{}", n / 10 % 2_000),
            "recordNumber": mark, "amount": 128.5, "customerId": format!("c-{}", n % 200), "customerName": "杭州西湖便利店",
        }}),
        _ => {
            let (old, change) = (110 + n % 900, 1 + n % 9);
            json!({ "channel": "inventory", "data": {
                "type": "inventory:change", "timestamp": now, "action": "outbound", "productId": format!("P-{:04}", n % 500), "productName": mark,
                "oldQuantity": old, "newQuantity": old - change, "changeAmount": -i64::try_from(change).expect("below 10"), "reason": "Picked for a sales order",
                "operator": "张三",
            }})
        }
    }
}
