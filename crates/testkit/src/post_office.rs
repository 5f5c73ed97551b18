//! A mail server as far as one mail needs it: greeting, EHLO, STARTTLS, AUTH PLAIN, one conversation for each mail. It answers as it is told and remembers what
//! was said and what it took.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use watchdeck_client::Stream;

/// How the line is encrypted.
#[derive(Clone)]
pub enum Encryption {
    /// It is not, and nothing is offered.
    None,
    /// From its first byte.
    Implicit(TlsAcceptor),
    /// When the client asks.
    Starttls(TlsAcceptor),
}

/// What it answers instead of what is usual, by the line that it was told; `None`: the usual.
type Say = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What a post office remembers.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// Every line that it was told, outside of mails.
    pub lines: Vec<String>,
    /// Every mail that it took, whole.
    pub mails: Vec<String>,
}

/// See the [module docs](self).
#[derive(Debug)]
pub struct PostOffice {
    /// Where it listens.
    pub addr: SocketAddr,
    remembered: Arc<Mutex<Remembered>>,
    task: JoinHandle<()>,
}

impl PostOffice {
    /// Listens on a free port.
    pub async fn start(encryption: Encryption, say: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, say): (_, Arc<Say>) = (listener.local_addr().unwrap(), Arc::new(say));
        let remembered = Arc::<Mutex<Remembered>>::default();
        let kept = remembered.clone();
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (say, kept, encryption) = (say.clone(), kept.clone(), encryption.clone());
                tokio::spawn(async move {
                    let (line, acceptor): (Stream, _) = match encryption {
                        Encryption::None => (Box::new(tcp), None),
                        Encryption::Starttls(acceptor) => (Box::new(tcp), Some(acceptor)),
                        // Whoever does not trust it hangs up.
                        Encryption::Implicit(acceptor) => match acceptor.accept(tcp).await {
                            Ok(tls) => (Box::new(tls), None),
                            Err(_) => return,
                        },
                    };
                    talk(line, acceptor, &*say, &kept).await.ok();
                });
            }
        });
        Self { addr, remembered, task }
    }

    /// What it was told so far.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        self.remembered.lock().unwrap().clone()
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(line: Stream, mut acceptor: Option<TlsAcceptor>, say: &Say, kept: &Mutex<Remembered>) -> std::io::Result<()> {
    let mut line = BufReader::new(line);
    tell(&mut line, "220 post.example ESMTP").await?;
    loop {
        let mut told = String::new();
        if line.read_line(&mut told).await? == 0 {
            return Ok(());
        }
        let told = told.trim_end();
        kept.lock().unwrap().lines.push(told.to_owned());
        let verb = told.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        if let Some(other) = say(told) {
            tell(&mut line, &other).await?;
            continue;
        }
        match verb.as_str() {
            "EHLO" if acceptor.is_some() => tell(&mut line, "250-post.example\r\n250-8BITMIME\r\n250 STARTTLS").await?,
            "EHLO" => tell(&mut line, "250-post.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await?,
            "STARTTLS" => {
                tell(&mut line, "220 go ahead").await?;
                let Some(acceptor) = acceptor.take() else { return Ok(()) };
                line = BufReader::new(Box::new(acceptor.accept(line.into_inner()).await?));
            }
            "AUTH" => tell(&mut line, "235 2.7.0 welcome").await?,
            "DATA" => {
                tell(&mut line, "354 go on").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if line.read_line(&mut mail).await? == 0 {
                        return Ok(());
                    }
                }
                // What is said to the end of a mail decides what becomes of it.
                let answer = say("(end)").unwrap_or_else(|| "250 2.0.0 taken as 42".to_owned());
                if answer.starts_with('2') {
                    kept.lock().unwrap().mails.push(mail);
                }
                tell(&mut line, &answer).await?;
            }
            "QUIT" => return tell(&mut line, "221 bye").await,
            _ => tell(&mut line, "250 2.1.0 fine").await?,
        }
    }
}

async fn tell(line: &mut BufReader<Stream>, text: &str) -> std::io::Result<()> {
    line.write_all(format!("{text}\r\n").as_bytes()).await?;
    line.flush().await
}
