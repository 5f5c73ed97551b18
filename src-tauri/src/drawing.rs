//! How the window is drawn: by the graphics processor where there is one, and by plain painting where it would only be imitated.
//!
//! WebKit composes a page with OpenGL. On a machine without a graphics processor (a virtual one, a remote desktop, a thin client) a library does that in
//! software, the whole window for each change: measured twice the processor time and half as much memory again as painting what changed.

use std::path::Path;
use tauri::WebviewWindow;
use tracing::warn;

/// Where Linux lists what can draw.
const DEVICES: &str = "/dev/dri";
/// The driver that does not list itself there.
const NVIDIA: &str = "/dev/nvidiactl";

/// Has the window painted without OpenGL where nothing but the processor would do it.
pub(crate) fn fit(window: &WebviewWindow) {
    if draws(Path::new(DEVICES), Path::new(NVIDIA)) {
        return;
    }
    let done = window.with_webview(|view| {
        use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = done {
        warn!(%error, "The window is drawn as on a machine with a graphics processor.");
    }
}

/// Whether there is a graphics processor that renders, by the nodes of its driver.
fn draws(devices: &Path, nvidia: &Path) -> bool {
    let listed = std::fs::read_dir(devices).into_iter().flatten().flatten();
    nvidia.exists() || listed.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graphics_processor_is_one_that_renders() {
        let dev = tempfile::tempdir().unwrap();
        let (dri, nvidia) = (dev.path().join("dri"), dev.path().join("nvidiactl"));
        assert!(!draws(&dri, &nvidia), "no folder at all");
        std::fs::create_dir(&dri).unwrap();
        std::fs::write(dri.join("card0"), "").unwrap();
        assert!(!draws(&dri, &nvidia), "a card that only shows: what a virtual machine has");
        std::fs::write(&nvidia, "").unwrap();
        assert!(draws(&dri, &nvidia));
        std::fs::remove_file(&nvidia).unwrap();
        std::fs::write(dri.join("renderD128"), "").unwrap();
        assert!(draws(&dri, &nvidia));
    }
}
