//! How long requests of one type may wait.

use serde::{Deserialize, Serialize};

/// How long a request may wait, and when it is brought to mind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct ApprovalTimes {
    /// Where the ERP sets no deadline: so long after it was asked for, minutes.
    pub deadline_minutes: Option<u32>,
    /// Whoever decides is reminded so long before the deadline, whoever set it, minutes.
    pub remind_minutes: Option<u32>,
}
