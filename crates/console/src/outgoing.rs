//! What leaves for others by itself: webhooks, each a handler of its own. Kept equal to the settings.

mod hook;

use hook::Post;
use std::sync::Arc;
use tokio::sync::Mutex;
use watchdeck_events::Millis;
use watchdeck_handlers::{Refusal, Registry};
use watchdeck_wire::settings::Hook;

pub(crate) use hook::{check_hooks, title};

/// The webhooks that run. Whoever changes them holds them meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Hooks(Mutex<Vec<Hook>>);

impl Hooks {
    /// Make those that run equal to `hooks`. One that was changed takes up where it was.
    pub(crate) async fn apply(&self, handlers: &Registry, hooks: &[Hook], now: Millis) -> Result<(), Refusal> {
        let mut running = self.0.lock().await;
        while let Some(at) = running.iter().position(|hook| !hooks.contains(hook)) {
            let gone = running.remove(at);
            handlers.remove(&hook::name(&gone.id)).await?;
        }
        for hook in hooks {
            if !running.contains(hook)
                && let Some(post) = Post::of(hook, now)
            {
                handlers.add(Arc::new(post)).await?;
                running.push(hook.clone());
            }
        }
        Ok(())
    }
}
