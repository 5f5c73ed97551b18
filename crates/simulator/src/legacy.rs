//! What the real ERP still says beside its typed events: the same change again in its old words, and now and then a message twice.
//!
//! A sale or an adjustment is one `inventory:change` and up to two `outbound` or `adjust`, told by two places of its code; goods that come in
//! are told in old words only. A new record is `data:change`, `created` and, over a second bridge, `data:update`. None of the old ones says when
//! it was published.

use crate::Published;
use serde_json::{Value, json};
use watchdeck_events::{Channel, fields::Fields};

/// Every so many messages comes twice.
const TWICE: u64 = 10;

/// Counts what was said, so that repeats come evenly.
#[derive(Debug, Default)]
pub struct OldWords {
    said: u64,
}

impl OldWords {
    /// Everything that goes out for `event`, in order.
    pub fn of(&mut self, event: Published) -> Vec<Published> {
        let mut all = told(&event);
        if Fields::of(&event.json).text("action").as_deref() != Some("inbound") {
            all.insert(0, event);
        }
        for place in (0..all.len()).rev() {
            self.said += 1;
            if self.said.is_multiple_of(TWICE) {
                all.insert(place, all[place].clone());
            }
        }
        all
    }
}

/// The event in old words.
fn told(event: &Published) -> Vec<Published> {
    let fields = Fields::of(&event.json);
    let text = |key: &str| fields.text(key).unwrap_or_default().into_owned();
    let on = |channel: Channel, message: Value| Published { channel, json: message.to_string() };
    let here = |message: Value| on(event.channel.clone(), message);
    match (text("type").as_str(), text("action").as_str()) {
        ("inventory:change", action @ ("outbound" | "adjust" | "inbound")) => {
            let change: i64 = fields.token("changeAmount").and_then(|token| token.parse().ok()).unwrap_or_default();
            let (product, record) = (text("productId"), format!("INV-{}", text("productId")));
            match action {
                "inbound" => vec![here(json!({ "type": "inbound", "productId": product, "quantity": change, "recordNumber": record }))],
                "outbound" => {
                    vec![here(json!({ "type": "outbound", "productId": product, "quantity": -change, "inventoryId": record })); 2]
                }
                _ => {
                    let number = format!("ADJ-{}", fields.token("timestamp").unwrap_or_default());
                    let message = json!({ "type": "adjust", "productId": product, "adjustQuantity": change, "inventoryId": record, "adjustmentNumber": number });
                    vec![here(message.clone()), here(message)]
                }
            }
        }
        ("data:change", action) => {
            let (resource, id) = (plural(&text("resource")), text("resourceId"));
            let verb = action.trim_end_matches('d');
            let update =
                json!({ "type": "data:update", "resource": resource, "id": id, "action": verb, "timestamp": fields.millis("timestamp") });
            let mut all = vec![on(Channel::from(format!("data.{resource}").as_str()), update)];
            // It says what was created only by the channel that it is on.
            if action == "created" && event.channel.as_str() == resource {
                all.insert(0, here(json!({ "type": "created", "id": id, "code": text("resourceName") })));
            }
            all
        }
        _ => Vec::new(),
    }
}

fn plural(resource: &str) -> String {
    if resource == "category" { "categories".into() } else { format!("{resource}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_223_788_150;

    fn of(channel: &str, message: Value) -> Vec<(String, Value)> {
        let said = OldWords::default().of(Published { channel: Channel::from(channel), json: message.to_string() });
        said.into_iter().map(|out| (out.channel.to_string(), serde_json::from_str(&out.json).unwrap())).collect()
    }

    #[test]
    fn a_sale_is_told_three_times_and_goods_that_come_in_once() {
        let change = |action: &str, by: i64| json!({ "type": "inventory:change", "timestamp": AT, "action": action, "productId": "p1", "oldQuantity": 9, "newQuantity": 9 + by, "changeAmount": by });
        let sale = of("inventory", change("outbound", -3));
        let types: Vec<_> = sale.iter().map(|(channel, said)| (channel.as_str(), said["type"].as_str().unwrap())).collect();
        assert_eq!(types, [("inventory", "inventory:change"), ("inventory", "outbound"), ("inventory", "outbound")]);
        assert_eq!(sale[1].1, json!({ "type": "outbound", "productId": "p1", "quantity": 3, "inventoryId": "INV-p1" }));
        let adjusted = of("inventory", change("adjust", -2));
        assert_eq!((adjusted.len(), &adjusted[1].1["adjustQuantity"]), (3, &json!(-2)));
        let came = of("inventory", change("inbound", 7));
        assert_eq!(
            came.iter().map(|(_, said)| said).collect::<Vec<_>>(),
            [&json!({ "type": "inbound", "productId": "p1", "quantity": 7, "recordNumber": "INV-p1" })]
        );
    }

    #[test]
    fn a_new_record_is_told_on_its_channel_and_over_the_second_bridge() {
        let said = of(
            "products",
            json!({ "type": "data:change", "timestamp": AT, "resource": "product", "action": "created", "resourceId": "p9", "resourceName": "Tile" }),
        );
        let told: Vec<_> = said.iter().map(|(channel, said)| (channel.as_str(), said["type"].as_str().unwrap())).collect();
        assert_eq!(told, [("products", "data:change"), ("products", "created"), ("data.products", "data:update")]);
        assert_eq!(said[2].1, json!({ "type": "data:update", "resource": "products", "id": "p9", "action": "create", "timestamp": AT }));
    }

    #[test]
    fn every_tenth_message_comes_twice_and_nothing_else_is_changed() {
        let mut words = OldWords::default();
        let event =
            |n: u32| Published { channel: Channel::from("finance"), json: json!({ "type": "finance:payment", "n": n }).to_string() };
        let said: Vec<_> = (0..100).flat_map(|n| words.of(event(n))).collect();
        assert_eq!(said.len(), 110, "ten of a hundred are doubled");
        let mut once = said.clone();
        once.dedup();
        assert_eq!(once, (0..100).map(event).collect::<Vec<_>>(), "a double stands beside its first");
    }
}
