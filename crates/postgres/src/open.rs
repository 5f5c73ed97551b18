//! Opening the log, and the handle to it.

use crate::{
    command::Command,
    failure::{Failures, Io},
    follower::{self, now},
    horizon::{Horizon, SEEN},
    schema,
    server::{Address, Server},
    shared::Shared,
    term::Term,
    weeks::Weeks,
    writer,
};
use rustls::ClientConfig;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use watchdeck_store::{Damage, StoreError};

/// Batches that wait at most.
const QUEUE: usize = 64;
/// KiB of batches that wait at most.
pub(crate) const ROOM_KIB: u32 = 64 << 10;

/// How to open it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whom to trust, for addresses with TLS; without it they cannot be used.
    pub tls: Option<ClientConfig>,
}

/// A log in PostgreSQL. Handles are cheap; when the last one is gone, nothing more is followed.
#[derive(Debug, Clone)]
pub struct Postgres {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) room: Arc<Semaphore>,
    /// Under which lease this handle writes.
    pub(crate) term: Option<Term>,
    _last: Arc<DropGuard>,
}

impl Postgres {
    /// Open the log at `address`, with whatever tables and partitions it needs. Several may at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer version made its tables, which are not touched; else [`StoreError::Unavailable`], in words that say what to do.
    pub async fn open(address: &Address, options: Options) -> Result<Self, StoreError> {
        let server = Server::new(address.clone(), options.tls)?;
        let weeks = Weeks::default();
        let (epoch, horizon) = {
            let mut client = server.writer().await?;
            schema::prepare(&mut client).await?;
            weeks.make(&mut client, now(), []).await?;
            let epoch = client.query_one("SELECT value FROM meta WHERE key = 'epoch'", &[]).await.io()?.get(0);
            (epoch, Horizon::new(&client.query(SEEN, &[]).await.io()?))
        };
        let shared = Arc::new(Shared {
            server,
            epoch,
            horizon,
            failures: Failures::new(),
            damage: watch::Sender::new(Damage::default()),
            weeks,
            names: Mutex::default(),
            woken: Arc::new(Notify::new()),
            reading: tokio::sync::Mutex::default(),
            stop: CancellationToken::new(),
        });
        let (commands, queue) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(Arc::clone(&shared), queue));
        tokio::spawn(follower::follow(Arc::clone(&shared)));
        let last = Arc::new(shared.stop.clone().drop_guard());
        Ok(Self { shared, commands, room: Arc::new(Semaphore::new(ROOM_KIB as usize)), term: None, _last: last })
    }

    /// A handle that writes under a lease.
    pub(crate) fn under(&self, term: Term) -> Self {
        Self { term: Some(term), ..self.clone() }
    }

    /// Finish what is queued and let go of everything.
    pub(crate) async fn end(&self) {
        let (reply, done) = oneshot::channel();
        if self.commands.send(Command::Close(reply)).await.is_ok() {
            done.await.ok();
        }
    }
}
