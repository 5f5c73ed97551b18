//! Whether the desktop asks for quiet (*do not disturb*), as far as it says so to programs.
//!
//! Linux: the notification service's own word on the session bus (`Inhibited` of KDE, `paused` of dunst), and on GNOME, whose service tells nobody, the
//! setting behind its switch. All are asked every few seconds: dunst tells of no change, and who asks for quiet does not mind that it takes a moment.
//! Windows and macOS are not read: what Windows has (`SHQueryUserNotificationState`) is a foreign call that this workspace forbids (`unsafe`), and no
//! crate that is kept up wraps it; macOS tells no program without an entitlement. There the system itself holds notifications back.

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

/// One that asks for quiet is enough, and one that says anything.
#[cfg(any(target_os = "linux", test))]
fn together(said: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    said.into_iter().flatten().reduce(|one, other| one || other)
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

#[cfg(target_os = "linux")]
use linux::Desktop;

#[cfg(target_os = "linux")]
mod linux {
    use super::{Duration, together};
    use gtk::gio::{self, prelude::SettingsExt as _};
    use tracing::debug;
    use zbus::fdo::{DBusProxy, PropertiesProxy};
    use zbus::names::{BusName, InterfaceName, WellKnownName};

    const SERVICE: &str = "org.freedesktop.Notifications";
    const OBJECT: &str = "/org/freedesktop/Notifications";
    /// Interface and property of each service that has one; `true` asks for quiet.
    const PROPERTIES: [(&str, &str); 2] = [("org.freedesktop.Notifications", "Inhibited"), ("org.dunstproject.cmd0", "paused")];
    /// A service that hangs says nothing.
    const PATIENCE: Duration = Duration::from_secs(2);
    /// GNOME's, and which of its keys; `false` asks for quiet.
    const SCHEMA: &str = "org.gnome.desktop.notifications";
    const KEY: &str = "show-banners";

    /// What is asked, and the connection that it is asked over.
    #[derive(Default)]
    pub(super) struct Desktop {
        bus: Option<zbus::Connection>,
    }

    impl Desktop {
        pub(super) async fn look(&mut self) -> Option<bool> {
            let service = match tokio::time::timeout(PATIENCE, self.service()).await {
                Ok(Ok(said)) => said,
                Ok(Err(error)) => {
                    debug!(%error, "Whether the desktop asks for quiet cannot be asked on the bus.");
                    self.bus = None;
                    None
                }
                Err(_) => None,
            };
            let gnome = is_gnome(std::env::var("XDG_CURRENT_DESKTOP").ok().as_deref());
            // What is kept by dconf is read from a file.
            let setting = if gnome { tokio::task::spawn_blocking(shows_banners).await.ok().flatten() } else { None };
            together([service, setting.map(|shows| !shows)])
        }

        /// What the notification service says, where there is one: none is started for it.
        async fn service(&mut self) -> zbus::Result<Option<bool>> {
            let bus = match &self.bus {
                Some(bus) => bus.clone(),
                None => self.bus.insert(zbus::Connection::session().await?).clone(),
            };
            let name = WellKnownName::from_static_str(SERVICE)?;
            if !DBusProxy::new(&bus).await?.name_has_owner(BusName::WellKnown(name.clone())).await? {
                return Ok(None);
            }
            let properties = PropertiesProxy::builder(&bus).destination(name).path(OBJECT).build().await?;
            let mut said = Vec::with_capacity(PROPERTIES.len());
            for (interface, property) in PROPERTIES {
                // A service without it refuses, which is no answer and no failure.
                let value = properties.get(InterfaceName::from_static_str(interface)?, property).await;
                said.push(value.ok().and_then(|value| bool::try_from(value).ok()));
            }
            Ok(together(said))
        }
    }

    /// Whether GNOME is what runs: its setting stands in the user's files whatever desktop does.
    pub(super) fn is_gnome(desktops: Option<&str>) -> bool {
        desktops.unwrap_or_default().split(':').any(|name| name.eq_ignore_ascii_case("GNOME"))
    }

    /// A key that is not there would end the program, so it is looked up first.
    fn shows_banners() -> Option<bool> {
        let schema = gio::SettingsSchemaSource::default()?.lookup(SCHEMA, true)?;
        schema.has_key(KEY).then(|| gio::Settings::new(SCHEMA).boolean(KEY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_asks_for_quiet_is_enough_and_who_says_nothing_is_not_heard() {
        for (said, quiet) in [
            ([None, None], None),
            ([Some(false), None], Some(false)),
            ([None, Some(true)], Some(true)),
            ([Some(false), Some(true)], Some(true)),
            ([Some(false), Some(false)], Some(false)),
        ] {
            assert_eq!(together(said), quiet, "{said:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn gnome_is_known_by_the_name_it_gives_itself_and_by_no_other() {
        for (desktops, gnome) in
            [("GNOME", true), ("ubuntu:GNOME", true), ("KDE", false), ("X-Cinnamon", false), ("GNOME-Flashback:Unity", false), ("", false)]
        {
            assert_eq!(linux::is_gnome(Some(desktops)), gnome, "{desktops}");
        }
        assert!(!linux::is_gnome(None));
    }
}
