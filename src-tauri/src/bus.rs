//! Whether somebody shows tray icons, as the session bus knows it. (The notification service is followed by [`crate::notify`] itself.)
//!
//! A panel may start after us (autostart runs everything at once) and restart at any time, so the owner of its name is followed, not asked once.

use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::debug;
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, WellKnownName};

/// Where tray icons are announced.
pub(crate) const TRAY: &str = "org.kde.StatusNotifierWatcher";

/// Longest wait between two tries to reach the bus.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Calls `tell` with whether `name` has an owner: once at the start, then whenever somebody takes or leaves the name, until `stop`.
/// Without a session bus nobody owns anything, and the bus is tried again with back-off.
pub(crate) async fn follow(name: &'static str, stop: CancellationToken, mut tell: impl FnMut(bool)) {
    let mut wait = Duration::from_secs(1);
    loop {
        let followed = stop.run_until_cancelled(follow_once(name, &mut tell)).await;
        let Some(ended) = followed else { return };
        match ended {
            Ok(()) => wait = Duration::from_secs(1),
            Err(error) => debug!(%error, name, "The session bus cannot be asked."),
        }
        tell(false);
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn follow_once(name: &'static str, tell: &mut impl FnMut(bool)) -> zbus::Result<()> {
    use futures_util::StreamExt;
    let connection = zbus::Connection::session().await?;
    let bus = DBusProxy::new(&connection).await?;
    let name = WellKnownName::from_static_str(name)?;
    // Subscribed before it is asked: an owner that comes in between is seen twice rather than never.
    let mut changes = bus.receive_name_owner_changed_with_args(&[(0, name.as_str())]).await?;
    tell(bus.name_has_owner(BusName::WellKnown(name)).await?);
    while let Some(change) = changes.next().await {
        tell(change.args()?.new_owner().is_some());
    }
    Ok(())
}
