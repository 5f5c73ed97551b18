//! A mail, by SMTP. What the server refuses for good (5xx) is refused; what it puts off (4xx), and every fault of the line, is tried again.

use super::{
    around::Set,
    occasion::Occasion,
    text::{Text, one_line},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use std::{error::Error as _, net::IpAddr, time::Duration};
use watchdeck_alerts::words::Words;
use watchdeck_handlers::Failure;
use watchdeck_secret::Secret;
use watchdeck_wire::settings::{Action, Hook, MailTls};

/// How long the server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest file of certificates that is read.
const MAX_CA_FILE: u64 = 4 << 20;
/// What the ids of mails end with: no host of anybody's is told.
const DOMAIN: &str = "watchdeck.invalid";

/// A mail, and how it leaves.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) server: String,
    pub(super) port: u16,
    pub(super) tls: MailTls,
    user: String,
    password: Option<Secret>,
    ca_file: String,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) text: Text,
    /// Without its angle brackets. The same for every try, so that a mailbox shows one.
    pub(super) id: String,
    /// What all mails about one alert refer to: mail programs show them together.
    thread: Option<String>,
    words: Words,
}

impl Letter {
    /// `None` where the action is no mail.
    pub(super) fn of(hook: &Hook, occasion: &Occasion<'_>, secret: Option<&Secret>, set: &Set) -> Option<Self> {
        let Action::Email { server, port, tls, user, from, to, ca_file } = &hook.action else { return None };
        let alert = occasion.event().payload.fields().text("alert").filter(|_| occasion.is_alert() && occasion.test.is_none());
        Some(Self {
            server: server.trim().to_owned(),
            port: *port,
            tls: *tls,
            user: user.trim().to_owned(),
            password: secret.cloned(),
            ca_file: ca_file.trim().to_owned(),
            from: from.clone(),
            to: to.clone(),
            text: Text::of(hook, occasion, set, str::to_owned),
            id: format!("{}@{DOMAIN}", plain_id(occasion.key())),
            thread: alert.map(|alert| format!("alert.{}@{DOMAIN}", plain_id(&alert))),
            words: set.words,
        })
    }

    /// Hand it to the server.
    ///
    /// # Errors
    /// What the server said, or why it said nothing, and what to do.
    pub(super) async fn send(&self) -> Result<String, Failure> {
        let message = self.message().map_err(Failure::lasting)?;
        let tls = self.encryption().await.map_err(Failure::lasting)?;
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&*self.server).port(self.port).tls(tls).timeout(Some(PATIENCE));
        if let (false, Some(password)) = (self.user.is_empty(), &self.password) {
            transport = transport.credentials(Credentials::new(self.user.clone(), password.expose().to_owned()));
        }
        let answer = transport.build().send(message).await.map_err(|error| self.failed(&error))?;
        let lines = answer.message().collect::<Vec<_>>().join(" ");
        Ok(one_line(&format!("SMTP {} {lines}", answer.code())))
    }

    fn message(&self) -> Result<Message, String> {
        let mailbox = |text: &str| text.trim().parse::<Mailbox>().map_err(|error| format!("{text}: {error}"));
        let mut message = Message::builder()
            .from(mailbox(&self.from)?)
            .subject(&self.text.title)
            .message_id(Some(format!("<{}>", self.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            message = message.to(mailbox(to)?);
        }
        if let Some(thread) = &self.thread {
            message = message.references(format!("<{thread}>"));
        }
        let mut message = message.body(self.text.text.clone()).map_err(|error| error.to_string())?;
        // Nobody's answering machine answers it (RFC 3834).
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        message.headers_mut().insert_raw(automatic);
        Ok(message)
    }

    async fn encryption(&self) -> Result<Tls, String> {
        if self.tls == MailTls::None {
            return if is_this_machine(&self.server) { Ok(Tls::None) } else { Err(UNENCRYPTED.to_owned()) };
        }
        let mut parameters = TlsParameters::builder(self.server.clone());
        if !self.ca_file.is_empty() {
            parameters = parameters.add_root_certificate(self.certificates().await?);
        }
        let parameters = parameters.build_rustls().map_err(|error| error.to_string())?;
        Ok(if self.tls == MailTls::Implicit { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
    }

    async fn certificates(&self) -> Result<Certificate, String> {
        let file = &self.ca_file;
        let unreadable = |why: &dyn std::fmt::Display| {
            let text = self.words.either("无法读取证书文件", "the file of certificates cannot be read");
            format!("{text}: {file}: {why}")
        };
        let bytes = tokio::fs::metadata(file).await.map_err(|error| unreadable(&error))?.len();
        if bytes > MAX_CA_FILE {
            return Err(unreadable(&format!("{bytes} bytes")));
        }
        let pem = tokio::fs::read(file).await.map_err(|error| unreadable(&error))?;
        Certificate::from_pem(&pem).map_err(|error| unreadable(&error))
    }

    fn failed(&self, error: &lettre::transport::smtp::Error) -> Failure {
        let cause = error.source().map(ToString::to_string).unwrap_or_else(|| error.to_string());
        let cause = one_line(&cause);
        let Some(code) = error.status() else {
            let (zh, en) = if error.is_tls() {
                (
                    "加密连接未能建立；请检查端口与加密方式是否相配",
                    "no encrypted line came about; check that port and encryption go together",
                )
            } else if error.is_client() {
                ("邮件服务器不提供所需的功能", "the mail server does not offer what is needed")
            } else {
                ("邮件服务器没有应答；请检查服务器与端口", "the mail server does not answer; check server and port")
            };
            let told = format!("{}:{} {} ({cause})", self.server, self.port, self.words.either(zh, en));
            return if error.is_client() { Failure::lasting(told) } else { Failure::passing(told) };
        };
        let told = format!("SMTP {code} {cause}");
        if !error.is_permanent() {
            return Failure::passing(told);
        }
        let advice = match u16::from(code) {
            530 | 534 | 535 => Some((
                "请检查用户名和密码；许多邮箱要求使用授权码",
                "check user and password; many providers want a password made for programs",
            )),
            550..=554 => Some(("请检查发件人和收件人", "check the sender and who gets it")),
            _ => None,
        };
        let advice = advice.map(|(zh, en)| self.words.either(zh, en));
        Failure::lasting(advice.map_or_else(|| told.clone(), |advice| format!("{told}; {advice}")))
    }

    /// How the line is encrypted, for people.
    pub(super) fn encrypted(&self) -> &'static str {
        match self.tls {
            MailTls::Implicit => "TLS",
            MailTls::Starttls => "STARTTLS",
            MailTls::None => self.words.either("不加密", "unencrypted"),
        }
    }
}

/// Why a mail does not leave.
pub(super) const UNENCRYPTED: &str = "a mail leaves this machine encrypted only; choose TLS or STARTTLS";

/// Whether a mail server is this machine itself.
pub(super) fn is_this_machine(server: &str) -> bool {
    let host = server.trim().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether this is somebody's address.
pub(super) fn is_mailbox(text: &str) -> bool {
    text.trim().parse::<Mailbox>().is_ok()
}

/// What may stand to the left of the @ of a mail's id.
fn plain_id(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}
