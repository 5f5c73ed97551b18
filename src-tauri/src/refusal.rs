//! Why Watchdeck does not start: the cause once, and what to do about it, for a person.
//!
//! On the terminal it is one line. On the desktop it is a notification that stays, or, where nothing shows one, a box that goes by itself after a while,
//! because a session that starts programs must not wait for a person.

use crate::notify;
use crate::words::words;
use std::io::Write as _;
use std::time::Duration;
use tauri::async_runtime::block_on;
use tracing::error;
use watchdeck_console::Toast;
use watchdeck_events::Severity;
use watchdeck_wire::settings::Language;

/// How long a notification service may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the box stands.
const STANDS: Duration = Duration::from_secs(20);

/// Says it wherever somebody may look.
pub(crate) fn say(error: &anyhow::Error) {
    let words = words(Language::System, sys_locale::get_locale().as_deref());
    let why = cause(error);
    error!(error = why, "Watchdeck could not start.");
    // In one piece: libraries write there too. When nothing can be reached there is nobody to tell.
    std::io::stderr().write_all(format!("{}: {}\n", words.cannot_start, one_line(&why)).as_bytes()).ok();
    let toast = Toast {
        id: "watchdeck:start".to_owned(),
        title: words.cannot_start.to_owned(),
        body: why.clone(),
        severity: Severity::Critical,
        actions: Vec::new(),
    };
    let shown = block_on(async { tokio::time::timeout(PATIENCE, notify::leave(&toast)).await });
    if !shown.is_ok_and(|shown| shown) {
        show_box(words.cannot_start, &why);
    }
}

/// Every link of the chain that says something which the one before it did not.
fn cause(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for link in error.chain().map(ToString::to_string) {
        if text.contains(&link) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&link);
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there is a screen, so that its absence is an answer and not a panic in a library.
///
/// # Errors
/// When there is none, with what to do.
pub(crate) fn unless_there_is_a_screen() -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    if gtk::init().is_err() {
        anyhow::bail!(
            "there is no screen to open a window on; start it from a desktop session, or set DISPLAY or WAYLAND_DISPLAY (`watchdeck doctor` \
             works without)"
        );
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn show_box(title: &str, text: &str) {
    use gtk::glib;
    use gtk::prelude::{DialogExt as _, GtkWindowExt as _, MessageDialogExt as _};
    if gtk::init().is_err() {
        return;
    }
    let nobody = None::<&gtk::Window>;
    let shown = gtk::MessageDialog::new(nobody, gtk::DialogFlags::empty(), gtk::MessageType::Error, gtk::ButtonsType::Close, title);
    shown.set_title("Watchdeck");
    shown.set_secondary_text(Some(text));
    let going = shown.clone();
    glib::timeout_add_local_once(STANDS, move || going.response(gtk::ResponseType::Close));
    shown.run();
}

#[cfg(not(target_os = "linux"))]
fn show_box(_title: &str, _text: &str) {}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_said_once_whatever_wraps_it() {
        let refused = anyhow!("/data is in use by watchdeck (process 7); close it").context("the console cannot start");
        assert_eq!(cause(&refused), "the console cannot start: /data is in use by watchdeck (process 7); close it");
        let twice = anyhow!("disk full").context("cannot write: disk full");
        assert_eq!(cause(&twice), "cannot write: disk full");
        assert_eq!(one_line("a\nb  c\n"), "a b c");
    }
}
