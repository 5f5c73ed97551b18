//! What the operating system must provide: installed with apt where there is one, named exactly everywhere else.

use crate::process;
use anyhow::{Result, bail};
use std::collections::BTreeSet;

/// What a set-up is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Compiling everything and opening the window.
    Build,
    /// A window on a machine without a display, and a picture of it.
    VirtualScreen,
    /// Every test of every kind.
    Test,
    /// The benchmarks.
    Bench,
    /// The server that the fan benchmark is beside.
    Fan,
}

impl Need {
    /// Packages of Debian and Ubuntu.
    fn debian(self) -> &'static [&'static str] {
        match self {
            Self::Build => &[
                "build-essential",
                "pkg-config",
                "libwebkit2gtk-4.1-dev",
                "libasound2-dev",
                "libayatana-appindicator3-dev",
                "librsvg2-dev",
                "libxdo-dev",
            ],
            Self::VirtualScreen => &["xvfb", "imagemagick", "dbus-x11", "fonts-noto-cjk"],
            Self::Test => {
                &["webkit2gtk-driver", "dunst", "pulseaudio", "pulseaudio-utils", "libasound2-plugins", "redis-server", "postgresql"]
            }
            Self::Bench => &["webkit2gtk-driver", "python3"],
            Self::Fan => &["nats-server"],
        }
    }
}

/// Libraries that the build asks pkg-config for: they tell whether a system we cannot install on is ready all the same.
const LIBRARIES: [&str; 3] = ["webkit2gtk-4.1", "alsa", "librsvg-2.0"];

const FEDORA: &str = "sudo dnf install gcc gcc-c++ make pkgconf-pkg-config webkit2gtk4.1-devel alsa-lib-devel libappindicator-gtk3-devel librsvg2-devel libxdo-devel";
const ARCH: &str = "sudo pacman -S --needed base-devel pkgconf webkit2gtk-4.1 alsa-lib libayatana-appindicator librsvg xdotool";
const MACOS: &str = "xcode-select --install        (the system's own WebKit and audio are used)";
const WINDOWS: &str = "Visual Studio Build Tools with \"Desktop development with C++\", and the WebView2 runtime (part of Windows 11)";

/// Make sure that the system has what `needs` name.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    if cfg!(target_os = "linux") {
        if is_debian() { debian(needs) } else { other_linux(needs) }
    } else {
        if needs.iter().any(|need| *need != Need::Build) {
            println!("Tests of the real window and benchmarks run on Linux only; this system builds and runs the console.");
        }
        println!("This system needs, once: {}", if cfg!(target_os = "macos") { MACOS } else { WINDOWS });
        Ok(())
    }
}

fn is_debian() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let kind =
        |line: &str| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")).map(|value| value.trim_matches('"').to_owned());
    release.lines().filter_map(kind).any(|value| value.split(' ').any(|id| id == "debian" || id == "ubuntu"))
}

fn debian(needs: &[Need]) -> Result<()> {
    let mut wanted: BTreeSet<&str> = needs.iter().flat_map(|need| need.debian()).copied().collect();
    // Ubuntu ships Chromium as a snap, which cannot be installed everywhere: there any Chromium or Chrome on the path will do.
    if needs.contains(&Need::Test) && browser().is_none() && !is_ubuntu() {
        wanted.insert("chromium");
    }
    let missing = missing(&wanted);
    if !missing.is_empty() {
        println!("Installing from the system's packages: {}", missing.join(" "));
        let root = process::read(process::command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
        if !root && !process::exists("sudo") {
            bail!("these packages are missing, and there is no sudo to install them with; as root: apt-get install {}", missing.join(" "));
        }
        let apt = |args: &[&str]| {
            let mut command = process::command(if root { "apt-get" } else { "sudo" });
            if !root {
                // Sudo may have to ask for a password.
                command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).stdin(std::process::Stdio::inherit());
            }
            command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        process::check(&mut apt(&["update", "-q"]))?;
        let mut install = apt(&["install", "-q", "-y", "--no-install-recommends"]);
        process::check(install.args(&missing))?;
    }
    if needs.contains(&Need::Test) && browser().is_none() {
        bail!(
            "no Chromium or Chrome was found for the browser tests; install one (Ubuntu: sudo snap install chromium) or set CHROMIUM to its path"
        );
    }
    Ok(())
}

fn is_ubuntu() -> bool {
    std::fs::read_to_string("/etc/os-release").unwrap_or_default().lines().any(|line| line == "ID=ubuntu")
}

fn missing<'a>(wanted: &BTreeSet<&'a str>) -> Vec<&'a str> {
    // It ends with an error when it knows one of them not at all, and still lists the others.
    let listed = process::command("dpkg-query").args(["-W", "-f", "${Package} ${db:Status-Status}\n"]).args(wanted).output();
    let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let installed: BTreeSet<&str> = listed.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().filter(|package| !installed.contains(**package)).copied().collect()
}

fn other_linux(needs: &[Need]) -> Result<()> {
    let mut absent: Vec<&str> = LIBRARIES
        .into_iter()
        .filter(|library| process::read(process::command("pkg-config").args(["--exists", library])).is_none())
        .collect();
    let programs: &[(Need, &str)] = &[
        (Need::VirtualScreen, "Xvfb"),
        (Need::VirtualScreen, "import"),
        (Need::VirtualScreen, "dbus-daemon"),
        (Need::Test, "WebKitWebDriver"),
        (Need::Test, "dunst"),
        (Need::Test, "pulseaudio"),
        (Need::Test, "parec"),
        (Need::Test, "redis-server"),
        (Need::Test, "initdb"),
        (Need::Bench, "WebKitWebDriver"),
        (Need::Fan, "nats-server"),
    ];
    absent.extend(programs.iter().filter(|(need, program)| needs.contains(need) && !process::exists(program)).map(|(_, program)| *program));
    if absent.is_empty() {
        return Ok(());
    }
    println!("Packages are installed by themselves on Debian and Ubuntu only. Here, install them with your own package manager:");
    println!("  Fedora   {FEDORA}");
    println!("  Arch     {ARCH}");
    println!("  Without a display, and for tests, also: Xvfb, ImageMagick, dbus-daemon, Noto CJK fonts;");
    println!("  for tests: WebKitWebDriver, dunst, PulseAudio with parec, the ALSA plug-in for it, Redis, PostgreSQL, Chromium.");
    bail!("not found: {}", absent.join(", "))
}

/// The browser for tests: `CHROMIUM`, else the first that is on the path.
pub(crate) fn browser() -> Option<std::path::PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(std::path::PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(process::find))
}
