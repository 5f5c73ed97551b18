//! Certificates out of a file as people have them: PEM with text around it, one or a chain, DER, PKCS #7, base64 without its lines.

use super::{
    der::{Der, INTEGER, OID, SEQUENCE},
    facts::Facts,
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use rustls::pki_types::CertificateDer;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Every certificate in a file's content.
///
/// # Errors
/// What is wrong with it and what to do, as the end of a sentence that begins with the file's name.
pub(super) fn certificates(content: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if content.first() == Some(&SEQUENCE) {
        return binary(content);
    }
    let text = crate::frames::text(content).map_err(|why| format!("holds no certificates: {why}"))?;
    if text.contains("-----BEGIN") {
        return pem(&text);
    }
    let bare: String = text.split_whitespace().collect();
    if bare.starts_with("MI")
        && let Ok(der) = BASE64.decode(&bare)
    {
        return binary(&der);
    }
    Err(match text.trim_start().starts_with('<') {
        true => "holds a web page, not a certificate; download it again".into(),
        false => "holds no certificates; it must be a PEM file with BEGIN CERTIFICATE lines, or DER".into(),
    })
}

fn pem(text: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let (mut found, mut others) = (vec![], vec![]);
    for section in text.split("-----BEGIN").skip(1) {
        let cut = || "is damaged: a BEGIN line has no END line".to_owned();
        let (label, rest) = section.split_once("-----").ok_or_else(cut)?;
        let (body, _) = rest.split_once("-----END").ok_or_else(cut)?;
        let label = label.trim();
        let decoded = || {
            // Headers of old encrypted forms have a colon; base64 has none.
            let lines: String = body.lines().filter(|line| !line.contains(':')).flat_map(str::split_whitespace).collect();
            BASE64.decode(lines).map_err(|error| format!("is damaged: {error}"))
        };
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => found.extend(one(&decoded()?)?),
            // OpenSSL puts notes behind the certificate.
            "TRUSTED CERTIFICATE" => found.extend(Der(&decoded()?).next().map(|first| CertificateDer::from(first.whole.to_vec()))),
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => found.extend(pkcs7(&decoded()?).ok_or("is damaged: its PKCS #7 cannot be read")?),
            other => others.push(other.to_owned()),
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    Err(match others.first().map(String::as_str) {
        Some(key) if key.ends_with("PRIVATE KEY") => KEY.into(),
        Some(request) if request.ends_with("CERTIFICATE REQUEST") => {
            "holds no certificates but a request for one; name the certificate that the authority made of it".into()
        }
        Some(other) => {
            format!("holds no certificates but {}; it must have BEGIN CERTIFICATE lines", crate::handshake::one_line(other.as_bytes()))
        }
        None => "holds no certificates".into(),
    })
}

const KEY: &str = "holds no certificates but a private key, which belongs on the server alone; name the certificate's own file";

fn one(der: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    match Facts::read(der) {
        Some(_) => Ok(vec![CertificateDer::from(der.to_vec())]),
        None => pkcs7(der).ok_or_else(|| "holds a certificate that cannot be used: it is damaged".into()),
    }
}

fn binary(der: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let elements: Vec<_> = Der(der).collect();
    let whole: usize = elements.iter().map(|element| element.whole.len()).sum();
    if elements.is_empty() || der[whole..].iter().any(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
        return Err("is damaged: it ends in the middle of a certificate".into());
    }
    let mut found = vec![];
    for element in &elements {
        let mut inner = Der(element.content);
        if inner.of(INTEGER).is_some() {
            // A certificate begins with a sequence; bundles and keys begin with their version.
            return Err(match inner.of(SEQUENCE).and_then(|next| Der(next.content).of(OID)) {
                Some(kind) if kind.content.starts_with(&SIGNED_DATA[..8]) => {
                    "is a PKCS #12 bundle, which holds a key; take the certificate out of it: openssl pkcs12 -in FILE -nokeys -out ca.pem"
                        .into()
                }
                _ => KEY.into(),
            });
        }
        found.extend(one(element.whole)?);
    }
    Ok(found)
}

/// The certificates of a PKCS #7 message (`.p7b`).
fn pkcs7(der: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut info = Der(der).within(SEQUENCE)?;
    if info.of(OID)?.content != SIGNED_DATA {
        return None;
    }
    let mut data = info.within(0xa0)?.within(SEQUENCE)?;
    let certificates = data.find(|element| element.tag == 0xa0)?;
    let found: Vec<_> =
        Der(certificates.content).filter(|one| one.tag == SEQUENCE).map(|one| CertificateDer::from(one.whole.to_vec())).collect();
    (!found.is_empty()).then_some(found)
}
