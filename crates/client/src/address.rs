//! Addresses as people have them: out of a browser, a chat, a document, a wiki.
//!
//! What can only be meant in one way is read so (blanks and invisible characters around, capitals, full-width signs, quotes, a missing
//! scheme, names in any script, IPv6 with or without brackets); the rest is refused in words that say what to write instead. A user or
//! password in an address is always refused: addresses are shown, secrets are not.

use reqwest::Url;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest piece of an address that is repeated in words.
const SHOWN: usize = 120;

/// Where a server is, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Read what somebody typed or pasted.
    ///
    /// # Errors
    /// What to tell the user, without any secret that stood in it.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let text = tidy(typed);
        if text.is_empty() {
            return Err("there is no address".into());
        }
        let (tls, rest) = scheme(&text)?;
        let bare = rest.trim_start_matches(['/', '\\']);
        if rest.len() > bare.len() + 2 {
            return Err("the address names no host".into());
        }
        let rest = bare;
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority_of(authority)?;
        let tls = tls.unwrap_or_else(|| !is_near(&authority));
        let scheme = if tls { "wss" } else { "ws" };
        let url = Url::parse(&format!("{scheme}://{authority}{path}")).map_err(|error| wrong(&authority, &error.to_string()))?;
        Self::of(url)
    }

    /// One that leads from another, as a redirect does.
    pub(crate) fn join(&self, place: &str) -> Result<Self, String> {
        let url = self.http().join(place.trim()).map_err(|error| wrong(place, &error.to_string()))?;
        match url.scheme() {
            "http" | "https" | "ws" | "wss" => Self::of(url),
            other => Err(format!("{other}:// is no place for a WebSocket")),
        }
    }

    fn of(mut url: Url) -> Result<Self, String> {
        let scheme = if matches!(url.scheme(), "wss" | "https") { "wss" } else { "ws" };
        if url.scheme() != scheme {
            // Both are special schemes with a default port each, which is why this cannot be refused.
            url.set_scheme(scheme).map_err(|()| "it must begin with ws:// or wss://".to_owned())?;
        }
        url.set_fragment(None);
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        if host.is_empty() {
            return Err("the address names no host".into());
        }
        if url.host_str() != Some(&*host) {
            url.set_host(Some(&host)).map_err(|error| wrong(&host, &error.to_string()))?;
        }
        if url.port() == Some(0) {
            return Err("port 0 is no port".into());
        }
        if !url.path().is_empty() && url.path().bytes().all(|byte| byte == b'/') {
            url.set_path("/");
        }
        Ok(Self(url))
    }

    /// As it is dialled: `ws://` or `wss://`, in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The way there is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "wss"
    }

    /// The host as it is looked up: without brackets.
    pub(crate) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(if self.is_tls() { 443 } else { 80 })
    }

    /// Path and query.
    pub(crate) fn asked(&self) -> String {
        let path = self.0.path();
        self.0.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path()
    }

    /// Whether it leads to `path`, below whatever stands before it.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path().trim_end_matches('/').ends_with(path)
    }

    /// `host:port` as a `Host` header says it.
    pub(crate) fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The same over HTTP, for questions.
    pub(crate) fn http(&self) -> Url {
        let scheme = if self.is_tls() { "https" } else { "http" };
        let mut url = self.0.clone();
        url.set_scheme(scheme).expect("from one special scheme to another");
        url
    }

    /// The origin that the server's own pages would have: `https://host:port`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.http().origin().ascii_serialization()
    }

    /// As it may be shown: a query may hold what is nobody's business.
    pub(crate) fn shown(&self) -> String {
        short(self.0.as_str().split('?').next().unwrap_or_default())
    }
}

/// The origin of a web page, out of whatever part of its address was given.
///
/// # Errors
/// What to tell the user.
pub(crate) fn origin(typed: &str) -> Result<String, String> {
    Ok(Address::parse(typed)?.origin())
}

