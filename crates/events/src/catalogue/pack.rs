//! Reading a pack. Everything a pack may say is here; what it says wrong is answered with the key and the reason.

use super::{DEFAULT_SEVERITY, Domain, template::Template};
use crate::event::{Kind, Severity};
use serde::Deserialize;

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
    pub(super) is: Vec<Box<str>>,
    pub(super) severity: Severity,
}

/// Which fields a row shows; of several names the first that is there. A `-` before a name negates a quantity.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RowFields {
    pub(super) label: Vec<Box<str>>,
    pub(super) detail: Vec<Box<str>>,
    pub(super) action: Vec<Box<str>>,
    pub(super) old: Vec<Box<str>>,
    pub(super) new: Vec<Box<str>>,
    pub(super) change: Vec<Box<str>>,
    pub(super) amount: Vec<Box<str>>,
}

impl RowFields {
    fn named(&self) -> [(&'static str, &[Box<str>]); 7] {
        [
            ("label", &self.label),
            ("detail", &self.detail),
            ("action", &self.action),
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
}

pub(super) fn read(text: &str) -> Result<Pack, PackError> {
    let file: PackFile = toml::from_str(text).map_err(|error| PackError::Syntax(error.to_string().trim_end().to_owned()))?;
    let kinds = file.kind.into_iter().enumerate().map(|(place, kind)| check(&format!("kind[{place}]"), kind)).collect::<Result<_, _>>()?;
    Ok(Pack { kinds, channels: file.channel, prefixes: file.prefix, fallback: file.fallback })
}

fn check(at: &str, file: KindFile) -> Result<KindInfo, PackError> {
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
        let template = Template::parse(source).map_err(|reason| wrong(key.clone(), reason))?;
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
            declared(format!("row.{key}[{place}]"), name.strip_prefix('-').unwrap_or(name))?;
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
