//! Where the database is, and connections to it: few for questions, one for writing, and some that stay open for as long as what they stand for.

use crate::failure::{Io, unavailable};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::{StreamExt as _, stream::poll_fn};
use rustls::ClientConfig;
use std::{fmt, net::IpAddr, time::Duration};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_postgres::{
    AsyncMessage, Client, Config, Connection, NoTls, Socket,
    config::{Host, SslMode},
    tls::TlsStream,
};
use tokio_postgres_rustls::MakeRustlsConnect;
use watchdeck_store::StoreError;

/// Everything of ours stands in this schema.
pub(crate) const SCHEMA: &str = "watchdeck";
/// Connections for questions.
const READERS: usize = 8;
/// How long a connection may take to be made, or to become free.
const PATIENCE: Duration = Duration::from_secs(5);
/// Without an answer for this long, a connection is dead.
const DEAD: Duration = Duration::from_secs(10);
/// For every session: where our tables are, that a commit is on disk, that nobody waits for ever for a lock, and that a gateway that was frozen within a
/// transaction does not keep the others from theirs.
const SESSION: &str = "SET client_min_messages TO warning;
    SET search_path TO watchdeck;
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '10s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// An address of a database, as it was checked. It is shown without its password.
#[derive(Clone)]
pub struct Address(Config);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.0.get_hosts().iter().enumerate().map(|(index, host)| {
            let port = self.0.get_ports().get(index).or(self.0.get_ports().first()).unwrap_or(&5432);
            match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            }
        });
        write!(f, "PostgreSQL at {}", hosts.collect::<Vec<_>>().join(" or "))?;
        self.0.get_dbname().map_or(Ok(()), |name| write!(f, ", database {name}"))
    }
}

impl Address {
    /// Read `postgres://user:password@host:5432/database`. Nothing is looked up or connected to. Towards other machines it is TLS with a certificate that is
    /// checked, unless `sslmode` says otherwise.
    ///
    /// # Errors
    /// What is wrong; never any part of the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err("it does not begin with postgres://");
        }
        let mut config: Config = text.parse().map_err(|_| "it is no address of PostgreSQL")?;
        if config.get_hosts().is_empty() {
            return Err("the host is missing");
        }
        if config.get_user().is_none() || config.get_dbname().is_none() {
            return Err("it names no user, or no database");
        }
        if !text.contains("sslmode=") {
            config.ssl_mode(if config.get_hosts().iter().all(is_here) { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        config.application_name("watchdeck-gateway").tcp_user_timeout(DEAD).keepalives_idle(PATIENCE);
        config.keepalives_interval(Duration::from_secs(2)).keepalives_retries(3);
        Ok(Self(config))
    }
}

/// Whether a host is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// The database.
#[derive(Debug)]
pub(crate) struct Server {
    address: Address,
    tls: Option<ClientConfig>,
    reading: Pool,
    writing: Pool,
}

/// A connection of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Server {
    pub(crate) fn new(address: Address, tls: Option<ClientConfig>) -> Result<Self, StoreError> {
        let (reading, writing) = (pool(&address, tls.as_ref(), READERS)?, pool(&address, tls.as_ref(), 1)?);
        Ok(Self { address, tls, reading, writing })
    }

    /// A connection for a question.
    pub(crate) async fn reader(&self) -> Result<Object, StoreError> {
        self.reading.get().await.map_err(|error| unavailable(&error))
    }

    /// The connection for writing.
    pub(crate) async fn writer(&self) -> Result<Object, StoreError> {
        self.writing.get().await.map_err(|error| unavailable(&error))
    }

    /// A connection that is nobody else's. `woken` is told of every notification, and of its end.
    pub(crate) async fn session(&self, woken: Option<std::sync::Arc<Notify>>) -> Result<Session, StoreError> {
        let dialling = async {
            let session = match &self.tls {
                Some(tls) => driven(self.address.0.connect(MakeRustlsConnect::new(tls.clone())).await?, woken),
                None => driven(self.address.0.connect(NoTls).await?, woken),
            };
            session.client.batch_execute(SESSION).await?;
            Ok::<_, tokio_postgres::Error>(session)
        };
        match tokio::time::timeout(PATIENCE, dialling).await {
            Ok(session) => Ok(session.io()?),
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    pub(crate) fn close(&self) {
        self.reading.close();
        self.writing.close();
    }
}

fn driven<T>((client, mut connection): (Client, Connection<Socket, T>), woken: Option<std::sync::Arc<Notify>>) -> Session
where
    T: TlsStream + Unpin + Send + 'static,
{
    let driver = tokio::spawn(async move {
        let mut messages = poll_fn(move |cx| connection.poll_message(cx));
        let wake = || woken.iter().for_each(|woken| woken.notify_one());
        while let Some(Ok(message)) = messages.next().await {
            if matches!(message, AsyncMessage::Notification(_)) {
                wake();
            }
        }
        wake();
    });
    Session { client, driver }
}

fn pool(address: &Address, tls: Option<&ClientConfig>, size: usize) -> Result<Pool, StoreError> {
    let (config, how) = (address.0.clone(), ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let manager = match tls {
        Some(tls) => Manager::from_config(config, MakeRustlsConnect::new(tls.clone()), how),
        None => Manager::from_config(config, NoTls, how),
    };
    let prepared = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
    });
    let pool = Pool::builder(manager).max_size(size).runtime(Runtime::Tokio1).post_create(prepared);
    let pool = pool.wait_timeout(Some(PATIENCE)).create_timeout(Some(PATIENCE)).recycle_timeout(Some(PATIENCE)).build();
    pool.map_err(|error| StoreError::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address = Address::parse("postgres://gateway:s3cr3t%40@db.example:6432/watchdeck").unwrap();
        assert_eq!(address.to_string(), "PostgreSQL at db.example:6432, database watchdeck");
        assert!(!format!("{address:?}").contains("s3cr3t"));
        let refused = Address::parse("postgres://gateway:s3cr3t@:x/").unwrap_err();
        assert!(!refused.contains("s3cr3t"), "{refused}");
    }

    #[test]
    fn towards_another_machine_it_is_encrypted_unless_it_says_otherwise() {
        let mode = |text: &str| Address::parse(text).unwrap().0.get_ssl_mode();
        assert_eq!(mode("postgres://a:b@db.example/w"), SslMode::Require);
        assert_eq!(mode("postgres://a:b@db.example/w?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://a:b@127.0.0.1/w"), SslMode::Disable);
        assert_eq!(mode("postgres://a@%2Fvar%2Frun%2Fpostgresql/w"), SslMode::Disable);
    }
}
