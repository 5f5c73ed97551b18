//! What was changed about who may do what: compared with what was seen last, so that a change made while no gateway ran is noted as well.

use crate::{
    audit::{Act, Entry},
    log::Log,
    setting::Settings,
};
use watchdeck_events::Millis;
use watchdeck_store::{Batch, Document, StoreError};

/// The collection of what was seen last.
const SEEN: &str = "audit_settings";

/// What was seen last of one gateway's settings.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Which gateway's: several may be on one log.
    key: String,
    /// `None`: never before.
    last: Option<Settings>,
}

impl Seen {
    /// # Errors
    /// As the log says.
    pub(crate) async fn load(log: &Log, key: String) -> Result<Self, StoreError> {
        let kept = log.store().documents(SEEN).await?;
        let last = kept.iter().find(|(known, _)| *known == key).and_then(|(_, body)| serde_json::from_str(body).ok());
        Ok(Self { key, last })
    }

    /// What has changed since; nothing at the very first time.
    pub(crate) fn changes(&self, now: &Settings, at: Millis) -> Vec<Entry> {
        let Some(last) = &self.last else { return Vec::new() };
        let entry = |name: &str, words: String| Entry::new(at, "operator", Act::Changed).what(name).detail(words);
        let gone = last.iter().filter(|(name, _)| !now.contains_key(*name));
        let gone = gone.map(|(name, old)| entry(name, old.words().map_or_else(|| "removed".into(), |old| format!("removed: {old}"))));
        let changed = now.iter().filter_map(|(name, new)| match (last.get(name), new.words()) {
            (Some(old), _) if old == new => None,
            (Some(old), Some(new)) => Some(entry(name, format!("{} → {new}", old.words().unwrap_or_default()))),
            (Some(_), None) => Some(entry(name, "changed".into())),
            (None, Some(new)) => Some(entry(name, format!("added: {new}"))),
            (None, None) => Some(entry(name, "added".into())),
        });
        gone.chain(changed).collect()
    }

    /// From now on these are what was seen last.
    ///
    /// # Errors
    /// As the log says; what was seen before stands then, and a change is noted once more.
    pub(crate) async fn keep(&mut self, log: &Log, now: Settings) -> Result<(), StoreError> {
        if self.last.as_ref() == Some(&now) {
            return Ok(());
        }
        let body = serde_json::to_string(&now).expect("plain fields are always JSON");
        let documents = vec![Document { collection: SEEN, key: self.key.clone(), body: Some(body) }];
        log.store().append(Batch { documents, ..Batch::default() }).await?;
        self.last = Some(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::Setting;
    use std::sync::Arc;
    use watchdeck_store::{Options, Store};

    fn settings(of: &[(&str, Setting)]) -> Settings {
        of.iter().map(|(name, setting)| ((*name).to_owned(), setting.clone())).collect()
    }

    #[tokio::test]
    async fn what_changed_while_nobody_looked_is_noted_and_no_secret_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::new(Arc::new(Store::open(&dir.path().join("gateway.db"), Options::LOG).unwrap()), 1 << 20);
        let token = |roles: &str| Setting::Words(format!("Li Lei (u1): {roles}"));
        let before =
            settings(&[("publish_key", Setting::digest(["s3cret"])), ("user token a", token("wall")), ("user token b", token("admin"))]);
        let mut seen = Seen::load(&log, "one".into()).await.unwrap();
        assert!(seen.changes(&before, Millis(1)).is_empty(), "the first time there is nothing to compare with");
        seen.keep(&log, before.clone()).await.unwrap();
        let seen = Seen::load(&log, "one".into()).await.unwrap();
        assert!(seen.changes(&before, Millis(2)).is_empty());
        let after =
            settings(&[("limits", Setting::digest(["x"])), ("publish_key", Setting::digest(["0ther"])), ("user token a", token("admin"))]);
        let told: Vec<_> = seen.changes(&after, Millis(3)).into_iter().map(|entry| (entry.what.unwrap(), entry.detail.unwrap())).collect();
        let told: Vec<_> = told.iter().map(|(what, detail)| (what.as_str(), detail.as_str())).collect();
        assert_eq!(
            told,
            [
                ("user token b", "removed: Li Lei (u1): admin"),
                ("limits", "added"),
                ("publish_key", "changed"),
                ("user token a", "Li Lei (u1): wall → Li Lei (u1): admin"),
            ]
        );
        let kept = log.store().documents(SEEN).await.unwrap();
        assert!(!kept[0].1.contains("s3cret"), "{kept:?}");
        assert!(
            Seen::load(&log, "another".into()).await.unwrap().changes(&after, Millis(4)).is_empty(),
            "each gateway is compared with itself"
        );
    }
}
