//! Who is trusted: whom the system trusts, and exactly the certificates in a file that the user named.
//!
//! A certificate that somebody made for one server is, as a rule, marked as an authority's own, which no verifier takes for a server's. In
//! the named file it needs nobody to vouch for it: it is compared byte for byte, and only its name and its time are looked at.

use super::facts::Facts;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;
use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Trust {
    pub(super) system: Verifier,
    pub(super) named: Vec<CertificateDer<'static>>,
}

/// What is wrong, in words for a person.
#[derive(Debug)]
struct Words(String);

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Words {}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let host = server_name.to_str();
        let facts = Facts::read(end_entity);
        let said = |words: String| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Words(words)))));
        if let Some(facts) = &facts
            && self.named.contains(end_entity)
        {
            let at = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
            return match fault(facts, &host, at) {
                Some(words) => Err(said(words)),
                None => Ok(ServerCertVerified::assertion()),
            };
        }
        self.system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).map_err(|error| match (&error, &facts) {
            (Error::InvalidCertificate(problem), Some(facts)) => {
                said(explain(problem, facts, &host, intermediates.is_empty(), !self.named.is_empty()))
            }
            _ => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}

/// What keeps a certificate from being used that is trusted as it is.
fn fault(facts: &Facts, host: &str, at: i64) -> Option<String> {
    if facts.version < 3 {
        return Some(format!(
            "the certificate of {host} is of the old form X.509 v{}, which is not accepted any more; {}",
            facts.version,
            anew(host)
        ));
    }
    if at > facts.until {
        return Some(expired(facts, host));
    }
    if at < facts.from {
        return Some(early(facts, host));
    }
    if !facts.is_for(host) {
        return Some(misnamed(facts, host));
    }
    facts.weak.as_ref().map(|weak| format!("the certificate of {host} is too weak: {weak}; {}", anew(host)))
}

/// How whoever runs the server makes one that works.
fn anew(host: &str) -> String {
    let kind = if host.parse::<std::net::IpAddr>().is_ok() { "IP" } else { "DNS" };
    format!(
        "make a new one, for example with openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj /CN={host} -addext subjectAltName={kind}:{host}"
    )
}

fn expired(facts: &Facts, host: &str) -> String {
    format!("the certificate of {host} expired on {}; the server needs a new one, unless this machine's clock is wrong", date(facts.until))
}

fn early(facts: &Facts, host: &str) -> String {
    format!("the certificate of {host} is valid only from {}; look at this machine's clock", date(facts.from))
}

fn misnamed(facts: &Facts, host: &str) -> String {
    match &facts.names[..] {
        [] => format!("the certificate names no host at all, so it is not for the name {host}; {}", anew(host)),
        names => format!("the certificate is not for the name {host} but for {}; use a name that it is for", names.join(", ")),
    }
}

/// Why the system does not trust it, and what would help. `alone`: the server sent nothing but this certificate; `filed`: a file was named.
fn explain(problem: &CertificateError, facts: &Facts, host: &str, alone: bool, filed: bool) -> String {
    use CertificateError as E;
    match problem {
        E::NotValidForName | E::NotValidForNameContext { .. } => misnamed(facts, host),
        E::Expired | E::ExpiredContext { .. } => expired(facts, host),
        E::NotValidYet | E::NotValidYetContext { .. } => early(facts, host),
        E::Revoked => format!("the certificate of {host} was revoked; the server needs a new one"),
        _ if facts.version < 3 || facts.weak.is_some() => {
            let why = facts.weak.clone().unwrap_or_else(|| format!("it is of the old form X.509 v{}", facts.version));
            format!("the certificate of {host} is not accepted: {why}; {}", anew(host))
        }
        E::UnknownIssuer => {
            let nobody = format!("nobody that this machine trusts vouches for the certificate of {host}");
            let issuer = facts.issuer.as_deref().map_or_else(|| "an authority without a name".to_owned(), |name| format!("{name:?}"));
            match (facts.own, filed) {
                (true, false) => {
                    format!("{nobody}: it vouches for itself; if it is yours, save it and name its certificate file for this source")
                }
                (true, true) => format!("{nobody}: it vouches for itself, and it is not the one in the file that you named"),
                (false, true) => format!("{nobody}: {issuer} issued it, and that is not in the file that you named"),
                (false, false) if alone => format!(
                    "{nobody}: {issuer} issued it; if that is an authority of your own, name its certificate file for this source; if it is a public one, the server does not send the certificates in between"
                ),
                (false, false) => {
                    format!("{nobody}: {issuer} issued it; if that is an authority of your own, name its certificate file for this source")
                }
            }
        }
        _ if facts.authority && facts.own && filed => {
            format!("the certificate of {host} vouches for itself, and it is not the one in the file that you named")
        }
        _ if facts.authority => format!(
            "the certificate of {host} is an authority's own, used as a server's; if it is yours, name its certificate file for this source and it is taken as it is"
        ),
        other => format!("the certificate of {host} cannot be accepted: {other}"),
    }
}

fn date(seconds: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}
