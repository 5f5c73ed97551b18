//! Who somebody is and what it may, from the handshake on.

use super::{
    credentials::{Known, Person, Standing, Way},
    grants::{Grants, Reading},
    limits::{Debt, Shares, Use},
    refusal::{Refusal, Why},
    roles::Roles,
    view::Shown,
};
use std::{sync::Arc, time::Duration};
use watchdeck_events::{Channel, Event, Millis};
use watchdeck_protocol::User;
use watchdeck_secret::Secret;

/// The role of whoever looks after the others.
const ADMIN: &str = "admin";

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub struct Principal {
    /// As the ERP calls it.
    pub id: Arc<str>,
    /// As people read it.
    pub name: Arc<str>,
    /// The names of its roles.
    pub roles: Arc<[String]>,
    /// What it may.
    pub grants: Grants,
    /// By which way it came.
    pub way: Way,
    expires: Option<Millis>,
    session: Option<Secret>,
    standing: Option<Standing>,
    /// `None` where nothing is counted: whoever is on this machine anyway.
    shares: Option<Arc<Shares>>,
}

impl Principal {
    /// Somebody who was recognised.
    pub(crate) fn of(known: Known, roles: &Arc<Roles>, shares: Arc<Shares>) -> Self {
        let Known { person, way, expires, session, standing } = known;
        let grants = Grants::of(&person.id, &person.roles, roles);
        let (id, name, roles) = (person.id.into(), person.name.into(), person.roles.into());
        Self { id, name, roles, grants, way, expires, session, standing, shares: Some(shares) }
    }

    /// Whoever shows a key that belongs to nobody, or none.
    pub(crate) fn nobody(way: Way, name: &str, roles: &[&str], grants: Grants, shares: Option<Arc<Shares>>) -> Self {
        let id = match way {
            Way::ReadToken => "token",
            Way::PublishKey => "key",
            other => other.as_str(),
        };
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        Self { id: id.into(), name: name.into(), roles, grants, way, expires: None, session: None, standing: None, shares }
    }

    /// The same, as it stands by now.
    pub(crate) fn as_of(&self, person: &Person, roles: &Arc<Roles>) -> Self {
        let grants = Grants::of(&person.id, &person.roles, roles);
        let (id, name, roles) = (person.id.as_str().into(), person.name.as_str().into(), person.roles.clone().into());
        Self { id, name, roles, grants, ..self.clone() }
    }

    /// It is somebody in particular, and no key that several may show.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self.way, Way::User | Way::Jwt | Way::Erp)
    }

    /// It looks after the others, and may undo what they forgot to.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == ADMIN)
    }

    /// The ERP's session by which it came, as a `Cookie` header says it.
    #[must_use]
    pub const fn session(&self) -> Option<&Secret> {
        self.session.as_ref()
    }

    /// Until when it is believed.
    #[must_use]
    pub const fn expires(&self) -> Option<Millis> {
        self.expires
    }

    /// How it stands from now on.
    pub(crate) fn standing(&self) -> Option<Standing> {
        self.standing.clone()
    }

    /// How it sees a channel; `None` when it may not read it.
    #[must_use]
    pub fn view(&self, channel: &Channel) -> Option<Reading> {
        self.grants.view(channel)
    }

    /// May it publish on these, so many events?
    pub(crate) fn publishes<'a>(&self, mut channels: impl ExactSizeIterator<Item = &'a Channel>) -> Result<(), Refusal> {
        let count = channels.len();
        if let Some(channel) = channels.find(|channel| !self.grants.may_publish(channel)) {
            return Err(Refusal::new(Why::Forbidden, format!("{} may not publish on {channel}; ask for a role that may", self.shown())));
        }
        self.take(Use::Publish, count).map_err(|wait| Refusal::too_fast("events are published", wait))
    }

    /// May it decide on this?
    pub(crate) fn decides(&self, resource_type: &str) -> Result<(), Refusal> {
        if !self.grants.may_decide(resource_type) {
            let words = format!("{} may not decide on {resource_type}; ask for a role that may", self.shown());
            return Err(Refusal::new(Why::Forbidden, words));
        }
        self.takes_a_decision()
    }

    /// May it say that somebody has an alert about what this channel tells, by this event where that is known?
    pub(crate) fn acknowledges(&self, channel: &Channel, event: Option<&Event>) -> Result<(), Refusal> {
        let shows = |reading: &Reading| match (reading, event) {
            (Reading::Through(view), Some(event)) => view.of(event) != Shown::Hidden,
            (Reading::Through(_) | Reading::Whole, _) => true,
        };
        if !self.view(channel).as_ref().is_some_and(shows) {
            let words =
                format!("{} may not read what this alert is about on {channel}, and cannot have it; ask for a role that may", self.shown());
            return Err(Refusal::new(Why::Forbidden, words));
        }
        if !self.grants.may_acknowledge(channel) {
            let words = format!("{} may not acknowledge alerts of {channel}; ask for a role that may", self.shown());
            return Err(Refusal::new(Why::Forbidden, words));
        }
        self.take(Use::Publish, 1).map_err(|wait| Refusal::too_fast("alerts are acknowledged", wait))
    }

    /// It decides for somebody who may: its share counts all the same.
    pub(crate) fn takes_a_decision(&self) -> Result<(), Refusal> {
        self.take(Use::Decide, 1).map_err(|wait| Refusal::too_fast("decisions are sent", wait))
    }

    /// Nobody who may decide on this has passed it on to this one, or not the one that it says.
    pub(crate) fn decides_for_nobody(&self, said: &str, resource_type: &str) -> Refusal {
        let words = format!("{said} has not passed on to {} what is to be decided on {resource_type} now", self.shown());
        Refusal::new(Why::Forbidden, words)
    }

    /// Take a share of what it may use, or how long to wait for it.
    pub(crate) fn take(&self, what: Use, count: usize) -> Result<(), Duration> {
        self.shares.as_ref().map_or(Ok(()), |shares| shares.take(what, count))
    }

    /// Pay for bytes that were sent to it, or what is left to pay.
    pub(crate) fn pay(&self, bytes: usize) -> Result<(), Debt> {
        self.shares.as_ref().map_or(Ok(()), |shares| shares.pay(bytes))
    }

    /// Its name for the one who reads a refusal.
    pub(crate) fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// As the hello says it.
    pub(crate) fn user(&self, decides: Vec<String>) -> User {
        User { id: self.id.to_string(), name: self.name.to_string(), roles: self.roles.to_vec(), decides: Some(decides) }
    }
}
