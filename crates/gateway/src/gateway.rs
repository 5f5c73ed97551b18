//! The running gateway: how it starts and how it stops.

use crate::{
    access::{Access, Credentials},
    audit::Audit,
    changes::{Changes, Seen},
    claims::Claims,
    common::CommonLog,
    config::Config,
    decisions::{Book, Decider, Decisions, OverRedis, Requests},
    delegations::Delegations,
    door::{Door, Seats},
    error::GatewayError,
    http,
    ingest::{
        bridge::Bridge,
        shift,
        state::{BridgeState, Phase},
    },
    keeping,
    listener::Listener,
    log::Log,
    opening::{self, Databases, Opened},
    publish::{self, Placed, Publish, PublishError},
    redis::Address,
    serve,
    shared::Shared,
    tail::Tail,
    upstream::Upstreams,
};
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_events::Channel;
use watchdeck_store::{Store, Subscription};

/// How long a stop waits for sessions, requests and the bridge.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What is handed to a gateway beside its configuration.
#[derive(Default)]
pub struct Parts {
    /// Takes what `POST /api/decisions` brings; what it does not take is published on Redis, where there is one.
    pub decisions: Option<Arc<dyn Decisions>>,
    /// The ways to be somebody. They are handed in so that whoever embeds a gateway for itself need not carry what they are made of.
    pub ways: Vec<Arc<dyn Credentials>>,
    /// Opens the log where that is in a database.
    pub databases: Option<Databases>,
}

