//! Sound: a thread of its own that owns the audio device.
//!
//! rodio's device is bound to its thread and may block, so nothing else touches it. No device is a normal condition: the user is told by a hint, and
//! it is tried again with back-off for as long as the program runs. A device that is lost (unplugged, the sound server restarted) is rebuilt the same way.
//! Deliberately not here: when to play (the core decides) and whether sounds are muted as a setting (the core knows; `mute` only silences what already waits).

use crate::tone::tone;
use rodio::cpal::{BufferSize, ErrorKind};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Source};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};
use tracing::{debug, info, warn};
use watchdeck_events::Severity;

/// First wait after a device could not be opened; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Tones that may wait. A ninth says nothing that the eight before it do not say.
const QUEUE: usize = 8;
/// A tone that could not be played within this time is no longer news.
const STALE: Duration = Duration::from_secs(3);

/// This many errors within [`FAULT_WINDOW`] are a lost device. One that is merely late causes a few a second at most; one that does not recover from
/// being late (ALSA's PulseAudio plugin does not) causes thousands.
const FAULTS: u32 = 20;
/// See [`FAULTS`].
const FAULT_WINDOW: Duration = Duration::from_secs(1);

/// Frames that the device holds: a sixth of a second at 48 kHz. A busy machine must not tear a tone apart, and nobody hears that an alert is late by that.
const BUFFER: u32 = 8192;

#[derive(Debug)]
enum Command {
    Play(Severity, Instant),
    /// Look at the flags.
    Wake,
}

/// What is true now, beside the queue: a full queue must not hide it.
#[derive(Debug, Default)]
struct Flags {
    muted: AtomicBool,
    lost: AtomicBool,
}

/// Plays tones. Cloning gives another handle to the same thread, which lives as long as the program.
#[derive(Debug, Clone)]
pub(crate) struct Sound {
    commands: SyncSender<Command>,
    flags: Arc<Flags>,
}

impl Sound {
    /// Starts the thread. `silent` is called with `true` when there is no device and with `false` when there is one (again).
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(silent: impl Fn(bool) + Send + 'static) -> std::io::Result<Self> {
        let (commands, inbox) = sync_channel(QUEUE);
        let sound = Self { commands, flags: Arc::default() };
        let player = Player::new(sound.clone(), silent);
        std::thread::Builder::new().name("sound".to_owned()).spawn(move || player.run(&inbox))?;
        Ok(sound)
    }

    /// Plays the tone of `severity` as soon as possible; never blocks.
    pub(crate) fn play(&self, severity: Severity) {
        match self.commands.try_send(Command::Play(severity, Instant::now())) {
            Ok(()) => {}
            // Eight tones are waiting already: this one would add nothing that is not about to be heard.
            Err(TrySendError::Full(_)) => debug!(?severity, "Too many tones at once; one is left out."),
            Err(TrySendError::Disconnected(_)) => warn!("The sound thread has ended."),
        }
    }

    /// Silences what has not been played yet.
    pub(crate) fn mute(&self, muted: bool) {
        self.flags.muted.store(muted, Ordering::Relaxed);
    }

    /// The device's own thread reports that it is gone.
    fn lose(&self) {
        self.flags.lost.store(true, Ordering::Relaxed);
        // Full: the thread is about to read something anyway, and looks at the flag then.
        if self.commands.try_send(Command::Wake).is_err() {
            debug!("The sound thread is busy; it will see the loss next.");
        }
    }
}

/// Opens the default device. Its errors are watched for as long as it is open.
fn device(sound: &Sound, frames: Option<u32>) -> Result<MixerDeviceSink, DeviceSinkError> {
    let sound = sound.clone();
    let mut faults = Faults::default();
    let mut builder = DeviceSinkBuilder::from_default_device()?;
    if let Some(frames) = frames {
        builder = builder.with_buffer_size(BufferSize::Fixed(frames));
    }
    let watched = builder.with_error_callback(move |error| {
        let fatal = matches!(error.kind(), ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated);
        if fatal || faults.too_many(Instant::now()) {
            warn!(%error, "The audio device fails.");
            sound.lose();
        } else {
            debug!(%error, "The audio device stumbled.");
        }
    });
    watched.open_stream()
}

