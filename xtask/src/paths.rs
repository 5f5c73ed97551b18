//! Where things lie: the workspace, what Cargo makes, the programs.

use std::path::PathBuf;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    // Cargo says where the package lies now; what was compiled in is right unless the clone was moved since.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().expect("xtask lies one folder below the workspace's root").to_path_buf()
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(PathBuf::from(dir)))
}

/// A built program.
pub(crate) fn binary(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
