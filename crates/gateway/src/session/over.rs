//! When a session is nobody's any more: its token ran out, or was taken back.

use crate::{
    access::{Principal, Standing},
    log::now,
};
use std::time::Duration;
use tokio::{sync::watch, time::sleep};

/// The wall clock is asked this often: it may be set, and a machine may sleep.
const LOOK: Duration = Duration::from_secs(30);

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Expired,
    Revoked,
}

/// Resolves when whoever has the pass may not be here any more. It waits beside the session, so that a client which takes nothing is not spared.
pub(super) async fn over(mut pass: watch::Receiver<Principal>) -> Over {
    loop {
        let principal = pass.borrow_and_update().clone();
        tokio::select! {
            over = lapsed(&principal) => return over,
            changed = pass.changed() => if changed.is_err() {
                std::future::pending::<()>().await;
            },
        }
    }
}

async fn lapsed(principal: &Principal) -> Over {
    let mut standing = principal.standing();
    loop {
        if standing.as_mut().is_some_and(|standing| standing.borrow_and_update().is_none()) {
            return Over::Revoked;
        }
        let left = principal.expires().map(|until| until.since(now()));
        if left.is_some_and(|left| left <= 0) {
            return Over::Expired;
        }
        let wait = left.map_or(LOOK, |left| Duration::from_millis(left.unsigned_abs()).min(LOOK));
        let changed = async {
            let is_followed = match &mut standing {
                Some(standing) => standing.changed().await.is_ok(),
                None => false,
            };
            if !is_followed {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = changed => {}
        }
    }
}

/// Resolves when the user's roles are others.
pub(super) async fn changed(standing: &mut Option<Standing>) {
    let ended = match standing {
        Some(standing) => standing.changed().await.is_err(),
        None => true,
    };
    if ended {
        std::future::pending().await
    }
}
