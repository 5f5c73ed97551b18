//! A real attempt to connect, step by step, for the button that says "test".

use crate::{
    clock::{BootClock, Now},
    dial::{Target, broken},
    dialect::{self, Note, Out, Standing, Wire},
    profile::Profile,
    session::Ending,
    socket::Socket,
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;

/// One step of [`probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeStep {
    /// `address`, `connect`, `sign_in` or `subscribe`.
    pub step: &'static str,
    /// It went well.
    pub ok: bool,
    /// What happened, in the system's words.
    pub detail: String,
    /// How long it took, ms.
    pub ms: u64,
}

/// How long a server that confirms nothing may take to refuse, or to send a first message.
const SILENT_CONSENT: Duration = Duration::from_millis(1500);

/// Connect to the server of `profile` as a link would, say how far it got, and hang up. Steps come in the order tried; the
/// first that fails is the last. Nothing that arrives is handed on, and no position is moved.
pub async fn probe(profile: Profile) -> Vec<ProbeStep> {
    let mut steps = Steps { since: Instant::now(), done: vec![] };
    if let Err(detail) = run(&profile, &mut steps).await {
        let step = ["address", "connect", "sign_in", "subscribe"][steps.done.len().min(3)];
        steps.add(step, false, detail);
    }
    steps.done
}

struct Steps {
    since: Instant,
    done: Vec<ProbeStep>,
}

impl Steps {
    fn add(&mut self, step: &'static str, ok: bool, detail: impl Into<String>) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.done.push(ProbeStep { step, ok, detail: detail.into(), ms });
        self.since = Instant::now();
    }
}

async fn run(profile: &Profile, steps: &mut Steps) -> Result<(), String> {
    let deadline = Instant::now() + profile.timing.connect;
    let late = |_| format!("no answer within {:?}", profile.timing.connect);
    let wire = dialect::wire(profile.dialect, profile);
    let target = Target::of(profile, wire.as_ref())?;
    let addresses = timeout_at(deadline, target.resolve()).await.map_err(late)?.map_err(words)?;
    let found: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    steps.add("address", true, found.join(", "));

    let socket = match timeout_at(deadline, target.open()).await.map_err(late)? {
        Err(Ending::NeedsLogin(detail)) => {
            steps.add("connect", true, "the server answered");
            return Err(detail);
        }
        other => other.map_err(words)?,
    };
    steps.add("connect", true, "WebSocket opened");

    let mut talk = Talk { socket, wire, out: Out::default(), greeting: vec![], denied: vec![] };
    let now = Now::read(&BootClock);
    talk.wire.opened(now, &mut talk.out);
    if talk.wire.is_spoken_to() {
        let greeted = talk.until(profile.timing.hello, |talk| talk.wire.standing() != Standing::Greeting).await?;
        greeted.then_some(()).ok_or("the server did not introduce itself")?;
        steps.add("sign_in", true, talk.greeting.join(", "));
        let answered =
            talk.until(profile.timing.subscribe, |talk| !matches!(talk.wire.standing(), Standing::Greeting | Standing::Unconfirmed));
        if !answered.await? {
            return Err(if talk.denied.is_empty() { "no answer to a subscribe".into() } else { talk.denied.join("; ") });
        }
        let denied = talk.denied.iter().map(|denied| format!("; not {denied}"));
        steps.add("subscribe", true, "subscribed".to_owned() + &denied.collect::<String>());
    } else {
        let heard = talk.until(SILENT_CONSENT, |talk| talk.wire.standing() == Standing::Live).await?;
        steps.add("sign_in", true, "not refused");
        steps.add("subscribe", true, if heard { "a message arrived" } else { "sent; this server confirms nothing until its next message" });
    }
    talk.socket.hang_up();
    Ok(())
}

struct Talk {
    socket: Box<Socket>,
    wire: Box<dyn Wire>,
    out: Out,
    /// Who the server is, and who we are to it.
    greeting: Vec<String>,
    denied: Vec<String>,
}

impl Talk {
    /// Talk until `enough`, or until time is up (`false`), or until the server ends it (an error).
    async fn until(&mut self, patience: Duration, enough: impl Fn(&Self) -> bool) -> Result<bool, String> {
        let deadline = Instant::now() + patience;
        let mut frames = vec![];
        loop {
            let now = Now::read(&BootClock);
            self.wire.tick(now, &mut self.out);
            self.obey(now)?;
            if enough(self) {
                return Ok(true);
            }
            let nap = self.wire.due().map_or(patience, |due| due.saturating_sub(now.up)) + Duration::from_millis(1);
            let wake = deadline.min(Instant::now() + nap);
            match timeout_at(wake, self.socket.gather(&mut frames)).await {
                Err(_) if Instant::now() >= deadline => return Ok(false),
                Err(_) => {}
                Ok(Err(error)) => return Err(error.map_or_else(|| "the server hung up".into(), |error| words(broken(&error)))),
                Ok(Ok(())) => {}
            }
            for frame in frames.drain(..) {
                match frame {
                    Message::Text(text) => self.wire.text(text.as_str(), now, &mut self.out),
                    Message::Close(close) => {
                        let (code, reason) = close.map_or((1005, String::new()), |close| (close.code.into(), close.reason.to_string()));
                        return Err(words(self.wire.closed(code, &reason)));
                    }
                    _ => {}
                }
                self.obey(now)?;
            }
        }
    }

    fn obey(&mut self, now: Now) -> Result<(), String> {
        // Answers may leave further notes.
        while !self.out.notes.is_empty() {
            for note in std::mem::take(&mut self.out.notes) {
                match note {
                    Note::Send(text) => self.socket.send(Message::text(text)).map_err(|error| error.to_string())?,
                    Note::Ask(channel) => self.wire.committed(&channel, None, now, &mut self.out),
                    Note::Ping => self.socket.send(Message::Ping(Default::default())).map_err(|error| error.to_string())?,
                    Note::Greeted { user_name, server, .. } => {
                        self.greeting.extend(user_name);
                        self.greeting.extend(server.map(|server| format!("server {server}")));
                    }
                    Note::Denied { channel, detail } => self.denied.push(format!("{channel}: {detail}")),
                    Note::End(ending) => return Err(words(ending)),
                    Note::Proven => {}
                }
            }
        }
        self.out.burst.drain().for_each(drop);
        Ok(())
    }
}

fn words(ending: Ending) -> String {
    match ending {
        Ending::Retry { detail, .. } | Ending::NeedsLogin(detail) | Ending::Refused(detail) => detail,
    }
}
