//! What one gateway does at a time, and which: the first that asks has the lease for as long as its session lives. The server ends the session of a gateway
//! that died at once, and of one that was frozen or cut off after ten seconds; then another has it.
//!
//! A gateway may not know yet that another has it. So each lease has a term, a number that only grows, and what is written under a lease is refused when a
//! later term has begun. Until then it is not lost: a server that comes back finds it where it was.

use crate::{failure::Io, open::Postgres, server::Session, shared::Shared, term::Term};
use std::{sync::Arc, time::Duration};
use tokio_postgres::Error;
use tokio_util::sync::{CancellationToken, DropGuard};
use watchdeck_store::StoreError;

/// Between two tries to have it.
const TRY: Duration = Duration::from_millis(500);
/// Between two signs of life of whoever has it.
const SIGN: Duration = Duration::from_secs(1);
/// Without an answer to one for this long, the session is taken for lost.
const PATIENCE: Duration = Duration::from_secs(5);
/// The server notices from its side too: by the connection, and by the silence of a process that is there and does nothing.
const WATCHED: &str = "SET idle_session_timeout = '10s'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3; SET tcp_user_timeout = 10000";
/// Who may do it; `$1` says what.
const LOCK: &str = "SELECT pg_try_advisory_lock(hashtextextended('watchdeck:lease:' || $1, 0))";

/// The right to do something that only one does, until it is dropped or another [has it](Lease::lost).
#[derive(Debug)]
pub struct Lease {
    engine: Postgres,
    lost: CancellationToken,
    _held: DropGuard,
}

impl Lease {
    /// The log, for what is done under this lease: it takes nothing any more when another has it.
    #[must_use]
    pub fn engine(&self) -> Postgres {
        self.engine.clone()
    }

    /// Resolves when another has it: stop.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

impl Postgres {
    /// Wait until nobody else has the lease `name`, and have it.
    pub async fn lease(&self, name: &'static str) -> Lease {
        let mut said = false;
        loop {
            match self.waited(name).await {
                Ok(lease) => return lease,
                Err(error) => {
                    if !std::mem::replace(&mut said, true) {
                        tracing::warn!(%error, name, "A lease cannot be asked for; trying again.");
                    }
                    tokio::time::sleep(SIGN).await;
                }
            }
        }
    }

    async fn waited(&self, name: &'static str) -> Result<Lease, StoreError> {
        let mut session = self.shared.server.session(None).await?;
        session.client.batch_execute(WATCHED).await.io()?;
        while !answered(session.client.query_one(LOCK, &[&name])).await?.get::<_, bool>(0) {
            tokio::time::sleep(TRY).await;
        }
        let term = begun(&mut session, name).await?;
        // Whoever begins knows everything that was written in the term before.
        self.shared.catch_up().await?;
        tracing::info!(name, term, "This gateway has the lease.");
        let (term, lost, held) = (Term { name, term }, CancellationToken::new(), CancellationToken::new());
        tokio::spawn(keep(Arc::clone(&self.shared), session, term.clone(), held.clone(), lost.clone()));
        Ok(Lease { engine: self.under(term), lost, _held: held.drop_guard() })
    }

    /// Wait for the turn at `what`: one has it at a time, in whatever process, until it is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached, or another has had it for ten seconds.
    pub async fn turn(&self, what: &str) -> Result<Turn, StoreError> {
        let session = self.shared.server.session(None).await?;
        // Of whoever is frozen meanwhile, the others are rid after a minute.
        session.client.batch_execute("SET idle_session_timeout = '60s'").await.io()?;
        let locked = "SELECT pg_advisory_lock(hashtextextended('watchdeck:turn:' || $1, 0))";
        session.client.query_one(locked, &[&what]).await.io()?;
        Ok(Turn { _session: session })
    }
}

/// See [`Postgres::turn`].
#[derive(Debug)]
pub struct Turn {
    _session: Session,
}

/// Begin the next term, in turn with whoever writes.
async fn begun(session: &mut Session, name: &str) -> Result<i64, StoreError> {
    let transaction = session.client.transaction().await.io()?;
    transaction.query_one("SELECT seq FROM head FOR UPDATE", &[]).await.io()?;
    let next = "INSERT INTO leases VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET term = leases.term + 1 RETURNING term";
    let term = transaction.query_one(next, &[&name]).await.io()?.get(0);
    transaction.commit().await.io()?;
    Ok(term)
}

/// Give signs of life until it is given up, or another has begun. Where only the session was lost, it is still ours until then.
async fn keep(shared: Arc<Shared>, mut session: Session, term: Term, held: CancellationToken, lost: CancellationToken) {
    let _lost = lost.drop_guard();
    let keeping = async {
        loop {
            tokio::time::sleep(SIGN).await;
            let Err(error) = answered(session.client.query_one("SELECT 1", &[])).await else { continue };
            tracing::warn!(%error, name = term.name, "The session of a lease is lost; it is asked for again.");
            match regained(&shared, &term).await {
                Some(again) => session = again,
                None => return tracing::warn!(name = term.name, "Another gateway has the lease now."),
            }
        }
    };
    tokio::select! {
        () = held.cancelled() => {}
        () = keeping => {}
    }
}

/// A session that has the lease again, in the same term; `None` when a later one has begun.
async fn regained(shared: &Shared, term: &Term) -> Option<Session> {
    let again = async || {
        let session = shared.server.session(None).await?;
        session.client.batch_execute(WATCHED).await.io()?;
        loop {
            // Only who has the lock begins a term, so this comes first.
            let locked = answered(session.client.query_one(LOCK, &[&term.name])).await?.get(0);
            let row = answered(session.client.query_one("SELECT term FROM leases WHERE name = $1", &[&term.name])).await?;
            match (row.get::<_, i64>(0) == term.term, locked) {
                (false, _) => return Ok::<_, StoreError>(None),
                (true, true) => return Ok(Some(session)),
                (true, false) => tokio::time::sleep(TRY).await,
            }
        }
    };
    loop {
        match again().await {
            Ok(outcome) => return outcome,
            Err(error) => tracing::debug!(%error, name = term.name, "A lease cannot be asked for again yet."),
        }
        tokio::time::sleep(SIGN).await;
    }
}

async fn answered<T>(asking: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
    let silent = |_| StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, asking).await.map_err(silent)?.io()
}
