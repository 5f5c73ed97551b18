//! Lets Tauri read its configuration, capabilities and icons, and declares the one command that the window may use.

use tauri_build::{AppManifest, Attributes};

fn main() {
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(&["call"]));
    tauri_build::try_build(attributes).expect("the desktop configuration is valid");
}
