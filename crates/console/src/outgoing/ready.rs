//! What an action does for one event, made ready: a request, a mail, a program. Made apart from carrying it out, so that a preview shows what would leave.

use super::{
    around::Set,
    command::{DEADLINE, Run},
    hidden::Hidden,
    http::Request,
    mail::Letter,
    occasion::Occasion,
    robot,
    text::Text,
    webhook,
};
use serde_json::Value;
use watchdeck_alerts::words::Words;
use watchdeck_handlers::Failure;
use watchdeck_secret::Secret;
use watchdeck_wire::{
    settings::{Action, Hook, RobotMaker},
    views::ActionHeader,
};

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Ready {
    what: What,
    hidden: Hidden,
    words: Words,
}

#[derive(Debug)]
enum What {
    Post(Request),
    Robot(RobotMaker, Request),
    Mail(Box<Letter>),
    Program(Run),
}

/// What would leave, for people.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) to: String,
    pub(super) headers: Vec<ActionHeader>,
    pub(super) body: String,
}

impl Ready {
    /// Of an action and an event.
    ///
    /// # Errors
    /// Why nothing can leave; it will not go better another time.
    pub(super) fn of(hook: &Hook, occasion: &Occasion<'_>, secret: Option<&Secret>, set: &Set) -> Result<Self, String> {
        let what = match &hook.action {
            Action::Webhook { url } => What::Post(webhook::request(url, occasion, secret, set.now)?),
            Action::Robot { maker, url } => What::Robot(*maker, robot::request(*maker, url, hook, occasion, secret, set)),
            Action::Email { .. } => What::Mail(Box::new(Letter::of(hook, occasion, secret, set).expect("the action is a mail"))),
            Action::Command { program, args } => {
                let text = Text::of(hook, occasion, set, str::to_owned);
                What::Program(Run::of(program, args, occasion, text, set.words)?)
            }
        };
        Ok(Self { what, hidden: Hidden::of(&hook.action, secret), words: set.words })
    }

    /// Carry it out. `commands`: programs may be run.
    ///
    /// # Errors
    /// What the other side said, without anything secret.
    pub(super) async fn go(&self, commands: bool) -> Result<String, Failure> {
        let went = match &self.what {
            What::Post(request) => request.post().await.and_then(|answer| answer.judged()),
            What::Robot(maker, request) => request.post().await.and_then(|answer| robot::judged(*maker, &answer, self.words)),
            What::Mail(letter) => letter.send().await,
            What::Program(run) if commands => run.run(DEADLINE).await,
            What::Program(_) => Err(Failure::lasting(self.words.either(
                "未允许运行命令；请在设置的“外发动作”中允许后再重试",
                "commands are not allowed; allow them under Outgoing actions in Settings, then try again",
            ))),
        };
        match went {
            Ok(said) => Ok(self.hidden.clean(&said)),
            Err(failure) => Err(Failure { words: self.hidden.clean(&failure.words), ..failure }),
        }
    }

    /// What would leave, without anything secret.
    pub(super) fn shown(&self) -> Shown {
        let header = |name: &str, value: &str| ActionHeader { name: name.to_owned(), value: self.hidden.clean(value) };
        let (to, headers, body) = match &self.what {
            What::Post(request) | What::Robot(_, request) => {
                let kind = header("content-type", "application/json");
                let own = request.headers.iter().map(|(name, value)| header(name, value));
                (format!("POST {}", request.url), std::iter::once(kind).chain(own).collect(), laid_out(&request.body))
            }
            What::Mail(letter) => {
                let heads = [
                    ("From", letter.from.as_str()),
                    ("To", &letter.to.join(", ")),
                    ("Subject", &letter.text.title),
                    ("Message-ID", &format!("<{}>", letter.id)),
                ];
                let to = format!("SMTP {}:{} · {}", letter.server, letter.port, letter.encrypted());
                (to, heads.iter().map(|(name, value)| header(name, value)).collect(), letter.text.text.clone())
            }
            What::Program(run) => {
                let line = std::iter::once(&run.program).chain(&run.args).cloned().collect::<Vec<_>>().join(" ");
                (line, run.vars.iter().map(|(name, value)| header(name, value)).collect(), laid_out(&run.input))
            }
        };
        Shown { to: self.hidden.clean(&to), headers, body: self.hidden.clean(&body) }
    }
}

/// JSON with a line for each field; anything else as it is.
fn laid_out(body: &str) -> String {
    let json = serde_json::from_str::<Value>(body).and_then(|json| serde_json::to_string_pretty(&json));
    json.unwrap_or_else(|_| body.to_owned())
}
