//! Who somebody is, and what it may.
//!
//! A [`Principal`] is made at the handshake, or of a request, and goes with it everywhere. There are three ways to be somebody, side by side: a token
//! that this gateway gave out, one of an identity provider, and a session of the ERP, which is asked whose it is. The two old keys belong to nobody in
//! particular and go on working. Where none of all these is set up, the programs of this machine may everything, but no web page that is open on it.
//!
//! A refusal of a WebSocket is given after the handshake, as a close with a reason: a browser shows nothing of a refused handshake, and the ERP's own
//! server does the same, so its clients expect it.

mod claims;
mod credentials;
mod erp;
mod grants;
mod jwt;
mod limits;
mod origin;
mod outward;
mod pattern;
mod presented;
mod principal;
mod refusal;
mod roles;
pub mod users;
mod view;
mod ways;

pub use credentials::{Credentials, Known, Person, Presented, Standing, Unrecognised, Way};
pub use grants::{Grants, Reading};
pub use principal::Principal;
pub use view::{Shown, View};
pub use ways::ways;

pub(crate) use limits::Use;
pub(crate) use pattern::Pattern;
pub(crate) use refusal::{Refusal, Why};
pub(crate) use roles::{RoleRefused, Roles};

use crate::config::{Config, ConfigError};
use axum::http::HeaderMap;
use limits::Limits;
use roles::of_key;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_secret::Secret;

/// What somebody wants to do, which decides whose key opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    /// Publish or decide.
    Act,
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Access {
    publish_key: Option<Secret>,
    read_token: Option<Secret>,
    allowed_origins: Vec<String>,
    /// Whether the configuration names a way, whatever was handed in for it.
    is_configured: bool,
    ways: Vec<Arc<dyn Credentials>>,
    roles: Arc<Roles>,
    limits: Limits,
}

impl Access {
    /// By a configuration, with the ways that whoever starts the gateway hands in.
    ///
    /// # Errors
    /// [`ConfigError`] for a role that cannot be compiled.
    pub(crate) fn new(config: &Config, ways: Vec<Arc<dyn Credentials>>) -> Result<Self, ConfigError> {
        Ok(Self {
            publish_key: config.publish_key.clone(),
            read_token: config.read_token.clone(),
            allowed_origins: config.allowed_origins.clone(),
            is_configured: config.asks_who(),
            ways,
            roles: Arc::new(config.compiled_roles()?),
            limits: Limits::new(config.limits),
        })
    }

    /// Say what whoever shows a key that belongs to nobody may.
    pub(crate) fn announce(&self) {
        if self.read_token.is_some() {
            tracing::info!(
                "Whoever shows `read_token` reads everything, other people's notifications too; a user of its own reads what its roles may."
            );
        }
        if self.publish_key.is_some() {
            tracing::info!("Whoever shows `publish_key` publishes, decides and reads everything, in nobody's name.");
        }
        if self.is_open(Purpose::Read) {
            tracing::info!("Nobody is asked who it is: every program of this machine reads everything.");
        }
    }

