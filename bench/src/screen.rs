//! The one thing that is done to a window from outside.

use anyhow::{Context, Result};
use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ConnectionExt, MapState},
};

/// Longest title that is read, in words of four bytes.
const LONG: u32 = 64;

/// Take the window whose title begins with `title` off the screen that `DISPLAY` names, as a window manager does that minimises it.
///
/// # Errors
/// When there is no X server, or no such window on it.
pub fn hide(title: &str) -> Result<()> {
    let (server, number) = x11rb::connect(None).context("no screen to hide a window on")?;
    for window in server.query_tree(server.setup().roots[number].root)?.reply()?.children {
        // A window may go between the list and the question.
        let Ok(name) = server.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, LONG)?.reply() else { continue };
        let Ok(looks) = server.get_window_attributes(window)?.reply() else { continue };
        if name.value.starts_with(title.as_bytes()) && looks.map_state == MapState::VIEWABLE {
            server.unmap_window(window)?.check()?;
            return Ok(());
        }
    }
    anyhow::bail!("no window named {title} is on the screen")
}
