//! What an answer of the ERP means.

use crate::decisions::Answer;
use serde::Deserialize;
use serde_json::Value;

/// An answer, and what it means; the first that fits counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    /// HTTP statuses; any without it.
    #[serde(default)]
    status: Vec<u16>,
    /// A field of the answer (`data.state`), and what it is.
    field: Option<String>,
    is: Option<Value>,
    /// Text that is anywhere in the answer.
    says: Option<String>,
    means: Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Meaning {
    /// It is done.
    Done,
    /// It arrived; an event will tell what came of it.
    HandedOn,
    /// The request does not wait any more.
    Already,
    /// No.
    Refused,
    /// It did not arrive; again later.
    Again,
}

impl Outcome {
    fn fits(&self, status: u16, text: &str, body: &Value) -> bool {
        let is = |field: &String| at(body, field) == self.is.as_ref().or(Some(&Value::Bool(true)));
        (self.status.is_empty() || self.status.contains(&status))
            && self.field.as_ref().is_none_or(is)
            && self.says.as_ref().is_none_or(|says| text.contains(says.as_str()))
    }
}

/// What an answer means by `outcomes`, or, where none fits, by what its status means on the web. `words`: fields in which the ERP says why.
pub(super) fn read(outcomes: &[Outcome], words: &[String], status: u16, text: &str) -> Answer {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let said = || {
        let written = words.iter().find_map(|field| at(&body, field)?.as_str()).map(str::trim).filter(|said| !said.is_empty());
        written.map_or_else(|| format!("HTTP {status}"), str::to_owned)
    };
    let meaning = outcomes.iter().find(|outcome| outcome.fits(status, text, &body)).map(|outcome| outcome.means);
    match (meaning, status) {
        (Some(Meaning::Done), _) => Answer::Done,
        (Some(Meaning::HandedOn), _) => Answer::HandedOn,
        (Some(Meaning::Already), _) => Answer::Already(said()),
        (Some(Meaning::Refused), _) => Answer::Refused(said()),
        (Some(Meaning::Again), _) => Answer::Unavailable(said()),
        (None, 200..=299) if outcomes.iter().any(|outcome| outcome.means == Meaning::Done) => {
            Answer::Unclear(format!("HTTP {status}, but not the answer that means that it is done"))
        }
        (None, 200..=299) => Answer::Done,
        (None, 300..=399) => Answer::Unavailable(format!("HTTP {status}: it leads elsewhere, to a sign-in perhaps")),
        (None, 401) => Answer::Unavailable(format!("the ERP does not know who asks ({}); sign in there again", said())),
        (None, 408 | 425 | 429 | 503) => Answer::Unavailable(said()),
        (None, 500..=599) => Answer::Unclear(said()),
        (None, _) => Answer::Refused(said()),
    }
}

/// The value at a path of names with dots between them.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::preset::shipped;

    #[test]
    fn the_inventory_erps_answers_mean_what_they_say() {
        let preset = shipped("inventory-erp").unwrap();
        let read = |status, text: &str| super::read(&preset.outcome, &preset.words, status, text);
        assert_eq!(read(200, r#"{"success":true,"data":{}}"#), Answer::Done);
        let words = "只有已提交的退货订单可以审批".to_owned();
        assert_eq!(read(400, &format!(r#"{{"success":false,"error":"{words}"}}"#)), Answer::Already(words));
        assert_eq!(
            read(400, r#"{"success":false,"error":"请求数据格式不正确","details":[]}"#),
            Answer::Refused("请求数据格式不正确".into())
        );
        assert_eq!(read(404, r#"{"success":false,"error":"退货订单不存在"}"#), Answer::Refused("退货订单不存在".into()));
        assert!(matches!(read(401, r#"{"error":"未授权"}"#), Answer::Unavailable(said) if said.contains("未授权")));
        assert!(matches!(read(302, ""), Answer::Unavailable(_)));
        assert!(matches!(read(500, "<html>"), Answer::Unclear(_)), "it may have been done before it failed");
        assert!(matches!(read(200, r#"{"success":false,"error":"busy"}"#), Answer::Refused(said) if said == "busy"));
        assert!(matches!(read(201, "<html>login</html>"), Answer::Unclear(_)), "a page is no success");
    }
}