/// Tells a stumble (the machine was busy, the stream goes on by itself) from a stream that only fails any more, as when the sound server has ended.
#[derive(Debug, Default)]
struct Faults {
    since: Option<Instant>,
    count: u32,
}

impl Faults {
    fn too_many(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) > FAULT_WINDOW) {
            (self.since, self.count) = (Some(now), 0);
        }
        self.count += 1;
        self.count == FAULTS
    }
}

struct Player<F> {
    device: Option<MixerDeviceSink>,
    sound: Sound,
    silent: F,
    told: Option<bool>,
    wait: Duration,
    /// What sounds now, and until when.
    sounding: Option<(Severity, Instant)>,
    /// It was cut off by the loss of the device.
    cut: bool,
}

impl<F: Fn(bool)> Player<F> {
    fn new(sound: Sound, silent: F) -> Self {
        Self { device: None, sound, silent, told: None, wait: FIRST_WAIT, sounding: None, cut: false }
    }

    fn run(mut self, inbox: &Receiver<Command>) {
        let mut next_try = Instant::now();
        loop {
            if self.device.is_none() && Instant::now() >= next_try {
                self.open();
                next_try = Instant::now() + self.wait;
            }
            let patience = if self.device.is_some() { LONGEST_WAIT } else { next_try.saturating_duration_since(Instant::now()) };
            match inbox.recv_timeout(patience) {
                Ok(Command::Play(severity, asked)) => self.play(severity, asked),
                Ok(Command::Wake) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.sound.flags.lost.swap(false, Ordering::Relaxed) && self.device.take().is_some() {
                warn!("The audio device was lost; opening it again.");
                self.cut |= self.sounding.is_some_and(|(_, until)| Instant::now() < until);
                self.wait = FIRST_WAIT;
                next_try = Instant::now();
            }
        }
    }

    fn play(&mut self, severity: Severity, asked: Instant) {
        let Some(device) = &self.device else { return };
        if self.sound.flags.muted.load(Ordering::Relaxed) || asked.elapsed() > STALE {
            return;
        }
        let now = Instant::now();
        // The same tone twice at once is only louder, and a lesser one under a graver one is not understood.
        if self.sounding.is_some_and(|(current, until)| severity <= current && now < until) {
            return;
        }
        let tone = tone(severity);
        self.sounding = Some((severity, now + tone.total_duration().unwrap_or_default()));
        device.mixer().add(tone);
    }

    fn open(&mut self) {
        // Some devices take no other buffer than their own.
        let opened = device(&self.sound, Some(BUFFER)).or_else(|_| device(&self.sound, None));
        match opened {
            Ok(mut device) => {
                device.log_on_drop(false);
                self.device = Some(device);
                self.wait = FIRST_WAIT;
                // The device was lost in the middle of a tone: it is played again, from the start.
                if let Some((severity, until)) = self.sounding.take()
                    && Instant::now() < until + STALE
                    && self.cut
                {
                    self.play(severity, Instant::now());
                }
                self.cut = false;
                self.tell(false);
            }
            Err(error) => {
                debug!(%error, wait = ?self.wait, "No audio device could be opened.");
                self.tell(true);
                self.wait = (self.wait * 2).min(LONGEST_WAIT);
            }
        }
    }

    fn tell(&mut self, silent: bool) {
        if self.told.replace(silent) != Some(silent) {
            info!(silent, "The state of the audio device changed.");
            (self.silent)(silent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_not_a_lost_device_but_a_stream_that_only_fails_is() {
        let start = Instant::now();
        let mut stumbling = Faults::default();
        let lost = (0..100).any(|n| stumbling.too_many(start + Duration::from_millis(n * 200)));
        assert!(!lost, "five errors a second, for twenty seconds");
        let mut dead = Faults::default();
        let lost = (0..100).any(|n| dead.too_many(start + Duration::from_millis(n)));
        assert!(lost, "a thousand errors a second");
    }
}
