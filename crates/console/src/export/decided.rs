//! What was decided, a line each: who asked for what, and who answered how and why.

use super::{csv, half::Half, manner::Manner};
use jiff::tz::TimeZone;
use std::io::Write as _;
use watchdeck_events::Millis;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView, ExportFormat};

/// A file of decisions that is being written. Dropping it leaves nothing behind.
pub(crate) struct Sheet {
    half: Half,
    manner: Manner,
    bytes: Vec<u8>,
}

impl Sheet {
    pub(crate) fn begin(half: Half, manner: Manner) -> Self {
        let bytes = match manner.format {
            ExportFormat::Csv => head(&manner),
            ExportFormat::Jsonl => Vec::new(),
        };
        Self { half, manner, bytes }
    }

    /// Some more.
    pub(crate) async fn write(mut self, decided: Vec<ApprovalView>) -> anyhow::Result<Self> {
        for view in &decided {
            match self.manner.format {
                ExportFormat::Csv => line(&mut self.bytes, view, &self.manner, &TimeZone::system()),
                ExportFormat::Jsonl => {
                    serde_json::to_writer(&mut self.bytes, view)?;
                    self.bytes.push(b'\n');
                }
            }
        }
        let written = move || {
            self.half.file.write_all(&self.bytes)?;
            self.bytes.clear();
            Ok(self)
        };
        tokio::task::spawn_blocking(written).await?
    }

    /// It is whole. Answers its size.
    pub(crate) async fn finish(self) -> anyhow::Result<u64> {
        tokio::task::spawn_blocking(move || self.half.finish()).await?
    }
}

fn head(manner: &Manner) -> Vec<u8> {
    let mut out = csv::MARK.to_vec();
    let english = [
        "Decided",
        "UTC ms",
        "Outcome",
        "Number",
        "Type",
        "Amount",
        "Currency",
        "Requester",
        "Party",
        "Reason",
        "Requested",
        "Decided by",
        "Comment",
        "Source",
        "Key",
    ];
    let chinese = [
        "处理时间",
        "UTC 毫秒",
        "结果",
        "单号",
        "类型",
        "金额",
        "币种",
        "申请人",
        "往来单位",
        "申请事由",
        "申请时间",
        "处理人",
        "审批意见",
        "来源",
        "键",
    ];
    let mut names = english;
    for (name, chinese) in names.iter_mut().zip(chinese) {
        *name = manner.heads.0.pick(name, chinese);
    }
    csv::put(&mut out, names);
    out
}

fn line(out: &mut Vec<u8>, view: &ApprovalView, manner: &Manner, zone: &TimeZone) {
    let time = |at: Option<Millis>| at.map(|at| csv::local(at, zone)).unwrap_or_default();
    let outcome = match view.status {
        ApprovalStatus::Approved => manner.heads.0.pick("Approved", "已批准"),
        ApprovalStatus::Rejected => manner.heads.0.pick("Rejected", "已驳回"),
        ApprovalStatus::Withdrawn => manner.heads.0.pick("Withdrawn", "已撤回"),
        ApprovalStatus::Pending => manner.heads.0.pick("Pending", "待审批"),
    };
    let amount = view.amount.map(|amount| amount.to_string()).or_else(|| view.unread.clone()).unwrap_or_default();
    let millis = view.decided_at.map(|at| at.0.to_string()).unwrap_or_default();
    let source = manner.sources.get(&view.source).unwrap_or(&view.source);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    csv::put(
        out,
        [
            &time(view.decided_at),
            &millis,
            outcome,
            &view.number,
            &view.resource_type,
            &amount,
            &text(&view.currency),
            &view.requester,
            &text(&view.party),
            &text(&view.reason),
            &time(Some(view.requested_at)),
            &text(&view.decided_by),
            &text(&view.comment),
            source,
            &view.key,
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{doctor::Tongue, export::Heads};
    use serde_json::json;

    #[test]
    fn a_decision_is_a_line_that_no_formula_hides_in() {
        let view: ApprovalView = serde_json::from_value(json!({
            "key": "s/order:1", "source": "s", "resource_type": "order", "resource_id": "1", "number": "SO-1", "requester": "=王芳", "reason": "补货, 急",
            "amount": "12800.50", "currency": "CNY", "unread": null, "requested_at": 1_795_000_000_000_i64, "deadline": null, "status": "rejected",
            "decided_at": 1_795_000_060_000_i64, "decided_by": "张敏", "comment": "缺少报价单", "seq": 1, "decision": null,
        }))
        .unwrap();
        let manner = Manner::new(ExportFormat::Csv, Heads(Tongue::Chinese), &[]);
        let mut out = head(&manner);
        line(&mut out, &view, &manner, &TimeZone::fixed(jiff::tz::offset(8)));
        let wanted = "\u{feff}处理时间,UTC 毫秒,结果,单号,类型,金额,币种,申请人,往来单位,申请事由,申请时间,处理人,审批意见,来源,键\r\n\
            2026-11-18 19:07:40.000,1795000060000,已驳回,SO-1,order,12800.50,CNY,'=王芳,,\"补货, 急\",2026-11-18 19:06:40.000,张敏,缺少报价单,s,s/order:1\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