    /// The work beside each way, until `stop`.
    pub(crate) fn keeping(&self, stop: &CancellationToken) -> Vec<impl Future<Output = ()> + Send + 'static> {
        let keep = |way: &Arc<dyn Credentials>| {
            let (way, stop) = (Arc::clone(way), stop.clone());
            async move { way.keep(stop).await }
        };
        self.ways.iter().map(keep).collect()
    }

    /// Every token that is kept in a list, by its name, in words.
    pub(crate) fn list(&self) -> impl Iterator<Item = (String, String)> {
        self.ways.iter().flat_map(|way| way.list())
    }

    /// What changes with the lists.
    pub(crate) fn watch(&self) -> Vec<watch::Receiver<u64>> {
        self.ways.iter().filter_map(|way| way.watch()).collect()
    }

    /// Whether nothing has to be shown.
    fn is_open(&self, purpose: Purpose) -> bool {
        let key = match purpose {
            Purpose::Read => &self.read_token,
            Purpose::Act => &self.publish_key,
        };
        key.is_none() && !self.asks_who()
    }

    /// Whether there is a way to be somebody.
    fn asks_who(&self) -> bool {
        self.is_configured || self.ways.iter().any(|way| way.is_open())
    }

    /// Who sends this request.
    pub(crate) async fn principal(&self, headers: &HeaderMap, query: Option<&str>, purpose: Purpose) -> Result<Principal, Refusal> {
        if !origin::may_ask(headers, &self.allowed_origins, !self.is_open(purpose)) {
            return Err(Refusal::new(Why::Origin, "this web page's origin is not allowed; add it to the gateway's allowed_origins"));
        }
        self.recognise(&presented::of(headers, query), purpose, headers).await
    }

    /// Who opens a session of the plain ERP protocol.
    pub(crate) async fn plain_reader(&self, headers: &HeaderMap) -> Result<Principal, Refusal> {
        let presented = presented::of_plain(headers);
        if !origin::may_ask(headers, &self.allowed_origins, !self.is_open(Purpose::Read)) {
            return Err(Refusal::new(Why::Origin, ""));
        }
        let no_session = !presented.cookies.is_empty();
        self.recognise(&presented, Purpose::Read, headers).await.map_err(|refusal| match refusal.why {
            Why::Nothing if no_session => Refusal { why: Why::NoSession, ..refusal },
            _ => refusal,
        })
    }

    /// Whose a token is that replaces another on a session.
    pub(crate) async fn renewed(&self, token: String) -> Result<Principal, Refusal> {
        let presented = Presented { token: Some(Secret::new(token)), cookies: Vec::new() };
        self.recognise(&presented, Purpose::Read, &HeaderMap::new()).await
    }

    async fn recognise(&self, presented: &Presented, purpose: Purpose, headers: &HeaderMap) -> Result<Principal, Refusal> {
        if self.is_open(purpose) {
            return Ok(self.nobody(Way::Local));
        }
        if let Some(token) = &presented.token {
            let is = |key: &Option<Secret>| key.as_ref().is_some_and(|key| key.matches(token.expose()));
            // The key opens more: an approver's console shows it to read and to decide.
            if is(&self.publish_key) {
                return Ok(self.nobody(Way::PublishKey));
            }
            if is(&self.read_token) {
                return Ok(self.nobody(Way::ReadToken));
            }
        }
        let mut refusal = None;
        for way in &self.ways {
            match way.recognise(presented).await {
                Ok(Some(known)) => return self.admitted(known, presented, headers),
                Ok(None) => {}
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        let nothing = presented.token.is_none();
        Err(match refusal {
            Some(Unrecognised::Wrong(reason)) => Refusal::new(Why::Wrong, reason),
            Some(Unrecognised::Expired(reason)) => Refusal::new(Why::Expired, reason),
            Some(Unrecognised::Unavailable(reason)) => Refusal::new(Why::Unavailable, reason),
            None => Refusal::new(if nothing { Why::Nothing } else { Why::Wrong }, self.words(nothing, purpose)),
        })
    }

    fn admitted(&self, known: Known, presented: &Presented, headers: &HeaderMap) -> Result<Principal, Refusal> {
        // A cookie comes with whatever page asks.
        if known.way == Way::Erp && presented.token.is_none() && !origin::may_use_cookies(headers, &self.allowed_origins) {
            return Err(Refusal::new(Why::Origin, "this web page may not use its user's session here; add its origin to allowed_origins"));
        }
        if let Some(unknown) = known.person.roles.iter().find(|role| self.roles.get(role).is_none()) {
            tracing::debug!(id = known.person.id, role = unknown, "Somebody has a role that is not set up here.");
        }
        let shares = self.limits.shares(format!("{}:{}", known.way.as_str(), known.person.id));
        Ok(Principal::of(known, &self.roles, shares))
    }

    fn nobody(&self, way: Way) -> Principal {
        let (name, role, acts) = match way {
            Way::ReadToken => ("Token holder", "reader", self.is_open(Purpose::Act)),
            Way::PublishKey => ("Key holder", "publisher", true),
            _ => ("This machine", "local", true),
        };
        let shares = (way != Way::Local).then(|| self.limits.shares(way.as_str().to_owned()));
        Principal::nobody(way, name, &[role], Grants::of_role(of_key(acts), &self.roles), shares)
    }

    /// What to do where nothing, or nothing of ours, was shown.
    fn words(&self, nothing: bool, purpose: Purpose) -> String {
        let key = match purpose {
            Purpose::Read => self.read_token.as_ref().map(|_| "read_token"),
            Purpose::Act => self.publish_key.as_ref().map(|_| "publish_key"),
        };
        match (key, purpose, nothing) {
            (Some(key), Purpose::Read, true) => format!("this gateway needs a token; enter its {key} in the connection's settings"),
            (Some(key), Purpose::Read, false) => {
                format!("the token is not valid here; enter the gateway's {key} in the connection's settings")
            }
            (Some(key), Purpose::Act, true) => format!("send the gateway's {key}, or a token of your own, as `Authorization: Bearer …`"),
            (Some(key), Purpose::Act, false) => format!("the key is not this gateway's {key}, and no user's token"),
            (None, Purpose::Read, true) => "this gateway needs a token; enter yours in the connection's settings".into(),
            (None, Purpose::Act, true) => "send your token as `Authorization: Bearer …`".into(),
            (None, _, false) => "the token is not valid here; ask for a new one".into(),
        }
    }

    /// Why somebody who came without a word may not stay: by now people are asked who they are.
    pub(crate) fn outdated(&self, principal: &Principal) -> Option<Refusal> {
        let is_shut = principal.way == Way::Local && !self.is_open(Purpose::Read);
        is_shut.then(|| Refusal::new(Why::Nothing, self.words(true, Purpose::Read)))
    }

    /// The same user, as it stands by now.
    pub(crate) fn as_of(&self, principal: &Principal, person: &Person) -> Principal {
        principal.as_of(person, &self.roles)
    }

    /// What somebody may decide who may not be here: a user of this gateway by what it is now, anybody else by what was last seen.
    pub(crate) fn grants_of(&self, then: &Person, is_user: bool) -> Option<Grants> {
        let listed = || self.ways.iter().find_map(|way| way.listed(&then.id));
        let person = if is_user { listed()? } else { then.clone() };
        Some(Grants::of(&person.id, &person.roles, &self.roles))
    }

    /// Whether a request may be told what only readers may know.
    pub(crate) fn host_allowed(&self, headers: &HeaderMap) -> bool {
        !self.is_open(Purpose::Read) || origin::names_this_machine(headers, &self.allowed_origins)
    }
}

/// What somebody of these roles may, by a configuration.
///
/// # Errors
/// [`ConfigError`] for a role that cannot be compiled.
pub fn principal(config: &Config, person: Person) -> Result<Principal, ConfigError> {
    let access = Access::new(config, Vec::new())?;
    let known = Known { person, way: Way::User, expires: None, session: None, standing: None };
    let shares = access.limits.shares(known.person.id.clone());
    Ok(Principal::of(known, &access.roles, shares))
}
