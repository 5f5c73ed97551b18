//! Reading a pack: every name in it is looked up, and what is left out is taken from what is known already.
//!
//! A pack of ours stands for itself. A user's is laid over what is there: it may say one thing about a kind and leave the rest as it was, and it can make
//! nothing of ours unreadable.

use super::{
    error::{PackError, Wrong},
    family,
    pack::{FieldFile, FieldInfo, KindFile, KindInfo, Pack, PackFile, RowFields, Vocabularies},
    pattern::matches,
    request,
    template::Template,
    versions,
    words::Vocabulary,
};
use crate::{
    event::{Kind, Severity},
    fields::same_name,
};
use std::{collections::HashMap, sync::Arc};

/// What is known before a pack is read.
pub(super) struct Before<'c> {
    pub(super) kinds: &'c [KindInfo],
    pub(super) by_name: &'c HashMap<Kind, Vec<usize>>,
    pub(super) vocabularies: &'c Vocabularies,
    /// What is masked wherever no kind declares it.
    pub(super) masked: &'c [Box<str>],
    /// How many of the kinds came with Watchdeck; `None` while those are read.
    pub(super) ours: Option<usize>,
}

pub(super) fn read(text: &str, before: &Before<'_>) -> Result<Pack, PackError> {
    let file: PackFile = toml::from_str(text).map_err(|error| PackError::of_syntax(&error, text))?;
    check(file, before).map_err(|wrong| wrong.located(text))
}

fn check(file: PackFile, before: &Before<'_>) -> Result<Pack, Wrong> {
    let mut vocabularies = before.vocabularies.clone();
    for (place, vocabulary) in file.vocabulary.into_iter().enumerate() {
        let name = vocabulary.name.clone();
        let news = vocabulary.check().map_err(|reason| Wrong::new(format!("vocabulary[{place}].words"), reason))?;
        let known = vocabularies.remove(&name).map(Arc::unwrap_or_clone).unwrap_or_default();
        vocabularies.insert(name, Arc::new(known.with(news)));
    }
    let mut masked = before.masked.to_vec();
    masked.extend(file.fallback.iter().flat_map(|fallback| fallback.mask.iter().cloned()));
    let mut kinds = Vec::new();
    for (place, kind) in file.kind.into_iter().enumerate() {
        let at = format!("kind[{place}]");
        for (taken, base) in before.bases(&at, &kind)? {
            kinds.push((taken, Checked { at: &at, vocabularies: &vocabularies, masked: &masked, before }.kind(kind.clone(), base)?));
        }
    }
    for (place, channel) in file.channel.iter().enumerate() {
        before.leaves_ours_alone(place, &channel.name, channel.kind.as_deref())?;
    }
    let mut fallback = file.fallback;
    for (place, rule) in fallback.iter_mut().flat_map(|fallback| &mut fallback.rules).enumerate() {
        rule.vocabulary = named(rule.words.as_deref(), &vocabularies, || format!("fallback.rules[{place}].words"))?;
    }
    let mut requests = Vec::new();
    for (place, one) in file.request.iter().enumerate() {
        requests.push(request::check::check(one, &format!("request[{place}]"), &vocabularies, |kind| before.infos_with(&kinds, kind))?);
    }
    Ok(Pack { kinds, channels: file.channel, prefixes: file.prefix, fallback, requests, vocabularies })
}

/// What an entry is laid over, and the place that it takes of it; neither for a new kind.
type Base<'c> = (Option<usize>, Option<&'c KindInfo>);

