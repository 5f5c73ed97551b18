//! One request of an ERP's web interface for each decision.

use super::{
    client::client,
    outcome,
    preset::{Upstream, UpstreamError},
    template::{Rendered, Templates},
};
use crate::decisions::{Answer, DecisionRequest, Decisions, Handing};

/// Most that is read of an answer, bytes.
const ANSWER: usize = 256 << 10;

/// See the [module docs](self).
#[derive(Debug)]
pub struct Http {
    upstream: Upstream,
    templates: Templates,
    client: reqwest::Client,
}

/// What would be sent, for whoever looks before it is. Secrets are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// `POST`, say.
    pub method: String,
    /// The address.
    pub url: String,
    /// Names and values, as they are sent.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Option<String>,
}

impl Http {
    /// # Errors
    /// What of it cannot be used, and what to write.
    pub fn new(upstream: Upstream) -> Result<Self, UpstreamError> {
        let headers = upstream.headers.clone();
        let templates = Templates::new(&upstream.base_url, &upstream.url, headers, upstream.body.as_deref()).map_err(UpstreamError)?;
        for name in upstream.headers.keys() {
            reqwest::header::HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| UpstreamError(format!("`headers`: \"{name}\" is no name of a header")))?;
        }
        Ok(Self { client: client(&upstream)?, templates, upstream })
    }

    /// What would be sent for a decision.
    ///
    /// # Errors
    /// What the decision has not.
    pub fn prepare(&self, decision: &DecisionRequest) -> Result<Prepared, String> {
        self.check(decision)?;
        let Rendered { url, mut headers, body } = self.templates.render(decision)?;
        if body.is_some() {
            headers.push(("Content-Type".into(), "application/json".into()));
        }
        if self.upstream.token.is_some() {
            headers.push(("Authorization".into(), "Bearer …".into()));
        }
        if self.upstream.session {
            headers.push(("Cookie".into(), "… (the approver's own session)".into()));
        }
        Ok(Prepared { method: self.upstream.method.to_string(), url, headers, body })
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Answer {
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            // Nothing was sent, or nobody knows.
            Err(error) if error.is_connect() || error.is_builder() => return Answer::Unavailable(in_words(&error)),
            Err(error) => return Answer::Unclear(in_words(&error)),
        };
        let status = answer.status().as_u16();
        let mut text = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => text.extend_from_slice(&chunk[..chunk.len().min(ANSWER - text.len())]),
                Ok(None) => break,
                // A status without its words still says yes or no by itself, where no words were needed.
                Err(error) => return Answer::Unclear(in_words(&error)),
            }
        }
        outcome::read(&self.upstream.outcome, &self.upstream.words, status, &String::from_utf8_lossy(&text))
    }
}

#[async_trait::async_trait]
impl Decisions for Http {
    fn takes(&self, resource_type: &str) -> bool {
        self.upstream.takes(resource_type)
    }

    fn check(&self, decision: &DecisionRequest) -> Result<(), String> {
        self.upstream.need.iter().try_for_each(|need| need.met(decision))
    }

    async fn decide(&self, Handing { decision, session, .. }: Handing) -> Answer {
        let Rendered { url, headers, body } = match self.templates.render(&decision) {
            Ok(rendered) => rendered,
            Err(error) => return Answer::Refused(format!("it cannot be put as this ERP wants it: {error}")),
        };
        let mut request = self.client.request(self.upstream.method.clone(), url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        if let Some(token) = &self.upstream.token {
            request = request.bearer_auth(token.expose());
        }
        if self.upstream.session {
            let Some(session) = session else {
                return Answer::Unavailable(format!("it waits for {} to sign in: the ERP is asked under their own session", decision.by()));
            };
            request = request.header("cookie", session.expose());
        }
        self.ask(request).await
    }
}

/// With its causes, without the address, which may be long.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the ERP did not answer in time".into();
    }
    let mut words = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    words.dedup();
    let last = words.pop().unwrap_or_else(|| "the connection failed".into());
    format!("the ERP cannot be reached: {last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn erp() -> Http {
        let table = toml::from_str("preset = \"inventory-erp\"\nbase_url = \"https://erp.example\"").unwrap();
        Http::new(Upstream::read(table).unwrap()).unwrap()
    }

    fn decision(approve: bool, fields: serde_json::Value, reason: Option<&str>) -> DecisionRequest {
        serde_json::from_value(
            json!({ "idempotencyKey": "k", "resourceType": "return", "resourceId": "R 1", "approve": approve, "reason": reason,
            "fields": fields, "approverId": "u1", "approverName": "张敏" }),
        )
        .unwrap()
    }

    #[test]
    fn the_inventory_erp_is_asked_in_its_own_words() {
        let yes = erp().prepare(&decision(true, json!({ "refundAmount": 120.5 }), Some("好"))).unwrap();
        assert_eq!((yes.method.as_str(), yes.url.as_str()), ("POST", "https://erp.example/api/return-orders/R%201/approve"));
        assert_eq!(yes.body.as_deref(), Some(r#"{"approved": true, "remarks": "好", "refundAmount": 120.5}"#));
        let no = erp().prepare(&decision(false, json!({}), Some("缺少照片"))).unwrap();
        assert_eq!(no.body.as_deref(), Some(r#"{"approved": false, "remarks": "缺少照片"}"#));
        assert!(
            no.headers.iter().any(|(name, value)| name == "Cookie" && value.contains('…')),
            "whose session is used is said, and not shown"
        );
    }

    #[test]
    fn what_a_decision_needs_is_asked_for_before_anything_is_sent() {
        for (fields, said) in [
            (json!({}), "needs `fields.refundAmount`, a number from 0 to 999999"),
            (json!({ "refundAmount": "120" }), "must be a number"),
            (json!({ "refundAmount": -1 }), "must be a number from 0"),
            (json!({ "refundAmount": 1_000_000 }), "to 999999"),
            (json!({ "refundAmount": null }), "needs `fields.refundAmount`"),
        ] {
            let error = erp().prepare(&decision(true, fields.clone(), None)).unwrap_err();
            assert!(error.contains(said), "{fields}: {error}");
        }
        let long = "长".repeat(501);
        assert!(erp().prepare(&decision(false, json!({}), Some(&long))).unwrap_err().contains("500 characters"));
        assert!(erp().prepare(&decision(false, json!({}), Some(&"长".repeat(500)))).is_ok());
    }

    #[tokio::test]
    async fn without_the_approvers_session_it_waits() {
        let handing = Handing { decision: decision(true, json!({ "refundAmount": 1 }), None), session: None, again: false };
        assert!(matches!(erp().decide(handing).await, Answer::Unavailable(said) if said.contains("张敏")));
    }
}
