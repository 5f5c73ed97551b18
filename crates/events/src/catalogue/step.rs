//! One step of putting a payload's fields in order: what a pack writes in `steps` and `derive`.
//!
//! A step whose field is not there does nothing, and so does one that finds something else than it is for: what it leaves is shown as it was written.

use super::template::Template;
use crate::{
    amount,
    fields::edit::{Edited, Path, quoted},
    quantity::Quantity,
    scan::is_nothing,
};
use serde::Deserialize;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

/// A step, every name in it checked.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Rename { from: Path, to: Path },
    Copy { from: Path, to: Path },
    Default { at: Path, token: Box<str> },
    Words { at: Path, words: BTreeMap<Box<str>, Box<str>> },
    Multiply { from: Path, to: Path, by: Quantity },
    Template { to: Path, template: Template },
    Drop { at: Path },
}

/// A step as a pack writes it: one of the verbs, and what belongs to it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StepFile {
    rename: Option<Box<str>>,
    copy: Option<Box<str>>,
    default: Option<Box<str>>,
    map: Option<Box<str>>,
    multiply: Option<Box<str>>,
    template: Option<Box<str>>,
    drop: Option<Box<str>>,
    to: Option<Box<str>>,
    value: Option<toml::Value>,
    words: Option<BTreeMap<Box<str>, Box<str>>>,
    by: Option<toml::Value>,
}

/// What a step may be, for whoever wrote none.
const VERBS: &str = "{ rename = \"a\", to = \"b\" }, { copy = \"a\", to = \"b\" }, { default = \"a\", value = 1 }, { map = \"a\", words = { old = \"new\" } }, \
                     { multiply = \"a\", by = \"0.01\" }, { template = \"{a}-{b}\", to = \"c\" } or { drop = \"a\" }";

impl StepFile {
    /// Where it says that something goes.
    pub(super) fn to(&self) -> Option<&str> {
        self.to.as_deref().or(self.default.as_deref())
    }

    /// The step; else the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<Step, (&'static str, String)> {
        let verbs = [
            ("rename", &self.rename),
            ("copy", &self.copy),
            ("default", &self.default),
            ("map", &self.map),
            ("multiply", &self.multiply),
            ("template", &self.template),
            ("drop", &self.drop),
        ];
        let mut said = verbs.iter().filter_map(|(verb, name)| Some((*verb, name.as_deref()?)));
        let (Some((verb, name)), None) = (said.next(), said.next()) else {
            return Err(("", format!("a step does one thing: write {VERBS}")));
        };
        let beside =
            [("to", self.to.is_some()), ("value", self.value.is_some()), ("words", self.words.is_some()), ("by", self.by.is_some())];
        let belongs: &[&str] = match verb {
            "rename" | "copy" | "template" => &["to"],
            "default" => &["value"],
            "map" => &["words"],
            "multiply" => &["by", "to"],
            _ => &[],
        };
        if let Some((key, _)) = beside.iter().find(|(key, there)| *there && !belongs.contains(key)) {
            return Err((key, format!("`{key}` does not belong to `{verb}`: write {VERBS}")));
        }
        let missing = |key: &str| (verb, format!("`{verb}` needs `{key}` beside it: write {VERBS}"));
        let from = |name: &str| Path::parse(name).map_err(|reason| (verb, reason));
        let to = || Path::parse(self.to.as_deref().ok_or_else(|| missing("to"))?).map_err(|reason| ("to", reason));
        Ok(match verb {
            "rename" => Step::Rename { from: from(name)?, to: to()? },
            "copy" => Step::Copy { from: from(name)?, to: to()? },
            "default" => Step::Default { at: from(name)?, token: token(self.value.as_ref().ok_or_else(|| missing("value"))?)?.into() },
            "map" => Step::Words { at: from(name)?, words: self.words.clone().ok_or_else(|| missing("words"))? },
            "multiply" => {
                let by = factor(self.by.as_ref().ok_or_else(|| missing("by"))?)?;
                let from = from(name)?;
                Step::Multiply { to: if self.to.is_some() { to()? } else { from.clone() }, from, by }
            }
            "template" => Step::Template { to: to()?, template: Template::parse(name, &HashMap::new()).map_err(|reason| (verb, reason))? },
            _ => Step::Drop { at: from(name)? },
        })
    }
}

