//! What the benchmark programs share: the events, and the way they report.
//!
//! Every side of a comparison gets byte for byte the same events, because all of them are made here, from the same seed.

pub mod history;
pub mod memory;
pub mod publisher;
pub mod screen;
pub mod stages;
pub mod webdriver;

use std::time::{SystemTime, UNIX_EPOCH};
use watchdeck_events::Millis;

/// The channel that everything is published on.
pub const CHANNEL: &str = "inventory";
/// The log's epoch as the blaster states it.
pub const EPOCH: &str = "bench";

const PRODUCTS: u64 = 500;
const NAMES: [&str; 8] = [
    "青岛纯生啤酒 500ml",
    "农夫山泉 550ml",
    "Steel shelf bracket",
    "得力中性笔 0.5mm",
    "Pallet wrap 500mm",
    "维达抽纸 3层",
    "Cable ties 200mm",
    "金龙鱼大豆油 5L",
];
const OPERATORS: [&str; 4] = ["张三", "李四", "Wang Fang", "Chen Jie"];
const REASONS: [&str; 4] = ["订单拣货出库", "Picked for a sales order", "盘点差异调整", "Returned by the customer"];

/// One event as it is published: an inventory change of about 300 bytes.
#[derive(Debug, Clone)]
pub struct Published {
    /// Uuid v7, ascending.
    pub id: String,
    /// When it was logged, ms.
    pub ts: i64,
    /// The event's JSON.
    pub data: String,
}

/// The `n`-th event, counted from 1. The stock of a product walks between 100 and 1,100, so the rules look at every event and none fires.
#[must_use]
pub fn event(n: u64, now: i64) -> Published {
    let product = n.wrapping_mul(2_654_435_761) % PRODUCTS;
    let pick = |len: usize, salt: u64| usize::try_from((n.wrapping_mul(salt) >> 7) % len as u64).expect("smaller than a list's length");
    let change = 1 + n % 9;
    let old = 110 + (n / PRODUCTS * 13 + product) % 1_000;
    let ts = now + i64::try_from(n / 1_000).expect("a benchmark's count is small");
    let data = format!(
        concat!(
            r#"{{"type":"inventory:change","timestamp":{ts},"userId":"u-{user}","action":"outbound","productId":"P-{product:04}","productName":"{name}","#,
            r#""variantId":"V-{variant:02}","warehouseId":"WH-{variant:02}","oldQuantity":{old},"newQuantity":{new},"changeAmount":-{change},"reason":"{reason}","operator":"{operator}"}}"#
        ),
        ts = ts,
        user = pick(40, 31),
        product = product,
        name = NAMES[usize::try_from(product % 8).expect("below 8")],
        variant = product % 3,
        old = old,
        new = old - change,
        change = change,
        reason = REASONS[pick(REASONS.len(), 17)],
        operator = OPERATORS[pick(OPERATORS.len(), 23)],
    );
    Published { id: id(n, ts), ts, data }
}

/// A uuid of version 7 whose order is the order of `n`, and whose tail is as random as a real one's.
#[must_use]
pub fn id(n: u64, ts: i64) -> String {
    let tail = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let count = (n % 1_000) << 2 | 1;
    let mut bytes = [0; 10];
    bytes[0] = u8::try_from(count >> 8).expect("12 bits");
    bytes[1] = u8::try_from(count & 0xff).expect("masked");
    bytes[2..].copy_from_slice(&tail);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(ts).expect("after 1970"), &bytes).into_uuid().to_string()
}

/// Microseconds since 1970: the one clock that all programs of a benchmark share.
#[must_use]
pub fn clock_us() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
    u64::try_from(now.as_micros()).expect("a small number until the year 586912")
}

/// The same in milliseconds, as events carry it.
#[must_use]
pub fn now() -> Millis {
    Millis(i64::try_from(clock_us() / 1_000).expect("a small number"))
}

/// One JSON line for whoever started the program.
pub fn say(line: &serde_json::Value) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    // Nobody listens any more when the comparison was broken off; then there is nobody to tell either.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// So many rules of every sort: of single events, of what is known of things, of how much there was. None of them fires for [`event`].
#[must_use]
pub fn rules(count: usize) -> serde_json::Map<String, serde_json::Value> {
    let rule = |n: usize| {
        let when = match n % 5 {
            0 => format!("kind:inventory:change warehouseId:WH-{:02} newQuantity<{}", n % 12, n % 50),
            1 => format!("productId:P-{:04} stock.on_hand < {}", n % 500, n % 90),
            2 => format!("kind:finance:refund amount>{} customerId:c{n}", 10_000 + n),
            3 => format!("kind:order:status newStatus:cancelled orderNumber:SO-{n}*"),
            _ => format!("rate(kind:inventory:change productId:P-{:04}, 10m) > {}", n % 500, 1_000_000 + n),
        };
        (format!("rule_{n}"), serde_json::json!({ "title": { "zh": format!("规则 {n}"), "en": format!("Rule {n}") }, "when": when }))
    };
    (0..count).map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn events_are_json_of_about_300_bytes_with_distinct_ascending_ids() {
        let events: Vec<_> = (1..=20_000).map(|n| event(n, 1_795_223_788_150)).collect();
        let bytes: usize = events.iter().map(|event| event.data.len()).sum();
        let mean = bytes / events.len();
        assert!((280..=320).contains(&mean), "the numbers are stated for 300-byte events, these have {mean}");
        for event in &events {
            let json: serde_json::Value = serde_json::from_str(&event.data).unwrap();
            assert_eq!(json["type"], "inventory:change");
        }
        assert_eq!(
            events.iter().map(|event| &event.id).collect::<BTreeSet<_>>().len(),
            events.len(),
            "a repeated id would be dropped as a duplicate"
        );
        assert!(events.is_sorted_by(|a, b| a.id < b.id), "ids of a real log ascend, and the index is fast because of it");
    }
}
