//! What the writer, the follower and whoever asks share.

use crate::{
    failure::{Failures, Io},
    horizon::{HEAD, Horizon, SEEN},
    reader,
    row::number,
    server::Server,
    weeks::Weeks,
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use watchdeck_store::{Damage, Limit, StoreError};

/// Events that are taken in at once, at most.
const PAGE: Limit = Limit { events: 4_096, bytes: 8 << 20 };

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) server: Server,
    pub(crate) epoch: String,
    pub(crate) horizon: Horizon,
    pub(crate) failures: Failures,
    pub(crate) damage: watch::Sender<Damage>,
    pub(crate) weeks: Weeks,
    /// Kinds and sources that are known to be in the table of names.
    pub(crate) names: Mutex<HashSet<(i16, Arc<str>)>>,
    /// Something was committed, here or elsewhere.
    pub(crate) woken: Arc<Notify>,
    /// One at a time reads what is new.
    pub(crate) reading: tokio::sync::Mutex<()>,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    /// Take in whatever was committed since, by whomever.
    pub(crate) async fn catch_up(&self) -> Result<(), StoreError> {
        let _mine = self.reading.lock().await;
        let client = self.server.reader().await?;
        loop {
            let row = client.query_one(&client.prepare_cached(HEAD).await.io()?, &[]).await.io()?;
            if row.get::<_, i64>(1) != self.horizon.let_go() {
                self.horizon.cut(&client.query(SEEN, &[]).await.io()?);
            }
            let (newest, known) = (number(row.get(0)), self.horizon.head());
            if newest <= known {
                return Ok(());
            }
            let page = reader::after(&client, known, newest, PAGE).await?;
            if page.is_empty() {
                self.horizon.skip(&client.query(SEEN, &[]).await.io()?);
            }
            self.horizon.extend(known, page);
        }
    }

    /// Remember what went wrong, for whoever watches.
    pub(crate) fn met(&self, error: &StoreError) {
        self.failures.met(error);
        if let StoreError::Damaged(words) = error {
            self.damage.send_if_modified(|damage| {
                let changed = damage.words != *words;
                damage.words.clone_from(words);
                changed
            });
        }
    }
}
