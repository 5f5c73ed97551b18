//! Lets Tauri read its configuration, capabilities and icons, and declares the one command that the window may use.

use tauri_build::{AppManifest, Attributes};

fn main() {
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(&["call"]));
    tauri_build::try_build(attributes).expect("the desktop configuration is valid");
    fold_alike();
}

/// Functions that came out byte for byte the same are kept once: of a generic one there are hundreds. The linker that the compiler brings along can do so; it is the
/// one in use where the compiler's own choice holds, which is on 64-bit Linux on Intel.
fn fold_alike() {
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let released = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if released && target("OS") == "linux" && target("ARCH") == "x86_64" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
