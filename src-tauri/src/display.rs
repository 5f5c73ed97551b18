//! How WebKitGTK draws, where its own choice is wrong.
//!
//! Its DMABUF renderer shows an empty window on NVIDIA's own driver. And on a machine without a graphics processor (a virtual one, a remote desktop, a thin
//! client) OpenGL is imitated in software, the whole window for each change: twice the processor time and half as much memory again as painting what
//! changed. Everywhere else turning it off costs frames, so it is turned off only there, and only where the user has not decided otherwise.

/// The variable that WebKitGTK reads.
#[cfg(target_os = "linux")]
const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts this program again with the renderer off, where that is needed. Returns when it is not.
///
/// The program is replaced, not a variable set: other threads may read the environment at any time. The engine's own setting comes too late: changed under a
/// page that is being drawn, it ends the page's process.
#[cfg(target_os = "linux")]
pub(crate) fn fit() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(VARIABLE).is_some() || !off(std::path::Path::new("/")) {
        return;
    }
    let Ok(this) = std::env::current_exe() else { return };
    // Returns only when it failed; then the window is tried as it is.
    let _error = std::process::Command::new(this).args(std::env::args_os().skip(1)).env(VARIABLE, "1").exec();
}

/// Whether the renderer is better off, by what the system under `root` says of its graphics.
#[cfg(target_os = "linux")]
fn off(root: &std::path::Path) -> bool {
    let nodes = std::fs::read_dir(root.join("dev/dri")).into_iter().flatten().flatten();
    let draws = nodes.into_iter().any(|node| node.file_name().to_string_lossy().starts_with("renderD"));
    !draws || root.join("proc/driver/nvidia/version").exists()
}

/// Nothing to fit here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn fit() {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    #[test]
    fn the_renderer_is_off_on_nvidia_and_where_nothing_but_the_processor_draws() {
        let root = tempfile::tempdir().unwrap();
        let (dri, nvidia) = (root.path().join("dev/dri"), root.path().join("proc/driver/nvidia"));
        assert!(super::off(root.path()), "no graphics at all");
        std::fs::create_dir_all(&dri).unwrap();
        std::fs::write(dri.join("card0"), "").unwrap();
        assert!(super::off(root.path()), "a card that only shows: what a virtual machine has");
        std::fs::write(dri.join("renderD128"), "").unwrap();
        assert!(!super::off(root.path()));
        std::fs::create_dir_all(&nvidia).unwrap();
        std::fs::write(nvidia.join("version"), "").unwrap();
        assert!(super::off(root.path()));
    }
}
