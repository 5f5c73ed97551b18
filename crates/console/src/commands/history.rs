//! What was decided, as far back as the store goes. The projections remember the last few hundred requests; here the decisions are read from the store, each
//! with what its subject's other events say of it. One answer looks at a bounded number of them, and says where to go on.

use super::decided::{decided, is_decision, told_with};
use crate::{core::Core, error::CommandError};
use std::collections::HashSet;
use watchdeck_events::{Catalogue, fold};
use watchdeck_filter::Plan;
use watchdeck_store::{Query, Stored};
use watchdeck_wire::views::{ApprovalHistory, ApprovalStatus, ApprovalView};

/// Most decisions in one answer.
const PAGE: u32 = 200;
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

pub(crate) async fn decided_before(core: &Core, before: Option<u64>, limit: u32, query: &str) -> Result<ApprovalHistory, CommandError> {
    if query.chars().count() > LONGEST {
        return Err(CommandError::invalid(format!("a search may have {LONGEST} characters at most")));
    }
    let words = Words::of(query);
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
            found.extend(read(core, some).await?.into_iter().filter(|view| words.are_in(view)));
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
