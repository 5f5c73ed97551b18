//! One line of the doctor.

use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It works.
    Ok,
    /// It works less than it could.
    Warning,
    /// It does not work.
    Failed,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Check {
    /// It works.
    pub fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Ok, detail: detail.into(), advice: None }
    }

    /// It works less than it could.
    pub fn warning(name: impl Into<String>, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Warning, detail: detail.into(), advice: Some(advice.into()) }
    }

    /// It does not work.
    pub fn failed(name: impl Into<String>, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Failed, detail: detail.into(), advice: Some(advice.into()) }
    }
}
