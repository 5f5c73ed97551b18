//! What is known where a condition is evaluated: of one thing, and of what was counted.

use super::{
    compiled::Part,
    counts::Counts,
    outside::{Link, Outside},
};
use crate::words::Words;
use std::borrow::Cow;
use watchdeck_events::{Millis, Money};
use watchdeck_filter::{Fact, Known, Measure, Name, Thing, Verdict};
use watchdeck_wire::{settings::Settings, views::ApprovalStatus};
use watchdeck_world::{World, approvals::times, calendar::Day, entity::Entity, orders};

/// By what everything is judged.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) world: &'a World,
    pub(super) settings: &'a Settings,
    pub(super) today: &'a Day,
    pub(super) now: Millis,
    pub(super) outside: &'a Outside,
}

/// See the [module docs](self).
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) by: By<'a>,
    /// The thing.
    pub(super) thing: Option<(Thing, &'a Entity)>,
    pub(super) counts: &'a Counts,
    /// Under which what is counted stands.
    pub(super) key: &'a str,
    /// Where the measures of the condition are among those of its rule.
    pub(super) first: usize,
}

impl<'a> At<'a> {
    /// For one condition of the rule.
    pub(super) const fn part(self, part: &Part) -> Self {
        Self { first: part.first, ..self }
    }
}

/// The name under which a thing's label is said, where it is another in each language.
pub(super) const LABEL: &str = "label";

/// The values that say when a maintenance begins and ends, in ms since 1970.
const STARTS_AT: &str = "starts_at";
const ENDS_AT: &str = "ends_at";

/// What a thing is called, and what is told of it in words.
#[derive(Debug, Default)]
pub(super) struct Called<'a> {
    pub(super) label: Cow<'a, str>,
    pub(super) seq: Option<u64>,
    pub(super) texts: Vec<(&'static str, Cow<'a, str>)>,
    /// What is said in other words in Chinese and in English.
    pub(super) said: Vec<(&'static str, [String; 2])>,
}

impl<'a> By<'a> {
    pub(super) fn fact(self, thing: Thing, key: &Entity, fact: Fact) -> Option<f64> {
        let ms = |ms: i64| ms as f64;
        match thing {
            Thing::Stock => {
                let told = self.world.stock.told(key)?;
                match fact {
                    Fact::StockOnHand => told.on_hand(),
                    Fact::StockThreshold => Some(told.threshold(self.settings)),
                    Fact::StockHoursLeft => told.hours_left(self.now),
                    Fact::StockChangeToday => Some(told.change_today(&self.today.name)),
                    _ => None,
                }
            }
            Thing::Order => {
                let (.., last) = self.world.orders.state(key)?;
                (fact == Fact::OrderDwell && !orders::is_final(&last.to)).then(|| ms(self.now.since(last.at).max(0)))
            }
            Thing::Approval => {
                let request = self.world.approvals.get(key).filter(|request| request.is_pending())?;
                match fact {
                    Fact::ApprovalWaiting => Some(ms(self.now.since(request.view.requested_at).max(0))),
                    Fact::ApprovalDueIn => times::due(self.settings, &request.view).map(|due| ms(due.since(self.now))),
                    Fact::ApprovalRemindIn if request.view.deciding.is_none() && !self.outside.under_way.contains(&request.view.key) => {
                        times::remind_at(self.settings, &request.view).map(|remind| ms(remind.since(self.now)))
                    }
                    Fact::ApprovalAmount => request.view.amount.map(Money::to_f64),
                    _ => None,
                }
            }
            Thing::Finance => match fact {
                Fact::FinanceAmount => self.world.finance.row(key)?.amount.map(Money::to_f64),
                Fact::FinanceRefund => {
                    let row = self.world.finance.row(key).filter(|row| row.record_type == "refund" && row.action != "cancelled")?;
                    // An amount that could not be read may be any.
                    row.amount.map(Money::to_f64).or_else(|| row.unread.as_ref().map(|_| f64::INFINITY))
                }
                Fact::FinanceLargeRefund => Some(self.settings.large_refund.to_f64()),
                Fact::FinanceOverdue if self.world.finance.is_overdue_now(key) => {
                    self.world.finance.row(key).map(|row| ms(self.now.since(row.at).max(0)))
                }
                _ => None,
            },
            Thing::Maintenance => {
                let planned = self.world.maintenance.get(key)?;
                match fact {
                    Fact::MaintenanceStartsIn => planned.starts.map(|at| ms(at.since(self.now))),
                    Fact::MaintenanceEndsIn => planned.ends.map(|at| ms(at.since(self.now))),
                    Fact::MaintenanceOpenFor => planned.open_since().map(|at| ms(self.now.since(at))),
                    _ => None,
                }
            }
            Thing::Feed => {
                let link = self.link(key)?;
                let since = match fact {
                    Fact::FeedStaleAfter => return Some(f64::from(self.settings.stale_after_seconds) * 1_000.0),
                    Fact::FeedStaleFor => link.stale_since,
                    Fact::FeedQuietFor => link.quiet_since,
                    Fact::FeedDeafFor => link.deaf_since,
                    _ => None,
                };
                since.map(|since| ms(self.now.since(since).max(0)))
            }
        }
    }

