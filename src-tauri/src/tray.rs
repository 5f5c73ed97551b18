//! The tray: the overall state in one icon, the counts, and the few things that are wanted without opening the window.

use crate::bus;
use crate::hints::Hints;
use crate::mark::{Mark, marked};
use crate::window;
use crate::words::Words;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry, include_image};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use watchdeck_console::{Badge, Overall};
use watchdeck_wire::live::Hint;

/// Panels remember by it where the user wants the icon, so it is ours alone. Nor is the folder the library's own one, which all programs share: the first user
/// of the machine to make it would keep the icons of all others out.
const ID: &str = "watchdeck";
const OPEN: &str = "open";
const PENDING: &str = "pending";
const MUTE: &str = "mute";
const QUIT: &str = "quit";

/// The icon and the parts of its menu that change.
pub(crate) struct Tray {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    pending: MenuItem<Wry>,
    alerts: MenuItem<Wry>,
    mute: CheckMenuItem<Wry>,
    quit: MenuItem<Wry>,
    /// The picture on show. A new one is a new file and a message to the panel, so it is not made again for every count.
    picture: Option<Picture>,
}

/// What the icon says.
type Picture = (Overall, Option<Mark>);

impl Tray {
    /// Puts the icon into the tray. `mute` is called when the user turns sounds off or on.
    /// Its pictures are files in `folder`, which is emptied first: a killed program leaves one behind.
    /// `None` where the system has no tray at all; that is a hint to the user, not an error.
    pub(crate) fn build(app: &AppHandle, folder: &Path, hints: &Hints, mute: impl Fn() + Send + Sync + 'static) -> Option<Self> {
        // The library that shows tray icons is loaded when first used, and its absence is a panic there.
        let built = catch_unwind(AssertUnwindSafe(|| Self::try_build(app, folder, mute)));
        match built {
            Ok(Ok(tray)) => return Some(tray),
            Ok(Err(error)) => warn!(%error, "The tray icon could not be made."),
            Err(_) => warn!("The library for tray icons is missing."),
        }
        hints.set(Hint::NoTray, true);
        None
    }

    fn try_build(app: &AppHandle, folder: &Path, mute_pressed: impl Fn() + Send + Sync + 'static) -> tauri::Result<Self> {
        let open = MenuItem::with_id(app, OPEN, "", true, None::<&str>)?;
        let pending = MenuItem::with_id(app, PENDING, "", true, None::<&str>)?;
        let alerts = MenuItem::with_id(app, "alerts", "", true, None::<&str>)?;
        let mute = CheckMenuItem::with_id(app, MUTE, "", true, false, None::<&str>)?;
        let quit = MenuItem::with_id(app, QUIT, "", true, None::<&str>)?;
        let line = || PredefinedMenuItem::separator(app);
        let menu = Menu::with_items(app, &[&open, &line()?, &pending, &alerts, &line()?, &mute, &line()?, &quit])?;
        // Not there at a first start; a file that cannot be removed does no harm.
        let _emptied = std::fs::remove_dir_all(folder);
        let icon = TrayIconBuilder::with_id(ID)
            .temp_dir_path(folder)
            .icon(icon((Overall::Offline, None)))
            .menu(&menu)
            .on_menu_event(move |app, event| match event.id().as_ref() {
                MUTE => mute_pressed(),
                QUIT => app.exit(0),
                _ => window::show(app),
            })
            .build(app)?;
        Ok(Self { icon, open, pending, alerts, mute, quit, picture: None })
    }

    /// Shows the counts and the state.
    pub(crate) fn show(&mut self, badge: Badge, muted: bool, words: &Words) {
        let state = words.links[badge.link as usize];
        let counts = format!("{}: {} · {}: {}", words.pending, badge.approvals, words.alerts, badge.alerts);
        // Every request is an alert too, unless its rule is off or somebody acknowledged it: a sum would count it twice.
        let urgent = badge.approvals.max(badge.alerts);
        let picture = (badge.link, Mark::of(badge));
        let redrawn = if self.picture.replace(picture) == Some(picture) { Ok(()) } else { self.icon.set_icon(Some(icon(picture))) };
        let done = [
            redrawn,
            self.icon.set_tooltip(Some(format!("Watchdeck — {state}\n{counts}"))),
            // Linux panels show no tooltips, but a few characters beside the icon.
            self.icon.set_title((urgent > 0).then(|| urgent.to_string())),
            self.open.set_text(format!("{} — {state}", words.open)),
            self.pending.set_text(format!("{}: {}", words.pending, badge.approvals)),
            self.alerts.set_text(format!("{}: {}", words.alerts, badge.alerts)),
            self.mute.set_text(words.mute),
            self.mute.set_checked(muted),
            self.quit.set_text(words.quit),
        ];
        for error in done.into_iter().filter_map(Result::err) {
            warn!(%error, "The tray could not be brought up to date.");
        }
    }
}

/// Follows whether anything on this desktop shows tray icons, and says so in a hint.
pub(crate) async fn watch_presence(stop: CancellationToken, hints: Hints) {
    let tell = move |present: bool| {
        if hints.has(Hint::NoTray) == present {
            info!(present, "The tray appeared or went.");
        }
        hints.set(Hint::NoTray, !present);
    };
    bus::follow(bus::TRAY, stop, tell).await;
}

fn icon((state, mark): Picture) -> Image<'static> {
    let plain = match state {
        Overall::Live => include_image!("../icons/tray-live.png"),
        Overall::Degraded => include_image!("../icons/tray-degraded.png"),
        Overall::Offline => include_image!("../icons/tray-offline.png"),
        Overall::NeedsAction => include_image!("../icons/tray-needs-action.png"),
    };
    match mark {
        Some(mark) => marked(&plain, mark),
        None => plain,
    }
}
