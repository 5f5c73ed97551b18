//! Settings in the store: read at start, checked and written when they change. Secrets never get there: [`take_secrets`] parts them.

use crate::{
    error::CommandError,
    secrets::{Change, Name, Purpose, Secrets},
};
use anyhow::Context as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use watchdeck_client::Address;
use watchdeck_store::{Batch, Document, Store};
use watchdeck_wire::settings::{Settings, Source};

const COLLECTION: &str = "settings";
const KEY: &str = "settings";
/// The addresses of removed sources, by id: an id that events carry is not given to another server.
const RETIRED: &str = "retired";
/// How seldom and how often a server may be polled, seconds.
const POLL: std::ops::RangeInclusive<u32> = 1..=3600;
/// Longest pause that can be set for a source, minutes.
const EXPECT: u32 = 7 * 24 * 60;

/// What is stored: the settings, and the ids that are taken for good.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) settings: Settings,
    pub(crate) retired: BTreeMap<String, String>,
}

pub(crate) async fn load(store: &Store) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    for (key, body) in store.documents(COLLECTION).await? {
        match key.as_str() {
            KEY => {
                kept.settings = serde_json::from_str(&body)
                    .context("the stored settings cannot be read; they were written by another version of Watchdeck")?;
            }
            RETIRED => kept.retired = serde_json::from_str(&body).context("the stored list of removed sources cannot be read")?,
            _ => {}
        }
    }
    Ok(kept)
}

/// Settings of old hold secrets: they go where secrets are kept, and are struck from the settings in the same transaction. Where nothing takes
/// them they stay, to be moved at the next start, and are used meanwhile.
pub(crate) async fn move_secrets(store: &Store, settings: &mut Settings, secrets: &Arc<Secrets>) {
    let changes = take_secrets(settings);
    if changes.is_empty() {
        return;
    }
    let moved = async {
        let mut prepared = secrets.prepare(changes.clone()).await?;
        let mut documents = std::mem::take(&mut prepared.documents);
        documents.push(document(settings)?);
        if let Err(error) = store.append(Batch { documents, ..Batch::default() }).await {
            secrets.abandon(prepared).await;
            return Err(error.into());
        }
        secrets.settle(prepared);
        anyhow::Ok(())
    };
    match moved.await {
        Ok(()) => tracing::info!(secrets = changes.len(), "The secrets in the settings were moved to where secrets are kept."),
        Err(error) => {
            tracing::warn!(%error, "The secrets in the settings could not be moved and stay there until the next start.");
            secrets.hold(changes);
        }
    }
}

/// What to commit so that the settings are these.
pub(crate) fn document(settings: &Settings) -> Result<Document, CommandError> {
    let body = serde_json::to_string(&without_secrets(settings)).map_err(anyhow::Error::from)?;
    Ok(Document { collection: COLLECTION, key: KEY.to_owned(), body: Some(body) })
}

/// Settings as they may be stored and shown.
pub(crate) fn without_secrets(settings: &Settings) -> Settings {
    let bare = |source: &Source| Source { token: None, proxy_password: None, ..source.clone() };
    Settings { sources: settings.sources.iter().map(bare).collect(), ..settings.clone() }
}

/// Part settings from the secrets in them.
pub(crate) fn take_secrets(settings: &mut Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for source in &mut settings.sources {
        for (purpose, given) in [(Purpose::Token, source.token.take()), (Purpose::ProxyPassword, source.proxy_password.take())] {
            changes.extend(given.map(|value| Change { name: Name::new(&*source.id, purpose), value: Some(value.into()) }));
        }
    }
    changes
}

/// What a change of the settings comes to.
#[derive(Debug)]
pub(crate) struct Merged {
    /// Without secrets.
    pub(crate) settings: Settings,
    /// The secrets to keep or to forget with it.
    pub(crate) changes: Vec<Change>,
    /// The list of removed sources, where it is another than before.
    pub(crate) retired: Option<Retired>,
}

/// The addresses of removed sources, by id.
#[derive(Debug)]
pub(crate) struct Retired(pub(crate) BTreeMap<String, String>);

impl Retired {
    pub(crate) fn document(&self) -> Result<Document, CommandError> {
        let body = serde_json::to_string(&self.0).map_err(anyhow::Error::from)?;
        Ok(Document { collection: COLLECTION, key: RETIRED.to_owned(), body: Some(body) })
    }
}

