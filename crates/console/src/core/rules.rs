//! Rules that are documents, and the past: what they have to know of it before they can judge, and what one would have done in it.

use super::{Core, intake::Looks};
use crate::error::CommandError;
use std::{sync::Arc, time::Instant};
use tokio::time::Duration;
use watchdeck_alerts::{
    backtest::{Backtest, Outcome},
    written::{self, RuleFault},
};
use watchdeck_events::Millis;
use watchdeck_filter::{Name, Pattern, Plan, Thing};
use watchdeck_store::{Order, Query, Stored};
use watchdeck_wire::{
    settings::{RuleDocument, Settings},
    views::{Backtest as BacktestView, RuleFaultView},
};
use watchdeck_world::World;

/// Events of one page.
const PAGE: usize = 2_000;
/// Events that are looked at for one page.
const SCAN: u64 = 200_000;
/// Days that a rule can be tried over.
const DAYS: std::ops::RangeInclusive<u32> = 1..=366;
/// So long before the first day what there is of things is learned, ms.
const LEARN: i64 = 7 * 86_400_000;
const DAY: i64 = 86_400_000;
/// Between two tries to read the past.
const AGAIN: Duration = Duration::from_secs(5);

impl Core {
    /// Counts what happened before a rule was one, whenever there is such a rule.
    pub(super) async fn follow_rules(self: Arc<Self>) {
        loop {
            let cold = {
                let state = self.state();
                state.written.cold(self.now())
            };
            for cold in cold {
                let looks = Looks::of(self.sources.records.clocks(), &mut self.state(), self.now());
                let plan = cold.about.and(Plan::Occurred { from: Some(cold.from), before: None });
                let mut query =
                    Some(Query { before: Some(cold.upto + 1), order: Order::OldestFirst, limit: PAGE, max_read: SCAN, ..Query::of(plan) });
                while let Some(next) = query {
                    let page = match self.store.page(next.clone()).await {
                        Ok(page) => page,
                        Err(error) => {
                            tracing::warn!(%error, rule = cold.rule, "What a rule counts could not be read; trying again.");
                            return tokio::time::sleep(AGAIN).await;
                        }
                    };
                    let mut state = self.state();
                    for stored in &page.events {
                        let facts = looks.facts(&stored.event);
                        state.written.warm(&cold.rule, stored, &facts, looks.realm(&stored.event.source));
                    }
                    query = next.behind(&page);
                }
                self.state().written.is_warm(&cold.rule);
            }
            self.look_again().await;
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.ruled.notified() => {}
            }
        }
    }

    /// Alerts of single events whose rule says something else by now: those that it does not mean any more are over.
    async fn look_again(&self) {
        let doubts = {
            let state = self.state();
            state.written.doubtful(&state.book)
        };
        for doubt in doubts {
            let Ok(Some(stored)) = self.store.get(doubt.seq).await else { continue };
            let effects = {
                let mut guard = self.state();
                let state = &mut *guard;
                let at = self.now();
                let about = doubt.alert.strip_prefix(&*doubt.rule).and_then(|rest| rest.strip_prefix(':')).unwrap_or_default();
                let over = !state.written.means(&doubt.rule, &stored.event);
                let notice = if over { state.book.resolve(&doubt.rule, about, at) } else { None };
                state.notify(notice.into_iter().collect(), false, at)
            };
            self.say(effects);
        }
    }

    /// What a rule would have done over the last days, and what the one of its name that is in force would have.
    pub(crate) async fn backtest(&self, id: &str, document: &RuleDocument, days: u32) -> Result<BacktestView, CommandError> {
        if !DAYS.contains(&days) {
            return Err(CommandError::invalid(format!("a rule can be tried over {} to {} days", DAYS.start(), DAYS.end())));
        }
        let began = Instant::now();
        let until = self.now();
        let from = until.plus(-i64::from(days) * DAY);
        let settings = self.state().settings.clone();
        let in_force = settings.rules.get(id).or_else(|| written::shipped(id)).cloned();
        let (outcome, events) = self.over_the_past(id, document, &settings, from, until).await?;
        let interruptions_now = match in_force {
            Some(other) if other == *document => Some(outcome.interruptions),
            Some(other) => Some(self.over_the_past(id, &other, &settings, from, until).await?.0.interruptions),
            None => None,
        };
        let edges = self.store.edges().await?;
        Ok(BacktestView {
            from,
            until,
            events,
            fired: outcome.fired,
            situations: outcome.situations,
            at_night: outcome.at_night,
            interruptions: outcome.interruptions,
            interruptions_now,
            alerts: outcome.alerts,
            incomplete: edges.iter().any(|edge| edge.received_at > from),
            took_ms: began.elapsed().as_millis() as u64,
        })
    }

    async fn over_the_past(
        &self,
        id: &str,
        document: &RuleDocument,
        settings: &Settings,
        from: Millis,
        until: Millis,
    ) -> Result<(Outcome, u64), CommandError> {
        let looks = Looks::of(self.sources.records.clocks(), &mut self.state(), until);
        let world = World::of(looks.realms().clone());
        let mut test = Backtest::of(id, document, settings, world, self.seams.calendar(), from).map_err(refused)?;
        let (plan, thing, reach) = test.needs();
        let (plan, before) = match thing {
            None => (plan, reach),
            // What happens to other things changes nothing about these.
            Some(thing) => (of_thing(thing), reach.max(LEARN)),
        };
        let listened = self.store.stats().await?.oldest_at.unwrap_or(until).max(from.plus(-before));
        test.spans(until.since(from) + before, listened);
        let plan = plan.and(Plan::Occurred { from: Some(from.plus(-before)), before: Some(until.plus(1)) });
        let mut query =
            Some(Query { before: Some(self.store.head() + 1), order: Order::OldestFirst, limit: PAGE, max_read: SCAN, ..Query::of(plan) });
        let mut events = 0;
        while let Some(next) = query {
            let page = self.store.page(next.clone()).await?;
            events += page.scanned;
            let see = |stored: &Stored, test: &mut Backtest| test.event(stored, &looks.facts(&stored.event));
            page.events.iter().for_each(|stored| see(stored, &mut test));
            query = next.behind(&page);
            tokio::task::yield_now().await;
        }
        Ok((test.end(until), events))
    }
}

/// What is told of things of a sort.
fn of_thing(thing: Thing) -> Plan {
    let domains: &[&str] = match thing {
        Thing::Stock => &["inventory"],
        Thing::Order => &["orders"],
        // What a request is derived from is told where the thing itself is.
        Thing::Approval => return Plan::default(),
        Thing::Finance => &["finance"],
        Thing::Maintenance => &["system"],
        // No event tells how a link is.
        Thing::Feed => &[],
    };
    Plan::Any(domains.iter().map(|domain| Plan::Is(Name::Domain, Pattern::whole(domain))).collect())
}

fn refused(fault: RuleFault) -> CommandError {
    CommandError::invalid(fault.to_string())
}

/// What is wrong with a document, if anything is.
pub(crate) fn checked(id: &str, document: &RuleDocument, now: Millis) -> Option<RuleFaultView> {
    let RuleFault { field, message, at } = written::check(id, document, now).err()?;
    Some(RuleFaultView { field, message, at })
}
