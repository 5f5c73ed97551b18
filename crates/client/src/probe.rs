//! A real attempt to connect, step by step, for the button that says "test".
//!
//! It must harm nobody. A hub keeps one link per user and forgets the running one when a second ends, so a hub is only asked whether it
//! takes the token, by a question that opens nothing; what stands of a running link is told from that link.

mod talk;

use self::talk::Talk;
use crate::{
    clock::{BootClock, Clock as _},
    detect::detect,
    dial::{Target, Turned, follow},
    dialect::{self, Standing},
    ending::Ending,
    handshake::{Reply, Unanswered, Wish},
    history::fetch,
    profile::{Dialect, Profile},
    status::{Cause, State, Status},
    stream::Stream,
    wake::wake,
};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// One step of [`probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeStep {
    /// `proxy` (instead of the next two, where there is one), `address`, `connect`, `tls`, `detect`, `sign_in`, `subscribe` or `history`.
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
/// How much of the history is asked for, ms.
const LOOK_BACK: i64 = 10 * 60_000;

/// Who else may be connected to the same server as the same user.
#[derive(Debug, Clone, Default)]
pub enum Beside {
    /// Nobody: a second link is none.
    #[default]
    Nobody,
    /// Perhaps somebody; another process cannot be asked.
    Somebody,
    /// This link.
    Link(Box<Status>),
}

/// How often a server may send a question on.
const HOPS: usize = 5;

/// Connect to the server of `profile` as a link would, say how far it got, and hang up. Steps come in the order tried; the
/// first that fails is the last. Nothing that arrives is handed on, and no position is moved.
pub async fn probe(profile: Profile) -> Vec<ProbeStep> {
    probe_beside(profile, Beside::Nobody).await
}

/// Like [`probe`], but opens no second link where that would harm the one that there is.
pub async fn probe_beside(profile: Profile, beside: Beside) -> Vec<ProbeStep> {
    let mut steps = Steps { since: Instant::now(), step: "address", made: vec![] };
    if let Err(words) = run(profile, &beside, &mut steps).await {
        steps.add(false, words);
    }
    steps.made
}

struct Steps {
    since: Instant,
    /// The one under way.
    step: &'static str,
    made: Vec<ProbeStep>,
}

impl Steps {
    fn begin(&mut self, step: &'static str) {
        self.step = step;
        self.since = Instant::now();
    }

    fn done(&mut self, detail: impl Into<String>) {
        self.add(true, detail);
    }

    fn add(&mut self, ok: bool, detail: impl Into<String>) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.made.push(ProbeStep { step: self.step, ok, detail: detail.into(), ms });
    }
}

async fn run(mut profile: Profile, beside: &Beside, steps: &mut Steps) -> Result<(), String> {
    if profile.dialect == Dialect::UNKNOWN {
        steps.begin("detect");
        Target::of(&profile, dialect::wire(profile.dialect, &profile).as_ref())?;
    }
    let target = Target::with(&profile, |_| Ok(()))?;
    let line = reach(&profile, &target, steps).await?;
    if profile.dialect == Dialect::DETECT {
        steps.begin("detect");
        profile.dialect = detect(&profile).await.map_err(|error| error.to_string())?;
        steps.done(profile.dialect.name());
    }
    steps.begin("sign_in");
    let wire = dialect::wire(profile.dialect, &profile);
    let target = Target::of(&profile, wire.as_ref())?;
    let line = if profile.dialect.is_alone() {
        match by_question(&profile, line).await? {
            Asked::Accepted => {
                steps.done("the token is accepted");
                steps.begin("subscribe");
                steps.done("nothing was opened: this server keeps one link per user, and a second one would deafen the first");
                None
            }
            Asked::Unclear(why) => match beside_others(beside, &why, steps)? {
                true => Some(target.line().await.map_err(Ending::into_words)?),
                false => None,
            },
        }
    } else {
        Some(line)
    };
    if let Some(line) = line {
        let outcome = target.shake(line, &BootClock).await;
        let socket = follow(&profile, wire.as_ref(), &BootClock, outcome).await.map_err(Ending::into_words)?.socket;
        let mut talk = Talk::begin(socket, wire);
        converse(&profile, &mut talk, steps).await?;
        talk.socket.hang_up();
    }
    if profile.history.is_some() {
        steps.begin("history");
        let now = BootClock.wall();
        let found = fetch(&profile, profile.channels.first(), now.plus(-LOOK_BACK), now).await.map_err(|error| error.to_string())?;
        steps.done(format!("{} events of the last {} minutes", found.len(), LOOK_BACK / 60_000));
    }
    Ok(())
}

/// What a hub says to a question that opens nothing.
enum Asked {
    Accepted,
    /// It does not say whether it takes the token; with what it did instead.
    Unclear(String),
}

