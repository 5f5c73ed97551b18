//! Sound: a thread of its own that owns the audio device.
//!
//! rodio's device is bound to its thread and may block, so nothing else touches it. It is opened for a tone and let go soon after the last one: an open
//! stream keeps headphones awake and the processor busy, all day long. Once the program runs it is opened for a moment, to know whether there is one. No
//! device is a normal condition: the user is told by a hint, and it is tried again with back-off for as long as the program runs. A device that is lost in
//! the middle of a tone (unplugged, the sound server restarted) is opened again, and the tone played from its start.
//! Deliberately not here: when to play (the core decides) and whether sounds are muted as a setting (the core knows; `mute` only silences what already waits).

use crate::hints::Hints;
use crate::keep;
use crate::tone::{kept, tone};
use rodio::cpal::{BufferSize, ErrorKind};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Source};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::{debug, info, warn};
use watchdeck_events::Severity;
use watchdeck_wire::live::Hint;

/// First wait after a device could not be opened; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Tones that may wait. A ninth says nothing that the eight before it do not say.
const QUEUE: usize = 8;
/// A tone that could not be played within this time is no longer news.
const STALE: Duration = Duration::from_secs(3);

/// The device stays open for this long after a tone: the next one of a burst finds it open, and its last samples are played.
const KEPT: Duration = Duration::from_millis(2_500);

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
    /// See whether there is a device.
    Look,
    /// Look at the flags.
    Wake,
}

/// What is true now, beside the queue: a full queue must not hide it.
#[derive(Debug, Default)]
struct Flags {
    muted: AtomicBool,
    lost: AtomicBool,
    manner: Mutex<Manner>,
}

/// How tones sound.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// 0 to 1.
    pub(crate) volume: f32,
    /// Files of the user's own.
    pub(crate) own: BTreeMap<Severity, PathBuf>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { volume: 1.0, own: BTreeMap::new() }
    }
}

/// Plays tones. Cloning gives another handle to the same thread, which lives as long as the program.
#[derive(Debug, Clone)]
pub(crate) struct Sound {
    commands: SyncSender<Command>,
    flags: Arc<Flags>,
}

