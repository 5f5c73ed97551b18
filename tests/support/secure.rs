//! A server that speaks TLS with a certificate of an authority that nobody knows, and a proxy that is the only way to it.

use anyhow::{Context as _, Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// What the server is called; no name server knows it, only the proxy.
pub const NAME: &str = "gateway.example";

/// See the [module docs](self).
#[derive(Debug)]
pub struct Secure {
    /// The certificate of the authority.
    pub ca_file: PathBuf,
    /// Of the proxy.
    pub proxy: SocketAddr,
    tunnels: Arc<AtomicU64>,
    task: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Secure {
    /// Puts both before what listens at `target`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn before(target: String) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ca_file = folder.path().join("authority.pem");
        let (acceptor, pem) = certified()?;
        std::fs::write(&ca_file, pem)?;
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
        Ok(Self { ca_file, proxy, tunnels, task, _folder: folder })
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
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await?);
    }
    ensure!(head.starts_with(format!("CONNECT {NAME}:443 ").as_bytes()), "{}", String::from_utf8_lossy(&head));
    tunnels.fetch_add(1, Ordering::SeqCst);
    tcp.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut near = acceptor.accept(tcp).await?;
    let mut far = TcpStream::connect(target).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

/// A server's side of TLS, and the certificate of whoever vouches for it.
fn certified() -> Result<(TlsAcceptor, String)> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "Our own authority");
    let pem = authority.self_signed(&authority_key)?.pem();
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![NAME.to_owned()])?.signed_by(&key, &Issuer::new(authority, authority_key))?;
    let private = PrivateKeyDer::try_from(key.serialize_der()).ok().context("a key that was just made")?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], private)?;
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}
