//! A `[[request]]` as a pack writes it.

use super::need::NeedFile;
use serde::Deserialize;

/// See the head of `erp.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::catalogue) struct RequestFile {
    pub(super) of: Vec<Box<str>>,
    pub(super) channels: Vec<Box<str>>,
    pub(super) when: Vec<ConditionFile>,
    pub(super) state: Vec<Box<str>>,
    pub(super) before: Vec<Box<str>>,
    pub(super) asks: Vec<Box<str>>,
    pub(super) approves: Vec<Box<str>>,
    pub(super) rejects: Vec<Box<str>>,
    pub(super) withdraws: Vec<Box<str>>,
    #[serde(rename = "type")]
    pub(super) resource_type: String,
    pub(super) id: Vec<Box<str>>,
    pub(super) number: Vec<Box<str>>,
    pub(super) requester: Vec<Box<str>>,
    pub(super) party: Vec<Box<str>>,
    pub(super) amount: Vec<Box<str>>,
    pub(super) reason: Vec<Box<str>>,
    pub(super) by: Vec<Box<str>>,
    pub(super) comment: Vec<Box<str>>,
    pub(super) deadline: Vec<Box<str>>,
    pub(super) needs: Vec<NeedFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionFile {
    pub(super) field: Box<str>,
    pub(super) is: Vec<Box<str>>,
}

impl RequestFile {
    /// Nothing is derived by it: what an earlier pack derives is taken back, or it says what a decision needs and no more.
    pub(super) fn is_silent(&self) -> bool {
        [&self.asks, &self.approves, &self.rejects, &self.withdraws].iter().all(|values| values.is_empty())
    }
}
