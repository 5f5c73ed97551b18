//! What can be made to go wrong, by name.

use crate::{
    Published,
    company::Person,
    names::{CUSTOMERS, OUT_REASONS},
    world::Simulator,
};
use rand::Rng;
use std::str::FromStr;
use watchdeck_events::Millis;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incident {
    /// The label printer stops: a critical alert of the system.
    PrinterDown,
    /// The feed is cut. The world does not notice; whoever holds the line cuts it.
    FeedCut,
    /// A product is sold down below ten.
    LowStock,
    /// A refund of tens of thousands.
    RefundLarge,
    /// Five requests at once.
    ApprovalBurst,
    /// This many events at once.
    Storm(u32),
}

/// The name of an incident that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an incident; known are printer_down, feed_cut, low_stock, refund_large, approval_burst, storm, storm:N")]
pub struct UnknownIncident(pub String);

impl FromStr for Incident {
    type Err = UnknownIncident;

    fn from_str(name: &str) -> Result<Self, UnknownIncident> {
        let unknown = || UnknownIncident(name.to_owned());
        Ok(match name {
            "printer_down" => Self::PrinterDown,
            "feed_cut" => Self::FeedCut,
            "low_stock" => Self::LowStock,
            "refund_large" => Self::RefundLarge,
            "approval_burst" => Self::ApprovalBurst,
            "storm" => Self::Storm(1000),
            _ => Self::Storm(name.strip_prefix("storm:").and_then(|count| count.parse().ok()).ok_or_else(unknown)?),
        })
    }
}

impl Simulator {
    /// Make it go wrong now.
    pub fn incident(&mut self, incident: Incident, now: Millis) -> Vec<Published> {
        match incident {
            Incident::PrinterDown => {
                let message = self.word(("三号仓标签打印机离线，发货暂停", "Label printer in warehouse 3 is down, shipping is halted"));
                self.system_says("system:alert", "critical", message, now);
            }
            Incident::FeedCut => {}
            Incident::LowStock => self.sell_out(now),
            Incident::RefundLarge => {
                let customer = Person { id: "c1".into(), name: self.word(CUSTOMERS[0]) };
                let amount = self.rng.random_range(3_600_000..9_200_000);
                self.refund(&customer, amount, now);
            }
            Incident::ApprovalBurst => {
                for kind in ["order", "refund", "payment", "return", "adjustment"] {
                    self.request(kind, now);
                }
            }
            Incident::Storm(count) => return self.take(now, count as usize),
        }
        self.take_out()
    }

    /// The product with the least stock above the usual threshold goes below it.
    fn sell_out(&mut self, now: Millis) {
        let left = self.rng.random_range(2..9);
        let enough = self.products.iter().enumerate().filter(|(_, product)| product.quantity >= 10);
        let Some((place, _)) = enough.min_by_key(|(_, product)| product.quantity) else { return };
        let reason = self.one_word(&OUT_REASONS);
        self.set_stock(place, "outbound", left, Some(reason), now);
    }
}
