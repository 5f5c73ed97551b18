//! The four tones, one per severity, as samples.
//!
//! | severity | tone | length |
//! |---|---|---|
//! | info | 660 Hz, soft | 0.15 s |
//! | success | 523 Hz, then 784 Hz: rising | 0.32 s |
//! | warning | 740 Hz, then 587 Hz: falling | 0.40 s |
//! | critical | 880 Hz, three pulses | 0.80 s |
//!
//! They differ in contour and rhythm, not in pitch alone, so that they are told apart over a noisy floor. The sine comes from rodio; what is
//! added here is the envelope: without it each edge is a step, which is heard as a click.

use rodio::Decoder;
use rodio::buffer::SamplesBuffer;
use rodio::source::{SineWave, Source};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;
use watchdeck_events::Severity;

/// How long a note takes to reach full level, and to fall silent.
const EDGE: Duration = Duration::from_millis(6);

/// One note or, with a gain of zero, a rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Note {
    /// Pitch.
    pub(crate) hertz: f32,
    /// Duration in ms.
    pub(crate) millis: u64,
    /// Level, 0 to 1.
    pub(crate) gain: f32,
}

const fn note(hertz: f32, millis: u64, gain: f32) -> Note {
    Note { hertz, millis, gain }
}

const fn rest(millis: u64) -> Note {
    note(440.0, millis, 0.0)
}

/// The notes of a severity's tone.
#[must_use]
pub(crate) fn score(severity: Severity) -> &'static [Note] {
    const INFO: &[Note] = &[note(660.0, 150, 0.25)];
    const SUCCESS: &[Note] = &[note(523.25, 140, 0.35), note(784.0, 180, 0.35)];
    const WARNING: &[Note] = &[note(740.0, 180, 0.5), rest(20), note(587.33, 200, 0.5)];
    const CRITICAL: &[Note] = &[note(880.0, 200, 0.7), rest(100), note(880.0, 200, 0.7), rest(100), note(880.0, 200, 0.7)];
    match severity {
        Severity::Info => INFO,
        Severity::Success => SUCCESS,
        Severity::Warning => WARNING,
        Severity::Critical => CRITICAL,
    }
}

/// Longest sound of the user's own: what is longer is cut.
const LONGEST: Duration = Duration::from_secs(10);

/// A sound of the user's own, ready to be mixed.
///
/// # Errors
/// When the file cannot be read, or is no WAV file that has anything in it.
pub(crate) fn kept(path: &Path) -> anyhow::Result<SamplesBuffer> {
    let file = BufReader::new(File::open(path)?);
    let source = Decoder::new_wav(file)?;
    let (channels, rate) = (source.channels(), source.sample_rate());
    let samples: Vec<f32> = source.take_duration(LONGEST).collect();
    anyhow::ensure!(!samples.is_empty(), "there is nothing in it");
    Ok(SamplesBuffer::new(channels, rate, samples))
}

/// The tone of a severity, ready to be mixed.
#[must_use]
pub(crate) fn tone(severity: Severity) -> SamplesBuffer {
    let mut samples = Vec::new();
    let wave = SineWave::new(440.0);
    let (channels, rate) = (wave.channels(), wave.sample_rate());
    for note in score(severity) {
        let length = Duration::from_millis(note.millis);
        let sine: Vec<f32> = SineWave::new(note.hertz).take_duration(length).collect();
        let edge = (EDGE.as_secs_f32() * rate.get() as f32) as usize;
        let last = sine.len().saturating_sub(1);
        samples.extend(sine.into_iter().enumerate().map(|(at, sample)| {
            // Distance to the nearer end, as a share of the edge, shaped as a raised cosine.
            let share = at.min(last - at).min(edge) as f32 / edge as f32;
            let level = 0.5 - 0.5 * (share * std::f32::consts::PI).cos();
            sample * level * note.gain
        }));
    }
    SamplesBuffer::new(channels, rate, samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Severity; 4] = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];

    #[test]
    fn no_tone_has_a_step_that_would_click() {
        for severity in ALL {
            let samples: Vec<f32> = tone(severity).collect();
            assert!(samples.first().unwrap().abs() < 0.001, "{severity:?} starts with a click");
            assert!(samples.last().unwrap().abs() < 0.001, "{severity:?} ends with a click");
            // A sine of 880 Hz at 0.7 moves at most 0.081 from one sample to the next at 48 kHz.
            let step = samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
            assert!(step < 0.1, "{severity:?} jumps by {step}");
        }
    }

    #[test]
    fn each_tone_lasts_as_long_as_its_score_says() {
        for (severity, seconds) in ALL.into_iter().zip([0.15, 0.32, 0.40, 0.80]) {
            let tone = tone(severity);
            let rate = tone.sample_rate().get() as f32;
            let length = tone.count() as f32 / rate;
            assert!((length - seconds).abs() < 0.005, "{severity:?} lasts {length} s");
        }
    }

    #[test]
    fn the_critical_tone_is_880_hertz() {
        let tone = tone(Severity::Critical);
        let rate = tone.sample_rate().get() as usize;
        let samples: Vec<f32> = tone.take(rate / 5).collect();
        let rising = samples.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
        assert!((175..=177).contains(&rising), "{rising} periods in 0.2 s");
    }

    #[test]
    fn no_two_severities_sound_alike() {
        for (index, one) in ALL.iter().enumerate() {
            for other in &ALL[index + 1..] {
                assert_ne!(score(*one), score(*other), "{one:?} sounds like {other:?}");
            }
        }
    }
}
