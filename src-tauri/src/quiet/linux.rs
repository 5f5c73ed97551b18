//! What the notification service and GNOME say on this desktop.

use gtk::gio::{self, prelude::SettingsExt as _};
use std::time::Duration;
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
            Err(_) => {
                debug!("The notification service does not say whether the desktop asks for quiet.");
                None
            }
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
fn is_gnome(desktops: Option<&str>) -> bool {
    desktops.unwrap_or_default().split(':').any(|name| name.eq_ignore_ascii_case("GNOME"))
}

/// A key that is not there would end the program, so it is looked up first.
fn shows_banners() -> Option<bool> {
    let schema = gio::SettingsSchemaSource::default()?.lookup(SCHEMA, true)?;
    schema.has_key(KEY).then(|| gio::Settings::new(SCHEMA).boolean(KEY))
}

/// One that asks for quiet is enough, and one that says anything.
fn together(said: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    said.into_iter().flatten().reduce(|one, other| one || other)
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

    #[test]
    fn gnome_is_known_by_the_name_it_gives_itself_and_by_no_other() {
        for (desktops, gnome) in
            [("GNOME", true), ("ubuntu:GNOME", true), ("KDE", false), ("X-Cinnamon", false), ("GNOME-Flashback:Unity", false), ("", false)]
        {
            assert_eq!(is_gnome(Some(desktops)), gnome, "{desktops}");
        }
        assert!(!is_gnome(None));
    }
}