/// New settings beside the ones that are kept, or why they cannot be used. A secret that the new ones leave out stays as long as it still goes
/// to the same place; one that would go elsewhere is forgotten.
pub(crate) fn merge(mut new: Settings, kept: &Kept) -> Result<Merged, CommandError> {
    let old = &kept.settings;
    let mut ids = BTreeSet::new();
    for source in &new.sources {
        check_source(source)?;
        if !ids.insert(&source.id) {
            return Err(CommandError::invalid(format!("two sources have the id {}", source.id)));
        }
        if kept.retired.get(&source.id).is_some_and(|url| *url != source.url) {
            return Err(CommandError::invalid(format!(
                "the id {} belonged to another server that was removed, and its events carry it; give the new source another id",
                source.id
            )));
        }
    }
    let thresholds = new.product_thresholds.values().chain([&new.low_stock_threshold]);
    if thresholds.into_iter().any(|threshold| !threshold.is_finite() || *threshold < 0.0) {
        return Err(CommandError::invalid("a stock threshold must be zero or more"));
    }
    if new.stuck_after_minutes == 0 || new.stale_after_seconds < 5 {
        return Err(CommandError::invalid("orders can be stuck after 1 minute at the earliest, and a feed stale after 5 seconds"));
    }
    let retired = retired(&new, kept);
    let mut changes = take_secrets(&mut new);
    for source in &new.sources {
        let Some(before) = old.sources.iter().find(|before| before.id == source.id) else { continue };
        for purpose in [Purpose::Token, Purpose::ProxyPassword].into_iter().filter(|purpose| !same_place(before, source, *purpose)) {
            let name = Name::new(&*source.id, purpose);
            if changes.iter().all(|change| change.name != name) {
                changes.push(Change { name, value: None });
            }
        }
    }
    Ok(Merged { settings: new, changes, retired })
}

/// The list of removed sources after this change, where it is another than before.
fn retired(new: &Settings, kept: &Kept) -> Option<Retired> {
    let is_in = |sources: &[Source], id: &str| sources.iter().any(|source| source.id == id);
    let mut retired = kept.retired.clone();
    // The same server again takes up where it was left.
    retired.retain(|id, _| !is_in(&new.sources, id));
    let gone = kept.settings.sources.iter().filter(|source| !is_in(&new.sources, &source.id));
    retired.extend(gone.map(|source| (source.id.clone(), source.url.clone())));
    (retired != kept.retired).then_some(Retired(retired))
}

/// Whether a secret of `before` may still go where `now` goes.
pub(crate) fn same_place(before: &Source, now: &Source, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Token => same_address(&before.url, &now.url),
        Purpose::ProxyPassword => before.proxy == now.proxy && before.proxy_user == now.proxy_user,
    }
}

/// Whether two addresses lead to the same place, however they are written.
fn same_address(one: &str, other: &str) -> bool {
    one == other || Address::parse(one).is_ok_and(|one| Address::parse(other).is_ok_and(|other| one == other))
}

