//! What leaves for others by itself: webhooks, each a handler of its own. Kept equal to the settings.

mod hook;

use crate::core::Core;
use hook::Post;
use std::sync::Arc;
use watchdeck_handlers::Refusal;
use watchdeck_wire::settings::Hook;

pub(crate) use hook::{check_hooks, title};

/// Make the running webhooks equal to `hooks`. One that was changed takes up where it was.
pub(crate) async fn apply(core: &Core, hooks: &[Hook]) -> Result<(), Refusal> {
    let mut running = core.hooks.lock().await;
    while let Some(at) = running.iter().position(|hook| !hooks.contains(hook)) {
        let gone = running.remove(at);
        core.handlers.remove(&hook::name(&gone.id)).await?;
    }
    for hook in hooks {
        if !running.contains(hook)
            && let Some(post) = Post::of(hook, core.now())
        {
            core.handlers.add(Arc::new(post)).await?;
            running.push(hook.clone());
        }
    }
    Ok(())
}
