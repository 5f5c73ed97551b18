//! TLS: who is trusted, and what to tell a person when somebody is not.
//!
//! The system decides, through its own verifier; a file of further authorities may be named by the profile. There is no switch that
//! turns the check off.

use crate::{session::Ending, status::Cause, stream::Stream};
use rustls::{
    CertificateError, ClientConfig, Error,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, UNIX_EPOCH},
};
use tokio_rustls::TlsConnector;

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
    let extra = match &ca_file {
        Some(path) => read(path).map_err(|problem| TlsError::CaFile { path: path.clone(), problem })?,
        None => vec![],
    };
    let verifier = Verifier::new_with_extra_roots(extra, provider.clone()).map_err(|error| match ca_file {
        Some(path) => TlsError::CaFile { path, problem: format!("holds a certificate that cannot be used: {error}") },
        None => TlsError::System(error.to_string()),
    })?;
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError::System(error.to_string()))?;
    // "Dangerous" is the builder's word for any verifier but its own; this one is the system's.
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// The certificates in a PEM file.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}; name another file, or none");
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_CA_FILE {
        return Err(format!("is {size} bytes long; certificates are not, so it must be another file that was meant"));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err("holds no certificates; it must be a PEM file with BEGIN CERTIFICATE lines".into()),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("is damaged: {error}")),
    }
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
        CertificateError::UnknownIssuer => format!(
            "nobody that this machine trusts vouches for the certificate of {host}; if an authority of your own issued it, name its certificate file for this source"
        ),
        CertificateError::NotValidForName => format!("the certificate is not for the name {host}; use a name that it is for"),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("the certificate is not for the name {host} but for {}; use a name that it is for", presented.join(", "))
        }
        CertificateError::Expired => format!("the certificate of {host} has expired; the server needs a new one"),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!(
                "the certificate of {host} expired on {}; the server needs a new one, unless this machine's clock is wrong",
                date(*not_after)
            )
        }
        CertificateError::NotValidYet => format!("the certificate of {host} is not valid yet; look at this machine's clock"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the certificate of {host} is valid only from {}; look at this machine's clock", date(*not_before))
        }
        CertificateError::Revoked => format!("the certificate of {host} was revoked; the server needs a new one"),
        other => format!("the certificate of {host} cannot be accepted: {other}"),
    }
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(time.as_secs()))
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
            (write("other.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "holds no certificates"),
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
