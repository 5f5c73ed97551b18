//! What a link says of itself, in the window's terms.

use super::{
    follow::link_state,
    known::{Known, View},
    links::Sources,
};
use watchdeck_wire::link::{LinkCause, LinkState};

/// Tries after which a store that takes nothing is the source's state.
const REFUSED: u32 = 2;
/// How soon it is tried again, ms.
const RETRY: i64 = 1_000;

impl Sources {
    /// What is shown of a source. A link that is well while its events go nowhere is not live.
    pub(super) fn state(&self, known: &Known, view: Option<&View>) -> LinkState {
        let down = || self.down(&known.id).or_else(|| self.refused(&known.id));
        match (view, &known.keys) {
            _ if known.paused => LinkState::Paused,
            _ if known.waits => LinkState::Connecting { attempt: 0 },
            (_, Err(why)) if view.is_none() => LinkState::NeedsLogin { detail: why.clone() },
            _ if let Some(state) = down() => state,
            (Some(view), _) => {
                let state = link_state(&view.status.borrow(), view.polling.borrow().as_ref(), self.seams.now());
                self.records.of(&known.id).judged(state, self.records.now())
            }
            (None, _) => LinkState::Paused,
        }
    }

    /// The store has not taken this source's events for a while.
    fn refused(&self, id: &str) -> Option<LinkState> {
        let refusal = self.records.of(id).store_error().filter(|refusal| refusal.tries >= REFUSED)?;
        let next_try_at = self.seams.now().plus(RETRY);
        Some(LinkState::Offline { attempt: refusal.tries, next_try_at, cause: LinkCause::StoreUnavailable, detail: refusal.detail })
    }
}
