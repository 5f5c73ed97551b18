//! Whether the desktop asks for quiet (*do not disturb*), as far as it says so to programs.
//!
//! Linux: the notification service's own word on the session bus (`Inhibited` of KDE, `paused` of dunst), and on GNOME, whose service tells nobody, the
//! setting behind its switch. All are asked every few seconds: dunst tells of no change, and who asks for quiet does not mind that it takes a moment.
//! Windows and macOS are not read: what Windows has (`SHQueryUserNotificationState`) is a foreign call, and this workspace forbids `unsafe`; macOS tells only
//! programs that are entitled to know. There the system itself holds notifications back, and sounds are the user's to mute.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
use linux::Desktop;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(3);

/// Looks until `stop`, and leaves what it sees where the core finds it: `None` where nobody says anything.
pub(crate) async fn follow(seen: watch::Sender<Option<bool>>, stop: CancellationToken) {
    let mut desktop = Desktop::default();
    loop {
        let Some(quiet) = stop.run_until_cancelled(desktop.look()).await else { return };
        seen.send_if_modified(|known| std::mem::replace(known, quiet) != quiet);
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct Desktop;

#[cfg(not(target_os = "linux"))]
impl Desktop {
    async fn look(&mut self) -> Option<bool> {
        None
    }
}
