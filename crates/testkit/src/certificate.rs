//! Certificates that nobody knows, made for one test: of an authority, and of a server that vouches for itself. What they are good for, and until when,
//! is the test's choice; nothing here checks one.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::{path::PathBuf, sync::Arc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// Until when a certificate is good.
#[derive(Debug, Clone, Copy)]
pub enum Valid {
    /// It is good.
    Now,
    /// It was.
    Once,
    /// It will be.
    Someday,
}

impl Valid {
    fn put(self, params: &mut CertificateParams) {
        (params.not_before, params.not_after) = match self {
            Self::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2999, 1, 1)),
            Self::Once => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 5, 17)),
            Self::Someday => (date_time_ymd(2998, 1, 1), date_time_ymd(2999, 1, 1)),
        };
    }
}

/// An authority that nobody knows, with its certificate in a file.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Authority {
    /// Makes one.
    #[must_use]
    pub fn unknown() -> Self {
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
    #[must_use]
    pub fn server(&self, name: &str, valid: Valid) -> TlsAcceptor {
        let (certificate, key) = self.sign(name, valid);
        acceptor(certificate.into(), &key)
    }

    /// Certificate and key of a server of this name, for a program that reads files (PEM).
    #[must_use]
    pub fn files(&self, name: &str) -> (String, String) {
        let (certificate, key) = self.sign(name, Valid::Now);
        (certificate.pem(), key.serialize_pem())
    }

    fn sign(&self, name: &str, valid: Valid) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        valid.put(&mut params);
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// A certificate that somebody made for one server, the way `openssl req -x509` does: it vouches for itself and is marked as an authority.
pub struct Own {
    /// Speaks TLS with it.
    pub acceptor: TlsAcceptor,
    /// The certificate, as on the wire.
    pub der: Vec<u8>,
    /// The certificate, as in a file.
    pub pem: String,
}

impl Own {
    /// Makes one for a server of this name.
    #[must_use]
    pub fn new(name: &str, valid: Valid) -> Self {
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

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}
