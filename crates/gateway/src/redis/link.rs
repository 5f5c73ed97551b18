//! One connection to Redis, from the socket to "you are who you say".

use super::{
    address::{Address, Place},
    resp::{self, Bulk, ReadError, Value},
    tls,
};
use futures_util::FutureExt as _;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, ReadBuf, ReadHalf, WriteHalf},
    net::TcpStream,
    time::timeout,
};

/// Longest wait for one address to let us connect. Short, because what is published meanwhile is lost.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest wait for TLS, and for each answer before the subscription stands.
const ANSWER: Duration = Duration::from_secs(2);
/// Read at a time.
const BUFFER: usize = 64 << 10;

/// Why there is no link.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LinkError {
    /// Nothing answers there.
    #[error("Redis at {place} cannot be reached: {reason}")]
    Unreachable { place: String, reason: String },
    /// It answers and says no. Trying faster does not help.
    #[error("Redis at {place} refuses: {reason}")]
    Refused { place: String, reason: String },
    /// It was there and is gone.
    #[error("Redis at {place}: {reason}")]
    Lost { place: String, reason: String },
}

impl LinkError {
    /// Whether somebody has to change something first.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// Any stream.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The reading half: gives a value when it is asked for one, and leaves everything else where it is.
pub(crate) struct Reader {
    from: BufReader<Counted>,
    place: String,
    limit: usize,
}

/// The writing half.
pub(crate) struct Writer {
    to: WriteHalf<Box<dyn Io>>,
    place: String,
}

/// A link that was let in.
pub(crate) struct Link {
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
    pub(crate) progress: Progress,
}

impl Reader {
    /// The next value; texts longer than the limit come with their head only. Not to be dropped half-way.
    pub(crate) async fn next(&mut self) -> Result<Value, LinkError> {
        resp::read(&mut self.from, self.limit).await.map_err(|error| match error {
            ReadError::Foreign => LinkError::Refused { place: self.place.clone(), reason: error.to_string() },
            error => LinkError::Lost { place: self.place.clone(), reason: error.to_string() },
        })
    }
}

impl Writer {
    /// Send a command.
    pub(crate) async fn send(&mut self, parts: &[&str]) -> Result<(), LinkError> {
        let command = resp::command(parts);
        let sending = timeout(ANSWER, async {
            self.to.write_all(&command).await?;
            self.to.flush().await
        });
        let outcome = sending.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        outcome.map_err(|error| LinkError::Lost { place: self.place.clone(), reason: error.to_string() })
    }
}

impl Link {
    /// Connect and sign in. Texts longer than `limit` bytes will be read with their head only.
    ///
    /// # Errors
    /// [`LinkError`] in words that name the place and never the password.
    pub(crate) async fn open(address: &Address, limit: usize) -> Result<Self, LinkError> {
        let place = address.place.to_string();
        let unreachable = |reason: String| LinkError::Unreachable { place: place.clone(), reason };
        let stream: Box<dyn Io> = match &address.place {
            Place::Tcp { host, port, tls } => {
                let stream = dial(host, *port).await.map_err(unreachable)?;
                if *tls {
                    let secured = timeout(ANSWER, tls::secure(stream, host, address.ca_file.as_deref())).await;
                    Box::new(secured.unwrap_or_else(|_| Err("the TLS handshake is not answered".into())).map_err(unreachable)?)
                } else {
                    Box::new(stream)
                }
            }
            #[cfg(unix)]
            Place::Unix(path) => Box::new(tokio::net::UnixStream::connect(path).await.map_err(|error| unreachable(error.to_string()))?),
            #[cfg(not(unix))]
            Place::Unix(_) => return Err(unreachable("this system has no socket files".into())),
        };
        let (from, to) = tokio::io::split(stream);
        let progress = Progress::default();
        let from = BufReader::with_capacity(BUFFER, Counted { stream: from, progress: progress.clone() });
        let mut link = Self { reader: Reader { from, place: place.clone(), limit }, writer: Writer { to, place }, progress };
        link.sign_in(address).await?;
        Ok(link)
    }