    fn link(self, key: &Entity) -> Option<&'a Link> {
        self.outside.links.get(&*key.id)
    }

    /// Everything of a sort that something is known of.
    pub(super) fn things(self, thing: Thing) -> Vec<Entity> {
        match thing {
            Thing::Stock => self.world.stock.keys().cloned().collect(),
            Thing::Order => self.world.orders.keys().cloned().collect(),
            Thing::Approval => self.world.approvals.open().map(|(key, _)| key.clone()).collect(),
            Thing::Finance => self.world.finance.rows().chain(self.world.finance.overdue_rows()).map(|(key, _)| key.clone()).collect(),
            Thing::Maintenance => self.world.maintenance.known(self.now).map(|planned| planned.key.clone()).collect(),
            Thing::Feed => self.outside.links.keys().map(|id| Entity::new(&id.as_str().into(), "source", id)).collect(),
        }
    }

    pub(super) fn called(self, thing: Thing, key: &'a Entity) -> Called<'a> {
        let id = || Cow::Owned(key.id.to_string());
        match thing {
            Thing::Stock => {
                let Some(told) = self.world.stock.told(key) else { return Called::default() };
                let texts =
                    [("warehouse", told.warehouse()), ("productName", told.name()), ("productCode", told.code()), ("actor", told.mover())];
                let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?))));
                Called {
                    label: told.name().map_or_else(id, Cow::Borrowed),
                    seq: Some(told.seq()),
                    texts: texts.chain([("productId", id())]).collect(),
                    said: Vec::new(),
                }
            }
            Thing::Order => {
                let Some((number, customer, last)) = self.world.orders.state(key) else { return Called::default() };
                let texts =
                    [("orderNumber", number), ("customerName", customer), ("status", Some(&*last.to)), ("newStatus", Some(&*last.to))];
                let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?))));
                Called {
                    label: number.map_or_else(id, Cow::Borrowed),
                    seq: Some(last.seq),
                    texts: texts.chain([("orderId", id()), ("orderType", Cow::Owned(key.kind.to_string()))]).collect(),
                    said: Vec::new(),
                }
            }
            Thing::Approval => {
                let Some(request) = self.world.approvals.get(key) else { return Called::default() };
                let view = &request.view;
                let texts = [
                    ("resourceType", Some(&*view.resource_type)),
                    ("requesterName", Some(&*view.requester)),
                    ("reason", view.reason.as_deref()),
                    ("currency", view.currency.as_deref()),
                    ("status", (view.status == ApprovalStatus::Pending).then_some("pending")),
                ];
                let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?))));
                let what = both(|words| words.resource(&view.resource_type, &view.number));
                let amount = both(|words| words.amount(view.amount, view.currency.as_deref(), view.unread.as_deref()));
                Called {
                    label: Cow::Borrowed(&view.number),
                    seq: Some(view.seq),
                    texts: texts.collect(),
                    said: vec![(LABEL, what), ("amount", amount)],
                }
            }
            Thing::Finance => {
                let Some(row) = self.world.finance.row(key) else { return Called::default() };
                let texts = [
                    ("recordType", Some(&*row.record_type)),
                    ("action", Some(&*row.action)),
                    ("party", row.party.as_deref()),
                    ("currency", row.currency.as_deref()),
                ];
                let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?))));
                let amount = both(|words| words.amount(row.amount, row.currency.as_deref(), row.unread.as_deref()));
                Called { label: Cow::Borrowed(&row.number), seq: Some(row.seq), texts: texts.collect(), said: vec![("amount", amount)] }
            }
            Thing::Maintenance => {
                let Some(planned) = self.world.maintenance.get(key) else { return Called::default() };
                // For the window, which can keep quiet what comes of it meanwhile.
                let time = |at: Option<Millis>| at.map(|at| Cow::Owned(at.0.to_string()));
                let texts = [
                    ("message", Some(Cow::Borrowed(&*planned.message))),
                    ("maintenance_type", Some(Cow::Borrowed(&*planned.sort))),
                    (STARTS_AT, time(planned.starts)),
                    (ENDS_AT, time(planned.ends)),
                ];
                let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)));
                Called { label: Cow::Borrowed(&planned.sort), seq: Some(planned.seq), texts: texts.collect(), said: Vec::new() }
            }
            Thing::Feed => {
                let Some(link) = self.link(key) else { return Called::default() };
                Called { label: Cow::Borrowed(&link.name), texts: vec![("source", id())], ..Called::default() }
            }
        }
    }
}

