//! What is called so, of everything that is known.

use crate::{
    find::{Fit, Wanted},
    world::World,
};
use std::{cmp::Reverse, collections::HashMap};
use watchdeck_wire::views::{Found, FoundRow, FoundView};

/// The newest word of a party: the event and what it was about.
type Heard = (u64, &'static str);

impl World {
    /// Whatever is called so, at most `limit` of each kind.
    #[must_use]
    pub fn find(&self, text: &str, limit: usize) -> FoundView {
        let Some(wanted) = Wanted::of(text) else { return FoundView::default() };
        FoundView {
            products: self.stock.find(&wanted, limit),
            orders: self.orders.find(&wanted, limit),
            approvals: self.approvals.find(&wanted, limit),
            parties: self.parties(&wanted, limit),
        }
    }

    fn parties(&self, wanted: &Wanted, limit: usize) -> Found {
        let mut known: HashMap<&str, (Fit, Heard)> = HashMap::new();
        let records = self.finance.rows().chain(self.finance.overdue_rows());
        let records = records.filter_map(|(_, row)| Some((row.party.as_deref()?, (row.seq, "record"))));
        for (name, heard) in self.orders.customers().map(|(name, seq)| (name, (seq, "order"))).chain(records) {
            match known.get_mut(name) {
                Some((_, last)) => *last = heard.max(*last),
                None => {
                    if let Some(fit) = wanted.fit(&[Some(name)]) {
                        known.insert(name, (fit, heard));
                    }
                }
            }
        }
        let total = known.len() as u32;
        let mut all: Vec<_> = known.into_iter().map(|(name, (fit, heard))| (fit, Reverse(heard), name)).collect();
        all.sort_unstable();
        let row = |(_, Reverse((seq, sort)), name): (Fit, Reverse<Heard>, &str)| FoundRow {
            key: name.to_owned(),
            source: String::new(),
            label: name.to_owned(),
            detail: None,
            sort: Some(sort.to_owned()),
            status: None,
            seq,
        };
        Found { rows: all.into_iter().take(limit).map(row).collect(), total }
    }
}
