//! Keeps what each gateway says of for whom we decide. It is asked when it has said something new of us, when something was changed from here, after a
//! decision was refused, and now and then: what others pass on to us is not told in the stream.

use super::Core;
use crate::delegations::{DecidesForBySource, DelegationError, held};
use futures_util::future::join_all;
use std::{sync::Arc, time::Duration};
use watchdeck_feed::sources::Deciders;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(60);

impl Core {
    pub(super) async fn follow_delegations(self: Arc<Self>) {
        let mut changed = self.sources.changed.subscribe();
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut known = Deciders::default();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = tick.tick() => {}
                () = self.delegated.notified() => {}
                seen = changed.changed() => {
                    if seen.is_err() {
                        return;
                    }
                    if self.sources.deciders() == known {
                        continue;
                    }
                }
            }
            known = self.sources.deciders();
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.ask_for_whom(&known) => {}
            }
        }
    }

    /// Only of gateways that know us as somebody in particular.
    async fn ask_for_whom(&self, deciders: &Deciders) {
        let (asked, before) = {
            let state = self.state();
            let sources = state.settings.sources.iter().filter(|source| !source.paused && deciders.user(&source.id).is_some());
            (sources.map(|source| source.id.clone()).collect::<Vec<_>>(), state.decides_for.clone())
        };
        let one = |id: String| {
            let before = before.get(&id).cloned();
            async move {
                let profile = self.sources.profile(&id)?.ok()?;
                match held(&profile).await {
                    Ok(held) => Some((id, held.decides_for)),
                    // As far as is known it is as it was.
                    Err(DelegationError::Unreached(_) | DelegationError::Unreadable(_)) => Some((id, before?)),
                    Err(_) => None,
                }
            }
        };
        let all: DecidesForBySource = join_all(asked.into_iter().map(one)).await.into_iter().flatten().collect();
        if all != before {
            {
                let mut state = self.state();
                state.decides_for = all;
                state.decides_for_version += 1;
            }
            self.pulse();
        }
    }
}
