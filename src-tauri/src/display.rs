//! One known fault of one graphics driver, kept away from everybody else.
//!
//! WebKitGTK shows an empty window on NVIDIA's own driver unless its DMABUF renderer is off. Everywhere else turning it off costs frames, so it is turned off
//! only where that driver is loaded and the user has not decided otherwise.

/// The variable that WebKitGTK reads.
#[cfg(target_os = "linux")]
const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts this program again with the renderer off, where that is needed. Returns when it is not.
///
/// The program is replaced, not a variable set: other threads may read the environment at any time.
#[cfg(target_os = "linux")]
pub(crate) fn avoid_empty_window() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(VARIABLE).is_some() || !std::path::Path::new("/proc/driver/nvidia/version").exists() {
        return;
    }
    let Ok(this) = std::env::current_exe() else { return };
    // Returns only when it failed; then the window is tried as it is.
    let _error = std::process::Command::new(this).args(std::env::args_os().skip(1)).env(VARIABLE, "1").exec();
}

/// Nothing to avoid here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn avoid_empty_window() {}
