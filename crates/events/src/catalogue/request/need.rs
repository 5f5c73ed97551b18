//! What a decision needs beside yes or no: an amount, a remark.

use super::super::title::Title;
use crate::quantity::Quantity;
use serde::Deserialize;

/// Something that whoever decides has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// What the ERP calls it.
    pub name: Box<str>,
    /// What people call it.
    pub title: Title,
    /// What it is.
    pub need_type: NeedType,
    /// The least that a number may be.
    pub least: Option<Quantity>,
    /// The most that a number may be; of a text, how many characters.
    pub most: Option<Quantity>,
    /// Who has to say it.
    pub needed_to: NeedFor,
    /// The request's amount is offered.
    pub offers_amount: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedType {
    /// Words.
    #[default]
    Text,
    /// A number.
    Number,
}

/// Which decision needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedFor {
    /// A yes.
    Approve,
    /// A no.
    Reject,
    /// Either.
    #[default]
    Both,
}

/// As a pack writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeedFile {
    name: Box<str>,
    title: Option<Title>,
    #[serde(default, rename = "type")]
    need_type: NeedType,
    least: Option<toml::Value>,
    most: Option<toml::Value>,
    #[serde(default)]
    to: NeedFor,
    default: Option<Box<str>>,
}

impl NeedFile {
    /// The need; else the key that is wrong, and why.
    pub(super) fn check(self) -> Result<Need, (&'static str, String)> {
        if self.name.trim().is_empty() {
            return Err(("name", "must not be empty".to_owned()));
        }
        if self.default.as_deref().is_some_and(|offered| offered != "amount") {
            return Err(("default", "only the request's amount can be offered: default = \"amount\"".to_owned()));
        }
        let (least, most) = (number("least", self.least.as_ref())?, number("most", self.most.as_ref())?);
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(("most", "is less than `least`".to_owned()));
        }
        let title = self.title.unwrap_or_else(|| Title { zh: self.name.clone(), en: self.name.clone() });
        let offers_amount = self.default.is_some();
        Ok(Need { name: self.name, title, need_type: self.need_type, least, most, needed_to: self.to, offers_amount })
    }
}

fn number(key: &'static str, value: Option<&toml::Value>) -> Result<Option<Quantity>, (&'static str, String)> {
    let text = match value {
        None => return Ok(None),
        Some(toml::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let number = Quantity::from_json(&text).ok_or_else(|| (key, format!("is a number, as {key} = 0")))?;
    Ok(Some(number))
}
