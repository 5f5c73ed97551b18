//! What somebody may: the union of what its roles may, and its own notifications.

use super::{
    pattern::Pattern,
    roles::{Role, Roles},
    view::View,
};
use std::sync::Arc;
use watchdeck_events::Channel;

/// Roles of one person that count; an identity provider may name any number.
const MOST_ROLES: usize = super::view::MOST_WAYS;

/// How somebody sees a channel that it may read.
#[derive(Debug, Clone)]
pub enum Reading {
    /// Everything, as it was published.
    Whole,
    /// What this shows.
    Through(Arc<View>),
}

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub struct Grants {
    roles: Arc<[Arc<Role>]>,
    known: Arc<Roles>,
    /// The notifications of whom it is.
    own: Option<Channel>,
}

impl Grants {
    /// Of these roles, and of whoever has this id.
    pub(crate) fn of(id: &str, roles: &[String], known: &Arc<Roles>) -> Self {
        let mut found: Vec<Arc<Role>> = Vec::new();
        for role in roles.iter().filter_map(|name| known.get(name)).take(MOST_ROLES) {
            if !found.iter().any(|one| Arc::ptr_eq(one, role)) {
                found.push(Arc::clone(role));
            }
        }
        Self { roles: found.into(), known: Arc::clone(known), own: Some(Channel::user_notifications(id)) }
    }

    /// Of one role that has no name, and nobody's notifications in particular.
    pub(crate) fn of_role(role: Arc<Role>, known: &Arc<Roles>) -> Self {
        Self { roles: [role].into(), known: Arc::clone(known), own: None }
    }

    /// Its own notifications, of which it may hear before there are any.
    pub(crate) const fn own(&self) -> Option<&Channel> {
        self.own.as_ref()
    }

    /// Whether there is nothing that it may not read.
    #[must_use]
    pub fn may_read_all(&self) -> bool {
        self.roles.iter().any(|role| role.reads_all())
    }

    /// Whether it may read a channel, or a part of it.
    #[must_use]
    pub fn may_read(&self, channel: &Channel) -> bool {
        self.own.as_ref() == Some(channel) || self.roles.iter().any(|role| role.reads(channel.as_str()))
    }

    /// Whether it may publish on a channel.
    #[must_use]
    pub fn may_publish(&self, channel: &Channel) -> bool {
        self.roles.iter().any(|role| role.publishes(channel.as_str()))
    }

    /// Whether it may say that somebody has an alert about what a channel tells.
    #[must_use]
    pub fn may_acknowledge(&self, channel: &Channel) -> bool {
        self.own.as_ref() == Some(channel) || self.roles.iter().any(|role| role.acknowledges(channel.as_str()))
    }

    /// Whether it may decide on things of this type.
    #[must_use]
    pub fn may_decide(&self, resource_type: &str) -> bool {
        self.roles.iter().flat_map(|role| role.decides()).any(|pattern| pattern.fits(resource_type))
    }

    /// What it may decide, as patterns.
    #[must_use]
    pub fn decides(&self) -> Vec<String> {
        let mut all: Vec<String> = self.roles.iter().flat_map(|role| role.decides()).map(Pattern::as_str).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        if all.iter().any(|one| one == "*") { vec!["*".into()] } else { all }
    }

    /// How it sees a channel; `None` when it may not read it.
    #[must_use]
    pub fn view(&self, channel: &Channel) -> Option<Reading> {
        if self.own.as_ref() == Some(channel) {
            return Some(Reading::Whole);
        }
        let name = channel.as_str();
        let sights: Vec<_> = self.roles.iter().filter(|role| role.reads(name)).map(|role| role.sight(name)).collect();
        if sights.is_empty() {
            return None;
        }
        Some(match View::of_all(sights) {
            None => Reading::Whole,
            Some(view) => Reading::Through(self.known.shared(view)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::roles::of_key;

    fn grants(toml: &str, id: &str, roles: &[&str]) -> Grants {
        let known = Arc::new(Roles::compile(&toml::from_str(toml).unwrap()).unwrap());
        Grants::of(id, &roles.iter().map(|&role| role.to_owned()).collect::<Vec<_>>(), &known)
    }

    #[test]
    fn notifications_are_their_owners_alone_unless_granted() {
        let mine = grants("[all]\nread = [\"*\"]\n", "7", &["all", "unknown"]);
        assert!(mine.may_read(&"user:7:notifications".into()) && mine.may_read(&"orders".into()) && !mine.may_read_all());
        for other in ["user:8:notifications", "user:77:notifications", "user:7:x:notifications", "USER:7:notifications", "user:7:tasks"] {
            assert!(!mine.may_read(&other.into()) && mine.view(&other.into()).is_none(), "{other}");
        }
        assert!(grants("", "1", &["admin"]).may_read(&"user:7:notifications".into()));
        assert!(!grants("", "7", &[]).may_read(&"orders".into()), "without a role there is nothing else");
    }

    #[test]
    fn roles_together_may_what_any_of_them_may() {
        let both =
            grants("[a]\npublish=[\"x\"]\ndecide=[\"refund\"]\n[b]\nread=[\"y\"]\ndecide=[\"order\",\"refund\"]\n", "7", &["b", "a", "a"]);
        assert!(
            both.may_publish(&"x".into()) && !both.may_publish(&"y".into()) && both.may_read(&"y".into()) && !both.may_read(&"x".into())
        );
        assert_eq!(both.decides(), ["order", "refund"]);
        assert!(both.may_decide("refund") && !both.may_decide("payment"));
    }

    #[test]
    fn who_sees_the_same_shares_one_view() {
        let known =
            Arc::new(Roles::compile(&toml::from_str("[a]\nread=[\"x\"]\nmask={x=[\"cost\"]}\n[b]\nread=[\"x\"]\n").unwrap()).unwrap());
        let of = |roles: &[&str]| Grants::of("7", &roles.iter().map(|&role| role.to_owned()).collect::<Vec<_>>(), &known).view(&"x".into());
        let (Some(Reading::Through(one)), Some(Reading::Through(other))) = (of(&["a"]), of(&["a"])) else { panic!("a is masked") };
        assert!(Arc::ptr_eq(&one, &other));
        assert!(matches!(of(&["a", "b"]), Some(Reading::Whole)));
    }

    #[test]
    fn the_old_keys_may_what_they_might() {
        let known = Arc::new(Roles::compile(&Default::default()).unwrap());
        let token = Grants::of_role(of_key(false), &known);
        assert!(token.may_read_all() && token.may_read(&"user:7:notifications".into()) && !token.may_publish(&"orders".into()));
        assert!(token.decides().is_empty());
        let key = Grants::of_role(of_key(true), &known);
        assert!(key.may_read_all() && key.may_publish(&"orders".into()) && key.may_decide("order"));
    }
}
