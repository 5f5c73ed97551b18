//! Everything that a pack may say, as it is written and as it is known once it was checked.

use super::{
    Domain, family,
    recipe::Recipe,
    request::{Request, file::RequestFile},
    step::StepFile,
    template::Template,
    title::Title,
    words::{Vocabulary, VocabularyFile},
};
use crate::event::{Kind, Severity};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};
use xxhash_rust::xxh3::xxh3_64;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A string.
    #[default]
    Text,
    /// A count or quantity.
    Number,
    /// An amount of money.
    Money,
    /// An instant.
    Time,
    /// `true` or `false`.
    Bool,
    /// A list.
    List,
    /// An object.
    Object,
}

/// A field of a kind's payload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldInfo {
    /// Its key in the payload.
    pub name: Box<str>,
    /// What people call it.
    pub label: Option<Title>,
    /// What it holds.
    pub field_type: FieldType,
    /// It may be absent.
    pub optional: bool,
    /// It must not be shown to everybody (a bank account, an address).
    pub mask: bool,
    /// Which enumeration its words are of.
    pub words: Option<Box<str>>,
}

/// A field as a pack writes it. What it leaves out of a field that is known already stays as it was.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldFile {
    pub(super) name: Box<str>,
    pub(super) label: Option<Title>,
    #[serde(rename = "type")]
    pub(super) field_type: Option<FieldType>,
    pub(super) optional: Option<bool>,
    #[serde(default)]
    pub(super) mask: bool,
    pub(super) words: Option<Box<str>>,
}

/// What is known about a kind on some channels.
#[derive(Debug, Clone)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its title.
    pub title: Title,
    /// Where it belongs.
    pub domain: Domain,
    /// Where it is published; one `*` in a name stands for any text.
    pub channels: Vec<Box<str>>,
    /// An old shape of the ERP, which means this only on these channels.
    pub legacy: bool,
    /// Fields of its payload.
    pub fields: Vec<FieldInfo>,
    /// Severity where no rule holds.
    pub severity: Severity,
    pub(super) rules: Vec<Rule>,
    pub(super) subject: Vec<Template>,
    pub(super) actor: Vec<Box<str>>,
    pub(super) row: RowFields,
    /// How its payloads are read, where not as they stand.
    pub(super) recipe: Option<Arc<Recipe>>,
    /// A pack of the user's gave it its title.
    pub titled: bool,
}

impl KindInfo {
    /// Whether its payloads are not read as they stand, or something of it is masked that is counted.
    pub(super) fn is_peculiar(&self) -> bool {
        self.recipe.is_some() || (family::identity(self.kind.as_str()).is_some() && self.fields.iter().any(|field| field.mask))
    }

    /// The newest version of its payloads.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.recipe.as_ref().map_or(1, |recipe| recipe.version)
    }
}

/// A severity for values of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) field: Box<str>,
    /// Which enumeration the field's words are of, where no kind declares the field.
    #[serde(default)]
    pub(super) words: Option<Box<str>>,
    pub(super) is: Vec<Box<str>>,
    pub(super) severity: Severity,
    #[serde(skip)]
    pub(super) vocabulary: Option<Arc<Vocabulary>>,
}

/// Which fields a row shows; of several names the first that is there. A `-` before a name negates a quantity.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RowFields {
    pub(super) label: Vec<Box<str>>,
    pub(super) detail: Vec<Box<str>>,
    pub(super) action: Vec<Box<str>>,
    pub(super) record_type: Vec<Box<str>>,
    pub(super) old: Vec<Box<str>>,
    pub(super) new: Vec<Box<str>>,
    pub(super) change: Vec<Box<str>>,
    pub(super) amount: Vec<Box<str>>,
}

impl RowFields {
    pub(super) fn named(&self) -> [(&'static str, &[Box<str>]); 8] {
        [
            ("label", &self.label),
            ("detail", &self.detail),
            ("action", &self.action),
            ("record_type", &self.record_type),
            ("old", &self.old),
            ("new", &self.new),
            ("change", &self.change),
            ("amount", &self.amount),
        ]
    }
}

/// What is known about a channel, for kinds that no pack names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelInfo {
    pub(super) name: Box<str>,
    pub(super) domain: Domain,
    /// What a payload without a `type` is called here.
    #[serde(default)]
    pub(super) untyped: Option<Box<str>>,
    /// What every event is called here, whatever it calls itself: for channels whose name holds a person's name.
    #[serde(default)]
    pub(super) kind: Option<Box<str>>,
}