/// Without what nobody meant: characters that cannot be seen, blanks and quotes around, line breaks, full-width signs before the path.
fn tidy(typed: &str) -> String {
    let seen: String = typed.chars().filter(|c| !is_invisible(*c)).collect();
    let around =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '“' | '”' | '‘' | '’' | '「' | '」' | '《' | '》');
    let mut text = seen.trim_matches(around).trim_end_matches([',', ';', '，', '；', '。', '、']).trim_matches(around).to_owned();
    // Up to the path everything is ASCII, or a name that is written in another script.
    let begin = ["//", "／／"].iter().find_map(|slashes| Some(text.find(slashes)? + slashes.len())).unwrap_or(0);
    let rest = &text[begin..];
    // With the sign that begins the path.
    let end = rest
        .char_indices()
        .find(|(_, c)| matches!(c, '/' | '?' | '#' | '／' | '？'))
        .map_or(text.len(), |(at, c)| begin + at + c.len_utf8());
    let head: String = text[..end].chars().map(narrow).collect();
    text.replace_range(..end, &head);
    text
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A full-width sign as its narrow self.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '。' => '.',
        _ => c,
    }
}

/// Whether TLS is asked for, where the address says it, and what follows the scheme.
fn scheme(text: &str) -> Result<(Option<bool>, &str), String> {
    let known = |name: &str| match name.trim().to_ascii_lowercase().as_str() {
        "ws" | "http" => Some(false),
        "wss" | "https" => Some(true),
        _ => None,
    };
    if let Some((name, rest)) = text.split_once(':') {
        if let Some(tls) = known(name) {
            return Ok((Some(tls), rest.trim_start()));
        }
        if rest.starts_with("//") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return Err(format!("the address begins with {}://; a WebSocket's begins with ws:// or wss://", short(name)));
        }
        if matches!(name.to_ascii_lowercase().as_str(), "mailto" | "javascript" | "data" | "file" | "tel" | "about") {
            return Err(format!("{}: is no address of a server; it must begin with ws:// or wss://", short(name)));
        }
    }
    Ok((None, text))
}

/// Host and port, as a URL has them.
fn authority_of(text: &str) -> Result<String, String> {
    if text.contains('@') {
        return Err("the address holds a user or password; put them into the fields that are kept secret".into());
    }
    // Blanks at the joints are slips; inside a name they are not.
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let text = parts.join(":");
    let text = text.trim_end_matches(['.', ':', ',']);
    if text.is_empty() || text.starts_with(':') && !text.starts_with("::") {
        return Err("the address names no host".into());
    }
    if text.contains(char::is_whitespace) {
        return Err(format!("{:?} has a blank in it; a server's name has none", short(text)));
    }
    if text.contains('%') && text.contains(':') {
        return Err("an IPv6 address with a zone (%…) cannot be dialled; use one without".into());
    }
    if text.starts_with('[') || text.matches(':').count() < 2 {
        return port_checked(text);
    }
    let whole = text.parse::<Ipv6Addr>().is_ok();
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let split = port.len() >= 4 && port.parse::<u16>().is_ok() && host.parse::<Ipv6Addr>().is_ok();
    match (whole, split) {
        (true, false) => Ok(format!("[{text}]")),
        (false, true) => Ok(format!("[{host}]:{port}")),
        // `::1:3002` is an address too, but nobody has it.
        (true, true) if host.parse::<Ipv6Addr>().is_ok_and(|host| host.is_loopback()) => Ok(format!("[{host}]:{port}")),
        (true, true) => Err(format!("{text} can be read in two ways; write [{host}]:{port} or [{text}]")),
        (false, false) => Err(format!("{:?} is neither a name with a port nor an IPv6 address", short(text))),
    }
}

fn port_checked(text: &str) -> Result<String, String> {
    let behind = if text.starts_with('[') { text.rsplit_once(']').map_or("", |(_, behind)| behind) } else { text };
    match behind.rsplit_once(':') {
        // It is not repeated: it may be a piece of a password.
        Some((_, port)) if port.parse::<u16>().is_err() => {
            Err("what follows the colon is no port; a port is a number from 1 to 65535".into())
        }
        _ => Ok(text.to_owned()),
    }
}

/// Hosts that are reached without TLS as a rule: this machine and the network around it, and whatever names a port that is not TLS's.
fn is_near(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    match port {
        Some("443" | "8443") => return false,
        Some(_) => return true,
        None => {}
    }
    if let Ok(v4) = host.parse::<Ipv4Addr>() {
        return v4.is_private() || v4.is_loopback() || v4.is_link_local();
    }
    let own = [".local", ".lan", ".internal", ".localhost", ".home.arpa"];
    host.starts_with('[') || !host.contains('.') || own.iter().any(|end| host.to_ascii_lowercase().ends_with(end))
}

fn wrong(text: &str, problem: &str) -> String {
    format!("{:?} is not an address: {problem}", short(text))
}

fn short(text: &str) -> String {
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
