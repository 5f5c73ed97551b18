//! Commands that set up: settings, sources, what they sign in with.

use crate::{
    core::Core,
    error::CommandError,
    host::LoginRequest,
    outgoing,
    secrets::{Change, Name, Purpose},
    settings::{self, Merged},
};
use std::{collections::BTreeMap, sync::Arc};
use watchdeck_alerts::words::Words;
use watchdeck_client::{Address, Dialect, Secret};
use watchdeck_feed::{
    keys::{KeyRing as _, Keys},
    sources,
};
use watchdeck_store::{Batch, Document};
use watchdeck_wire::{
    link::LinkState,
    settings::{Hook, SecretPlace, Settings, SettingsPatch, Source, SourceSecrets, SourceTest, TestStep},
    views::{ActionPreview, ActionTest},
};

/// The built-in ERP among the sources.
const DEMO_ID: &str = "demo";
/// Where the ERP's web pages keep the session: behind TLS and without, by older and by newer libraries.
const SESSION_COOKIES: [&str; 4] =
    ["__Secure-next-auth.session-token", "next-auth.session-token", "__Secure-authjs.session-token", "authjs.session-token"];

/// New settings, whole.
pub(crate) async fn save_settings(core: &Core, new: Settings) -> Result<Settings, CommandError> {
    set(core, |_| Ok(new)).await
}

/// Some settings anew: see [`settings::patched`].
pub(crate) async fn change_settings(core: &Core, patch: SettingsPatch) -> Result<Settings, CommandError> {
    set(core, |settings| settings::patched(settings, patch.0)).await
}

/// New settings, made of those that hold, and the secrets that came with them take effect together, or not at all.
async fn set(core: &Core, make: impl FnOnce(&Settings) -> Result<Settings, CommandError>) -> Result<Settings, CommandError> {
    let mut kept = core.kept.lock().await;
    let new = make(&kept.settings)?;
    outgoing::check_hooks(&new.hooks, core.now())?;
    let Merged { mut settings, mut changes, retired } = settings::merge(new, &kept)?;
    name_demo(core.words(&settings), &mut settings.sources);
    let hooks: Vec<&str> = settings.hooks.iter().map(|hook| hook.id.as_str()).chain(kept.beyond.hooks()).collect();
    changes.extend(core.secrets.orphans(&settings.sources, &hooks));
    let secrets_changed = !changes.is_empty();
    let mut documents = vec![kept.document(&settings)?];
    if let Some(list) = &retired {
        documents.push(list.document()?);
    }
    commit(core, changes, documents).await?;
    if let Some(list) = retired {
        kept.retired = list.0;
    }
    let before = std::mem::replace(&mut kept.settings, settings.clone());
    core.adopt(&settings);
    core.host.apply(&settings);
    core.hooks.apply(&core.handlers, &settings, core.words(&settings)).await?;
    if secrets_changed || settings.sources != before.sources {
        core.connect(&settings.sources).await?;
    }
    core.pulse();
    Ok(settings)
}

/// The built-in ERP is called what the language calls it, unless somebody has given it a name.
fn name_demo(words: Words, sources: &mut [Source]) {
    for demo in sources.iter_mut().filter(|source| source.demo && Words::DEMO_NAMES.contains(&source.name.as_str())) {
        words.demo_name().clone_into(&mut demo.name);
    }
}

/// Secrets and what goes with them, in one transaction.
async fn commit(core: &Core, changes: Vec<Change>, mut documents: Vec<Document>) -> Result<(), CommandError> {
    let mut prepared = core.secrets.prepare(changes).await?;
    documents.append(&mut prepared.documents);
    if let Err(error) = core.store.append(Batch { documents, ..Batch::default() }).await {
        core.secrets.abandon(prepared).await;
        return Err(error.into());
    }
    core.secrets.settle(prepared);
    Ok(())
}

fn known(core: &Core, id: &str) -> Result<Source, CommandError> {
    let known = core.state().settings.sources.iter().find(|source| source.id == id).cloned();
    known.ok_or_else(|| CommandError::not_found(format!("there is no source {id}")))
}

/// Where each source's secrets are.
pub(crate) fn source_secrets(core: &Core) -> BTreeMap<String, SourceSecrets> {
    let sources = core.state().settings.sources.clone();
    core.secrets.places(sources.iter())
}

/// Where each outgoing action's secret is.
pub(crate) fn action_secrets(core: &Core) -> BTreeMap<String, SecretPlace> {
    let hooks = core.state().settings.hooks.clone();
    core.secrets.places_of_actions(hooks.iter().map(|hook| hook.id.as_str()))
}

/// What an outgoing action would send.
pub(crate) async fn preview_action(core: &Core, action: &Hook) -> Result<ActionPreview, CommandError> {
    let before = saved(core, &action.id);
    core.hooks.preview(&core.store, action, before.as_ref()).await
}

/// Send it once.
pub(crate) async fn test_action(core: &Core, action: &Hook) -> Result<ActionTest, CommandError> {
    let before = saved(core, &action.id);
    core.hooks.test(&core.store, action, before.as_ref()).await
}

fn saved(core: &Core, id: &str) -> Option<Hook> {
    core.state().settings.hooks.iter().find(|hook| hook.id == id).cloned()
}