pub(crate) fn check_source(source: &Source) -> Result<(), CommandError> {
    let invalid = |message: String| Err(CommandError::invalid(message));
    let name = &source.name;
    if source.id.trim().is_empty() || name.trim().is_empty() {
        return invalid("a source needs a name".to_owned());
    }
    let begins = |text: &str, with: &[&str]| with.iter().any(|scheme| text.starts_with(scheme));
    const HTTP: [&str; 2] = ["http://", "https://"];
    if !source.demo
        && let Err(why) = Address::parse(&source.url)
    {
        return invalid(format!("the address of {name}: {why}"));
    }
    if !source.origin.trim().is_empty()
        && let Err(why) = Address::parse(&source.origin)
    {
        return invalid(format!("the Origin of {name}: {why}"));
    }
    for (what, url) in [("wake-up address", &source.wake_url), ("login page", &source.login_url)] {
        if !url.is_empty() && !begins(url, &HTTP) {
            return invalid(format!("the {what} of {name} must begin with http:// or https://"));
        }
    }
    let history = &source.history_path;
    if !history.is_empty() && !history.starts_with('/') && !begins(history, &HTTP) {
        return invalid(format!(
            "the history of {name} must be a path that begins with /, or an address that begins with http:// or https://"
        ));
    }
    if !POLL.contains(&source.poll_seconds) {
        return invalid(format!("{name} can be asked every {} to {} seconds", POLL.start(), POLL.end()));
    }
    if source.expect_minutes.is_some_and(|minutes| minutes > EXPECT) {
        return invalid(format!("an event of {name} can be expected every {EXPECT} minutes at the least often, which is a week"));
    }
    let proxy = source.proxy.as_str();
    if !proxy.is_empty() && proxy != "direct" && !begins(proxy, &HTTP) {
        return invalid(format!("the proxy of {name} must begin with http:// or https://"));
    }
    // Whatever stands in an address is shown and stored like any other setting.
    let authority = |url: &str| url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned());
    let addresses = [&source.url, &source.wake_url, &source.login_url, &source.history_path, &source.proxy];
    if addresses.into_iter().filter_map(|url| authority(url)).any(|authority| authority.contains('@')) {
        return invalid(format!("an address of {name} holds a user or password; put them into the fields that are kept secret"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: &str, url: &str) -> Source {
        Source { id: id.into(), name: id.into(), url: url.into(), ..Source::default() }
    }

    fn kept(sources: Vec<Source>) -> Kept {
        Kept { settings: Settings { sources, ..Settings::default() }, retired: BTreeMap::new() }
    }

    fn with(sources: Vec<Source>) -> Settings {
        Settings { sources, ..Settings::default() }
    }

    #[test]
    fn nothing_secret_is_left_in_settings_that_are_stored() {
        let secret = Source { token: Some("hunter2".into()), proxy_password: Some("hunter3".into()), ..source("a", "ws://a/") };
        let merged = merge(with(vec![secret.clone()]), &kept(vec![])).unwrap();
        assert_eq!(merged.changes.len(), 2);
        for settings in [&merged.settings, &with(vec![secret])] {
            let stored = document(settings).unwrap().body.unwrap();
            assert!(!stored.contains("hunter"), "{stored}");
        }
        assert!(!format!("{:?}", merged.changes).contains("hunter"), "a secret never reaches a log");
    }

    #[test]
    fn a_secret_stays_while_it_goes_to_the_same_place_and_goes_nowhere_else() {
        let before = kept(vec![Source { proxy: "http://p:1".into(), ..source("a", "wss://a/") }]);
        let renamed = Source { name: "East".into(), paused: true, ..before.settings.sources[0].clone() };
        assert_eq!(merge(with(vec![renamed]), &before).unwrap().changes, [], "nothing to forget");
        let moved = Source { url: "wss://elsewhere/".into(), proxy_user: "me".into(), ..before.settings.sources[0].clone() };
        let forgotten = merge(with(vec![moved.clone()]), &before).unwrap().changes;
        let forget = |purpose| Change { name: Name::new("a", purpose), value: None };
        assert_eq!(forgotten, [forget(Purpose::Token), forget(Purpose::ProxyPassword)]);
        let given = merge(with(vec![Source { token: Some("new".into()), ..moved }]), &before).unwrap().changes;
        assert_eq!(
            given.iter().filter(|change| change.value.is_some()).count(),
            1,
            "a token that comes with the new address is kept: {given:?}"
        );
    }

    #[test]
    fn an_id_is_never_given_to_another_server() {
        let before = kept(vec![source("a", "ws://one/"), source("b", "ws://two/")]);
        let removed = merge(with(vec![source("b", "ws://two/")]), &before).unwrap();
        let retired = removed.retired.unwrap().0;
        assert_eq!(retired, BTreeMap::from([("a".to_owned(), "ws://one/".to_owned())]));
        let after = Kept { settings: removed.settings, retired };
        let refused = merge(with(vec![source("b", "ws://two/"), source("a", "ws://three/")]), &after).unwrap_err();
        assert!(refused.message.contains("another id"), "{refused}");
        let back = merge(with(vec![source("b", "ws://two/"), source("a", "ws://one/")]), &after).unwrap();
        assert!(back.retired.unwrap().0.is_empty(), "the same server may come back and goes on where it was");
    }

    #[test]
    fn an_address_with_a_password_is_refused() {
        for source in [
            source("a", "ws://me:pw@erp/"),
            Source { proxy: "http://me:pw@proxy:3128".into(), ..source("a", "ws://erp/") },
            Source { history_path: "https://me:pw@erp/events?from={from}".into(), ..source("a", "ws://erp/") },
        ] {
            assert!(check_source(&source).is_err(), "{source:?}");
        }
        assert!(check_source(&Source { history_path: "/events?to=a@b".into(), ..source("a", "ws://erp/") }).is_ok());
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_reason() {
        for source in [
            source("a", "ftp://erp:3002"),
            Source { wake_url: "erp/api/ws".into(), ..source("a", "ws://erp/") },
            Source { history_path: "events".into(), ..source("a", "ws://erp/") },
            Source { poll_seconds: 0, ..source("a", "ws://erp/") },
            Source { expect_minutes: Some(10_081), ..source("a", "ws://erp/") },
            Source { proxy: "socks5://p:1".into(), ..source("a", "ws://erp/") },
            Source { name: " ".into(), ..source("a", "ws://erp/") },
        ] {
            assert!(check_source(&source).is_err(), "{source:?}");
        }
    }
}
