//! What the palette finds among the things that are known, by name, number or party.

use serde::{Deserialize, Serialize};

/// What was found, by kind of thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FoundView {
    /// Products, by name, code and warehouse.
    pub products: Found,
    /// Orders, by number and customer.
    pub orders: Found,
    /// Requests, by number, requester and reason.
    pub approvals: Found,
    /// Customers and suppliers, by name.
    pub parties: Found,
}

/// Things of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Found {
    /// The best first: what is called exactly so, then what begins so; of these what moved last.
    pub rows: Vec<FoundRow>,
    /// How many there are in all.
    pub total: u32,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FoundRow {
    /// The key of its row; of a party its name.
    pub key: String,
    /// Whose it is; empty of a party, whom several sources may know.
    pub source: String,
    /// Its name or number.
    pub label: String,
    /// A product's code, an order's customer, a request's requester.
    pub detail: Option<String>,
    /// `sales`, `return`, `payment` …, of an order or a request; of a party `order` or `record`, whichever told of it last.
    pub sort: Option<String>,
    /// The status of an order or a request.
    pub status: Option<String>,
    /// The newest event about it.
    pub seq: u64,
}
