//! One question over HTTP/1.1 on a line that is there: "may this become a WebSocket?", or the same question without that wish.
//!
//! The answer is read as RFC 6455 and RFC 9110 let servers word it: names of headers in any case, lists and repeated headers, further
//! headers, any reason phrase, other interim answers before, bodies by length, in chunks or to the end. What is not a WebSocket is kept
//! with its status, its headers and the begin of its body, because that is where a server says what it wants.

use crate::stream::Stream;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};
use tokio_tungstenite::tungstenite::{
    handshake::{client::generate_key, derive_accept_key},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};

/// The longest head of an answer.
const MAX_HEAD: usize = 64 << 10;
/// The most headers in it.
const MAX_HEADERS: usize = 128;
/// How much of a body is read that is not a WebSocket.
const MAX_BODY: usize = 16 << 10;
/// How long is waited for it: it only explains.
const BODY_WITHIN: Duration = Duration::from_millis(700);
/// The longest piece of a body that is repeated in words.
const SAID: usize = 200;

/// Whether a WebSocket is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    WebSocket,
    /// Only an answer. No server opens anything for that.
    Answer,
}

/// What is asked.
pub(crate) struct Question<'a> {
    pub(crate) authority: &'a str,
    /// Path and query.
    pub(crate) path: &'a str,
    /// Beyond those of the handshake itself.
    pub(crate) headers: &'a HeaderMap,
    pub(crate) wish: Wish,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It is a WebSocket now; `rest` came right behind the answer.
    Open { headers: HeaderMap, rest: Vec<u8> },
    /// It stays HTTP.
    Http(Answer),
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The line broke.
    Broken(io::Error),
    /// What came is no answer to this question, in words.
    Nonsense(String),
}

/// An answer that is no WebSocket.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Ask on `stream`.
pub(crate) async fn ask(stream: &mut Stream, question: &Question<'_>) -> Result<Reply, Unanswered> {
    let key = generate_key();
    let head = request(question, &key);
    stream.write_all(&head).await.map_err(Unanswered::Broken)?;
    stream.flush().await.map_err(Unanswered::Broken)?;
    let mut heard = vec![];
    loop {
        let (status, headers, rest) = answer_head(stream, &mut heard).await?;
        match status {
            StatusCode::SWITCHING_PROTOCOLS if question.wish == Wish::WebSocket => {
                verify(&headers, &key)?;
                return Ok(Reply::Open { headers, rest });
            }
            StatusCode::SWITCHING_PROTOCOLS => return Err(Unanswered::Nonsense("it changed the protocol although nobody asked".into())),
            // "Continue", "Early Hints": the answer is still to come.
            interim if interim.is_informational() => heard = rest,
            _ => {
                let body = body(stream, &headers, rest).await;
                return Ok(Reply::Http(Answer { status, headers, body }));
            }
        }
    }
}

fn request(question: &Question<'_>, key: &str) -> Vec<u8> {
    let Question { authority, path, headers, wish } = question;
    let mut head = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    head.extend_from_slice(match wish {
        Wish::WebSocket => b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        Wish::Answer => b"Connection: close\r\nAccept: */*\r\n",
    });
    if *wish == Wish::WebSocket {
        head.extend_from_slice(format!("Sec-WebSocket-Key: {key}\r\n").as_bytes());
    }
    head.extend_from_slice(concat!("User-Agent: watchdeck/", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes());
    for (name, value) in *headers {
        head.extend([titled(name).as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// A name as servers expect it that tell capitals apart.
fn titled(name: &HeaderName) -> String {
    let parts = name.as_str().split('-').map(|part| match part {
        "websocket" => "WebSocket".to_owned(),
        _ => part[..1].to_ascii_uppercase() + &part[1..],
    });
    parts.collect::<Vec<_>>().join("-")
}

/// The head of an answer, and what was read beyond it.
async fn answer_head(stream: &mut Stream, heard: &mut Vec<u8>) -> Result<(StatusCode, HeaderMap, Vec<u8>), Unanswered> {
    loop {
        let mut found = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut answer = httparse::Response::new(&mut found);
        let mut reader = httparse::ParserConfig::default();
        reader
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_multiple_spaces_in_response_status_delimiters(true)
            .ignore_invalid_headers_in_responses(true);
        match reader.parse_response(&mut answer, heard) {
            Ok(httparse::Status::Complete(end)) => {
                let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
                let status = status.ok_or_else(|| Unanswered::Nonsense("its answer has no status that HTTP knows".into()))?;
                let headers = answer.headers.iter().filter_map(|header| {
                    let name = HeaderName::from_bytes(header.name.trim().as_bytes()).ok()?;
                    Some((name, HeaderValue::from_bytes(header.value).ok()?))
                });
                return Ok((status, headers.collect(), heard[end..].to_vec()));
            }
            Ok(httparse::Status::Partial) if heard.len() >= MAX_HEAD => {
                return Err(Unanswered::Nonsense("its answer has no end".into()));
            }
            Ok(httparse::Status::Partial) => {}
            Err(error) => return Err(Unanswered::Nonsense(format!("its answer is not HTTP ({error}); it began with {}", one_line(heard)))),
        }
        if stream.read_buf(heard).await.map_err(Unanswered::Broken)? == 0 {
            return Err(match heard.is_empty() {
                true => Unanswered::Broken(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up without an answer")),
                false => Unanswered::Nonsense("it hung up in the middle of its answer".into()),
            });
        }
    }
}

/// What a 101 must say to be one.
fn verify(headers: &HeaderMap, key: &str) -> Result<(), Unanswered> {
    let nonsense = |what: &str| Err(Unanswered::Nonsense(format!("its answer changes the protocol, but {what}")));
    if !lists(headers, &header::UPGRADE, "websocket") {
        return nonsense("not to a WebSocket");
    }
    if !lists(headers, &header::CONNECTION, "upgrade") {
        return nonsense("its Connection header does not say so; a proxy on the way may have taken it out");
    }
    let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT).map(|accept| accept.as_bytes().trim_ascii());
    if accept != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
        return nonsense("to another question than ours; something on the way repeats old answers");
    }
    Ok(())
}

/// Whether a list in one or several headers holds a word, in any case.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    items(headers, name).any(|item| item.split(['/', ' ']).next().is_some_and(|item| item.eq_ignore_ascii_case(word)))
}

/// The items of a list in one or several headers, without quotes.
pub(crate) fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|item| item.trim_matches([' ', '\t', '"'])).filter(|item| !item.is_empty())
}

/// As much of a body as comes soon.
async fn body(stream: &mut Stream, headers: &HeaderMap, mut body: Vec<u8>) -> Vec<u8> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse::<usize>().ok());
    let chunked = lists(headers, &header::TRANSFER_ENCODING, "chunked");
    let wanted = if chunked { MAX_BODY } else { length.unwrap_or(MAX_BODY).min(MAX_BODY) };
    let read = async {
        while body.len() < wanted && !(chunked && body.ends_with(b"0\r\n\r\n")) {
            match stream.read_buf(&mut body).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    // What has come until then explains as much as there is to explain.
    drop(timeout(BODY_WITHIN, read).await);
    if chunked {
        body = without_chunks(&body);
    }
    body.truncate(MAX_BODY);
    body
}

fn without_chunks(mut coded: &[u8]) -> Vec<u8> {
    let mut body = vec![];
    while let Some(end) = coded.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&coded[..end]).ok().and_then(|size| size.split(';').next());
        let Some(size) = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok()).filter(|size| *size > 0) else { break };
        let rest = &coded[end + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        coded = rest.get(size + 2..).unwrap_or_default();
    }
    body
}

