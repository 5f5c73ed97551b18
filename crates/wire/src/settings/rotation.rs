//! People who take turns.

use serde::{Deserialize, Serialize};

/// People who take each other's place, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Rotation {
    /// Who, in their order, by the name that each has on their own console.
    pub people: Vec<String>,
    /// How often it is somebody else's turn.
    pub every: Handing,
    /// The day on which the first one begins, `2026-11-27`, local.
    pub begins: String,
    /// When the turn is handed over, `HH:MM`, local.
    pub hand_over: String,
}

/// How often a turn is handed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Handing {
    /// Every seven days.
    #[default]
    Week,
    /// Every day.
    Day,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { people: Vec::new(), every: Handing::default(), begins: "2026-01-05".to_owned(), hand_over: "09:00".to_owned() }
    }
}