/// A value of a pack as JSON writes it.
fn token(value: &toml::Value) -> Result<String, (&'static str, String)> {
    match value {
        toml::Value::String(text) => Ok(quoted(text)),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) if number.is_finite() => Ok(number.to_string()),
        toml::Value::Boolean(truth) => Ok(truth.to_string()),
        _ => Err(("value", "a default is a text, a number, `true` or `false`".to_owned())),
    }
}

/// What a number is multiplied by, exactly as it is written.
fn factor(value: &toml::Value) -> Result<Quantity, (&'static str, String)> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        _ => String::new(),
    };
    Quantity::from_json(&text).ok_or_else(|| ("by", "`by` is a number, as `by = \"0.01\"` for cents".to_owned()))
}

impl Step {
    pub(super) fn apply(&self, fields: &mut Edited<'_>) {
        match self {
            Self::Rename { from, to } if from == to => {}
            Self::Rename { from, to } => {
                // Into itself it cannot go; what is put there then is nothing that was lost.
                if !holds(from, to)
                    && let Some(token) = fields.take(from)
                {
                    fields.put(to, token);
                }
            }
            Self::Copy { from, to } => {
                if let Some(token) = fields.token(from).map(Cow::into_owned) {
                    fields.put(to, token);
                }
            }
            Self::Default { at, token } => {
                if fields.token(at).is_none_or(|token| &*token != "false" && is_nothing(&token)) {
                    fields.put(at, token.to_string());
                }
            }
            Self::Words { at, words } => {
                if let Some(word) = fields.text(at).and_then(|text| words.get(text.as_str())) {
                    fields.put(at, quoted(word));
                }
            }
            Self::Multiply { from, to, by } => {
                let Some(token) = fields.token(from).map(Cow::into_owned) else { return };
                let product = amount::quantity(&token).known().and_then(|number| number.times(*by)).map(|number| number.to_string());
                // What is no number is shown as it stands, and counted as unread.
                let product = product.map(|number| if token.starts_with('"') { quoted(&number) } else { number });
                if let Some(token) = product.or_else(|| (from != to).then_some(token)) {
                    fields.put(to, token);
                }
            }
            Self::Template { to, template } => {
                let text = template.fill_from(|name| Path::parse(name).ok().and_then(|path| fields.text(&path)).map(Cow::Owned));
                if let Some(text) = text {
                    fields.put(to, quoted(&text));
                }
            }
            Self::Drop { at } => drop(fields.take(at)),
        }
    }

    /// Where its value comes from and where it goes, field by field.
    pub(super) fn moves(&self) -> Vec<(Path, Path)> {
        match self {
            Self::Rename { from, to } | Self::Copy { from, to } | Self::Multiply { from, to, .. } => vec![(from.clone(), to.clone())],
            Self::Template { to, template } => template.fields().filter_map(|name| Some((Path::parse(name).ok()?, to.clone()))).collect(),
            Self::Default { .. } | Self::Words { .. } | Self::Drop { .. } => Vec::new(),
        }
    }

    /// The field whose text is another than what was published, where it is.
    pub(super) fn makes(&self) -> Option<&str> {
        match self {
            Self::Default { at, .. } | Self::Words { at, .. } => Some(at.name()),
            Self::Multiply { to, .. } | Self::Template { to, .. } => Some(to.name()),
            Self::Rename { .. } | Self::Copy { .. } | Self::Drop { .. } => None,
        }
    }

    /// The field that it makes, whatever its text.
    pub(super) fn target(&self) -> Option<&Path> {
        match self {
            Self::Default { at, .. } => Some(at),
            Self::Rename { to, .. } | Self::Copy { to, .. } | Self::Multiply { to, .. } | Self::Template { to, .. } => Some(to),
            Self::Words { .. } | Self::Drop { .. } => None,
        }
    }
}

/// Whether `inner` is in the object that `outer` is.
fn holds(outer: &Path, inner: &Path) -> bool {
    let mut inner = inner.names();
    outer.names().all(|name| inner.next() == Some(name))
}
