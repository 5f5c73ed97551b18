//! What lies between a client and a server: HTTP answers by hand, certificates, proxies.
#![allow(dead_code, reason = "each test binary uses its part")]

use crate::support::soon;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::{path::PathBuf, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// Read the head of a request.
pub(crate) async fn head(tcp: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    soon("a request", async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(tcp.read_u8().await.unwrap());
        }
    })
    .await;
    String::from_utf8(head).unwrap()
}

/// A header's value in a head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Answer a request and hang up.
pub(crate) async fn answer(mut tcp: TcpStream, status: &str, body: &str) {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    tcp.write_all(answer.as_bytes()).await.unwrap();
    tcp.shutdown().await.unwrap();
}

/// An authority that nobody knows, with its certificate in a file.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) file: PathBuf,
    _folder: tempfile::TempDir,
}

/// Until when a certificate is good.
pub(crate) enum Valid {
    Now,
    Once,
    Someday,
}

/// A certificate that somebody made for one server, the way `openssl req -x509` does: it vouches for itself and is marked as an authority.
pub(crate) struct Own {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
}

impl Own {
    pub(crate) fn new(name: &str, valid: &Valid) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        valid.put(&mut params);
        let certificate = params.self_signed(&key).unwrap();
        let (der, pem) = (certificate.der().to_vec(), certificate.pem());
        Self { acceptor: acceptor(certificate.into(), &key), der, pem }
    }
}

impl Valid {
    fn put(&self, params: &mut CertificateParams) {
        (params.not_before, params.not_after) = match self {
            Self::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2999, 1, 1)),
            Self::Once => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 5, 17)),
            Self::Someday => (date_time_ymd(2998, 1, 1), date_time_ymd(2999, 1, 1)),
        };
    }
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Authorities of one name would be told apart by their signatures only.
        params.distinguished_name.push(DnType::CommonName, format!("Authority {}", rand::random::<u64>()));
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authority.pem");
        std::fs::write(&file, certificate.pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file, _folder: folder }
    }

    /// Speaks TLS as a server of this name.
    pub(crate) fn server(&self, name: &str, valid: Valid) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        valid.put(&mut params);
        acceptor(params.signed_by(&key, &self.issuer).unwrap().into(), &key)
    }
}
