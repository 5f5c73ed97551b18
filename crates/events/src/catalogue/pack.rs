//! Reading a pack. Everything a pack may say is here; what it says wrong is answered with the key and the reason.

use super::{
    Domain,
    template::Template,
    words::{Vocabulary, VocabularyFile},
};
use crate::event::{Kind, Severity};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// What an unknown level means. Shared by the fallback and the packs' rules.
const DEFAULT_SEVERITY: Severity = Severity::Info;

/// Why a pack was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Not TOML, or a key that is unknown, missing or of the wrong type. The text shows the line.
    #[error("{0}")]
    Syntax(String),
    /// Well-formed, but a value makes no sense.
    #[error("{key}: {reason}")]
    Value {
        /// The key, as `kind[3].subject[0]` (counted from 0).
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A title in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Simplified Chinese.
    pub zh: Box<str>,
    /// English.
    pub en: Box<str>,
}

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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldInfo {
    /// Its key in the payload.
    pub name: Box<str>,
    /// What it holds.
    #[serde(rename = "type", default)]
    pub field_type: FieldType,
    /// It may be absent.
    #[serde(default)]
    pub optional: bool,
    /// It must not be shown to everybody (a bank account, an address).
    #[serde(default)]
    pub mask: bool,
    /// Which enumeration its words are of.
    #[serde(default)]
    pub words: Option<Box<str>>,
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
}

/// A severity for values of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) field: Box<str>,
    /// Which enumeration the field's words are of, where no kind declares the field.
    #[serde(default)]
    words: Option<Box<str>>,
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
    fn named(&self) -> [(&'static str, &[Box<str>]); 8] {
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
struct PackFile {
    #[serde(default)]
    kind: Vec<KindFile>,
    #[serde(default)]
    channel: Vec<ChannelInfo>,
    #[serde(default)]
    prefix: Vec<PrefixInfo>,
    fallback: Option<Fallback>,
    #[serde(default)]
    vocabulary: Vec<VocabularyFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    kind: Box<str>,
    title: Title,
    domain: Domain,
    channels: Vec<Box<str>>,
    #[serde(default)]
    legacy: bool,
    #[serde(default)]
    fields: Vec<FieldInfo>,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    subject: Vec<String>,
    #[serde(default)]
    actor: Vec<Box<str>>,
    #[serde(default)]
    row: RowFields,
}

/// A pack whose every reference was checked.
pub(super) struct Pack {
    pub(super) kinds: Vec<KindInfo>,
    pub(super) channels: Vec<ChannelInfo>,
    pub(super) prefixes: Vec<PrefixInfo>,
    pub(super) fallback: Option<Fallback>,
    /// Those that were there, with what this pack adds.
    pub(super) vocabularies: Vocabularies,
}

/// Enumerations by name.
pub(super) type Vocabularies = HashMap<Box<str>, Arc<Vocabulary>>;

pub(super) fn read(text: &str, known: &Vocabularies) -> Result<Pack, PackError> {
    let file: PackFile = toml::from_str(text).map_err(|error| PackError::Syntax(error.to_string().trim_end().to_owned()))?;
    let mut vocabularies = known.clone();
    for (place, vocabulary) in file.vocabulary.into_iter().enumerate() {
        let name = vocabulary.name.clone();
        let news = vocabulary.check().map_err(|reason| PackError::Value { key: format!("vocabulary[{place}]"), reason })?;
        let before = vocabularies.remove(&name).map(Arc::unwrap_or_clone).unwrap_or_default();
        vocabularies.insert(name, Arc::new(before.with(news)));
    }
    let kinds = file.kind.into_iter().enumerate();
    let kinds = kinds.map(|(place, kind)| check(&format!("kind[{place}]"), kind, &vocabularies)).collect::<Result<_, _>>()?;
    let mut fallback = file.fallback;
    for (place, rule) in fallback.iter_mut().flat_map(|fallback| &mut fallback.rules).enumerate() {
        rule.vocabulary = named(rule.words.as_deref(), &vocabularies, || format!("fallback.rules[{place}].words"))?;
    }
    Ok(Pack { kinds, channels: file.channel, prefixes: file.prefix, fallback, vocabularies })
}

/// The enumeration of that name.
fn named(name: Option<&str>, vocabularies: &Vocabularies, key: impl Fn() -> String) -> Result<Option<Arc<Vocabulary>>, PackError> {
    let Some(name) = name else { return Ok(None) };
    let missing = || PackError::Value { key: key(), reason: format!("there is no vocabulary `{name}`") };
    vocabularies.get(name).cloned().map(Some).ok_or_else(missing)
}

fn check(at: &str, mut file: KindFile, vocabularies: &Vocabularies) -> Result<KindInfo, PackError> {
    let mut words = HashMap::new();
    for (place, field) in file.fields.iter().enumerate() {
        if let Some(vocabulary) = named(field.words.as_deref(), vocabularies, || format!("{at}.fields[{place}].words"))? {
            words.insert(field.name.clone(), vocabulary);
        }
    }
    for (place, rule) in file.rules.iter_mut().enumerate() {
        let own = named(rule.words.as_deref(), vocabularies, || format!("{at}.rules[{place}].words"))?;
        rule.vocabulary = own.or_else(|| words.get(&rule.field).cloned());
    }
    let file = file;
    let wrong = |key: String, reason: String| PackError::Value { key: format!("{at}.{key}"), reason };
    let declared = |key: String, name: &str| {
        // These two stand on every event of the ERP.
        if matches!(name, "userId" | "timestamp") || file.fields.iter().any(|field| &*field.name == name) {
            return Ok(());
        }
        Err(wrong(key, format!("`{name}` is not among the fields of `{}`", file.kind)))
    };
    if file.kind.is_empty() {
        return Err(wrong("kind".into(), "must not be empty".into()));
    }
    if file.channels.is_empty() {
        return Err(wrong("channels".into(), "at least one channel is needed".into()));
    }
    for (place, name) in file.channels.iter().enumerate() {
        if name.is_empty() || name.matches('*').count() > 1 {
            return Err(wrong(format!("channels[{place}]"), format!("`{name}` is not a channel (at most one `*`)")));
        }
    }
    // What an event is about and who did it stand in rows, lists and filters, unmasked.
    let shown = |key: String, name: &str| {
        declared(key.clone(), name)?;
        match file.fields.iter().any(|field| &*field.name == name && field.mask) {
            true => Err(wrong(key, format!("`{name}` is masked and must not be shown here"))),
            false => Ok(()),
        }
    };
    let mut subject = Vec::new();
    for (place, source) in file.subject.iter().enumerate() {
        let key = format!("subject[{place}]");
        let template = Template::parse(source, &words).map_err(|reason| wrong(key.clone(), reason))?;
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
    for (key, names) in file.row.named() {
        for (place, name) in names.iter().enumerate() {
            let (first, second) = name.split_once(" - ").unwrap_or((name, ""));
            for name in [first.strip_prefix('-').unwrap_or(first), second].into_iter().filter(|name| !name.is_empty()) {
                declared(format!("row.{key}[{place}]"), name)?;
            }
        }
    }
    Ok(KindInfo {
        kind: Kind::from(&*file.kind),
        title: file.title,
        domain: file.domain,
        channels: file.channels,
        legacy: file.legacy,
        severity: file.severity.unwrap_or(DEFAULT_SEVERITY),
        rules: file.rules,
        subject,
        actor: file.actor,
        row: file.row,
        fields: file.fields,
    })
}