/// Words about who one is, in what servers say when they turn somebody away.
const ABOUT_TOKEN: [&str; 16] = [
    "token",
    "authoriz",
    "authenti",
    "unauth",
    "login",
    "log in",
    "sign in",
    "session",
    "cookie",
    "credential",
    "jwt",
    "令牌",
    "登录",
    "认证",
    "授权",
    "凭证",
];

impl Answer {
    /// What it says, in one line: the status, and the server's own words where it has some.
    pub(crate) fn words(&self) -> String {
        match self.message() {
            Some(message) => format!("HTTP {}: {message}", self.status),
            None => format!("HTTP {}", self.status),
        }
    }

    /// The server's own words for a person: a JSON error's message, a page's title, a short text.
    pub(crate) fn message(&self) -> Option<String> {
        let body = String::from_utf8_lossy(&self.body);
        let body = body.trim();
        let found = if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
            let of = |value: &serde_json::Value| {
                let names = ["message", "error", "msg", "detail", "reason", "error_description", "title"];
                names.iter().find_map(|name| value.get(name)?.as_str().map(str::to_owned))
            };
            of(&json).or_else(|| ["error", "data"].iter().find_map(|name| of(json.get(name)?))).or_else(|| json.as_str().map(str::to_owned))
        } else if body.starts_with('<') {
            let lower = body.to_ascii_lowercase();
            let begin = lower.find("<title>").map(|at| at + "<title>".len());
            begin.and_then(|begin| Some(body[begin..begin + lower[begin..].find("</title>")?].to_owned()))
        } else {
            Some(body.to_owned())
        };
        let found = one_line(found?.as_bytes());
        (!found.is_empty() && self.status.canonical_reason() != Some(&*found)).then_some(found)
    }

    /// It says that it wants to know who we are.
    pub(crate) fn names_token(&self) -> bool {
        let body = String::from_utf8_lossy(&self.body).to_lowercase();
        !body.trim_start().starts_with('<') && ABOUT_TOKEN.iter().any(|word| body.contains(word))
    }

    /// It is a page on which people sign in.
    pub(crate) fn is_sign_in_page(&self) -> bool {
        let body = String::from_utf8_lossy(&self.body).to_lowercase();
        self.status.is_success() && ["type=\"password\"", "type='password'", "type=password"].iter().any(|field| body.contains(field))
    }

    /// Where it leads, if it does.
    pub(crate) fn location(&self) -> Option<&str> {
        let leads = matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308);
        leads.then(|| self.headers.get(header::LOCATION)?.to_str().ok()).flatten()
    }

    /// It asks for a bearer token.
    pub(crate) fn asks_for_bearer(&self) -> bool {
        let mut challenges = self.headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        challenges.any(|challenge| challenge.split([' ', ',']).next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")))
    }
}

/// Bytes of a stranger as one line that is fit to be shown: no control characters, no more than a line holds.
pub(crate) fn one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SAID)]);
    let words: Vec<String> = text.split_whitespace().map(|word| word.chars().filter(|c| !c.is_control()).collect()).collect();
    let mut line = words.join(" ");
    if let Some((at, _)) = line.char_indices().nth(SAID) {
        line.truncate(at);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
