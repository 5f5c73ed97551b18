//! Windows from outside, and the close button of a window manager.
//!
//! A bare X server has no window manager, so nothing draws a close button, and the usual tools do not replace it: `xdotool windowclose` destroys the window
//! behind the program's back, `xdotool windowquit` asks the window manager that is not there. What a close button does is one message to the window
//! (`WM_DELETE_WINDOW`, ICCCM 4.2.8.1), and that is what is sent here.

use anyhow::{Context, Result};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{Atom, AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window};
use x11rb::rust_connection::RustConnection;

/// Longest title and list of protocols that are read, in words of four bytes.
const LONG: u32 = 64;

/// A connection to a screen.
#[derive(Debug)]
pub struct Screen {
    server: RustConnection,
    root: Window,
}

impl Screen {
    pub(crate) fn connect(display: &str) -> Result<Self> {
        let (server, number) = RustConnection::connect(Some(display)).with_context(|| format!("no screen {display}"))?;
        let root = server.setup().roots[number].root;
        Ok(Self { server, root })
    }

    /// Whether a window with this title is on the screen.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn shows(&self, title: &str) -> Result<bool> {
        let Some(window) = self.find(title)? else { return Ok(false) };
        Ok(self.server.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE)
    }

    /// Presses the close button of the window with this title.
    ///
    /// # Errors
    /// When there is no such window, or it has no close button.
    pub fn press_close(&self, title: &str) -> Result<()> {
        let window = self.find(title)?.with_context(|| format!("no window named {title}"))?;
        let (protocols, delete) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let message = ClientMessageEvent::new(32, window, protocols, [delete, CURRENT_TIME, 0, 0, 0]);
        self.server.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        Ok(())
    }

    /// The window that has this title and can be closed. Toolkits make others that nobody ever sees.
    fn find(&self, title: &str) -> Result<Option<Window>> {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        for window in self.server.query_tree(self.root)?.reply()?.children {
            // A window may go between the list and the question.
            let Ok(name) = self.server.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, LONG)?.reply() else { continue };
            let Ok(able) = self.server.get_property(false, window, protocols, AtomEnum::ATOM, 0, LONG)?.reply() else { continue };
            if name.value == title.as_bytes() && able.value32().is_some_and(|mut all| all.any(|atom| atom == delete)) {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    fn atom(&self, name: &str) -> Result<Atom> {
        Ok(self.server.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}
