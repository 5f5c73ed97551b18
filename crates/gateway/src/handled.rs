//! What somebody did with an alert: they have it, put it off, or took that back. It is one event for every console that may read what the alert is about,
//! also for those that are away.
//!
//! A gateway knows no alerts: consoles make them by their rules, and each of them judges whether its own is the one that is meant. So nothing is kept here
//! but the event, whose id is made of the order's key: an order that is sent again is found in the log, after a kill and at another gateway too.

use crate::{
    access::Principal,
    log::{Arrived, Log},
    named::Named,
    publish::channel_name,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload};
use watchdeck_store::StoreError;

/// What is about no event goes to everybody's channel.
const ELSEWHERE: &str = "system";
/// Longest name of a rule, of what an alert is about, and of an event, bytes.
const LONGEST: usize = 256;
/// Longest key, bytes.
const LONGEST_KEY: usize = 64;
/// Longest note, characters.
const LONGEST_NOTE: usize = 500;
/// Nothing is put off, or was done, longer than this, ms: four weeks, and the month that a console keeps what it could not send.
const LONGEST_WHILE: i64 = 31 * 24 * 60 * 60 * 1_000;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// Somebody has it.
    Acknowledge,
    /// It is put off for a while.
    Shelve,
    /// It is not put off any more.
    Unshelve,
}

/// What a console tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handling {
    pub(crate) idempotency_key: String,
    pub(crate) rule: String,
    pub(crate) about_type: String,
    pub(crate) about_id: String,
    pub(crate) action: Act,
    /// Id of the event that the alert fired by.
    #[serde(default)]
    pub(crate) fired_by: Option<String>,
    /// Where that was told, for a log that has let go of it.
    #[serde(default)]
    pub(crate) channel: Option<String>,
    /// How long ago it was done, ms: no console's clock is needed for that.
    #[serde(default)]
    pub(crate) ago_ms: i64,
    /// For how long it is put off from now on, ms.
    #[serde(default)]
    pub(crate) for_ms: Option<i64>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// Who did it, where the gateway does not know it.
    #[serde(default)]
    pub(crate) by: Option<Named>,
}

impl Handling {
    /// What it is about, as the audit calls it.
    pub(crate) fn what(&self) -> String {
        format!("{} {}:{}", self.rule, self.about_type, self.about_id)
    }

    /// In a word, for the audit.
    pub(crate) const fn words(&self) -> &'static str {
        match self.action {
            Act::Acknowledge => "acknowledged",
            Act::Shelve => "shelved",
            Act::Unshelve => "unshelved",
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), Cow<'static, str>> {
        let names = [("rule", &self.rule), ("aboutType", &self.about_type), ("aboutId", &self.about_id)];
        // What an alert is about may be the text of a message, which may have several lines.
        let named = |text: &str, longest: usize| (1..=longest).contains(&text.len());
        if let Some((field, _)) = names.iter().find(|(_, text)| !named(text, LONGEST)) {
            return Err(format!("`{field}` is a text of 1 to {LONGEST} bytes").into());
        }
        if !named(&self.idempotency_key, LONGEST_KEY) {
            return Err(format!("`idempotencyKey` is a text of 1 to {LONGEST_KEY} bytes, another for each thing that is done").into());
        }
        if self.fired_by.as_ref().is_some_and(|id| id.len() > LONGEST) {
            return Err(format!("`firedBy` is the id of an event, of {LONGEST} bytes at most").into());
        }
        if let Some(Err(reason)) = self.channel.as_deref().map(channel_name) {
            return Err(format!("`channel`: {reason}").into());
        }
        let is_while = |ms: i64| (0..=LONGEST_WHILE).contains(&ms);
        if !is_while(self.ago_ms) || self.for_ms.is_some_and(|ms| !is_while(ms)) {
            return Err("`agoMs` and `forMs` are milliseconds from 0 to 31 days".into());
        }
        if self.for_ms.is_some() != (self.action == Act::Shelve) {
            return Err("say with `forMs` for how long an alert is shelved, and with nothing else".into());
        }
        if self.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            return Err(format!("`note` may have {LONGEST_NOTE} characters at most").into());
        }
        Ok(())
    }

    /// The event that the alert fired by, where the log still has it, and the channel that everybody hears it on who may know of the alert.
    ///
    /// # Errors
    /// As the log says.
    pub(crate) async fn place(&self, log: &Log) -> Result<(Channel, Option<Event>), StoreError> {
        let event = match &self.fired_by {
            Some(id) => log.store().by_id(id).await?.map(|stored| stored.event),
            None => None,
        };
        let channel = event.as_ref().map(|event| event.channel.clone());
        let said = || Channel::from(self.channel.as_deref().unwrap_or(ELSEWHERE));
        Ok((channel.unwrap_or_else(said), event))
    }

    /// Tell everybody. `false` where that was done before.
    ///
    /// # Errors
    /// As the log says.
    pub(crate) async fn tell(&self, by: &Named, channel: Channel, log: &Log, source: &Arc<str>, now: Millis) -> Result<bool, StoreError> {
        let note = self.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        let told = serde_json::json!({
            "type": Kind::ALERT_HANDLED,
            "rule": self.rule,
            "aboutType": self.about_type,
            "aboutId": self.about_id,
            "action": self.action,
            "firedBy": self.fired_by,
            "by": by.shown(),
            "byId": by.id,
            "note": note,
            "until": self.for_ms.map(|ms| now.plus(ms)),
            "idempotencyKey": self.idempotency_key,
            "at": now.plus(-self.ago_ms),
            "timestamp": now,
        });
        let id = Some(format!("handled:{}", self.idempotency_key).into());
        let placed = log.append(source, vec![Arrived { channel, id, payload: Payload::from_json(told.to_string()) }]).await?;
        Ok(placed.iter().any(|(_, placed)| !placed.duplicate))
    }
}

/// Who did it, by the gateway's own word; of a key that several may show, whoever it says to be.
pub(crate) fn who(principal: &Principal, said: Option<&Named>) -> Named {
    let said = said.filter(|_| !principal.is_person()).and_then(Named::checked);
    said.unwrap_or_else(|| Named { id: principal.id.to_string(), name: principal.name.to_string() })
}