/// A new token, and a try with it at once. An empty one forgets the old.
pub(crate) async fn set_token(core: &Core, id: &str, token: &str) -> Result<(), CommandError> {
    let _turn = core.kept.lock().await;
    known(core, id)?;
    let change = Change { name: Name::new(id, Purpose::Token), value: Some(Secret::new(token.trim())) };
    commit(core, vec![change], Vec::new()).await?;
    let sources = core.state().settings.sources.clone();
    core.connect(&sources).await?;
    // The same one again: nothing changed, but whoever enters it wants to see it tried.
    core.sources.reconnect(id).await;
    core.pulse();
    Ok(())
}

/// Open the host's login window for a source.
pub(crate) fn login(core: &Core, id: &str) -> Result<(), CommandError> {
    let source = known(core, id)?;
    let spoken = core.sources.address(id).map_or(source.dialect, |source| source.dialect);
    if !Dialect::named(spoken.as_str()).has_sign_in_page() {
        return Err(CommandError::invalid("this server wants a token, not the session of a web page; paste the token"));
    }
    let url = if source.login_url.is_empty() { origin(&source.url) } else { Some(source.login_url) };
    let url = url.ok_or_else(|| CommandError::invalid(format!("{} is not an address", source.url)))?;
    let request = LoginRequest { source: source.id, name: source.name, url, cookies: SESSION_COOKIES.to_vec() };
    if core.host.has_login_window() && core.host.login(request) {
        return Ok(());
    }
    Err(CommandError::invalid("there is no login window here; sign in with a browser and paste the value of the session cookie"))
}

/// The page at the root of a server, over HTTP.
fn origin(url: &str) -> Option<String> {
    Address::parse(url).ok().map(|address| format!("{}/", address.origin()))
}

/// A real try, with the secrets that are kept where none are given.
pub(crate) async fn test_source(core: &Core, mut source: Source) -> Result<SourceTest, CommandError> {
    settings::check_source(&source)?;
    let given = [source.token.take(), source.proxy_password.take()].map(|given| given.filter(|given| !given.is_empty()).map(Secret::from));
    let kept = match known(core, &source.id) {
        Ok(before) => {
            let kept = core.secrets.of(&source.id).unwrap_or_default();
            Keys {
                token: kept.token.filter(|_| settings::same_place(&before, &source, Purpose::Token)),
                proxy_password: kept.proxy_password.filter(|_| settings::same_place(&before, &source, Purpose::ProxyPassword)),
            }
        }
        Err(_) => Keys::default(),
    };
    let [token, proxy_password] = given;
    let keys = Keys { token: token.or(kept.token), proxy_password: proxy_password.or(kept.proxy_password) };
    if let Some((name, state)) = core.sources.alone_at(&source.url) {
        let ok = matches!(state, LinkState::Live | LinkState::Partly { .. } | LinkState::CatchingUp { .. } | LinkState::Unconfirmed);
        let detail = core.words(&core.state().settings).asked_running(&name, ok);
        let step = TestStep { step: "sign_in".to_owned(), ok, detail, ms: 0 };
        return Ok(SourceTest { ok, steps: vec![step] });
    }
    let source = core.sources.address(&source.id).filter(|known| known.demo).unwrap_or(source);
    let beside = core.sources.beside(&source);
    let steps: Vec<_> = watchdeck_client::probe_beside(sources::trial(&source, &keys), beside)
        .await
        .into_iter()
        .map(|step| TestStep { step: step.step.to_owned(), ok: step.ok, detail: step.detail, ms: step.ms })
        .collect();
    Ok(SourceTest { ok: !steps.is_empty() && steps.iter().all(|step| step.ok), steps })
}

/// Dial now, and ask the keychain once more where it did not answer.
pub(crate) async fn reconnect(core: &Core, id: &str) -> Result<(), CommandError> {
    if core.sources.reconnect(id).await {
        return Ok(());
    }
    if core.secrets.of(id).is_ok() {
        return Err(CommandError::not_found(format!("no source {id} is running")));
    }
    // Once it answers, the source is connected.
    core.secrets.load().await;
    core.secrets.of(id).map(drop).map_err(|why: String| CommandError::invalid(core.words(&core.state().settings).secret_unread(&why)))
}

pub(crate) async fn start_demo(core: &Arc<Core>) -> Result<Settings, CommandError> {
    if core.demo.is_none() {
        return Err(CommandError::not_found("this build has no built-in ERP"));
    }
    set(core, |settings| {
        let name = core.words(settings).demo_name().to_owned();
        let mut settings = settings.clone();
        match settings.sources.iter_mut().find(|source| source.demo) {
            Some(demo) => demo.paused = false,
            None => settings.sources.push(Source {
                id: DEMO_ID.to_owned(),
                name,
                dialect: Dialect::NATIVE.name().into(),
                demo: true,
                ..Source::default()
            }),
        }
        Ok(settings)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_erp_goes_by_the_language_and_a_given_name_stays() {
        let named = |name: &str, demo| Source { name: name.into(), demo, ..Source::default() };
        let mut sources = [named("Demo ERP", true), named("Training", true), named("Demo ERP", false)];
        name_demo(Words::CHINESE, &mut sources);
        assert_eq!(sources.map(|source| source.name), ["演示 ERP", "Training", "Demo ERP"]);
    }

    #[test]
    fn people_sign_in_at_the_root_of_the_server() {
        assert_eq!(origin("wss://erp.example:3002/ws?x=1").as_deref(), Some("https://erp.example:3002/"));
        assert_eq!(origin("ws://[::1]:9").as_deref(), Some("http://[::1]:9/"));
        assert_eq!(origin("erp.example:443").as_deref(), Some("https://erp.example/"));
        assert_eq!(origin("ftp://erp.example"), None);
    }
}
