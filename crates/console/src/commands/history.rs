//! What was decided, as far back as the store goes. The projections remember the last few hundred requests; here the decisions are read from the store, each
//! with what its subject's other events say of it. One answer looks at a bounded number of them, and says where to go on.

use super::decided::{decided, is_decision, told_with};
use crate::{core::Core, error::CommandError, person::person};
use std::collections::HashSet;
use watchdeck_events::{Catalogue, fold};
use watchdeck_filter::Plan;
use watchdeck_store::{Query, Stored};
use watchdeck_wire::views::{ApprovalHistory, ApprovalStatus, ApprovalView, DecisionState};

/// Most decisions in one answer.
pub(super) const PAGE: u32 = 200;
/// Decisions that are read at once.
const AT_ONCE: usize = 50;
/// Events read at once: of kinds that decisions are derived from most are none.
const READ: usize = 500;
/// Decisions looked at for one answer.
const LOOKED: usize = 500;
/// Events looked at for one answer.
const SCAN: u64 = 200_000;
/// Longest text that is looked for, characters.
const LONGEST: usize = 200;

/// What is looked for among what was decided. Empty: everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Each of its words has to be somewhere in what is shown.
    pub(crate) query: String,
    /// Decided by this user, here or elsewhere.
    pub(crate) mine: bool,
    pub(crate) outcome: Option<ApprovalStatus>,
    pub(crate) resource_type: Option<String>,
}

impl Wanted {
    fn check(&self) -> Result<(), CommandError> {
        match self.query.chars().count() {
            length if length > LONGEST => Err(CommandError::invalid(format!("a search may have {LONGEST} characters at most"))),
            _ => Ok(()),
        }
    }

    /// Whether this one is meant, where `me` is what this user is called. What was decided here counts once the ERP has said the same.
    fn keeps(&self, view: &ApprovalView, words: &Words, me: &str) -> bool {
        let here = || view.decision.as_ref().is_some_and(|decision| decision.state == DecisionState::Confirmed);
        (!self.mine || view.decided_by.as_deref() == Some(me) || here())
            && self.outcome.is_none_or(|outcome| view.status == outcome)
            && self.resource_type.as_ref().is_none_or(|wanted| view.resource_type == *wanted)
            && words.are_in(view)
    }
}

pub(crate) async fn decided_before(core: &Core, before: Option<u64>, limit: u32, wanted: &Wanted) -> Result<ApprovalHistory, CommandError> {
    wanted.check()?;
    let (words, me) = (Words::of(&wanted.query), person(&core.state().settings));
    let (limit, mut next, mut looked, mut scanned) = (limit.clamp(1, PAGE) as usize, before, 0, 0);
    let mut found = Vec::new();
    'pages: loop {
        let query = Query { before: next, limit: READ, max_read: SCAN - scanned, ..Query::of(decisions()) };
        let page = core.store.page(query).await?;
        let decisions: Vec<_> = page.events.into_iter().filter(|stored| is_decision(&stored.event)).collect();
        scanned += page.scanned;
        for some in decisions.chunks(AT_ONCE) {
            looked += some.len();
            next = some.last().map(|last| last.seq);
            found.extend(read(core, some).await?.into_iter().filter(|view| wanted.keeps(view, &words, &me)));
            if found.len() >= limit || looked >= LOOKED {
                break 'pages;
            }
        }
        next = page.next;
        if next.is_none() || scanned >= SCAN {
            break;
        }
    }
    if found.len() > limit {
        // What has no room comes with the next page.
        found.truncate(limit);
        next = found.last().map(|last| last.seq);
    }
    let back_to = match next {
        Some(next) => core.store.get(next).await?.map(|stored| stored.event.received_at),
        None => core.store.stats().await?.oldest_at,
    };
    Ok(ApprovalHistory { decided: found, next_before: next, back_to })
}

/// What a decision is called that is published as one.
const DECISIONS: [&str; 2] = ["approval:approved", "approval:rejected"];

/// Whatever may be one: blocks without are passed over.
fn decisions() -> Plan {
    let catalogue = Catalogue::current();
    Plan::kinds(catalogue.all_counted_as(&DECISIONS).chain(catalogue.deriving()))
}

