//! Tones of the user's own: WAV files that are kept in the data folder, one for each severity.

use crate::{commands::setup, core::Core, error::CommandError, export::Half};
use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::path::{Path, PathBuf};
use watchdeck_events::Severity;
use watchdeck_wire::settings::{Settings, SettingsPatch};

/// Largest file, bytes: ten seconds as CDs have them, of one channel.
const LARGEST: usize = 1 << 20;
/// Longest tone, seconds. Who wants more wants it repeated until somebody has the alert.
const LONGEST: f64 = 10.0;
/// Longest name, characters.
const NAME: usize = 80;

/// Where the tone of a severity is kept.
#[must_use]
pub fn file(data_dir: &Path, severity: Severity) -> PathBuf {
    data_dir.join("sounds").join(format!("{}.wav", name_of(severity)))
}

/// Keep a file as the tone of a severity. Answers the settings that hold now.
pub(crate) async fn keep(core: &Core, severity: Severity, name: &str, data: &str) -> Result<Settings, CommandError> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
    if name.is_empty() {
        return Err(CommandError::invalid("a sound needs the name of its file"));
    }
    if data.len() > LARGEST / 3 * 4 + 4 {
        return Err(CommandError::invalid("a sound may have 1 MiB at most; shorten it, or save it with one channel"));
    }
    let bytes = STANDARD.decode(data).map_err(|_| CommandError::invalid("the file did not arrive whole; choose it again"))?;
    check(&bytes)?;
    let path = file(&core.config.data_dir, severity);
    let written = tokio::task::spawn_blocking(move || write(&path, &bytes)).await.map_err(anyhow::Error::from)?;
    written.context("the sound could not be kept")?;
    let patch = [("tones".to_owned(), json!({ (name_of(severity)): name }))];
    setup::change_settings(core, SettingsPatch(patch.into_iter().collect())).await
}

const fn name_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Success => "success",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Half::whole(path, bytes)
}

/// Whether this is a WAV file that is short enough.
fn check(bytes: &[u8]) -> Result<(), CommandError> {
    let no_wav = || CommandError::invalid("this is no WAV file; save the sound as WAV (PCM) and choose it again");
    let rest = bytes.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..)).and_then(|rest| rest.strip_prefix(b"WAVE")).ok_or_else(no_wav)?;
    let (mut rest, mut rate, mut length) = (rest, None, None);
    while let Some((head, body)) = rest.split_at_checked(8) {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let chunk = &body[..size.min(body.len())];
        match &head[..4] {
            b"fmt " => {
                // 1: numbers, 3: floating point, 0xFFFE: either, said further on.
                let format = chunk.get(..2).map(|two| u16::from_le_bytes([two[0], two[1]]));
                let known = format.is_some_and(|format| matches!(format, 1 | 3 | 0xFFFE));
                rate = chunk.get(8..12).filter(|_| known).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            }
            b"data" => length = Some(chunk.len()),
            _ => {}
        }
        rest = body.get(size + size % 2..).unwrap_or_default();
    }
    let (Some(rate), Some(length)) = (rate.filter(|rate| *rate > 0), length.filter(|length| *length > 0)) else { return Err(no_wav()) };
    if length as f64 / f64::from(rate) > LONGEST {
        return Err(CommandError::invalid(
            "a sound may last 10 seconds at most; one that has to go on is repeated until somebody has the alert",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(format: u16, seconds: usize) -> Vec<u8> {
        let (rate, length) = (8_000_u32, 8_000 * seconds);
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        bytes.extend(format.to_le_bytes());
        bytes.extend([1, 0]);
        bytes.extend(rate.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend([1, 0, 8, 0]);
        bytes.extend(b"LIST\x03\0\0\0abc\0data");
        bytes.extend((length as u32).to_le_bytes());
        bytes.resize(bytes.len() + length, 128);
        bytes
    }

    #[test]
    fn a_sound_is_a_short_wav_and_everything_else_says_what_to_do() {
        assert!(check(&wav(1, 2)).is_ok() && check(&wav(3, 10)).is_ok());
        for (bytes, why) in [
            (wav(1, 11), "10 seconds"),
            (wav(85, 1), "save the sound as WAV"),
            (wav(1, 0), "save the sound as WAV"),
            (b"ID3\x04 mp3".to_vec(), "save the sound as WAV"),
            (wav(1, 2)[..30].to_vec(), "save the sound as WAV"),
            (Vec::new(), "save the sound as WAV"),
        ] {
            let refusal = check(&bytes).unwrap_err();
            assert!(refusal.message.contains(why), "{refusal:?}");
        }
    }
}
