//! `watchdeck doctor`: the core's examination, and what only a desktop can tell: notifications and their buttons, sound, the tray.
//!
//! It needs no window and no display, and may run beside a Watchdeck that is open. The exit code is 1 when something does not work at all.

use crate::place::usual_data_dir;
use crate::{bus, notify};
use clap::Args;
use rodio::DeviceSinkBuilder;
use std::{io::Write as _, path::Path, process::ExitCode, sync::Arc, time::Duration};
use tauri::async_runtime::{block_on, spawn_blocking};
use tokio::time::timeout;
use watchdeck_console::secrets::{Keychain, SystemKeychain};
use watchdeck_console::{Check, Tongue, Verdict, examine};
use zbus::{fdo::DBusProxy, names::BusName, names::WellKnownName};

/// How long a service of the desktop may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be said, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
    /// Write a support bundle with it, without secrets.
    #[arg(long)]
    bundle: bool,
}

/// Examine, and print what was found.
pub(crate) fn run(data_dir: Option<&Path>, no_keychain: bool, options: &Options) -> ExitCode {
    let Some(data_dir) = data_dir.map(Path::to_path_buf).or_else(usual_data_dir) else {
        return fail("no home directory: say --data-dir");
    };
    let tongue = Tongue::of(sys_locale::get_locale().as_deref());
    let keychain = (!no_keychain).then(|| Arc::new(SystemKeychain::default()) as Arc<dyn Keychain>);
    let mut found = block_on(async {
        let mut found = examine(&data_dir, keychain, tongue).await;
        found.checks.extend([notifications(tongue).await, sound(tongue).await, tray(tongue).await]);
        found
    });
    if options.bundle {
        found.checks.push(match found.write_bundle() {
            Ok(bundle) => {
                Check::ok(tongue.pick("Support bundle", "支持包"), format!("{} ({} KiB)", bundle.path, bundle.bytes.div_ceil(1024)))
            }
            Err(error) => Check::failed(
                tongue.pick("Support bundle", "支持包"),
                format!("{error:#}"),
                tongue.pick("Check the permissions of the data directory.", "请检查数据目录的权限。"),
            ),
        });
    }
    let mut text = if options.json { found.json() } else { found.text() };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) if found.verdict() < Verdict::Failed => ExitCode::SUCCESS,
        Ok(()) | Err(_) => ExitCode::FAILURE,
    }
}

fn fail(words: &str) -> ExitCode {
    // Nothing better is left when the terminal is gone too.
    writeln!(std::io::stderr(), "{words}").ok();
    ExitCode::FAILURE
}

async fn notifications(tongue: Tongue) -> Check {
    let name = tongue.pick("Notifications", "通知");
    let advice = tongue.pick(
        "Start a notification service (dunst, or the desktop's own); until then alerts show in the window only.",
        "请启动通知服务（dunst 或桌面自带的服务）；在此之前告警只显示在窗口中。",
    );
    match timeout(PATIENCE, notify::survey()).await {
        Ok(Ok((service, true))) => Check::ok(name, format!("{service}, {}", tongue.pick("with buttons", "支持按钮"))),
        Ok(Ok((service, false))) => Check::warning(
            name,
            format!("{service}, {}", tongue.pick("without buttons", "不支持按钮")),
            tongue.pick("Answer in the window: this service shows no buttons.", "请在窗口中处理：该服务不显示按钮。"),
        ),
        Ok(Err(why)) => Check::warning(name, why, advice),
        Err(_) => Check::warning(name, tongue.pick("no answer", "没有应答"), advice),
    }
}

async fn sound(tongue: Tongue) -> Check {
    let name = tongue.pick("Sound", "声音");
    let advice = tongue.pick(
        "Connect an audio device or start the sound server; until then alerts are silent.",
        "请连接音频设备或启动声音服务；在此之前告警没有声音。",
    );
    // Opened for real, and closed again: a device that is listed may still refuse.
    let opened = spawn_blocking(|| {
        DeviceSinkBuilder::from_default_device().and_then(|device| device.open_stream()).map(|mut device| device.log_on_drop(false))
    });
    match timeout(PATIENCE, opened).await {
        Ok(Ok(Ok(()))) => Check::ok(name, tongue.pick("the default device opens", "默认设备可用")),
        Ok(Ok(Err(error))) => Check::warning(name, error.to_string(), advice),
        Ok(Err(error)) => Check::warning(name, error.to_string(), advice),
        Err(_) => Check::warning(name, tongue.pick("no answer", "没有应答"), advice),
    }
}

async fn tray(tongue: Tongue) -> Check {
    let name = tongue.pick("Tray", "托盘");
    let advice = tongue.pick(
        "Add a tray to the panel (GNOME needs the AppIndicator extension); until then closing the window quits.",
        "请在面板上添加托盘（GNOME 需要 AppIndicator 扩展）；在此之前关闭窗口即退出。",
    );
    match timeout(PATIENCE, has_tray()).await {
        Ok(Ok(true)) => Check::ok(name, tongue.pick("there is one", "可用")),
        Ok(Ok(false)) => Check::warning(name, tongue.pick("there is none", "没有"), advice),
        Ok(Err(error)) => Check::warning(name, error.to_string(), advice),
        Err(_) => Check::warning(name, tongue.pick("no answer", "没有应答"), advice),
    }
}

async fn has_tray() -> zbus::Result<bool> {
    let connection = zbus::Connection::session().await?;
    let watcher = WellKnownName::from_static_str(bus::TRAY)?;
    Ok(DBusProxy::new(&connection).await?.name_has_owner(BusName::WellKnown(watcher)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_is_named_after_the_program() {
        let place = usual_data_dir().expect("this machine has a home");
        assert!(place.ends_with("dev.watchdeck.desktop"), "{place:?}");
    }
}