impl<'c> Before<'c> {
    /// What an entry of a pack is laid over, with its place where it takes it; for a new kind one of nothing.
    fn bases(&self, at: &str, file: &KindFile) -> Result<Vec<Base<'c>>, Wrong> {
        let known: &[usize] = self.by_name.get(&*file.kind).map_or(&[], Vec::as_slice);
        if self.ours.is_none() {
            return Ok(vec![(None, None)]);
        }
        let Some(channels) = &file.channels else {
            if known.is_empty() {
                let reason = format!("no pack knows `{}`; say where it is published: channels = [\"…\"]", file.kind);
                return Err(Wrong::new(format!("{at}.kind"), reason));
            }
            return Ok(known.iter().map(|place| (Some(*place), self.kinds.get(*place))).collect());
        };
        let same = |place: &&usize| {
            let there = &self.kinds[**place].channels;
            there.len() == channels.len() && channels.iter().all(|name| there.contains(name))
        };
        let touches = |place: &&usize| {
            let there = &self.kinds[**place].channels;
            there.iter().any(|one| channels.iter().any(|other| matches(one, other) || matches(other, one)))
        };
        let taken = known.iter().find(same).copied();
        let base = taken.or_else(|| known.iter().find(touches).copied());
        Ok(vec![(taken, base.and_then(|place| self.kinds.get(place)))])
    }

    /// A channel on which everything is of one kind must not be one that carries ours.
    fn leaves_ours_alone(&self, place: usize, name: &str, kind: Option<&str>) -> Result<(), Wrong> {
        let (Some(ours), Some(kind)) = (self.ours, kind) else { return Ok(()) };
        if Kind::is_own(kind) {
            return Err(Wrong::new(format!("channel[{place}].kind"), "only Watchdeck itself publishes kinds of that name"));
        }
        let on_it =
            |info: &&KindInfo| info.channels.iter().any(|channel| &**channel != "*" && (matches(name, channel) || matches(channel, name)));
        match self.kinds[..ours].iter().find(|info| on_it(info) && info.kind.as_str() != kind) {
            None => Ok(()),
            Some(info) => {
                let reason = format!("`{name}` carries `{}`, which would not be read any more; name a channel of your own", info.kind);
                Err(Wrong::new(format!("channel[{place}].kind"), reason))
            }
        }
    }

    /// The entries of a kind, those of this pack in the place of what they take.
    fn infos_with<'k>(&'k self, own: &'k [(Option<usize>, KindInfo)], kind: &str) -> Vec<&'k KindInfo> {
        let stays = |place: &&usize| !own.iter().any(|(taken, _)| *taken == Some(**place));
        let there = self.by_name.get(kind).into_iter().flatten().filter(stays).filter_map(|place| self.kinds.get(*place));
        own.iter().map(|(_, info)| info).filter(|info| info.kind.as_str() == kind).chain(there).collect()
    }

    /// What is known of a family.
    fn family(&self, name: &str) -> Option<&'c KindInfo> {
        self.by_name.get(name)?.iter().filter_map(|place| self.kinds.get(*place)).find(|info| !info.legacy)
    }
}

/// The enumeration of that name.
fn named(name: Option<&str>, vocabularies: &Vocabularies, key: impl Fn() -> String) -> Result<Option<Arc<Vocabulary>>, Wrong> {
    let Some(name) = name else { return Ok(None) };
    let missing = || {
        let mut known: Vec<&str> = vocabularies.keys().map(|name| &**name).collect();
        known.sort_unstable();
        Wrong::new(key(), format!("there is no vocabulary `{name}`; write one of {}, or add a [[vocabulary]]", known.join(", ")))
    };
    vocabularies.get(name).cloned().map(Some).ok_or_else(missing)
}

/// What one entry is checked by.
struct Checked<'c> {
    at: &'c str,
    vocabularies: &'c Vocabularies,
    masked: &'c [Box<str>],
    before: &'c Before<'c>,
}

