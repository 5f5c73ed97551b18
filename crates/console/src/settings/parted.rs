//! Settings and the secrets that came with them, parted: no secret is ever stored in settings.

use crate::secrets::{Change, Name, Purpose};
use watchdeck_wire::settings::{Hook, Settings, Source};

/// Settings as they may be stored and shown.
pub(crate) fn without_secrets(settings: &Settings) -> Settings {
    let bare = |source: &Source| Source { token: None, proxy_password: None, ..source.clone() };
    let unsigned = |hook: &Hook| Hook { secret: None, ..hook.clone() };
    Settings {
        sources: settings.sources.iter().map(bare).collect(),
        hooks: settings.hooks.iter().map(unsigned).collect(),
        ..settings.clone()
    }
}

/// Part settings from the secrets in them.
pub(crate) fn take_secrets(settings: &mut Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for source in &mut settings.sources {
        for (purpose, given) in [(Purpose::Token, source.token.take()), (Purpose::ProxyPassword, source.proxy_password.take())] {
            changes.extend(given.map(|value| Change { name: Name::new(&*source.id, purpose), value: Some(value.into()) }));
        }
    }
    for hook in &mut settings.hooks {
        let given = hook.secret.take().map(|value| value.trim().to_owned());
        changes.extend(given.map(|value| Change { name: Name::new(&*hook.id, Purpose::Action), value: Some(value.into()) }));
    }
    changes
}
