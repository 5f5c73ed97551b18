//! A log in a database, which other gateways may be on too.

use super::opened::{Opened, failed};
use crate::{
    common::{CommonLog, Lease, Turn},
    config::Config,
    error::GatewayError,
    redis::tls,
};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use watchdeck_events::Millis;
use watchdeck_postgres::{Address, Postgres};
use watchdeck_store::{Engine, StoreError};

/// Opens logs in databases. Handed in ([`Parts`](crate::Parts)), because whoever embeds a gateway for itself keeps its log in a file, and what speaks to a
/// database is large.
#[derive(Clone, Copy)]
pub struct Databases(for<'a> fn(Address, &'a Config) -> BoxFuture<'a, Result<Opened, GatewayError>>);

impl std::fmt::Debug for Databases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Databases")
    }
}

impl Databases {
    pub(super) async fn open(self, address: Address, config: &Config) -> Result<Opened, GatewayError> {
        (self.0)(address, config).await
    }
}

/// PostgreSQL, over `postgres://…`.
#[must_use]
pub fn postgres() -> Databases {
    Databases(|address, config| Box::pin(async move { open(&address, config).await }))
}

pub(super) async fn open(address: &Address, config: &Config) -> Result<Opened, GatewayError> {
    let ca_file = config.log_ca_file.clone();
    // The authorities of this machine are files.
    let tls = tokio::task::spawn_blocking(move || tls::config(ca_file.as_deref())).await;
    let tls = tls.unwrap_or_else(|error| Err(error.to_string())).map_err(|words| failed(config, StoreError::Unavailable(words)))?;
    let options = watchdeck_postgres::Options { tls: Some(tls) };
    let postgres = Postgres::open(address, options).await.map_err(|source| failed(config, source))?;
    Ok(Opened { store: Arc::new(postgres.clone()), file: None, common: Some(Arc::new(postgres)), set_aside: None })
}

#[async_trait::async_trait]
impl CommonLog for Postgres {
    async fn turn(&self, what: &str) -> Result<Turn, StoreError> {
        Ok(Box::new(Self::turn(self, what).await?))
    }

    async fn lease(&self, name: &'static str) -> Box<dyn Lease> {
        Box::new(Self::lease(self, name).await)
    }

    async fn let_go_before(&self, before: Millis) -> Result<u64, StoreError> {
        Self::let_go_before(self, before).await
    }
}

#[async_trait::async_trait]
impl Lease for watchdeck_postgres::Lease {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(Self::engine(self))
    }

    async fn lost(&self) {
        Self::lost(self).await;
    }
}
