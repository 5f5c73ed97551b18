//! What a decision has to bring with it.

use crate::decisions::DecisionRequest;
use serde::Deserialize;
use serde_json::Value;

/// One field that the ERP asks for, or a limit of one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Need {
    /// In `fields`; `reason` is the approver's words.
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    /// Least number.
    least: Option<f64>,
    /// Greatest number, or most characters.
    most: Option<f64>,
    /// Required to approve, or to reject; otherwise only its limits hold.
    to: Option<To>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Number,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum To {
    Approve,
    Reject,
    Both,
}

impl Need {
    /// Whether a decision has it as it must be; else what it must be.
    pub(super) fn met(&self, decision: &DecisionRequest) -> Result<(), String> {
        let given = match self.name.as_str() {
            "reason" => decision.reason.clone().filter(|reason| !reason.trim().is_empty()).map(Value::String),
            name => decision.fields.get(name).filter(|value| !value.is_null()).cloned(),
        };
        let required = match self.to {
            Some(To::Both) => true,
            Some(To::Approve) => decision.approve,
            Some(To::Reject) => !decision.approve,
            None => false,
        };
        let fits = match (&given, self.kind) {
            (None, _) => !required,
            (Some(Value::Number(number)), Kind::Number) => number
                .as_f64()
                .is_some_and(|number| self.least.is_none_or(|least| number >= least) && self.most.is_none_or(|most| number <= most)),
            (Some(Value::String(text)), Kind::Text) => self.most.is_none_or(|most| text.chars().count() as f64 <= most),
            (Some(_), _) => false,
        };
        if fits { Ok(()) } else { Err(self.in_words(decision, given.as_ref())) }
    }

    fn in_words(&self, decision: &DecisionRequest, given: Option<&Value>) -> String {
        let place = if self.name == "reason" { "`reason`".to_owned() } else { format!("`fields.{}`", self.name) };
        let must = match (self.kind, self.least, self.most) {
            (Kind::Number, Some(least), Some(most)) => format!("a number from {least} to {most}"),
            (Kind::Number, Some(least), None) => format!("a number of at least {least}"),
            (Kind::Number, None, Some(most)) => format!("a number of at most {most}"),
            (Kind::Number, None, None) => "a number".to_owned(),
            (Kind::Text, _, Some(most)) => format!("text of at most {most} characters"),
            (Kind::Text, ..) => "text".to_owned(),
        };
        let (act, kind) = (if decision.approve { "approving" } else { "rejecting" }, &decision.resource_type);
        match given {
            None => format!("{act} a `{kind}` needs {place}, {must}"),
            Some(_) => format!("{place} must be {must} for {act} a `{kind}`"),
        }
    }
}
