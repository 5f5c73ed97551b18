//! The ear on the folder of packs: what is changed there is in force a second later, for everything that is shown, and from then on for what comes.

use super::Core;
use std::{sync::Arc, time::Duration};
use watchdeck_feed::seams::Point;

/// How often the folder is looked at. A handful of names and times: less than any library that watches would keep open.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Core {
    pub(super) async fn follow_packs(self: Arc<Self>) {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.seams.pass(Point::Part("packs"));
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = tick.tick() => self.look_at_packs().await,
            }
        }
    }

    /// Look at the folder now. Whatever is on screen is drawn anew when something changed, and counted anew where it is read in another way.
    pub(crate) async fn look_at_packs(&self) {
        let Some(change) = self.packs.look().await else { return };
        if change.reads_anew {
            self.read_anew.notify_one();
        }
        self.pulse();
        if let ((), Err(error)) = self.record(|_| ((), change.documents)).await {
            // What is in force is in force; a restart with a broken file would know an older one.
            tracing::warn!(%error, "What the packs say could not be kept.");
        }
    }
}
