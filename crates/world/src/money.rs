//! Sums of money that never add two currencies.
//!
//! Amounts in one currency are one sum. Amounts that name none, of a source that names none either, are a sum of their own per realm: the
//! ERP's own currency, whatever it is. What could not be read is not in a sum but counted beside it.

use super::realms::Realms;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watchdeck_events::{Currency, Money};
use watchdeck_wire::views::MoneySum;

/// Currencies in one sum; amounts in what more there is are counted as unread.
const CURRENCIES: usize = 64;

/// What an amount is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purse {
    currency: Option<Currency>,
    /// Whose, where no currency is named.
    realm: Option<Arc<str>>,
}

impl Purse {
    /// What the event says, else what the source's setting says, else the ERP's own.
    #[must_use]
    pub fn of(stated: Option<&Currency>, source: &Arc<str>, realms: &Realms) -> Self {
        let currency = stated.or_else(|| realms.currency(source)).cloned();
        let realm = currency.is_none().then(|| Arc::clone(realms.realm(source)));
        Self { currency, realm }
    }

    /// The currency, where one is known.
    #[must_use]
    pub fn currency(&self) -> Option<&Currency> {
        self.currency.as_ref()
    }
}

/// Sums, one per [`Purse`].
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sums(Vec<Sum>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    purse: Purse,
    amount: Money,
    count: u32,
    unread: u32,
}

impl Sums {
    /// One amount more; `None` is one that could not be read.
    pub fn add(&mut self, purse: &Purse, amount: Option<Money>) {
        let known = self.0.iter().position(|sum| sum.purse == *purse);
        let full = self.0.len() >= CURRENCIES;
        let place = known.unwrap_or_else(|| {
            if !full {
                self.0.push(Sum { purse: purse.clone(), amount: Money::ZERO, count: 0, unread: 0 });
            }
            self.0.len() - 1
        });
        let sum = &mut self.0[place];
        let total = amount.filter(|_| known.is_some() || !full).and_then(|amount| sum.amount.plus(amount));
        match total {
            Some(total) => {
                sum.amount = total;
                sum.count = sum.count.saturating_add(1);
            }
            None => sum.unread = sum.unread.saturating_add(1),
        }
    }

    /// One amount less, that was added before.
    pub fn take_back(&mut self, purse: &Purse, amount: Option<Money>) {
        let Some(place) = self.0.iter().position(|sum| sum.purse == *purse) else { return };
        let sum = &mut self.0[place];
        match amount.and_then(|amount| sum.amount.minus(amount)) {
            Some(total) => {
                sum.amount = total;
                sum.count = sum.count.saturating_sub(1);
            }
            None => sum.unread = sum.unread.saturating_sub(1),
        }
        if sum.count == 0 && sum.unread == 0 {
            self.0.remove(place);
        }
    }

    /// How many amounts are in it, read and unread.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().fold(0, |all, sum| all.saturating_add(sum.count).saturating_add(sum.unread))
    }

    /// The one sum, where there is only one; nothing is zero. `None` where there are several: they have no total.
    #[must_use]
    pub fn single(&self) -> Option<Money> {
        match self.0.as_slice() {
            [] => Some(Money::ZERO),
            [sum] => Some(sum.amount),
            _ => None,
        }
    }

    /// As the window gets them: the one with most amounts first.
    #[must_use]
    pub fn view(&self) -> Vec<MoneySum> {
        let one = |sum: &Sum| MoneySum {
            currency: sum.purse.currency.as_ref().map(ToString::to_string),
            source: sum.purse.realm.as_deref().map(str::to_owned),
            amount: sum.amount,
            count: sum.count,
            unread: sum.unread,
        };
        let mut sums: Vec<_> = self.0.iter().map(one).collect();
        sums.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.currency, &a.source).cmp(&(&b.currency, &b.source))));
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purse(currency: &str) -> Purse {
        Purse::of(Currency::read(currency, None).as_ref(), &"s".into(), &Realms::default())
    }

    fn amount(text: &str) -> Option<Money> {
        Money::from_json(text)
    }

    #[test]
    fn dollars_and_yuan_have_no_total() {
        let mut sums = Sums::default();
        sums.add(&purse("USD"), amount("5"));
        assert_eq!(sums.single(), amount("5"));
        sums.add(&purse("CNY"), amount("7"));
        assert_eq!(sums.single(), None);
        let shown: Vec<_> = sums.view().into_iter().map(|sum| (sum.currency.unwrap_or_default(), sum.amount.to_string())).collect();
        assert_eq!(shown, [("CNY".to_owned(), "7".to_owned()), ("USD".to_owned(), "5".to_owned())]);
    }

    #[test]
    fn unnamed_money_of_two_erps_is_not_added() {
        let mut sums = Sums::default();
        for source in ["east", "west"] {
            sums.add(&Purse::of(None, &source.into(), &Realms::default()), amount("1"));
        }
        assert_eq!((sums.single(), sums.view().len()), (None, 2));
    }

    #[test]
    fn what_cannot_be_read_or_added_is_counted_beside_the_sum() {
        let mut sums = Sums::default();
        for text in ["79228162514264337593543950335", "79228162514264337593543950335", "\"a lot\""] {
            sums.add(&purse("CNY"), amount(text));
        }
        let shown: Vec<_> = sums.view().iter().map(|sum| (sum.count, sum.unread)).collect();
        assert_eq!((shown.as_slice(), sums.count()), ([(1, 2)].as_slice(), 3));
        sums.take_back(&purse("CNY"), None);
        assert_eq!(sums.count(), 2);
    }
}
