//! Lets Tauri read its configuration, capabilities and icons, declares the one command that the window may use, and has a release linked small.

use tauri_build::{AppManifest, Attributes};

fn main() {
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(&["call"]));
    tauri_build::try_build(attributes).expect("the desktop configuration is valid");
    // Functions that are the same, instruction by instruction, once: the linker that comes with the compiler knows how, and it is the one on this target.
    let target = ["OS", "ARCH", "ENV"].map(|part| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default());
    if target == ["linux", "x86_64", "gnu"] && std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
