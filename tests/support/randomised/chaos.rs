//! The wire on a bad day.
//!
//! It reads the frames that the gateway sends, so that it can do what a bad network, a bad proxy or a bad server does: cut between frames and in
//! the middle of one, go silent without hanging up, hold back, send twice, let the frames of one channel overtake those of another.

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    task::JoinHandle,
    time::Instant,
};

/// Frames that may wait between reader and writer.
const QUEUE: usize = 64;
/// How long a frame is held back for others to overtake it.
const HELD: Duration = Duration::from_millis(4);

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Refused,
    Cut,
    MidFrame,
    HalfOpen,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Cut => "cut",
            Self::MidFrame => "cut_in_a_frame",
            Self::HalfOpen => "half_open",
        }
    }
}

/// What one connection will meet.
struct Fate {
    end: End,
    after: Duration,
    delayed: f64,
    doubled: f64,
    overtaken: f64,
    luck: StdRng,
}

impl Fate {
    fn of(seed: u64, connection: u64) -> Self {
        let mut luck = StdRng::seed_from_u64(seed ^ connection.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let end = match luck.random_range(0..100) {
            0..4 => End::Refused,
            4..30 => End::MidFrame,
            30..33 => End::HalfOpen,
            _ => End::Cut,
        };
        // Many die before they are subscribed; some live long enough to catch up.
        let after = Duration::from_millis(if luck.random_bool(0.15) { luck.random_range(30..150) } else { luck.random_range(0..30) });
        let rates = [0.05, 0.1, 0.2].map(|most| luck.random_range(0.0..most));
        Self { end, after, delayed: rates[0], doubled: rates[1], overtaken: rates[2], luck }
    }
}

#[derive(Default)]
struct Counts {
    reached: watch::Sender<u64>,
    faults: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counts {
    fn fault(&self, name: &'static str) {
        *self.faults.lock().expect("no code panics while counting").entry(name).or_default() += 1;
    }
}

/// A forwarding port with a mind of its own.
pub(super) struct Chaos {
    pub(super) addr: SocketAddr,
    calm: watch::Sender<bool>,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

impl Chaos {
    /// Forwards to wherever `target` says. Calm until told otherwise.
    pub(super) async fn start(seed: u64, target: watch::Receiver<String>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let (calm, counts) = (watch::Sender::new(true), Arc::new(Counts::default()));
        let task = tokio::spawn({
            let (mood, counts) = (calm.subscribe(), Arc::clone(&counts));
            async move {
                let mut connection = 0;
                while let Ok((near, _)) = listener.accept().await {
                    connection += 1;
                    let address = target.borrow().clone();
                    let wire = Wire { fate: Fate::of(seed, connection), calm: mood.clone(), counts: Arc::clone(&counts) };
                    tokio::spawn(async move {
                        // Whatever error there is, it ends the connection, and that is what happens here.
                        drop(wire.forward(near, address).await);
                    });
                }
            }
        });
        Ok(Self { addr, calm, counts, task })
    }

    /// From now on nothing is done to what passes, or the contrary. Coming out of calm ends what is open; coming into it does as well, so that nobody waits on a dead line.
    pub(super) fn calm(&self, calm: bool) {
        self.calm.send_replace(calm);
    }

    /// Follows [`Chaos::count`].
    pub(super) fn reconnects(&self) -> watch::Receiver<u64> {
        self.counts.reached.subscribe()
    }

    /// Connections that got the gateway's answer, after the first.
    pub(super) fn count(&self) -> u64 {
        self.counts.reached.borrow().saturating_sub(1)
    }

