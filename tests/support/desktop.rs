//! A desktop of the test's own: a screen, a session bus, and, where a test wants them, a notification service and a sound server.

use crate::plain::Plain;
use crate::screen::Screen;
use crate::tone::Recording;
use crate::tray::Tray;
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::Command;
use watchdeck_testkit::{
    patience::eventually,
    process::{Running, output},
};

/// Samples per second of a recording.
const RATE: u32 = 16_000;

/// A screen and a session bus. What is started later ends with it.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    bus: String,
    // Dropped before the folder: a program that still runs would write into it again.
    running: Vec<Running>,
    notifications: Option<Running>,
    home: TempDir,
}

impl Desktop {
    /// A bare one: nothing shows notifications, nothing plays sound.
    ///
    /// # Errors
    /// When `Xvfb` or `dbus-daemon` is missing.
    pub async fn start() -> Result<Self> {
        let home = tempfile::tempdir()?;
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700))?;
        let mut screen = isolated("Xvfb", home.path());
        // Without `-noreset` it starts anew, and refuses whoever comes meanwhile, each time that its last client leaves.
        screen.args(["-displayfd", "1", "-screen", "0", "1440x940x24", "-nolisten", "tcp", "-noreset"]);
        let (screen, display) = Running::until_line(&mut screen, |line| line.trim().parse::<u32>().ok()).await?;
        let mut bus = isolated("dbus-daemon", home.path());
        bus.args(["--session", "--nofork", "--print-address=1"]);
        let (daemon, address) = Running::until_line(&mut bus, |line| line.starts_with("unix:").then(|| line.trim().to_owned())).await?;
        Ok(Self { display: format!(":{display}"), bus: address, home, running: vec![screen, daemon], notifications: None })
    }

    /// A command in this desktop's environment.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = isolated(program, self.home.path());
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("PULSE_SERVER", format!("unix:{}", self.pulse().display()))
            .env("ALSA_CONFIG_PATH", self.alsa())
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none");
        command
    }

    /// A folder that ends with the desktop.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn pulse(&self) -> PathBuf {
        self.folder("pulse.socket")
    }

    fn alsa(&self) -> PathBuf {
        self.folder("asound.conf")
    }

    /// Starts a notification service whose user presses the button named `button`, whenever [`Desktop::answer`] asks.
    ///
    /// # Errors
    /// When `dunst` is missing.
    pub async fn start_notifications(&mut self, button: &str) -> Result<()> {
        let finger = self.folder("finger.sh");
        std::fs::write(&finger, format!("#!/bin/sh\ngrep -m 1 '{button}]$'\n"))?;
        std::fs::set_permissions(&finger, std::fs::Permissions::from_mode(0o755))?;
        let config = self.folder("dunstrc");
        let urgencies = ["low", "normal", "critical"].map(|urgency| format!("[urgency_{urgency}]\n    timeout = 0\n")).concat();
        std::fs::write(&config, format!("[global]\n    dmenu = {}\n    mouse_left_click = close_current\n{urgencies}", finger.display()))?;
        let dunst = Running::start(self.command("dunst").arg("-config").arg(&config).stdout(Stdio::null()))?;
        self.notifications = Some(dunst);
        eventually("dunst to answer", || async { Ok(Some(self.dunst(&["is-paused"]).await?)) }).await?;
        Ok(())
    }

    /// Ends the notification service, as a desktop that restarts its shell does.
    ///
    /// # Errors
    /// When it does not end, or there was none.
    pub async fn stop_notifications(&mut self) -> Result<()> {
        self.notifications.take().context("there is no notification service")?.terminate().await.map(drop)
    }

    /// Dismisses all notifications; answers the titles and texts of all that were ever shown, oldest first.
    ///
    /// # Errors
    /// When there is no notification service.
    pub async fn texts(&self) -> Result<Vec<(String, String)>> {
        self.dunst(&["close-all"]).await?;
        let history: serde_json::Value = serde_json::from_str(&self.dunst(&["history"]).await?)?;
        let shown = history["data"][0].as_array().context("dunst keeps a history")?;
        let text = |toast: &serde_json::Value, of: &str| toast[of]["data"].as_str().unwrap_or_default().to_owned();
        Ok(shown.iter().rev().map(|toast| (text(toast, "summary"), text(toast, "body"))).collect())
    }

    /// The user asks for quiet, or does not any more.
    ///
    /// # Errors
    /// When there is no notification service.
    pub async fn do_not_disturb(&self, quiet: bool) -> Result<()> {
        self.dunst(&["set-paused", if quiet { "true" } else { "false" }]).await.map(drop)
    }

    async fn dunst(&self, args: &[&str]) -> Result<String> {
        output(self.command("dunstctl").args(args)).await
    }

    /// How many notifications are on screen.
    ///
    /// # Errors
    /// When there is no notification service.
    pub async fn toasts(&self) -> Result<u32> {
        Ok(self.dunst(&["count", "displayed"]).await?.trim().parse()?)
    }

    /// Dismisses all notifications; answers the titles of all that were ever shown, oldest first.
    ///
    /// # Errors
    /// When there is no notification service.
    pub async fn dismissed(&self) -> Result<Vec<String>> {
        Ok(self.texts().await?.into_iter().map(|(title, _)| title).collect())
    }

    /// Presses the button that the notification service was started with.
    ///
    /// # Errors
    /// When there is no notification service.
    pub async fn answer(&self) -> Result<()> {
        self.dunst(&["context"]).await.map(drop)
    }

    /// Starts a sound server whose only output is one that a test can record.
    ///
    /// # Errors
    /// When `pulseaudio` is missing.
    pub async fn start_sound(&mut self) -> Result<()> {
        // The system's own configuration knows the plugin; ours only says that it is the default.
        let system = "</usr/share/alsa/alsa.conf>\n";
        std::fs::write(self.alsa(), format!("{system}pcm.!default {{ type pulse }}\nctl.!default {{ type pulse }}\n"))?;
        let socket = format!("module-native-protocol-unix socket={} auth-anonymous=1", self.pulse().display());
        let mut command = self.command("pulseaudio");
        command
            .env_remove("PULSE_SERVER")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "-L", &socket, "-L", "module-null-sink sink_name=null"])
            .stdout(Stdio::null());
        self.running.push(Running::start(&mut command)?);
        eventually("pulseaudio to answer", || async { Ok(Some(output(self.command("pactl").arg("info")).await?)) }).await?;
        Ok(())
    }

    /// How many programs hold the output open.
    ///
    /// # Errors
    /// When there is no sound server.
    pub async fn players(&self) -> Result<usize> {
        Ok(output(self.command("pactl").args(["list", "short", "sink-inputs"])).await?.lines().count())
    }

    /// Begins to record what is played, and waits until it does.
    ///
    /// # Errors
    /// When `parec` is missing, or records nothing.
    pub async fn record(&self) -> Result<Recorder> {
        let path = self.folder("recording.raw");
        let file = std::fs::File::create(&path)?;
        let mut command = self.command("parec");
        command
            .args(["--latency-msec=20", "-d", "null.monitor", "--format=s16le", "--channels=1"])
            .arg(format!("--rate={RATE}"))
            .stdout(file);
        let recorder = Recorder { path, _running: Running::start(&mut command)? };
        eventually("the recording to begin", || async { Ok((!recorder.so_far()?.samples.is_empty()).then_some(())) }).await?;
        Ok(recorder)
    }

    /// Puts a tray on the session bus. It is there until dropped.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start_tray(&self) -> Result<Tray> {
        Tray::start(&self.bus).await
    }

    /// Puts a notification service on the session bus that knows no buttons.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start_plain_notifications(&self) -> Result<Plain> {
        Plain::start(&self.bus).await
    }

    /// The windows on the screen, as a window manager sees them.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn screen(&self) -> Result<Screen> {
        Screen::connect(&self.display)
    }

    /// Takes a picture of the screen.
    ///
    /// # Errors
    /// When `import` (ImageMagick) is missing.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        output(self.command("import").args(["-window", "root"]).arg(path)).await.map(drop)
    }
}

/// A recording that goes on.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    _running: Running,
}

impl Recorder {
    /// What was played so far.
    ///
    /// # Errors
    /// When the recording cannot be read.
    pub fn so_far(&self) -> Result<Recording> {
        let raw = std::fs::read(&self.path).context("the recording can be read")?;
        Ok(Recording::from_raw(&raw, RATE))
    }
}

/// A command with an environment of its own: nothing of the machine's session reaches the test, nothing of the test the session.
fn isolated(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in ["DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY", "PULSE_SERVER", "WATCHDECK_DATA_DIR"] {
        command.env_remove(variable);
    }
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8");
    command
}
