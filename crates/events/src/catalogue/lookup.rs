//! Finding what the packs say: about a kind on a channel, about a channel, about a field's value.

use super::{
    Catalogue, Domain,
    pack::{Fallback, KindInfo, Rule},
};
use crate::{
    channel::Channel,
    event::{Kind, Severity},
    fields::Fields,
};

impl Catalogue {
    /// The entry for a channel among the entries of one kind: one that names the channel, else one that any channel may carry.
    pub(super) fn find(&self, places: &[usize], channel: &Channel) -> Option<&KindInfo> {
        let infos = || places.iter().filter_map(|place| self.kinds.get(*place));
        infos()
            .find(|info| info.channels.iter().any(|pattern| matches(pattern, channel.as_str())))
            .or_else(|| infos().find(|info| !info.legacy))
    }

    /// The kind of a payload that calls itself `name`, and what is known about it. Known names share one allocation.
    pub(super) fn kind_of(&self, name: Option<&str>, channel: &Channel) -> (Kind, Option<&KindInfo>) {
        let default = || self.channel(channel).and_then(|info| info.untyped.as_deref());
        let Some(name) = name.or_else(default) else {
            return (self.untyped.clone().unwrap_or_else(|| Kind::from(Kind::UNTYPED)), None);
        };
        match self.by_name.get_key_value(name) {
            Some((kind, places)) => (kind.clone(), self.find(places, channel)),
            None => (Kind::from(name), None),
        }
    }

    pub(super) fn domain_of_unknown(&self, kind: &str, channel: &Channel) -> Domain {
        if let Some(info) = self.channel(channel) {
            return info.domain;
        }
        let prefix = kind.split([':', '.']).next().unwrap_or(kind);
        self.prefixes.iter().find(|info| &*info.prefix == prefix).map_or(Domain::Other, |info| info.domain)
    }

    fn channel(&self, channel: &Channel) -> Option<&super::pack::ChannelInfo> {
        self.channels.iter().find(|info| matches(&info.name, channel.as_str()))
    }
}

impl KindInfo {
    /// What the event is about, as `type:id`: the first template whose fields are all there.
    #[must_use]
    pub fn subject_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        self.subject.iter().find_map(|template| template.fill(fields)).map(Into::into)
    }

    /// Who did it: the first of the actor fields that is there.
    #[must_use]
    pub fn actor_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        first(&self.actor, fields)
    }

    /// How much a person should care: the first rule that holds, else the kind's own severity.
    #[must_use]
    pub fn severity_of(&self, fields: &Fields<'_>) -> Severity {
        by_rules(&self.rules, fields).unwrap_or(self.severity)
    }
}

impl Fallback {
    pub(super) fn actor_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        first(&self.actor, fields)
    }

    pub(super) fn severity_of(&self, fields: &Fields<'_>) -> Severity {
        by_rules(&self.rules, fields).unwrap_or_default()
    }
}

fn first(names: &[Box<str>], fields: &Fields<'_>) -> Option<Box<str>> {
    names.iter().find_map(|name| fields.text(name)).map(Into::into)
}

fn by_rules(rules: &[Rule], fields: &Fields<'_>) -> Option<Severity> {
    let holds = |rule: &&Rule| fields.text(&rule.field).is_some_and(|value| rule.is.iter().any(|expected| **expected == *value));
    rules.iter().find(holds).map(|rule| rule.severity)
}

/// Whether `name` is the pattern, whose single `*` stands for any text that is not empty.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after),
    }
}