/// What a kind's first word says, for kinds that no pack names on channels that no pack names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrefixInfo {
    pub(super) prefix: Box<str>,
    pub(super) domain: Domain,
}

/// How to read a kind that no pack names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fallback {
    #[serde(default)]
    pub(super) actor: Vec<Box<str>>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    #[serde(default)]
    pub(super) row: RowFields,
    /// Fields that are masked in every payload whose kind does not declare them.
    #[serde(default)]
    pub(super) mask: Vec<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    #[serde(default)]
    pub(super) kind: Vec<KindFile>,
    #[serde(default)]
    pub(super) channel: Vec<ChannelInfo>,
    #[serde(default)]
    pub(super) prefix: Vec<PrefixInfo>,
    pub(super) fallback: Option<Fallback>,
    #[serde(default)]
    pub(super) vocabulary: Vec<VocabularyFile>,
    #[serde(default)]
    pub(super) request: Vec<RequestFile>,
}

/// A kind as a pack writes it. What it leaves out of a kind that is known already stays as it was.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindFile {
    pub(super) kind: Box<str>,
    pub(super) title: Option<Title>,
    pub(super) domain: Option<Domain>,
    pub(super) channels: Option<Vec<Box<str>>>,
    #[serde(default)]
    pub(super) legacy: bool,
    #[serde(default)]
    pub(super) fields: Vec<FieldFile>,
    pub(super) severity: Option<Severity>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    #[serde(default)]
    pub(super) subject: Vec<String>,
    #[serde(default)]
    pub(super) actor: Vec<Box<str>>,
    pub(super) row: Option<RowFields>,
    pub(super) version: Option<u32>,
    pub(super) version_field: Option<Box<str>>,
    #[serde(default)]
    pub(super) upcast: Vec<UpcastFile>,
    #[serde(default)]
    pub(super) derive: Vec<StepFile>,
    pub(super) family: Option<Box<str>>,
}

/// The steps from a version to the next, as a pack writes them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpcastFile {
    pub(super) from: u32,
    pub(super) steps: Vec<StepFile>,
}

/// A pack whose every reference was checked.
pub(super) struct Pack {
    /// With the place of the entry that each takes, where it takes one.
    pub(super) kinds: Vec<(Option<usize>, KindInfo)>,
    pub(super) channels: Vec<ChannelInfo>,
    pub(super) prefixes: Vec<PrefixInfo>,
    pub(super) fallback: Option<Fallback>,
    pub(super) requests: Vec<Request>,
    /// Those that were there, with what this pack adds.
    pub(super) vocabularies: Vocabularies,
}

/// Enumerations by name.
pub(super) type Vocabularies = HashMap<Box<str>, Arc<Vocabulary>>;

impl Pack {
    /// What decides how stored events are read with it, where `way` says it without: a number. `None`: it changes nothing of that.
    pub(super) fn way(&self, way: u64, before: &Vocabularies) -> Option<u64> {
        let read = self.kinds.iter().map(|(_, info)| info).filter(|info| info.is_peculiar()).map(|info| {
            let masked: Vec<_> = info.fields.iter().filter(|field| field.mask).map(|field| &field.name).collect();
            format!("{}{:?}{:?}{masked:?}", info.kind, info.channels, info.recipe.as_ref().map(|recipe| recipe.way))
        });
        let mut said: Vec<String> = read.collect();
        said.extend(self.requests.iter().map(|request| format!("request {}", request.way)));
        for (name, vocabulary) in &self.vocabularies {
            if !before.get(name).is_some_and(|known| Arc::ptr_eq(known, vocabulary)) {
                said.push(format!("{name}{:?}", vocabulary.sorted()));
            }
        }
        said.sort_unstable();
        (!said.is_empty()).then(|| xxh3_64(format!("{way}{said:?}").as_bytes()))
    }
}

impl Fallback {
    /// Laid over what was there: what one pack hides, another does not bring to light, and what it does not say stays.
    pub(super) fn over(mut self, mut before: Self) -> Self {
        self.mask.append(&mut before.mask);
        self.rules.append(&mut before.rules);
        if self.actor.is_empty() {
            self.actor = before.actor;
        }
        let RowFields { label, detail, action, record_type, old, new, change, amount } = &mut self.row;
        let there = before.row;
        for (own, before) in [
            (label, there.label),
            (detail, there.detail),
            (action, there.action),
            (record_type, there.record_type),
            (old, there.old),
            (new, there.new),
            (change, there.change),
            (amount, there.amount),
        ] {
            if own.is_empty() {
                *own = before;
            }
        }
        self
    }
}
