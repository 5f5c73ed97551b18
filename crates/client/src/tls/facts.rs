//! What a certificate says of itself, for people: verifying it is others' business.

use super::der::{BITS, BYTES, Der, INTEGER, OID, SEQUENCE};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The shortest RSA key that anybody still accepts, bits.
const SHORTEST_KEY: usize = 2048;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// Signatures that nobody accepts any more.
const BROKEN: [(&[u8], &str); 4] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05], "SHA-1"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04], "MD5"),
    (&[0x2b, 0x0e, 0x03, 0x02, 0x1d], "SHA-1"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], "SHA-1"),
];

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// 1 or 3.
    pub(super) version: u8,
    /// Who it is about and who vouches for that, as people call them.
    pub(super) subject: Option<String>,
    pub(super) issuer: Option<String>,
    /// It vouches for itself.
    pub(super) own: bool,
    /// The names it is for: host names and IP addresses. Those of old certificates are in the subject.
    pub(super) names: Vec<String>,
    pub(super) authority: bool,
    /// Seconds since 1970.
    pub(super) from: i64,
    pub(super) until: i64,
    /// Why its cryptography is not accepted any more.
    pub(super) weak: Option<String>,
}

impl Facts {
    /// Read a certificate. `None`: it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut outer = Der(der).within(SEQUENCE)?;
        let mut body = outer.within(SEQUENCE)?;
        let version = body.within(0xa0).and_then(|mut version| version.of(INTEGER)?.content.first().copied()).unwrap_or(0) + 1;
        body.of(INTEGER)?;
        let signature = body.within(SEQUENCE)?.of(OID)?.content;
        let issuer = body.of(SEQUENCE)?;
        let mut validity = body.within(SEQUENCE)?;
        let (from, until) = (time(&mut validity)?, time(&mut validity)?);
        let subject = body.of(SEQUENCE)?;
        let key = body.within(SEQUENCE)?;
        let extensions = body.find(|element| element.tag == 0xa3).and_then(|all| Der(all.content).within(SEQUENCE));
        let mut facts = Self {
            version,
            subject: person(subject.content),
            issuer: person(issuer.content),
            own: issuer.content == subject.content,
            names: vec![],
            authority: false,
            from,
            until,
            weak: weakness(signature, key),
        };
        for extension in extensions.into_iter().flatten() {
            facts.extend(Der(extension.content));
        }
        if facts.names.is_empty() {
            facts.names.extend(attribute(subject.content, COMMON_NAME));
        }
        Some(facts)
    }

    fn extend(&mut self, mut extension: Der<'_>) -> Option<()> {
        let kind = extension.of(OID)?.content;
        let content = extension.find(|element| element.tag == BYTES)?.content;
        match kind {
            CONSTRAINTS => self.authority = Der(content).within(SEQUENCE)?.next().is_some_and(|ca| ca.tag == 0x01 && ca.content != [0]),
            ALTERNATIVE_NAMES => {
                self.names = Der(content)
                    .within(SEQUENCE)?
                    .filter_map(|name| match (name.tag, name.content.len()) {
                        (0x82, _) => String::from_utf8(name.content.to_vec()).ok(),
                        (0x87, 4) => Some(IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(name.content).ok()?)).to_string()),
                        (0x87, 16) => Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(name.content).ok()?)).to_string()),
                        _ => None,
                    })
                    .collect()
            }
            _ => {}
        }
        Some(())
    }

    /// Whether it is for `host`.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok();
        self.names.iter().any(|name| {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            match (address, name.strip_prefix("*.")) {
                (Some(address), _) => name.parse() == Ok(address),
                (None, Some(parent)) => host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == parent),
                (None, None) => name == host,
            }
        })
    }
}

/// A name's most telling part.
fn person(name: &[u8]) -> Option<String> {
    attribute(name, COMMON_NAME).or_else(|| attribute(name, ORGANISATION))
}

