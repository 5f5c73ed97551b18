//! What is asked of the ERP, from a decision: the address, the headers and the body.

use crate::decisions::DecisionRequest;
use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};
use std::fmt::Write as _;

const URL: &str = "url";
const BODY: &str = "body";

/// Compiled templates. Every value is written as the place needs it: in an address percent-encoded, in a body as JSON.
#[derive(Debug)]
pub(super) struct Templates {
    env: Environment<'static>,
    headers: Vec<String>,
    base_url: String,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

impl Templates {
    /// # Errors
    /// Which template, which line, and what is wrong there.
    pub(super) fn new(
        base_url: &str,
        url: &str,
        headers: impl IntoIterator<Item = (String, String)>,
        body: Option<&str>,
    ) -> Result<Self, String> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| match name {
            URL => AutoEscape::Custom(URL.into()),
            BODY => AutoEscape::Json,
            _ => AutoEscape::None,
        });
        env.set_formatter(|out, state, value| match state.auto_escape() {
            AutoEscape::Custom(_) if !value.is_safe() => {
                let text = match value.kind() {
                    ValueKind::Undefined | ValueKind::None => {
                        return Err(minijinja::Error::new(ErrorKind::UndefinedError, "a part of the address is missing"));
                    }
                    _ => value.to_string(),
                };
                for byte in text.bytes() {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        out.write_char(char::from(byte))?;
                    } else {
                        write!(out, "%{byte:02X}")?;
                    }
                }
                Ok(())
            }
            AutoEscape::Custom(_) => Ok(write!(out, "{value}")?),
            _ => minijinja::escape_formatter(out, state, value),
        });
        let add = |env: &mut Environment<'static>, name: String, text: String| {
            let said = format!("`{name}`");
            env.add_template_owned(name, text).map_err(|error| format!("{said}: {}", in_words(&error)))
        };
        add(&mut env, URL.into(), url.to_owned())?;
        if let Some(body) = body {
            add(&mut env, BODY.into(), body.to_owned())?;
        }
        let mut names = Vec::new();
        for (name, text) in headers {
            add(&mut env, format!("headers.{name}"), text)?;
            names.push(name);
        }
        Ok(Self { env, headers: names, base_url: base_url.trim_end_matches('/').to_owned() })
    }

    /// # Errors
    /// What the decision does not have that a template needs.
    pub(super) fn render(&self, decision: &DecisionRequest) -> Result<Rendered, String> {
        let decided = Serde(serde_json::json!({
            "id": decision.resource_id,
            "type": decision.resource_type,
            "approve": decision.approve,
            "reason": decision.reason,
            "fields": decision.fields,
            "key": decision.idempotency_key,
            "approver": { "id": decision.approver_id, "name": decision.approver_name },
            "by": decision.by(),
            "decided_at": decision.decided_at,
        }));
        let base_url = Value::from_safe_string(self.base_url.clone());
        let context = minijinja::context! { base_url, ..Value::from(decided) };
        let render = |name: &str| {
            let template = self.env.get_template(name).map_err(|error| in_words(&error))?;
            template.render(&context).map_err(|error| format!("`{name}`: {}", in_words(&error)))
        };
        let headers = self.headers.iter().map(|name| Ok((name.clone(), render(&format!("headers.{name}"))?)));
        let body = self.env.get_template(BODY).is_ok().then(|| render(BODY)).transpose()?;
        if let Some(body) = &body {
            serde_json::from_str::<&serde_json::value::RawValue>(body).map_err(|error| format!("`body` makes no JSON: {error}"))?;
        }
        Ok(Rendered { url: render(URL)?, headers: headers.collect::<Result<_, String>>()?, body })
    }
}

fn in_words(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("{}{line}", error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decision(id: &str, fields: serde_json::Value) -> DecisionRequest {
        serde_json::from_value(
            json!({ "idempotencyKey": "k", "resourceType": "return", "resourceId": id, "approve": true, "reason": "\"好\"\n",
            "fields": fields, "approverId": "u1", "approverName": "张敏" }),
        )
        .unwrap()
    }

    #[test]
    fn values_cannot_leave_their_place() {
        let body = r#"{"ok": {{ approve }}, "why": {{ reason }}, "n": {{ fields.n }}}"#;
        let headers = [("X-By".to_owned(), "{{ approver.id }}".to_owned())];
        let templates =
            Templates::new("https://erp.example/base/", "{{ base_url }}/r/{{ id }}?n={{ fields.n }}", headers, Some(body)).unwrap();
        let rendered = templates.render(&decision("../a b?/&\"退", json!({ "n": 12.5 }))).unwrap();
        assert_eq!(rendered.url, "https://erp.example/base/r/..%2Fa%20b%3F%2F%26%22%E9%80%80?n=12.5");
        assert_eq!(rendered.body.as_deref(), Some(r#"{"ok": true, "why": "\"好\"\n", "n": 12.5}"#));
        assert_eq!(rendered.headers, [("X-By".to_owned(), "u1".to_owned())]);
        let missing = templates.render(&decision("1", json!({}))).unwrap_err();
        assert!(missing.contains("undefined"), "{missing}");
    }

    #[test]
    fn a_template_that_is_none_says_where() {
        let error = Templates::new("", "{{ base_url }}", [], Some("{\n{{ approve }\n}")).unwrap_err();
        assert!(error.contains("`body`") && error.contains("line 2"), "{error}");
    }
}