impl Checked<'_> {
    fn wrong<T>(&self, key: &str, reason: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong::new(format!("{}.{key}", self.at), reason))
    }

    fn kind(&self, mut file: KindFile, base: Option<&KindInfo>) -> Result<KindInfo, Wrong> {
        if file.kind.is_empty() {
            return self.wrong("kind", "must not be empty");
        }
        self.channels(file.channels.as_deref().unwrap_or_default(), base)?;
        let recipe = versions::of(&file, base).map_err(|(key, reason)| Wrong::new(format!("{}.{key}", self.at), reason))?;
        let family = recipe.as_ref().and_then(|recipe| recipe.family.as_ref());
        let counted = family.and_then(|family| self.before.family(family.as_str()));
        // What it is laid over: what was known of it, and what is known of what it is read as.
        let under = || base.into_iter().chain(counted);
        let mut fields = fields(&file.fields, under());
        for target in recipe.iter().flat_map(|recipe| recipe.steps()).filter_map(|step| step.target()) {
            let name = target.names().next().unwrap_or_default();
            if !fields.iter().any(|field| &*field.name == name) {
                fields.push(FieldInfo { name: name.into(), optional: true, ..FieldInfo::default() });
            }
        }
        if let Some(recipe) = &recipe {
            versions::hide(recipe, &mut fields, self.masked);
        }
        let words = self.words(&mut file, &fields)?;
        self.identity(&file, family, &fields)?;
        let declared = |key: String, name: &str| self.declared(&key, name, &file.kind, &fields);
        // What an event is about and who did it stand in rows, lists and filters, unmasked.
        let shown = |key: String, name: &str| {
            declared(key.clone(), name)?;
            match fields.iter().any(|field| &*field.name == name && field.mask) {
                true => self.wrong(&key, format!("`{name}` is masked and must not be shown here")),
                false => Ok(()),
            }
        };
        let mut subject = Vec::new();
        for (place, source) in file.subject.iter().enumerate() {
            let key = format!("subject[{place}]");
            let template = Template::parse(source, &words).map_err(|reason| Wrong::new(format!("{}.{key}", self.at), reason))?;
            for name in template.fields() {
                shown(key.clone(), name)?;
            }
            subject.push(template);
        }
        for (place, name) in file.actor.iter().enumerate() {
            shown(format!("actor[{place}]"), name)?;
        }
        for (place, rule) in file.rules.iter().enumerate() {
            declared(format!("rules[{place}].field"), &rule.field)?;
        }
        for (key, names) in file.row.iter().flat_map(RowFields::named) {
            for (place, name) in names.iter().enumerate() {
                let (first, second) = name.split_once(" - ").unwrap_or((name, ""));
                for name in [first.strip_prefix('-').unwrap_or(first), second].into_iter().filter(|name| !name.is_empty()) {
                    declared(format!("row.{key}[{place}]"), name)?;
                }
            }
        }
        let first = || base.or(counted);
        let Some(title) = file.title.clone().or_else(|| base.map(|base| base.title.clone())) else {
            return self.wrong("title", "is missing; write title = { zh = \"…\", en = \"…\" }");
        };
        let Some(domain) = file.domain.or_else(|| first().map(|base| base.domain)) else {
            return self.wrong("domain", "is missing; write the part of the business that it belongs to, as domain = \"orders\"");
        };
        // What is masked from now on is no subject and no actor any more, whoever named it.
        let hidden = |name: &str| fields.iter().any(|field| &*field.name == name && field.mask);
        let inherited = |template: &Template| !template.fields().any(hidden);
        if subject.is_empty() {
            subject = under().flat_map(|base| base.subject.clone()).filter(inherited).collect();
        }
        let mut actor = file.actor;
        if actor.is_empty() {
            actor = under().flat_map(|base| base.actor.clone()).filter(|name| !hidden(name)).collect();
        }
        let mut rules = file.rules;
        rules.extend(under().flat_map(|base| base.rules.clone()));
        Ok(KindInfo {
            kind: Kind::from(&*file.kind),
            titled: self.before.ours.is_some() && file.title.is_some_and(|own| base.is_none_or(|base| base.titled || base.title != own)),
            title,
            domain,
            channels: file.channels.or_else(|| base.map(|base| base.channels.clone())).unwrap_or_default(),
            legacy: file.legacy || base.is_some_and(|base| base.legacy),
            severity: file.severity.or_else(|| first().map(|base| base.severity)).unwrap_or(Severity::Info),
            rules,
            subject,
            actor,
            row: file.row.or_else(|| first().map(|base| base.row.clone())).unwrap_or_default(),
            fields,
            recipe,
        })
    }

    fn channels(&self, channels: &[Box<str>], base: Option<&KindInfo>) -> Result<(), Wrong> {
        if channels.is_empty() && base.is_none() {
            return self.wrong("channels", "at least one channel is needed");
        }
        for (place, name) in channels.iter().enumerate() {
            if name.is_empty() || name.matches('*').count() > 1 {
                return self.wrong(&format!("channels[{place}]"), format!("`{name}` is not a channel (at most one `*`)"));
            }
        }
        Ok(())
    }

    /// The enumerations of the fields; those of the rules are looked up with them.
    fn words(&self, file: &mut KindFile, fields: &[FieldInfo]) -> Result<HashMap<Box<str>, Arc<Vocabulary>>, Wrong> {
        for (place, field) in file.fields.iter().enumerate() {
            named(field.words.as_deref(), self.vocabularies, || format!("{}.fields[{place}].words", self.at))?;
        }
        let of = |field: &FieldInfo| Some((field.name.clone(), Arc::clone(self.vocabularies.get(field.words.as_deref()?)?)));
        let words: HashMap<_, _> = fields.iter().filter_map(of).collect();
        for (place, rule) in file.rules.iter_mut().enumerate() {
            let own = named(rule.words.as_deref(), self.vocabularies, || format!("{}.rules[{place}].words", self.at))?;
            rule.vocabulary = own.or_else(|| words.get(&rule.field).cloned());
        }
        Ok(words)
    }

    fn declared(&self, key: &str, name: &str, kind: &str, fields: &[FieldInfo]) -> Result<(), Wrong> {
        // These two stand on every event of the ERP.
        if matches!(name, "userId" | "timestamp") || fields.iter().any(|field| &*field.name == name) {
            return Ok(());
        }
        let known: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        self.wrong(key, format!("`{name}` is not among the fields of `{kind}` ({known}); declare it in `fields`"))
    }

    /// What is counted must say what it is about, and to everybody.
    fn identity(&self, file: &KindFile, counted_as: Option<&Kind>, fields: &[FieldInfo]) -> Result<(), Wrong> {
        let Some(identity) = family::identity(counted_as.map_or(&file.kind, Kind::as_str)) else { return Ok(()) };
        if let Some(place) = file.fields.iter().position(|field| field.mask && identity.iter().any(|name| same_name(name, &field.name))) {
            let reason = format!("`{}` tells one event's subject from another's and cannot be masked", file.fields[place].name);
            return self.wrong(&format!("fields[{place}].mask"), reason);
        }
        if let Some(name) = identity.iter().find(|name| fields.iter().any(|field| *field.name == ***name && field.mask)) {
            return self.wrong("derive", format!("`{name}` tells one event's subject from another's and cannot be made of what is masked"));
        }
        let own = |name: &&str| file.fields.iter().any(|field| *field.name == **name);
        let made = |name: &&str| file.derive.iter().filter_map(|step| step.to()).any(|to| to == *name);
        if counted_as.is_some() && !identity.is_empty() && !identity.iter().any(|name| own(name) || made(name)) {
            let reason =
                format!("nothing says what it is about; derive `{0}`, as derive = [{{ copy = \"…\", to = \"{0}\" }}]", identity[0]);
            return self.wrong("family", reason);
        }
        Ok(())
    }
}

/// The fields of an entry: its own, and below them those that were known.
fn fields<'b>(own: &[FieldFile], under: impl Iterator<Item = &'b KindInfo>) -> Vec<FieldInfo> {
    let mut known: Vec<FieldInfo> = Vec::new();
    for field in under.flat_map(|base| &base.fields) {
        if !known.iter().any(|other| other.name == field.name) {
            known.push(field.clone());
        }
    }
    let mut all = Vec::with_capacity(own.len() + known.len());
    for file in own {
        let before = known.iter().position(|field| field.name == file.name).map(|place| known.remove(place)).unwrap_or_default();
        all.push(FieldInfo {
            name: file.name.clone(),
            label: file.label.clone().or(before.label),
            field_type: file.field_type.unwrap_or(before.field_type),
            optional: file.optional.unwrap_or(before.optional),
            // What is hidden stays hidden.
            mask: file.mask || before.mask,
            words: file.words.clone().or(before.words),
        });
    }
    all.append(&mut known);
    all
}
