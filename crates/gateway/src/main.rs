//! The gateway as a program of its own.

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
};
use watchdeck_gateway::{
    Config, ConfigError, Gateway, Order, Parts,
    access::{self, users},
    audit, postgres, upstream,
};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    watchdeck_logline::start("RUST_LOG", std::io::stderr, std::io::stderr().is_terminal());
    let order = match Order::load(std::env::args(), std::env::vars()) {
        Ok(order) => order,
        // clap prints help and version to stdout, its complaints to stderr, and knows the exit codes.
        Err(ConfigError::Flags(flags)) => flags.exit(),
        Err(error) => return complain(&error.to_string()),
    };
    let done = match order {
        Order::Serve(config) => serve(config).await,
        Order::Audit(config, order) => audit::show(&config, &order, &mut std::io::stdout()).await.map_err(Into::into),
        Order::Decide(config, order) => upstream::dry_run(&config.upstreams, &order, &mut std::io::stdout()).map_err(Into::into),
        Order::User(config, order) => users::carry_out(&order, &config, &mut std::io::stdout()).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    raise_descriptors();
    // Listened for before anything starts: a signal during the start is not lost.
    let stopped = stop_signal()?;
    let parts = Parts { decisions: upstream::set_up(&config)?, ways: access::ways(&config)?, databases: Some(postgres()) };
    let gateway = Gateway::start_with(config, parts).await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", gateway.addr())?;
    out.flush()?;
    stopped.await;
    tracing::info!("Stopping.");
    gateway.shutdown().await;
    Ok(())
}

/// The usual limit of 1,024 open files is for the sake of old programs; what the system allows is far more.
#[cfg(unix)]
fn raise_descriptors() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "The limit of open files stays as it is.");
    }
}

/// There is no such limit.
#[cfg(not(unix))]
fn raise_descriptors() {}

/// Resolves at SIGINT or SIGTERM.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C cannot be heard; stopping.");
        }
    })
}

fn complain(message: &str) -> ExitCode {
    // Nothing is left to do when even stderr is closed.
    drop(writeln!(std::io::stderr(), "watchdeck-gateway: {message}"));
    ExitCode::FAILURE
}