/// The requests that these events decided, newest first.
async fn read(core: &Core, decisions: &[Stored]) -> Result<Vec<ApprovalView>, CommandError> {
    let events = told_with(core, decisions).await?;
    let places: HashSet<u64> = decisions.iter().map(|stored| stored.seq).collect();
    Ok(decided(core, events.iter().chain(decisions), &places))
}

/// What is looked for: each of these has to be somewhere in what is shown.
struct Words(Vec<String>);

impl Words {
    fn of(query: &str) -> Self {
        Self(fold(query).split_whitespace().map(str::to_owned).collect())
    }

    fn are_in(&self, view: &ApprovalView) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let amount = view.amount.map(|amount| amount.to_string());
        let told = [
            Some(view.number.as_str()),
            Some(view.requester.as_str()),
            view.decided_by.as_deref(),
            view.comment.as_deref(),
            view.reason.as_deref(),
            view.party.as_deref(),
            view.currency.as_deref(),
            view.unread.as_deref(),
            amount.as_deref(),
            Some(called(view)),
        ];
        let told = told.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let told = fold(&told);
        self.0.iter().all(|word| told.contains(word.as_str()) || amount.as_deref().is_some_and(|amount| is_amount(word, amount)))
    }
}

/// What the window calls it, in both languages.
fn called(view: &ApprovalView) -> &'static str {
    match view.status {
        ApprovalStatus::Approved => "approved 已批准",
        ApprovalStatus::Rejected => "rejected 已驳回",
        ApprovalStatus::Withdrawn => "withdrawn 已撤回",
        ApprovalStatus::Pending => "pending 待审批",
    }
}

/// Whether a folded word is this amount as people write it: `¥72,460.00`, `72460`.
fn is_amount(word: &str, amount: &str) -> bool {
    let bare = word.rsplit(['¥', '$', '€', '£']).next().unwrap_or_default().replace(',', "");
    let plain = |figure: &str| match figure.split_once('.') {
        Some((whole, decimals)) => format!("{whole}.{}", decimals.trim_end_matches('0')).trim_end_matches('.').to_owned(),
        None => figure.to_owned(),
    };
    !bare.is_empty()
        && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
        && plain(amount).trim_start_matches('-').starts_with(&plain(&bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_i_decided_is_what_i_am_named_for_and_what_the_erp_confirmed_of_here() {
        let view = |by: &str, state: Option<&str>| -> ApprovalView {
            let decision = state.map(|state| serde_json::json!({ "approve": true, "at": 1, "state": state, "attempts": 1, "error": null }));
            serde_json::from_value(serde_json::json!({
                "key": "s/order:1", "source": "s", "resource_type": "order", "resource_id": "1", "number": "SO-1", "requester": "", "reason": null,
                "amount": null, "currency": null, "unread": null, "requested_at": 1, "deadline": null, "status": "approved", "decided_at": 2,
                "decided_by": by, "comment": null, "seq": 1, "decision": decision,
            }))
            .unwrap()
        };
        let keeps = |wanted: &Wanted, view: &ApprovalView| wanted.keeps(view, &Words::of(&wanted.query), "张敏");
        let mine = Wanted { mine: true, ..Wanted::default() };
        assert!(keeps(&mine, &view("张敏", None)) && keeps(&mine, &view("u7", Some("confirmed"))));
        assert!(!keeps(&mine, &view("李强", Some("overtaken"))) && !keeps(&mine, &view("李强", None)), "somebody was first");
        let refused = Wanted { outcome: Some(ApprovalStatus::Rejected), ..Wanted::default() };
        let returns = Wanted { resource_type: Some("return".into()), ..Wanted::default() };
        assert!(
            keeps(&Wanted::default(), &view("李强", None))
                && !keeps(&refused, &view("张敏", None))
                && !keeps(&returns, &view("张敏", None))
        );
    }

    #[test]
    fn an_amount_is_found_however_it_is_written() {
        for (word, amount, found) in [
            ("72,460.00", "72460", true),
            ("cn¥72460", "72460.00", true),
            ("72460.5", "72460.50", true),
            ("724", "72460", true),
            ("460", "72460", false),
            ("cn¥", "72460", false),
            ("so-1", "1", false),
            ("1x", "1", false),
        ] {
            assert_eq!(is_amount(word, amount), found, "{word} {amount}");
        }
    }
}
