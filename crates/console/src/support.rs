//! The support bundle: what somebody who helps needs to see, in one file that can be mailed without fear.
//!
//! Everything in it goes through the [`Redactor`], which knows the stored secrets by heart as well. Hosts and channels stay, events do not go in at all;
//! of frames that could not be read only the masked samples do. Nothing is sent anywhere: the user decides what becomes of the file.

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};
use watchdeck_events::Millis;
use watchdeck_secret::HIDDEN;
use watchdeck_store::Inspection;
use watchdeck_wire::views::{SupportBundle, UnreadOf};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Lines of the log that go in.
const LINES: usize = 2_000;
/// Bytes of the log that are looked at for them.
const TAIL: u64 = 4 << 20;
/// Names of the files in the bundle, with their text.
pub(crate) type Files = Vec<(&'static str, String)>;

/// What could not be read, without what stood there: that is of the events themselves, and may be a person's name as well as a number.
pub(crate) fn without_samples(unread: &[UnreadOf]) -> Vec<UnreadOf> {
    let mut unread = unread.to_vec();
    let samples = unread.iter_mut().flat_map(|of| &mut of.fields).map(|field| &mut field.sample);
    samples.filter(|sample| !sample.is_empty()).for_each(|sample| *sample = HIDDEN.to_owned());
    unread
}

/// Versions and the machine.
pub(crate) fn about(host: &str, at: Millis) -> Value {
    let system = fs::read_to_string("/etc/os-release").ok();
    let pretty = system.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")));
    let env = |name: &str| std::env::var(name).ok();
    json!({
        "watchdeck": env!("CARGO_PKG_VERSION"),
        "host": host,
        "made_at": stamp(at).to_string(),
        "os": std::env::consts::OS,
        "system": pretty.map(|name| name.trim_matches('"')),
        "arch": std::env::consts::ARCH,
        "processors": std::thread::available_parallelism().map(usize::from).unwrap_or(0),
        "desktop": env("XDG_CURRENT_DESKTOP"),
        "display": env("XDG_SESSION_TYPE"),
        "language": env("LC_ALL").or_else(|| env("LANG")),
        "time_zone": jiff::tz::TimeZone::system().iana_name(),
    })
}

pub(crate) fn described(inspection: &Inspection) -> Value {
    json!({
        "schema_version": inspection.version,
        "sqlite": inspection.sqlite,
        "tables": inspection.tables,
        "whole": inspection.problems.is_empty(),
        "problems": inspection.problems,
    })
}

/// The end of the log, and of the one before it when that is short.
pub(crate) fn last_lines(data_dir: &Path) -> String {
    let mut text = String::new();
    for name in ["watchdeck.log.old", "watchdeck.log"] {
        text.push_str(&tail(&data_dir.join(name)).unwrap_or_default());
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut last = lines[lines.len().saturating_sub(LINES)..].join("\n");
    last.push('\n');
    last
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

/// Write `files` into a new bundle below `data_dir`. Half a bundle never has its name.
pub(crate) fn write(data_dir: &Path, files: &Files, at: Millis) -> anyhow::Result<SupportBundle> {
    let folder = data_dir.join("support");
    fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let path = free_name(&folder, at);
    let half = path.with_extension("part");
    let bytes = pack(&half, files).with_context(|| format!("{} cannot be written", path.display()))?;
    fs::rename(&half, &path)?;
    Ok(SupportBundle { path: path.display().to_string(), bytes })
}

fn stamp(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at.0).unwrap_or_default()
}

fn free_name(folder: &Path, at: Millis) -> PathBuf {
    let at = stamp(at).strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let named = |suffix: String| folder.join(format!("watchdeck-support-{at}{suffix}.zip"));
    let suffixes = std::iter::once(String::new()).chain((2..).map(|n: u32| format!("-{n}")));
    let mut names = suffixes.map(named);
    names.find(|path| !path.exists()).expect("there are more numbers than files")
}

fn pack(path: &Path, files: &Files) -> anyhow::Result<u64> {
    let mut archive = ZipWriter::new(private(path)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in files {
        archive.start_file(*name, options)?;
        archive.write_all(text.as_bytes())?;
    }
    let file = archive.finish()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// A new file that only this user can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use watchdeck_secret::Redactor;
    use watchdeck_wire::settings::{Settings, Source};

    const SECRETS: [&str; 6] =
        ["s3cr3tVALUE", "hunter2", "plainword", "6222021234567890123", "li.wei@example.com", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2ln"];

    fn planted() -> Files {
        let redactor = Redactor::knowing(["plainword".to_owned(), "hunter2".to_owned()]);
        let source: Source = serde_json::from_value(json!({
            "id": "east", "name": "East", "url": "wss://me:hunter2@erp.example:3002/ws?token=s3cr3tVALUE", "dialect": "erp", "channels": [],
            "token": "s3cr3tVALUE", "paused": false, "demo": false, "proxy": "http://u:hunter2@proxy.example:8080", "proxy_user": "u",
            "proxy_password": "hunter2"
        }))
        .expect("a source");
        let settings = Settings { sources: vec![source], user_name: "li.wei@example.com".into(), ..Settings::default() };
        let log = "2026-11-21T10:00:00Z WARN watchdeck_client: Connection lost. cookie: next-auth.session-token=s3cr3tVALUE\n\
                   2026-11-21T10:00:01Z INFO x: Bearer s3cr3tVALUE plainword eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2ln\n";
        let frames = json!([{ "at": 1, "source": "east", "bytes": 9, "reason": "unexpected", "sample": r#"{"bank_account":"6222021234567890123","password":"hunter2""# }]);
        vec![
            ("settings.json", redactor.json(&settings).expect("settings are JSON")),
            ("malformed.json", redactor.json(&frames).expect("frames are JSON")),
            ("log.txt", redactor.clean(log)),
        ]
    }

    fn unpacked(path: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(fs::read(path).expect("it was written"))).expect("it is a zip file");
        let mut all = String::new();
        for n in 0..archive.len() {
            let mut file = archive.by_index(n).expect("it is listed");
            all.push_str(&file.name().expect("names are text"));
            file.read_to_string(&mut all).expect("it is text");
        }
        all
    }

    #[test]
    fn no_planted_secret_is_anywhere_in_the_bundle() {
        let dir = tempfile::tempdir().unwrap();
        let bundle = write(dir.path(), &planted(), Millis(0)).unwrap();
        let all = unpacked(&bundle.path);
        for secret in SECRETS {
            assert!(!all.contains(secret), "{secret} is in the bundle");
        }
        assert!(all.contains("erp.example:3002") && all.contains("proxy.example:8080"), "hosts are kept");
        assert!(all.contains("Connection lost."), "and so is what happened");
        assert_eq!(bundle.bytes, fs::metadata(&bundle.path).unwrap().len());
    }

    #[test]
    fn two_bundles_of_one_second_are_two_files() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two, three] = [(); 3].map(|()| write(dir.path(), &vec![("a.txt", "a".into())], Millis(0)).unwrap().path);
        assert!(one != two && two != three && one != three);
        let left = fs::read_dir(dir.path().join("support")).unwrap().count();
        assert_eq!(left, 3, "and nothing half-done is left");
    }

    #[test]
    fn the_newest_lines_of_the_log_go_in() {
        let dir = tempfile::tempdir().unwrap();
        let lines = |from: usize, to: usize| (from..to).map(|n| format!("line {n}\n")).collect::<String>();
        fs::write(dir.path().join("watchdeck.log.old"), lines(0, 1_500)).unwrap();
        fs::write(dir.path().join("watchdeck.log"), lines(1_500, 3_000)).unwrap();
        assert_eq!(last_lines(dir.path()), lines(1_000, 3_000));
    }
}