/// A running gateway. Dropping it is not enough: call [`Gateway::shutdown`].
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
    addr: SocketAddr,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Open the log, listen, and bridge Redis where one is configured. Redis need not be there yet.
    ///
    /// `decisions` as in [`Parts::decisions`]. Whoever has a token of its own is not known to such a gateway.
    ///
    /// # Errors
    /// [`GatewayError`], each with what to do.
    pub async fn start(config: Config, decisions: Option<Arc<dyn Decisions>>) -> Result<Self, GatewayError> {
        Self::start_with(config, Parts { decisions, ..Parts::default() }).await
    }

    /// As [`Gateway::start`], with all that can be handed in.
    ///
    /// # Errors
    /// As [`Gateway::start`].
    pub async fn start_with(config: Config, parts: Parts) -> Result<Self, GatewayError> {
        config.check()?;
        let redis = config.redis_address()?;
        let opened = opening::open(&config, parts.databases).await?;
        let listen_error = |error: std::io::Error| GatewayError::Listen { addr: config.listen, reason: opening::in_words(&error) };
        let listener = TcpListener::bind(config.listen).await.map_err(listen_error)?;
        Self::begin(config, redis, parts, opened, listener).await
    }

    /// As [`Gateway::start`], on a log that is open and a listener that listens.
    ///
    /// # Errors
    /// As [`Gateway::start`].
    pub async fn start_on(
        config: Config,
        decisions: Option<Arc<dyn Decisions>>,
        log: Store,
        listener: impl Listener,
    ) -> Result<Self, GatewayError> {
        config.check()?;
        let redis = config.redis_address()?;
        Self::begin(config, redis, Parts { decisions, ..Parts::default() }, Opened::of(log, None), listener).await
    }

    async fn begin(
        config: Config,
        redis: Option<Address>,
        Parts { decisions, ways, .. }: Parts,
        Opened { store, file, common, set_aside }: Opened,
        listener: impl Listener,
    ) -> Result<Self, GatewayError> {
        let access = Access::new(&config, ways)?;
        access.announce();
        let book = Book::load(Arc::clone(&store), common.clone()).await.map_err(|source| opening::failed(&config, source))?;
        let requests = Requests::load(&*store).await.map_err(|source| opening::failed(&config, source))?;
        let addr =
            listener.local_addr().map_err(|error| GatewayError::Listen { addr: config.listen, reason: opening::in_words(&error) })?;
        let ways_on = decisions.into_iter().chain(redis.clone().map(|address| Arc::new(OverRedis::new(address)) as Arc<dyn Decisions>));
        let ways_on: Vec<_> = ways_on.collect();
        let decisions = (!ways_on.is_empty()).then(|| Arc::new(Upstreams::new(ways_on)) as Arc<dyn Decisions>);
        let seats = Seats::divide(descriptors(), config.max_connections);
        if seats.sessions < config.max_connections {
            let (sessions, wanted) = (seats.sessions, config.max_connections);
            tracing::warn!(
                sessions,
                wanted,
                "The system lets this process open fewer files than max_connections needs; raise `ulimit -n`."
            );
        }
        let log = Log::new(Arc::clone(&store), config.max_event_bytes);
        let (audit, writing) = Audit::open(log.clone()).await.map_err(|source| opening::failed(&config, source))?;
        let seen = Seen::load(&log, config.listen.to_string()).await.map_err(|source| opening::failed(&config, source))?;
        let changes = Changes { seen, configured: config.settings() };
        let claims = Claims::load(log.clone(), common.clone()).await.map_err(|source| opening::failed(&config, source))?;
        let delegations = Delegations::load(log.clone(), common.clone()).await.map_err(|source| opening::failed(&config, source))?;
        let shared = Arc::new(Shared {
            audit,
            claims,
            delegations,
            decider: Arc::new(Decider::new(decisions, book, requests, log.clone())),
            log,
            tail: Tail::new(store),
            access,
            bridge: Arc::new(BridgeState::new(if redis.is_some() { Phase::Connecting } else { Phase::Off })),
            set_aside,
            ping_interval: config.ping_interval,
            seats: Arc::new(Semaphore::new(seats.sessions)),
            door: Door::new(seats.strangers),
            connections: AtomicUsize::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            http_source: "http".into(),
            own_source: "embedded".into(),
            alerts_source: "alerts".into(),
        });
        let gateway = Self { shared, addr };
        gateway.shared.tasks.spawn(writing.run(gateway.shared.stop.clone()));
        gateway.spawn(listener, redis, common.clone());
        gateway.shared.tasks.spawn(changes.run(Arc::clone(&gateway.shared)));
        let (days, gigabytes, stop) = (config.keep_days, config.keep_gigabytes, gateway.shared.stop.clone());
        match (file, common) {
            (Some(store), _) => drop(gateway.shared.tasks.spawn(keeping::run(store, days, gigabytes, stop))),
            (None, Some(common)) => drop(gateway.shared.tasks.spawn(keeping::run_common(common, days, stop))),
            (None, None) => {}
        }
        tracing::info!(%addr, epoch = gateway.shared.log.store().epoch(), "Listening.");
        Ok(gateway)
    }

    fn spawn(&self, listener: impl Listener, redis: Option<Address>, common: Option<Arc<dyn CommonLog>>) {
        let shared = &self.shared;
        let follower = Arc::clone(shared);
        // Subscribed before anything can be logged, so that the tail has no hole.
        let subscription = Subscription::over(Arc::clone(shared.log.store()), shared.log.store().head());
        shared.tasks.spawn(async move { follower.tail.follow(subscription, follower.stop.clone()).await });
        let (decider, stop) = (Arc::clone(&shared.decider), shared.stop.clone());
        let asked = Subscription::over(Arc::clone(shared.log.store()), decider.requests.from());
        shared.tasks.spawn(Arc::clone(&decider).hand_on(stop.clone()));
        shared.tasks.spawn(decider.follow(asked, shared.tasks.clone(), stop));
        if let Some(address) = redis {
            let bridge = Bridge { address, log: shared.log.clone(), state: Arc::clone(&shared.bridge), stop: shared.stop.clone() };
            match common {
                Some(common) => shared.tasks.spawn(shift::take_turns(bridge, common)),
                None => shared.tasks.spawn(bridge.run()),
            };
        }
        for keeping in shared.access.keeping(&shared.stop) {
            shared.tasks.spawn(keeping);
        }
        let passing = Arc::clone(shared);
        shared.tasks.spawn(async move { passing.delegations.keep(passing.stop.clone()).await });
        let telling = Arc::clone(shared);
        shared.tasks.spawn(async move { telling.tail.names.announce(telling.stop.clone()).await });
        shared.tasks.spawn(serve::serve(listener, http::router(Arc::clone(shared)), Arc::clone(shared)));
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Log one event of this process.
    ///
    /// # Errors
    /// [`PublishError`]; nothing is logged then.
    pub async fn publish(&self, channel: Channel, json: String) -> Result<Placed, PublishError> {
        let mut placed = self.publish_many(vec![Publish { channel, id: None, json }]).await?;
        Ok(placed.pop().expect("one event has one place"))
    }

    /// Log events of this process in one transaction, in order.
    ///
    /// # Errors
    /// [`PublishError`]; nothing is logged then.
    pub async fn publish_many(&self, events: Vec<Publish>) -> Result<Vec<Placed>, PublishError> {
        publish::in_process(&self.shared.log, &self.shared.own_source, events).await
    }

    /// Tell the sessions, finish what is under way, close the log. A second call does nothing more.
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(PATIENCE, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!("Something did not stop in time; going on without it.");
        }
        self.shared.log.store().close().await;
    }
}

/// How many files this process may have open.
#[cfg(unix)]
fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// There is no such limit.
#[cfg(not(unix))]
fn descriptors() -> usize {
    usize::MAX
}
