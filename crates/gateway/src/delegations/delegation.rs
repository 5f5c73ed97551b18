//! What a delegation is, and what can be wrong with one.

use crate::{
    access::{Person, Principal, Way},
    named::Named,
};
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// Longest time, ms: a year.
const LONGEST: i64 = 366 * 24 * 60 * 60 * 1_000;
/// Most kinds of things, and the longest name of one, bytes.
const TYPES: (usize, usize) = (32, 64);

/// What somebody asks for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DelegationOrder {
    /// Who decides.
    pub(crate) to: Named,
    /// Since when, ms since 1970.
    pub(crate) from: Millis,
    /// Until when.
    pub(crate) until: Millis,
    /// On what kinds of things; `*` stands for any text.
    #[serde(default = "anything")]
    pub(crate) types: Vec<String>,
}

fn anything() -> Vec<String> {
    vec!["*".into()]
}

/// Somebody decides for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delegation {
    pub(crate) id: String,
    /// In whose name.
    pub(crate) giver: Named,
    /// What the giver was when it was made: the names of its roles.
    pub(super) roles: Vec<String>,
    /// The giver is one of the gateway's own users: what it may by now is known.
    #[serde(default)]
    pub(super) is_user: bool,
    /// Who decides.
    pub(crate) to: Named,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(super) types: Vec<String>,
}

impl Delegation {
    /// By somebody who asks for it now.
    pub(super) fn new(order: DelegationOrder, by: &Principal, now: Millis) -> Result<Self, DelegationError> {
        let invalid = |words: &str| Err(DelegationError::Invalid(words.to_owned()));
        if !by.is_person() {
            return Err(DelegationError::Nobody);
        }
        let Some(to) = order.to.checked() else { return invalid("`to` needs an `id` of 1 to 128 bytes, and a `name` of at most as many") };
        if to.id == *by.id {
            return Err(DelegationError::Circle(vec![by.id.to_string(), to.id]));
        }
        if order.until <= order.from {
            return invalid("`until` must be after `from`, both in ms since 1970");
        }
        if order.until <= now {
            return invalid("`until` is over already");
        }
        if order.until.since(order.from) > LONGEST {
            return invalid("a delegation lasts a year at most");
        }
        if order.types.is_empty()
            || order.types.len() > TYPES.0
            || order.types.iter().any(|kind| kind.trim().is_empty() || kind.len() > TYPES.1)
        {
            return invalid("`types` names 1 to 32 types of things, like [\"order\"], or [\"*\"] for all");
        }
        Ok(Self {
            id: uuid::Uuid::now_v7().to_string(),
            giver: Named { id: by.id.to_string(), name: by.name.to_string() },
            roles: by.roles.to_vec(),
            is_user: by.way == Way::User,
            to,
            from: order.from,
            until: order.until,
            types: order.types.iter().map(|kind| kind.trim().to_owned()).collect(),
        })
    }

    /// As whoever has to do with it is told.
    pub(crate) fn told(&self) -> serde_json::Value {
        serde_json::json!({ "id": self.id, "giver": self.giver, "to": self.to, "from": self.from, "until": self.until, "types": self.types })
    }

    /// The giver, as it was then.
    pub(crate) fn giver_then(&self) -> Person {
        Person { id: self.giver.id.clone(), name: self.giver.name.clone(), roles: self.roles.clone() }
    }

    /// Whether what the giver is by now can be asked.
    pub(crate) const fn is_of_a_user(&self) -> bool {
        self.is_user
    }
}

/// Why a delegation was not made or not ended. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DelegationError {
    /// Whoever asks shows a key that several may show.
    #[error("only somebody in particular can delegate; sign in with a token of your own")]
    Nobody,
    /// It would lead back to where it began.
    #[error("this would lead in a circle: {}; choose somebody else, or other times", .0.join(" → "))]
    Circle(Vec<String>),
    /// The giver has passed the same on already.
    #[error("you have delegated this to {} for a part of that time; end that delegation first", .0.to.shown())]
    Twice(Box<Delegation>),
    /// There are too many.
    #[error("there can be {0} delegations of one person at a time; end one first")]
    TooMany(usize),
    /// What was sent cannot be meant.
    #[error("{0}")]
    Invalid(String),
    /// There is none of this id that is theirs.
    #[error("you have no delegation of this id")]
    Unknown,
    /// It could not be written down.
    #[error("the delegation could not be kept: {0}; send it again")]
    Unavailable(String),
}
