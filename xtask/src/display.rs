//! A screen and a message bus where there are none, and pictures of the screen.

use crate::process::{Background, command};
use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// Can a window be shown to somebody?
pub(crate) fn present() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A virtual screen with a session bus. Both end when this is dropped.
pub(crate) struct Virtual {
    display: String,
    bus: String,
    _dbus: Background,
    _xvfb: Background,
}

impl Virtual {
    /// Start both, on a display number that is free.
    pub(crate) fn start(size: &str) -> Result<Self> {
        let mut xvfb = command("Xvfb");
        // It must not reset, and refuse whoever comes meanwhile, when its last client leaves: `import` is often the last.
        xvfb.args(["-displayfd", "1", "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp", "-noreset"]);
        let mut xvfb = Background::start(&xvfb, Stdio::piped(), Stdio::null()).context("the virtual screen (package xvfb)")?;
        let display = format!(":{}", first_line(&mut xvfb).context("Xvfb told no display number")?);

        let mut dbus = command("dbus-daemon");
        // A notification service that the bus starts needs the screen, too.
        dbus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]).env("DISPLAY", &display).env_remove("WAYLAND_DISPLAY");
        let mut dbus = Background::start(&dbus, Stdio::piped(), Stdio::null()).context("the session bus (package dbus-x11)")?;
        let bus = first_line(&mut dbus).context("dbus-daemon told no address")?;
        Ok(Self { display, bus, _dbus: dbus, _xvfb: xvfb })
    }

    /// Let a command show its windows here.
    pub(crate) fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env_remove("WAYLAND_DISPLAY")
            // No accessibility bus: it would be started on the way and stay behind.
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
    }

    /// Write a picture of the screen.
    pub(crate) fn screenshot(&self, file: &Path) -> Result<()> {
        let mut import = command("import");
        import.args(["-window", "root"]).arg(file);
        let output = self.apply(&mut import).output().context("`import` did not start (package imagemagick)")?;
        if !output.status.success() {
            bail!("no picture was taken: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}

/// What a program says first. Its output must be a pipe; an end of the program ends the wait.
pub(crate) fn first_line(program: &mut Background) -> Result<String> {
    let mut line = String::new();
    let output = program.stdout().context("the output is not a pipe")?;
    BufReader::new(output).read_line(&mut line)?;
    if line.trim().is_empty() {
        bail!("it ended without a word");
    }
    Ok(line.trim().to_owned())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn a_virtual_screen_stays_when_its_last_client_leaves() {
        let screen = Virtual::start("320x200").unwrap();
        let file = paths::target().join(format!("xtask-screen-again-{}.png", std::process::id()));
        for _ in 0..5 {
            screen.screenshot(&file).unwrap();
        }
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_virtual_screen_has_a_picture_of_its_own_size_and_a_bus() {
        let screen = Virtual::start("320x200").unwrap();
        let file = paths::target().join(format!("xtask-screen-{}.png", std::process::id()));
        screen.screenshot(&file).unwrap();
        let picture = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let side = |from: usize| u32::from_be_bytes(picture[from..from + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), (320, 200), "width and height stand in a PNG's header");
        let mut names = command("dbus-send");
        names.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"]);
        assert!(crate::process::read(screen.apply(&mut names)).is_some_and(|reply| reply.contains("org.freedesktop.DBus")));
    }
}
