//! Which gateway bridges, where several share a log: one hears the bus, or each message would be logged once for each of them. The others stand by, and one
//! of them takes over when it dies. What was published between is missed by all, and the marker of whoever takes over says so.

use super::{bridge::Bridge, logger::ALIVE, state::BridgeState};
use crate::{common::CommonLog, log::Log};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::time::Instant;

/// What the lease is called.
const LEASE: &str = "bridge";
/// How often whoever stands by looks after the one that bridges.
const LOOK: Duration = Duration::from_secs(2);
/// It notes every five seconds that it hears. Without such a note for this long it does not.
const SILENT: Duration = Duration::from_secs(15);

/// Bridge whenever no other gateway does, until stopped.
pub(crate) async fn take_turns(bridge: Bridge, common: Arc<dyn CommonLog>) {
    loop {
        let lease = tokio::select! {
            lease = common.lease(LEASE) => lease,
            never = stand_by(&bridge.log, &bridge.state) => match never {},
            () = bridge.stop.cancelled() => return,
        };
        let shift = Bridge {
            address: bridge.address.clone(),
            log: bridge.log.through(lease.engine()),
            state: Arc::clone(&bridge.state),
            stop: bridge.stop.child_token(),
        };
        let over = shift.stop.clone();
        let bridging = shift.run();
        tokio::pin!(bridging);
        tokio::select! {
            () = &mut bridging => {}
            () = lease.lost() => {
                // What was heard and is not logged is not logged any more: another hears, and marks the hole from what was logged last.
                over.cancel();
                bridging.await;
                bridge.state.down("another gateway on this log has taken the bridge over, and has not said yet that it hears the ERP");
                bridge.state.stuck(None);
                bridge.state.backlog_emptied();
            }
        }
    }
}

/// Tell consoles whether the ERP is heard by whoever bridges.
async fn stand_by(log: &Log, state: &BridgeState) -> Infallible {
    let (mut noted, mut noted_at) = (None, Instant::now());
    loop {
        if let Ok(note) = log.store().checkpoint(ALIVE).await {
            match noted.replace(note) {
                // It may be an old one; the next tells.
                None => {}
                Some(before) if before == note => {}
                Some(_) => {
                    noted_at = Instant::now();
                    state.standing_by();
                }
            }
        }
        if noted_at.elapsed() >= SILENT {
            state.down(&format!("another gateway on this log has the bridge, and has not heard the ERP for {} s", SILENT.as_secs()));
        }
        tokio::time::sleep(LOOK).await;
    }
}