fn attribute(name: &[u8], wanted: &[u8]) -> Option<String> {
    Der(name).flat_map(|set| Der(set.content)).find_map(|pair| {
        let mut pair = Der(pair.content);
        (pair.of(OID)?.content == wanted).then(|| pair.next()).flatten().map(|value| match value.tag {
            // BMPString.
            0x1e => String::from_utf16_lossy(
                &value.content.chunks(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect::<Vec<_>>(),
            ),
            _ => String::from_utf8_lossy(value.content).into_owned(),
        })
    })
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, in seconds since 1970.
fn time(der: &mut Der<'_>) -> Option<i64> {
    let element = der.next()?;
    let text = std::str::from_utf8(element.content).ok()?;
    let full = match element.tag {
        0x17 => format!("{}{text}", if text.get(..2)?.parse::<u8>().ok()? < 50 { 20 } else { 19 }),
        0x18 => text.to_owned(),
        _ => return None,
    };
    let number = |range: std::ops::Range<usize>| full.get(range)?.parse::<i16>().ok();
    let small = |range| number(range).and_then(|number| i8::try_from(number).ok());
    let at =
        jiff::civil::DateTime::new(number(0..4)?, small(4..6)?, small(6..8)?, small(8..10)?, small(10..12)?, small(12..14)?, 0).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

fn weakness(signature: &[u8], mut key: Der<'_>) -> Option<String> {
    if let Some((_, name)) = BROKEN.iter().find(|(oid, _)| *oid == signature) {
        return Some(format!("it is signed with {name}"));
    }
    if key.within(SEQUENCE)?.of(OID)?.content != RSA {
        return None;
    }
    let (_, key) = key.of(BITS)?.content.split_first()?;
    let modulus = Der(key).within(SEQUENCE)?.of(INTEGER)?.content;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    (bits < SHORTEST_KEY).then(|| format!("its key has {bits} bits only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    }

    /// An old certificate: version 1, no extensions, a name in the subject only.
    fn old(signature: &[u8], key_bytes: usize) -> Vec<u8> {
        let algorithm = |oid: &[u8]| der(SEQUENCE, &der(OID, oid));
        let name = |tag: u8, text: &[u8]| der(SEQUENCE, &der(0x31, &der(SEQUENCE, &[der(OID, COMMON_NAME), der(tag, text)].concat())));
        let validity = der(SEQUENCE, &[der(0x17, b"991231235959Z"), der(0x18, b"20301231235959Z")].concat());
        let modulus = [&[0], &vec![0xff; key_bytes][..]].concat();
        let key = der(SEQUENCE, &[der(INTEGER, &modulus), der(INTEGER, &[1, 0, 1])].concat());
        let key = der(SEQUENCE, &[algorithm(RSA), der(BITS, &[&[0], &key[..]].concat())].concat());
        let body =
            [der(INTEGER, &[7]), algorithm(signature), name(0x0c, "证书中心".as_bytes()), validity, name(0x1e, b"\0e\0r\0p"), key].concat();
        der(SEQUENCE, &[der(SEQUENCE, &body), algorithm(signature), der(BITS, &[0])].concat())
    }

    #[test]
    fn an_old_certificate_tells_its_name_its_time_and_its_weakness() {
        let facts = Facts::read(&old(BROKEN[0].0, 256)).unwrap();
        assert_eq!((facts.version, facts.own, facts.authority), (1, false, false));
        assert_eq!((facts.subject.as_deref(), facts.issuer.as_deref()), (Some("erp"), Some("证书中心")));
        assert_eq!(facts.names, ["erp"], "without a list, the subject is the name");
        assert_eq!((facts.from, facts.until), (946_684_799, 1_924_991_999));
        assert_eq!(facts.weak.as_deref(), Some("it is signed with SHA-1"));
        let short = Facts::read(&old(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b], 128)).unwrap();
        assert_eq!(short.weak.as_deref(), Some("its key has 1024 bits only"));
    }

    #[test]
    fn a_name_is_matched_as_a_browser_matches_it() {
        let facts = Facts { names: vec!["*.erp.example".into(), "10.0.0.2".into()], ..Facts::read(&old(RSA, 256)).unwrap() };
        for (host, matches) in [
            ("east.erp.example", true),
            ("EAST.erp.example.", true),
            ("erp.example", false),
            ("a.b.erp.example", false),
            ("10.0.0.2", true),
            ("10.0.0.3", false),
        ] {
            assert_eq!(facts.is_for(host), matches, "{host}");
        }
    }

    #[test]
    fn damage_is_no_certificate() {
        let whole = old(RSA, 256);
        for cut in 0..whole.len() {
            assert_eq!(Facts::read(&whole[..cut]), None);
        }
    }
}
