//! What an upstream would be asked, for whoever sets it up.

use super::{Http, Prepared, Upstream};
use crate::{
    config::{DecideOrder, Verdict},
    decisions::{DecisionRequest, Decisions as _},
};
use std::io::{self, Write};

/// Write what would be sent for a decision.
///
/// # Errors
/// What is missing, and what to write; or as `out` says.
pub fn dry_run(upstreams: &[Upstream], order: &DecideOrder, out: &mut impl Write) -> io::Result<()> {
    let decision = decision(order).map_err(io::Error::other)?;
    let upstream = upstreams.iter().find(|upstream| upstream.takes(&decision.resource_type));
    let upstream = upstream.ok_or_else(|| {
        let kind = &decision.resource_type;
        io::Error::other(format!(
            "no [[upstream]] takes decisions on `{kind}`; add the type to the `types` of one, or see what Redis does with them"
        ))
    })?;
    let http = Http::new(upstream.clone()).map_err(io::Error::other)?;
    http.check(&decision).map_err(io::Error::other)?;
    let Prepared { method, url, headers, body } = http.prepare(&decision).map_err(io::Error::other)?;
    writeln!(out, "{method} {url}")?;
    for (name, value) in headers {
        writeln!(out, "{name}: {value}")?;
    }
    if let Some(body) = body {
        writeln!(out, "\n{body}")?;
    }
    writeln!(out, "\nNothing was sent.")
}

fn decision(order: &DecideOrder) -> Result<DecisionRequest, String> {
    let mut fields = serde_json::Map::new();
    for field in &order.fields {
        let (name, value) = field.split_once('=').ok_or_else(|| format!("`--field {field}`: write it like refundAmount=120.5"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        fields.insert(name.trim().to_owned(), value);
    }
    Ok(DecisionRequest {
        idempotency_key: "dry-run".into(),
        resource_type: order.resource_type.clone(),
        resource_id: order.id.clone(),
        round: None,
        seen: None,
        approve: order.verdict == Verdict::Approve,
        reason: order.reason.clone(),
        fields,
        approver_id: order.approver.clone(),
        approver_name: order.approver.clone(),
        decided_by: None,
        on_behalf_of: None,
        decided_at: None,
    })
}
