//! Finding what the packs say: about a kind on a channel, about a channel, about a field's value.

use super::{
    Domain,
    known::Catalogue,
    pack::{ChannelInfo, Fallback, KindInfo, Rule},
    pattern::matches,
};
use crate::{
    channel::Channel,
    event::{Incoming, Kind, Severity},
    fields::{Fields, same_name},
};

impl Catalogue {
    /// The entry for a channel among the entries of one kind: one that names the channel, else one that any channel may carry.
    pub(super) fn find(&self, places: &[usize], channel: &Channel) -> Option<&KindInfo> {
        let infos = || places.iter().filter_map(|place| self.kinds.get(*place));
        infos()
            .find(|info| info.channels.iter().any(|pattern| matches(pattern, channel.as_str())))
            .or_else(|| infos().find(|info| !info.legacy))
    }

    /// The kind of what a server sent, and what is known about it. What a pack fixes for the channel goes before what the envelope says, that
    /// before what the payload calls itself, and that before what the channel calls an untyped payload. Known names share one allocation.
    pub(super) fn kind_of(&self, incoming: &Incoming, fields: &Fields<'_>) -> (Kind, Option<&KindInfo>) {
        let channel = &incoming.channel;
        if let Some((_, kind)) = self.fixed.iter().find(|(pattern, _)| pattern.matches(channel.as_str())) {
            return (kind.clone(), self.get(kind, channel));
        }
        let payload = if incoming.kind.is_none() { fields.kind() } else { None };
        let default = || self.channel(channel).and_then(|info| info.untyped.as_deref());
        let Some(name) = incoming.kind.as_deref().or(payload.as_deref()).or_else(default) else {
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

    fn channel(&self, channel: &Channel) -> Option<&ChannelInfo> {
        self.channels.iter().find(|info| matches(&info.name, channel.as_str()))
    }
}

impl KindInfo {
    /// The field that says what such an event is about, where every one must say it.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        let required = |name: &&str| self.fields.iter().any(|field| *field.name == **name && !field.optional);
        self.subject.first()?.fields().filter(required).last()
    }

    /// What the event is about, as `type:id`: the first template whose fields are all there.
    #[must_use]
    pub fn subject_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        self.subject.iter().find_map(|template| template.fill(fields)).map(Into::into)
    }

    /// Who did it: the first of the actor fields that is there.
    #[must_use]
    pub fn actor_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        self.actor.iter().find_map(|name| fields.text(name)).map(Into::into)
    }

    /// How much a person should care: the first rule that holds, else the kind's own severity; for a word that says how bad it is and that nobody knows,
    /// a warning at least.
    #[must_use]
    pub fn severity_of(&self, fields: &Fields<'_>) -> Severity {
        by_rules(&self.rules, fields, self.severity)
    }
}

impl Fallback {
    pub(super) fn actor_of(&self, fields: &Fields<'_>) -> Option<Box<str>> {
        let masked = |name: &str| self.mask.iter().any(|masked| same_name(masked, name));
        self.actor.iter().filter(|name| !masked(name)).find_map(|name| fields.text(name)).map(Into::into)
    }

    pub(super) fn severity_of(&self, fields: &Fields<'_>) -> Severity {
        by_rules(&self.rules, fields, Severity::default())
    }
}

fn by_rules(rules: &[Rule], fields: &Fields<'_>, otherwise: Severity) -> Severity {
    let mut least = otherwise;
    for rule in rules {
        let Some(text) = fields.text(&rule.field) else { continue };
        let meaning = rule.vocabulary.as_ref().and_then(|vocabulary| vocabulary.meaning(&text));
        if rule.is.iter().any(|expected| **expected == *meaning.unwrap_or(&text)) {
            return rule.severity;
        }
        // It may be the worst word there is.
        if meaning.is_none() && rule.vocabulary.as_ref().is_some_and(|vocabulary| vocabulary.ranks) {
            least = least.max(Severity::Warning);
        }
    }
    least
}
