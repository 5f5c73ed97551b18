//! The listener: takes connections in, gives each its time, and stops.

use crate::{
    door::{Door, Guest},
    listener::Listener,
    shared::Shared,
};
use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tower_service::Service as _;

/// A connection that has sent no whole request within this is closed: silent, slow, or idle between two requests.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// What the head of a request may take.
const HEAD_BYTES: usize = 32 << 10;
/// What a request that is under way gets when the gateway stops.
const LAST: Duration = Duration::from_millis(1_500);
/// Before another try when there are no descriptors left.
const CROWDED: Duration = Duration::from_millis(50);

/// Accept until the gateway stops.
pub(crate) async fn serve(listener: impl Listener, router: Router, shared: Arc<Shared>) {
    let mut failures = 0u64;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, from)) => {
                failures = 0;
                let guest = shared.door.enter(from.ip());
                shared.tasks.spawn(connection(stream, from, guest, router.clone(), Arc::clone(&shared)));
            }
            Err(error) if is_the_clients(&error) => tracing::debug!(%error, "A connection was gone before it was accepted."),
            Err(error) => {
                failures += 1;
                if failures.is_power_of_two() {
                    tracing::warn!(%error, failures, "No connection can be accepted; closing some that ask for nothing.");
                }
                make_room(&shared.door, &shared).await;
            }
        }
    }
}

async fn make_room(door: &Door, shared: &Shared) {
    door.make_room();
    tokio::select! {
        () = tokio::time::sleep(CROWDED) => {}
        () = shared.stop.cancelled() => {}
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    from: SocketAddr,
    guest: Guest,
    router: Router,
    shared: Arc<Shared>,
) {
    let guest = Arc::new(guest);
    let service = {
        let guest = Arc::clone(&guest);
        service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Arc::clone(&guest));
            router.clone().call(request.map(Body::new))
        })
    };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(HEAD_BYTES);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = guest.shown_out() => return,
        () = shared.stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            match timeout(LAST, serving).await {
                Ok(served) => served,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, %from, "A connection ended.");
    }
}