    /// What was done, by name.
    pub(super) fn faults(&self) -> BTreeMap<&'static str, u64> {
        self.counts.faults.lock().expect("no code panics while counting").clone()
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
struct Wire {
    fate: Fate,
    calm: watch::Receiver<bool>,
    counts: Arc<Counts>,
}

impl Wire {
    async fn forward(mut self, near: TcpStream, address: String) -> Result<()> {
        let calm = *self.calm.borrow_and_update();
        if !calm && self.fate.end == End::Refused {
            self.counts.fault(End::Refused.name());
            return Ok(());
        }
        let far = TcpStream::connect(address).await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let ((mut near_read, mut near_write), (far_read, mut far_write)) = (near.into_split(), far.into_split());
        let (frames, mut queue) = mpsc::channel(QUEUE);
        let reading = tokio::spawn(read(far_read, frames));
        let dies = Instant::now() + self.fate.after;
        let mut mood = self.calm.clone();
        let ended = {
            let up = tokio::io::copy(&mut near_read, &mut far_write);
            let down = self.pass(&mut queue, &mut near_write, calm);
            tokio::select! {
                _ = up => None,
                ended = down => { ended?; None }
                _ = mood.changed() => None,
                () = tokio::time::sleep_until(dies), if !calm => Some(()),
            }
        };
        if ended.is_some() {
            let end = self.fate.end;
            self.counts.fault(end.name());
            match end {
                End::MidFrame => {
                    // The next one that comes soon, or none: a cut either way.
                    if let Ok(Some(frame)) = tokio::time::timeout(HELD, queue.recv()).await {
                        near_write.write_all(&frame.bytes[..frame.bytes.len() / 2]).await?;
                    }
                }
                End::HalfOpen => {
                    // Nothing passes any more, and nobody is told; until the console has had enough, or the storm is over.
                    let mut nowhere = tokio::io::sink();
                    tokio::select! {
                        _ = tokio::io::copy(&mut near_read, &mut nowhere) => {}
                        _ = mood.changed() => {}
                    }
                }
                End::Refused | End::Cut => {}
            }
        }
        reading.abort();
        Ok(())
    }

    /// Passes frames on until there are no more.
    async fn pass(&mut self, queue: &mut mpsc::Receiver<Frame>, to: &mut OwnedWriteHalf, calm: bool) -> Result<()> {
        let mut first = true;
        let mut held: Option<(Vec<Frame>, Instant)> = None;
        loop {
            let release = held.as_ref().map_or_else(Instant::now, |(_, until)| *until);
            let frame = tokio::select! {
                frame = queue.recv() => frame,
                () = tokio::time::sleep_until(release), if held.is_some() => {
                    for frame in held.take().map(|(frames, _)| frames).unwrap_or_default() {
                        to.write_all(&frame.bytes).await?;
                    }
                    continue;
                }
            };
            let Some(frame) = frame else { return Ok(()) };
            if first {
                first = false;
                self.counts.reached.send_modify(|reached| *reached += 1);
            }
            if calm || frame.channel.is_none() {
                to.write_all(&frame.bytes).await?;
                continue;
            }
            if self.fate.luck.random_bool(self.fate.delayed) {
                self.counts.fault("delayed");
                tokio::time::sleep(Duration::from_millis(self.fate.luck.random_range(1..5))).await;
            }
            match &mut held {
                // Never past one of its own channel: that would be another server's fault.
                Some((frames, _)) if frames[0].channel == frame.channel => frames.push(frame),
                None if self.fate.luck.random_bool(self.fate.overtaken) => {
                    self.counts.fault("overtaken");
                    held = Some((vec![frame], Instant::now() + HELD));
                }
                _ => {
                    to.write_all(&frame.bytes).await?;
                    if frame.events && self.fate.luck.random_bool(self.fate.doubled) {
                        self.counts.fault("doubled");
                        to.write_all(&frame.bytes).await?;
                    }
                }
            }
        }
    }
}

/// One piece of what the gateway sends: the answer to the handshake, or a frame.
struct Frame {
    bytes: Vec<u8>,
    /// The channel that it is about, where it is about one.
    channel: Option<String>,
    /// It carries events.
    events: bool,
}

/// Reads until the end, or until nobody wants more.
async fn read(from: OwnedReadHalf, frames: mpsc::Sender<Frame>) -> Result<()> {
    let mut from = BufReader::new(from);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if from.read_until(b'\n', &mut head).await? == 0 {
            return Ok(());
        }
    }
    frames.send(Frame { bytes: head, channel: None, events: false }).await?;
    loop {
        frames.send(frame(&mut from).await?).await?;
    }
}

/// RFC 6455 §5.2; a server's frames are not masked.
async fn frame(from: &mut BufReader<OwnedReadHalf>) -> Result<Frame> {
    let mut bytes = vec![0; 2];
    from.read_exact(&mut bytes).await?;
    let more = match bytes[1] & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mut length = u64::from(bytes[1] & 0x7f);
    if more > 0 {
        let start = bytes.len();
        bytes.resize(start + more, 0);
        from.read_exact(&mut bytes[start..]).await?;
        length = bytes[start..].iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
    }
    let start = bytes.len();
    bytes.resize(start + usize::try_from(length)?, 0);
    from.read_exact(&mut bytes[start..]).await?;
    let text = String::from_utf8_lossy(&bytes[start..]);
    let channel = text.split_once(r#""channel":""#).and_then(|(_, rest)| rest.split_once('"')).map(|(channel, _)| channel.to_owned());
    let events = text.starts_with(r#"{"type":"event"#);
    Ok(Frame { channel, events, bytes })
}
