//! TLS towards Redis: the system's authorities and, where one is named, a file of further ones. Nothing turns the check off.

use rustls::{
    CertificateError, ClientConfig, Error,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use std::{io, path::Path, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Shake hands with `host`. The refusal says what is wrong and what to do.
pub(super) async fn secure(stream: TcpStream, host: &str, ca_file: Option<&Path>) -> Result<TlsStream<TcpStream>, String> {
    let file = ca_file.map(Path::to_owned);
    let config = tokio::task::spawn_blocking(move || config(file.as_deref())).await.map_err(|error| error.to_string())??;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "this host name cannot stand in a certificate".to_owned())?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| explain(&error))
}

/// How TLS is spoken, trusting whom this machine trusts and a file of others.
pub(crate) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = ca_file.map(authorities).transpose()?.unwrap_or_default();
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
        .map_err(|error| format!("the authorities of this machine and of the file of others cannot be used: {error}"))?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // "Dangerous" is the builder's word for any verifier but its own; this one is the system's.
    Ok(builder.map_err(|error| error.to_string())?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// The certificates in a PEM file, or one in DER form.
pub(crate) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unusable = |what: String| format!("the file of authorities {} {what}", path.display());
    let bytes = std::fs::read(path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes.into()]);
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(unusable("holds no certificate; it must have lines BEGIN CERTIFICATE".into())),
        Ok(found) => Ok(found),
        Err(error) => Err(unusable(format!("is damaged: {error}"))),
    }
}

fn explain(error: &io::Error) -> String {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return format!("the line broke during the TLS handshake: {error}");
    };
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "nobody whom this machine trusts vouches for its certificate; name the authority's certificate as redis.ca_file".into()
        }
        Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            "its certificate is for another name; use the name that stands in it".into()
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired; renew it, or set this machine's clock".into()
        }
        Error::InvalidMessage(_) => "it does not speak TLS on this port; begin the address with redis:// if that is meant".into(),
        other => format!("the TLS handshake failed: {other}"),
    }
}