    /// Whether Redis has let go of a link that nobody used for a while. Only between answers.
    pub(crate) fn is_closed(&mut self) -> bool {
        !matches!(self.reader.from.fill_buf().now_or_never(), None | Some(Ok([_, ..])))
    }

    /// Send a command and wait for its answer.
    pub(crate) async fn ask(&mut self, parts: &[&str]) -> Result<Value, LinkError> {
        self.writer.send(parts).await?;
        let place = &self.writer.place;
        let silent = || LinkError::Lost { place: place.clone(), reason: format!("it did not answer within {} s", ANSWER.as_secs()) };
        match timeout(ANSWER, self.reader.next()).await.map_err(|_| silent())?? {
            Value::Error(words) => Err(refusal(place, &words)),
            value => Ok(value),
        }
    }

    async fn sign_in(&mut self, address: &Address) -> Result<(), LinkError> {
        let Some(password) = &address.password else { return Ok(()) };
        // Redis before 6 knows no users, and "default" is how later ones call having none.
        let answer = match address.user.as_deref() {
            None | Some("default") => self.ask(&["AUTH", password.expose()]).await,
            Some(user) => self.ask(&["AUTH", user, password.expose()]).await,
        };
        match answer {
            Ok(_) => Ok(()),
            // A password for a Redis that asks for none keeps nobody out.
            Err(LinkError::Refused { reason, .. }) if reason.contains("without any password configured") => {
                tracing::warn!("Redis asks for no password; the one that is configured is not used.");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

async fn dial(host: &str, port: u16) -> Result<TcpStream, String> {
    let found = timeout(CONNECT, tokio::net::lookup_host((host, port))).await;
    let found =
        found.map_err(|_| "its name is not answered".to_owned())?.map_err(|error| format!("its name cannot be looked up: {error}"))?;
    let mut last = "its name leads nowhere".to_owned();
    for addr in found {
        match timeout(CONNECT, TcpStream::connect(addr)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = format!("no answer within {} s", CONNECT.as_secs()),
        }
    }
    Err(last)
}

/// Redis's own words, and what to do about them.
fn refusal(place: &str, words: &str) -> LinkError {
    let remedy = match words.split(' ').next().unwrap_or_default() {
        "NOAUTH" => "; set redis.password (and redis.username)",
        "WRONGPASS" => "; check redis.username and redis.password (in an address % begins an escape: write % as %25, @ as %40)",
        "NOPERM" => "; give the user +psubscribe and &ws:* (and +publish and &watchdeck:decisions for decisions)",
        _ => "",
    };
    let reason = format!("{words}{remedy}");
    // Still reading its file, or a copy without its master: it will be there.
    if words.starts_with("LOADING") || words.starts_with("MASTERDOWN") {
        return LinkError::Unreachable { place: place.to_owned(), reason };
    }
    LinkError::Refused { place: place.to_owned(), reason }
}

/// Counts what was read, so that a message that takes its time is told from silence.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream that counts.
struct Counted {
    stream: ReadHalf<Box<dyn Io>>,
    progress: Progress,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        let read = u64::try_from(buf.filled().len() - before).unwrap_or(0);
        self.progress.0.fetch_add(read, Ordering::Relaxed);
        outcome
    }
}

/// What a subscription brings.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A message on a channel of the pattern.
    Message { channel: Vec<u8>, payload: Bulk },
    /// The answer to a ping, be it a refusal: somebody is there.
    Alive,
    /// Something else.
    Nothing,
}

impl From<Value> for Heard {
    fn from(value: Value) -> Self {
        match value {
            // In a subscription an error is the answer to a ping that this user may not send.
            Value::Error(_) | Value::Simple(_) => Self::Alive,
            Value::Array(parts) => {
                let mut parts = parts.into_iter();
                let Some(Value::Bulk(what)) = parts.next() else { return Self::Nothing };
                match (&*what.bytes, parts.next(), parts.next(), parts.next()) {
                    (b"pmessage", _, Some(Value::Bulk(channel)), Some(Value::Bulk(payload))) => {
                        Self::Message { channel: channel.bytes, payload }
                    }
                    (b"pong", ..) => Self::Alive,
                    _ => Self::Nothing,
                }
            }
            _ => Self::Nothing,
        }
    }
}
