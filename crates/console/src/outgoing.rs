//! What leaves for others by itself: webhooks, each a handler of its own. Kept equal to the settings.

mod hook;

use crate::core::Core;
use hook::Post;
use std::sync::Arc;
use watchdeck_handlers::{Handler as _, Refusal};
use watchdeck_wire::settings::Hook;

pub(crate) use hook::{check_hooks, title};

/// Make the running webhooks equal to `hooks`. One that was changed takes up where it was.
pub(crate) async fn apply(core: &Core, hooks: &[Hook]) -> Result<(), Refusal> {
    let mut posts: Vec<Post> = hooks.iter().filter_map(|hook| Post::of(hook, core.now())).collect();
    let mut running = core.hooks.lock().await;
    let gone = running.extract_if(.., |hook| !hooks.contains(hook));
    for hook in gone.collect::<Vec<_>>() {
        core.handlers.remove(&hook::name(&hook.id)).await?;
    }
    posts.retain(|post| running.iter().all(|hook| hook::name(&hook.id) != post.name()));
    for post in posts {
        core.handlers.add(Arc::new(post)).await?;
    }
    *running = hooks.to_vec();
    Ok(())
}