impl Sound {
    /// Starts the thread. `hints` says whether there is a device.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(hints: Hints) -> std::io::Result<Self> {
        let (commands, inbox) = sync_channel(QUEUE);
        let sound = Self { commands, flags: Arc::default() };
        let ours = sound.clone();
        let playing = move || keep::running_here("sound", &hints, || Player::new(ours.clone(), hints.clone()).run(&inbox));
        std::thread::Builder::new().name("sound".to_owned()).spawn(playing)?;
        Ok(sound)
    }

    /// Sees whether there is a device; never blocks. Not done at once at the start: the system's library complains on the terminal, in the middle of what
    /// is said there when the start is refused.
    pub(crate) fn look(&self) {
        if self.commands.try_send(Command::Look).is_err() {
            debug!("Tones wait already; the first of them shows whether there is a device.");
        }
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

    /// How tones sound from now on.
    pub(crate) fn manner(&self, manner: Manner) {
        *self.flags.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
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

struct Player {
    device: Option<MixerDeviceSink>,
    sound: Sound,
    hints: Hints,
    told: Option<bool>,
    wait: Duration,
    /// When a device that could not be opened is tried again; `None` when it is not known to be missing.
    next_try: Option<Instant>,
    /// What sounds now, and until when.
    sounding: Option<(Severity, Instant)>,
    /// A tone that found no device, and when it was asked for.
    owed: Option<(Severity, Instant)>,
}

impl Player {
    fn new(sound: Sound, hints: Hints) -> Self {
        Self { device: None, sound, hints, told: None, wait: FIRST_WAIT, next_try: None, sounding: None, owed: None }
    }

    fn run(mut self, inbox: &Receiver<Command>) {
        loop {
            if self.next_try.is_some_and(|at| Instant::now() >= at) {
                self.open();
            }
            let patience = self.due().map_or(LONGEST_WAIT, |at| at.saturating_duration_since(Instant::now()));
            match inbox.recv_timeout(patience) {
                Ok(Command::Play(severity, asked)) => self.play(severity, asked),
                Ok(Command::Look) if self.device.is_none() && self.next_try.is_none() => self.open(),
                Ok(Command::Look) => {}
                Ok(Command::Wake) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look_after();
        }
    }

    /// When there is something to do without being asked.
    fn due(&self) -> Option<Instant> {
        self.next_try.or_else(|| self.device.is_some().then(|| self.let_go_at()))
    }

    fn let_go_at(&self) -> Instant {
        self.sounding.map_or_else(Instant::now, |(_, until)| until + KEPT)
    }

    /// Sees to a device that was lost, and lets one go that nobody needs.
    fn look_after(&mut self) {
        let now = Instant::now();
        if self.sound.flags.lost.swap(false, Ordering::Relaxed) && self.device.take().is_some() {
            warn!("The audio device was lost.");
            if let Some((severity, until)) = self.sounding.take()
                && now < until
            {
                self.owed = Some((severity, now));
                self.wait = FIRST_WAIT;
                self.next_try = Some(now);
            }
        }
        if self.device.is_some() && now >= self.let_go_at() {
            self.device = None;
            self.sounding = None;
            debug!("The audio device is let go.");
        }
    }

    fn play(&mut self, severity: Severity, asked: Instant) {
        if self.sound.flags.muted.load(Ordering::Relaxed) || asked.elapsed() > STALE {
            return;
        }
        if self.device.is_none() {
            // Of several that wait for a device, the gravest is played.
            if self.owed.is_none_or(|(owed, at)| severity >= owed || at.elapsed() > STALE) {
                self.owed = Some((severity, asked));
            }
            if self.next_try.is_none() {
                self.open();
            }
            return;
        }
        self.sound_out(severity);
    }

    fn sound_out(&mut self, severity: Severity) {
        let Some(device) = &self.device else { return };
        let now = Instant::now();
        // The same tone twice at once is only louder, and a lesser one under a graver one is not understood.
        if self.sounding.is_some_and(|(current, until)| severity <= current && now < until) {
            return;
        }
        let Manner { volume, own } = self.sound.flags.manner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = own.get(&severity).and_then(|path| {
            let read = kept(path);
            read.inspect_err(|error| warn!(%error, path = %path.display(), "A sound cannot be played; the built-in tone sounds instead."))
                .ok()
        });
        let tone = kept.unwrap_or_else(|| tone(severity));
        self.sounding = Some((severity, now + tone.total_duration().unwrap_or_default()));
        device.mixer().add(tone.amplify(volume));
    }

    /// Opens the device for the tone that is owed, or, without one, only to know whether there is one.
    fn open(&mut self) {
        // Some devices take no other buffer than their own.
        let opened = device(&self.sound, Some(BUFFER)).or_else(|_| device(&self.sound, None));
        match opened {
            Ok(mut device) => {
                device.log_on_drop(false);
                self.wait = FIRST_WAIT;
                self.next_try = None;
                self.tell(false);
                if let Some((severity, asked)) = self.owed.take()
                    && asked.elapsed() <= STALE
                    && !self.sound.flags.muted.load(Ordering::Relaxed)
                {
                    self.device = Some(device);
                    self.sound_out(severity);
                }
            }
            Err(error) => {
                debug!(%error, wait = ?self.wait, "No audio device could be opened.");
                self.tell(true);
                self.next_try = Some(Instant::now() + self.wait);
                self.wait = (self.wait * 2).min(LONGEST_WAIT);
            }
        }
    }

    fn tell(&mut self, silent: bool) {
        if self.told.replace(silent) != Some(silent) {
            info!(silent, "The state of the audio device changed.");
            self.hints.set(Hint::NoSound, silent);
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
