//! A server that speaks TLS with a certificate of an authority that nobody knows, and a proxy that is the only way to it. What is said inside is passed
//! on as it is.

use crate::{
    certificate::{Authority, Valid},
    http::read_head,
};
use anyhow::{Result, ensure};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What the server is called; no name server knows it, only the proxy.
pub const NAME: &str = "gateway.example";

/// See the [module docs](self).
#[derive(Debug)]
pub struct Secure {
    /// Of the proxy.
    pub proxy: SocketAddr,
    authority: Authority,
    tunnels: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Secure {
    /// Puts both before what listens at `target`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn before(target: String) -> Result<Self> {
        let authority = Authority::unknown();
        let acceptor = authority.server(NAME, Valid::Now);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (proxy, tunnels) = (listener.local_addr()?, Arc::new(AtomicU64::new(0)));
        let task = tokio::spawn({
            let tunnels = Arc::clone(&tunnels);
            async move {
                while let Ok((tcp, _)) = listener.accept().await {
                    let (acceptor, target, tunnels) = (acceptor.clone(), target.clone(), Arc::clone(&tunnels));
                    // A tunnel that breaks is seen at both of its ends.
                    tokio::spawn(async move { tunnel(tcp, &acceptor, &target, &tunnels).await });
                }
            }
        });
        Ok(Self { proxy, authority, tunnels, task })
    }

    /// The certificate of the authority.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.authority.file
    }

    /// How many tunnels were opened so far.
    #[must_use]
    pub fn tunnels(&self) -> u64 {
        self.tunnels.load(Ordering::SeqCst)
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tunnel(mut tcp: TcpStream, acceptor: &TlsAcceptor, target: &str, tunnels: &AtomicU64) -> Result<()> {
    let head = read_head(&mut tcp).await?;
    ensure!(head.starts_with(&format!("CONNECT {NAME}:443 ")), "{head}");
    tunnels.fetch_add(1, Ordering::SeqCst);
    tcp.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut near = acceptor.accept(tcp).await?;
    let mut far = TcpStream::connect(target).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}
