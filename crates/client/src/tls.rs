//! TLS: who is trusted, and what to tell a person when somebody is not.
//!
//! The system decides, through its own verifier; a file of further authorities, or of the server's own certificate, may be named by the
//! profile. There is no switch that turns the check off.

mod der;
mod facts;
mod file;
mod trust;

use crate::{ending::Ending, status::Cause, stream::Stream};
use rustls::{
    CertificateError, ClientConfig, Error, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use rustls_platform_verifier::Verifier;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use tokio_rustls::TlsConnector;
use trust::Trust;

/// The largest file of certificates that is read.
const MAX_CA_FILE: u64 = 4 << 20;

/// Why TLS cannot even be tried.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// Of the file that the user named.
    #[error("the file of certificates {} {problem}", path.display())]
    CaFile {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// Of the machine.
    #[error("this machine's root certificates cannot be used ({0}); install the package ca-certificates")]
    System(String),
}

impl From<TlsError> for Ending {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::CaFile { .. } => Self::Refused(error.to_string()),
            TlsError::System(_) => Self::retry(Cause::Tls, error.to_string()),
        }
    }
}

/// What is trusted: the system's roots, read once, and what is in `ca_file`, read each time.
pub(crate) async fn config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let (None, Some(config)) = (ca_file, SYSTEM.get()) {
        return Ok(config.clone());
    }
    let path = ca_file.map(Path::to_owned);
    let plain = path.is_none();
    let built = tokio::task::spawn_blocking(move || build(path));
    let config = Arc::new(built.await.map_err(|error| TlsError::System(error.to_string())).and_then(|built| built)?);
    Ok(if plain { SYSTEM.get_or_init(|| config).clone() } else { config })
}

fn build(ca_file: Option<PathBuf>) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let named = match &ca_file {
        Some(path) => read(path).map_err(|problem| TlsError::CaFile { path: path.clone(), problem })?,
        None => vec![],
    };
    // One that cannot vouch for others may still be the server's own, and spoils none beside it.
    let vouching = named.iter().filter(|one| RootCertStore::empty().add((*one).clone()).is_ok()).cloned();
    let system = Verifier::new_with_extra_roots(vouching, provider.clone()).map_err(|error| TlsError::System(error.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError::System(error.to_string()))?;
    // "Dangerous" is the builder's word for any verifier but its own; this one is the system's.
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(Trust { system, named })).with_no_client_auth())
}

/// The certificates in a PEM file.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}; name another file, or none");
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_CA_FILE {
        return Err(format!("is {size} bytes long; certificates are not, so it must be another file that was meant"));
    }
    file::certificates(&std::fs::read(path).map_err(unreadable)?)
}

/// Shake hands over TLS with `host`.
pub(crate) async fn secure(stream: Stream, config: Arc<ClientConfig>, host: &str) -> Result<Stream, Ending> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Ending::Refused(format!("{host:?} cannot be the name of a server")))?;
    match TlsConnector::from(config).connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(failed(&error, host)),
    }
}

fn failed(error: &io::Error, host: &str) -> Ending {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => Ending::retry(Cause::Tls, explain(error, host)),
        None => Ending::retry(Cause::Broken, format!("the line broke during the TLS handshake: {error}")),
    }
}

/// A failure in words that say what to do.
pub(crate) fn explain(error: &Error, host: &str) -> String {
    let problem = match error {
        Error::InvalidCertificate(problem) => problem,
        Error::InvalidMessage(_) => {
            return format!("{host} does not speak TLS on this port; if that is meant, begin the address with ws:// instead of wss://");
        }
        other => return format!("the TLS handshake with {host} failed: {other}"),
    };
    match problem {
        // The words are made where the certificate is at hand.
        CertificateError::Other(said) => said.0.to_string(),
        other => format!("the certificate of {host} cannot be accepted: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_ca_file_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let write = |name: &str, text: &[u8]| {
            let path = dir.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        for (path, problem) in [
            (dir.join("missing.pem"), "cannot be read"),
            (dir.to_owned(), "cannot be read"),
            (write("empty.pem", b""), "holds no certificates"),
            (write("key.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "but a private key"),
            (write("request.pem", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"), "a request for one"),
            (write("page.pem", b"<!DOCTYPE html><html>"), "a web page"),
            (write("bundle.p12", &[0x30, 0x10, 2, 1, 3, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]), "PKCS #12"),
            (write("key.der", &[0x30, 0x06, 2, 1, 0, 2, 1, 7]), "but a private key"),
            (write("half.der", &[0x30, 0x82, 0x03, 0x00, 0x30]), "is damaged"),
            (write("cut.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n"), "is damaged"),
            (write("odd.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "cannot be used"),
            (write("huge.pem", &vec![b'x'; (MAX_CA_FILE + 1) as usize]), "bytes long"),
        ] {
            let error = config(Some(&path)).await.unwrap_err();
            let Ending::Refused(detail) = Ending::from(error) else { panic!("only a person can help") };
            assert!(detail.contains(&path.display().to_string()) && detail.contains(problem), "{detail}");
        }
    }
}