/// What a text is in Chinese and in English.
fn both(text: impl Fn(Words) -> String) -> [String; 2] {
    [Words::CHINESE, Words::ENGLISH].map(text)
}

impl Known for At<'_> {
    fn fact(&self, fact: Fact) -> Option<f64> {
        let (thing, key) = self.thing?;
        self.by.fact(thing, key, fact)
    }

    fn measured(&self, measure: &Measure) -> Option<f64> {
        Some(self.counts.value(self.first + measure.nth, measure, self.key, self.by.now))
    }

    fn usual(&self, measure: &Measure) -> Option<f64> {
        self.counts.usual(self.first + measure.nth, measure, self.key, self.by.now)
    }

    fn says(&self, name: &Name, matches: &dyn Fn(&str) -> bool) -> Verdict {
        let Some((thing, key)) = self.thing else { return Verdict::Maybe };
        match name {
            // What is told of a record is of its sort, or a change.
            Name::Kind if thing == Thing::Finance => {
                let finance = &self.by.world.finance;
                let sort =
                    finance.row(key).map_or("", |row| if row.record_type == "refund" { "finance:refund" } else { "finance:payment" });
                let is_one = matches(sort) || (finance.is_overdue_now(key) && matches("finance:overdue"));
                if is_one { Verdict::Yes } else { Verdict::Maybe }
            }
            // Of which messages it was told, the thing itself does not say.
            Name::Kind | Name::Channel | Name::Domain | Name::Id => Verdict::Yes,
            Name::Source => matches(&key.realm).into(),
            Name::Subject => matches(&format!("{}:{}", key.kind, key.id)).into(),
            Name::Actor | Name::Field(_) => {
                let field = if let Name::Field(field) = name { field.as_str() } else { "actor" };
                let called = self.by.called(thing, key);
                let told = called.texts.iter().find(|(known, _)| *known == field);
                told.map_or(Verdict::Maybe, |(_, text)| matches(text).into())
            }
        }
    }
}
