//! The gateway: the real one, on a simulated disk and a simulated network.

use crate::{
    disk::Trouble,
    model::Kept,
    network::{Door, PORT},
    world::{VFS, World},
};
use std::{
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::time::sleep;
use turmoil::net::TcpListener;
use watchdeck_gateway::{Config, Gateway};
use watchdeck_store::{Machine, Options, Store, StoreError};

/// No such folder is on any real disk.
pub(crate) const FOLDER: &str = "/simulated/gateway";
/// Between two looks at what is to be done.
const LOOK: Duration = Duration::from_millis(20);
/// Between two tries to open a log on a disk that is in trouble.
const RETRY: Duration = Duration::from_millis(300);
/// More than any scenario publishes.
const ALL: usize = 100_000;

/// Run until it is closed.
pub(crate) async fn run(world: Arc<World>) -> turmoil::Result {
    let options = Options { machine: Machine::Simulated(VFS[0]), ..Options::LOG };
    let store = loop {
        match open(options).await {
            Ok(store) => break store,
            Err(error) => {
                world.say("gateway", &format!("the log does not open: {error}"));
                if world.gateway_disk.trouble() == Trouble::None {
                    world.model().found_never(format!("the gateway's log does not open on a whole disk: {error}"));
                    return Ok(());
                }
                sleep(RETRY).await;
            }
        }
    };
    world.model().log_is(store.epoch());
    check(&world, &store).await;
    let config = Config { ping_interval: Duration::from_millis(800), ..Config::new(FOLDER) };
    let door = Door(TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?);
    let gateway = Gateway::start_on(config, None, store.clone(), door).await?;
    world.say("gateway", &format!("up, with the log {} at {}", store.epoch(), store.head()));
    while !world.gateway_closes.swap(false, Relaxed) {
        sleep(LOOK).await;
        if world.heals.load(Relaxed) && world.next_request().is_none() {
            check(&world, &store).await;
            sleep(LOOK * 10).await;
        }
    }
    gateway.shutdown().await;
    world.say("gateway", "closed");
    Ok(())
}

async fn open(options: Options) -> Result<Store, StoreError> {
    let store = Store::open(&Path::new(FOLDER).join("gateway.db"), options)?;
    // The decisions that the gateway reads at its start.
    match store.documents("decisions").await {
        Ok(_) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

async fn check(world: &World, store: &Store) {
    // A disk in trouble says nothing of what is on it.
    if world.gateway_disk.trouble() != Trouble::None {
        return;
    }
    let mut log = Vec::new();
    for channel in store.channels() {
        match store.channel_after(&channel, 0, ALL).await {
            Ok(entries) => log.extend(entries.iter().map(|stored| Kept {
                seq: stored.seq,
                offset: stored.offset,
                channel: stored.event.channel.to_string(),
                json: stored.event.payload.as_str().to_owned(),
            })),
            Err(error) => return world.model().found_never(format!("the log cannot be read on a whole disk: {error}")),
        }
    }
    let mut model = world.model();
    let checked = model.check_log(&log);
    model.gateway_checked(checked);
}
