//! Measures a recorded tone: when it sounds, and which frequency it has.

use std::ops::Range;

/// Mono samples, −32768 to 32767.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Samples per second.
    pub rate: u32,
    /// In order of time.
    pub samples: Vec<i16>,
}

/// Length of the stretches whose loudness is compared, seconds.
const FRAME: f64 = 0.01;
/// Louder than this (root mean square) is sound; a null sink's silence is exactly 0.
const LOUD: f64 = 200.0;

impl Recording {
    /// From raw little-endian 16 bit samples.
    #[must_use]
    pub fn from_raw(raw: &[u8], rate: u32) -> Self {
        let samples = raw.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        Self { rate, samples }
    }

    /// Stretches of sound, as sample ranges; silences shorter than `bridge` seconds belong to the sound around them.
    #[must_use]
    pub fn sounds(&self, bridge: f64) -> Vec<Range<usize>> {
        let frame = (f64::from(self.rate) * FRAME) as usize;
        let mut sounds: Vec<Range<usize>> = Vec::new();
        for (index, part) in self.samples.chunks(frame).enumerate() {
            let power = part.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / part.len() as f64;
            if power.sqrt() < LOUD {
                continue;
            }
            let (start, end) = (index * frame, index * frame + part.len());
            match sounds.last_mut() {
                Some(last) if (start - last.end) as f64 <= bridge * f64::from(self.rate) => last.end = end,
                _ => sounds.push(start..end),
            }
        }
        sounds
    }

    /// Length of a stretch in seconds.
    #[must_use]
    pub fn seconds(&self, stretch: &Range<usize>) -> f64 {
        stretch.len() as f64 / f64::from(self.rate)
    }

    /// The strongest frequency of a stretch between 200 and 2,000 Hz, to 1 Hz, by Goertzel's algorithm.
    #[must_use]
    pub fn hertz(&self, stretch: &Range<usize>) -> f64 {
        let samples = &self.samples[stretch.clone()];
        (200..=2000)
            .map(f64::from)
            .max_by(|a, b| self.power(samples, *a).total_cmp(&self.power(samples, *b)))
            .expect("there are frequencies to choose from")
    }

    fn power(&self, samples: &[i16], hertz: f64) -> f64 {
        let turn = 2.0 * (2.0 * std::f64::consts::PI * hertz / f64::from(self.rate)).cos();
        let (mut last, mut before) = (0.0, 0.0);
        for sample in samples {
            (last, before) = (f64::from(*sample) + turn * last - before, last);
        }
        last * last + before * before - turn * last * before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_tone_is_measured_right() {
        let rate = 16_000;
        let tone = |at: usize| (f64::from(at as u32) * 880.0 * 2.0 * std::f64::consts::PI / f64::from(rate)).sin() * 9000.0;
        let samples = (0..rate as usize).map(|at| if (3200..8000).contains(&at) { tone(at) as i16 } else { 0 }).collect();
        let recording = Recording { rate, samples };
        let sounds = recording.sounds(0.05);
        assert_eq!(sounds.len(), 1);
        assert!((recording.seconds(&sounds[0]) - 0.3).abs() < 0.011);
        assert!((recording.hertz(&sounds[0]) - 880.0).abs() < 2.0);
    }
}