/// Ask a hub for its path with the token, but for no WebSocket: it looks at the token first.
async fn by_question(profile: &Profile, mut line: Stream) -> Result<Asked, String> {
    let mut profile = profile.clone();
    for _ in 0..HOPS {
        let target = Target::of(&profile, dialect::wire(profile.dialect, &profile).as_ref())?;
        let answer = match timeout(profile.timing.connect / 3, target.ask(&mut line, Wish::Answer)).await {
            Ok(Ok(Reply::Http(answer))) => answer,
            Ok(Ok(Reply::Open { .. })) | Err(_) => return Ok(Asked::Unclear("it does not answer a plain question".into())),
            Ok(Err(Unanswered::Broken(error))) => return Ok(Asked::Unclear(error.to_string())),
            Ok(Err(Unanswered::Nonsense(words))) => return Ok(Asked::Unclear(words)),
        };
        // It got as far as finding that no WebSocket is wanted.
        let missed = matches!(answer.status.as_u16(), 400 | 426) && !answer.names_token();
        if missed {
            return Ok(Asked::Accepted);
        }
        match target.turned(&answer) {
            Turned::Elsewhere(to) => to.as_str().clone_into(&mut profile.url),
            Turned::Ending(_) if answer.status.is_success() && !answer.is_sign_in_page() => return Ok(Asked::Unclear(answer.words())),
            Turned::Ending(ending) => return Err(ending.into_words()),
        }
        line = Target::of(&profile, dialect::wire(profile.dialect, &profile).as_ref())?.line().await.map_err(Ending::into_words)?;
    }
    Err("the server leads in circles".into())
}

/// Whether to open a link all the same. Where there is another one, what stands of that one is the answer.
fn beside_others(beside: &Beside, why: &str, steps: &mut Steps) -> Result<bool, String> {
    let said = match beside {
        Beside::Nobody => return Ok(true),
        Beside::Somebody => format!("not tried ({why}): this server keeps one link per user, and another one may be running"),
        Beside::Link(status) => match &status.state {
            State::NeedsLogin { detail } | State::Refused { detail } | State::Offline { detail, .. } => return Err(detail.clone()),
            State::Live | State::Unconfirmed | State::CatchingUp { .. } => {
                "the running link is signed in; no second one was opened, because this server keeps one per user".to_owned()
            }
            State::Connecting { .. } => format!("the link is just connecting ({why}); no second one was opened"),
        },
    };
    steps.done(said);
    Ok(false)
}

/// From nothing to a line on which HTTP can be spoken.
async fn reach(profile: &Profile, target: &Target, steps: &mut Steps) -> Result<Stream, String> {
    let patience = profile.timing.connect;
    let deadline = Instant::now() + patience;
    let late = |_| format!("no answer within {patience:?}");
    let words = Ending::into_words;
    let stream = if let Some(hop) = &target.hop {
        steps.begin("proxy");
        let addresses = timeout_at(deadline, target.resolve()).await.map_err(late)?.map_err(words)?;
        let tcp = target.reach(&addresses, deadline).await.map_err(words)?;
        let stream = timeout_at(deadline, target.pass(tcp)).await.map_err(late)?.map_err(words)?;
        steps.done(format!("a line through {hop}"));
        stream
    } else {
        let addresses = timeout_at(deadline, target.resolve()).await.map_err(late)?.map_err(words)?;
        steps.done(addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        steps.begin("connect");
        let tcp = match (target.reach(&addresses, deadline).await, &profile.wake_url) {
            (Err(Ending::Retry { cause: Cause::ConnectionRefused, detail, .. }), Some(place)) => {
                wake(profile, place, detail, || target.reach(&addresses, Instant::now() + patience)).await.map_err(words)?
            }
            (tcp, _) => tcp.map_err(words)?,
        };
        steps.done("connected");
        Box::new(tcp)
    };
    if !target.address.is_tls() {
        return Ok(stream);
    }
    steps.begin("tls");
    let stream = timeout(patience, target.secure(stream)).await.map_err(late)?.map_err(words)?;
    steps.done("the certificate is trusted");
    Ok(stream)
}

async fn converse(profile: &Profile, talk: &mut Talk, steps: &mut Steps) -> Result<(), String> {
    if talk.wire.is_spoken_to() {
        let greeted = talk.until(profile.timing.hello, |talk| talk.wire.standing() != Standing::Greeting).await?;
        greeted.then_some(()).ok_or("the server did not introduce itself")?;
        steps.done(talk.greeting());
        steps.begin("subscribe");
        let answered =
            talk.until(profile.timing.subscribe, |talk| !matches!(talk.wire.standing(), Standing::Greeting | Standing::Unconfirmed));
        if !answered.await? {
            return Err(if talk.denied.is_empty() { "no answer to a subscribe".into() } else { talk.denied.join("; ") });
        }
        if talk.wire.standing() == Standing::Denied {
            return Err(talk.denied.join("; "));
        }
        let denied = talk.denied.iter().map(|denied| format!("; not {denied}"));
        steps.done("subscribed".to_owned() + &denied.collect::<String>());
    } else {
        let heard = talk.until(SILENT_CONSENT, |talk| talk.wire.is_recognised()).await?;
        steps.done("not refused");
        steps.begin("subscribe");
        steps.done(if heard { "a message arrived" } else { "nothing arrived yet; this server confirms nothing until its next message" });
    }
    Ok(())
}
