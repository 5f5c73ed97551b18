//! What is shown at the door, and who can say whose it is.

use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;
use watchdeck_secret::Secret;

/// What somebody shows.
#[derive(Debug, Clone, Default)]
pub struct Presented {
    /// A token: the bearer, `?token=` or, of plain ERP clients, the session's cookie.
    pub token: Option<Secret>,
    /// All cookies.
    pub cookies: Vec<(String, Secret)>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As the ERP calls it; never empty.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// Its roles here. Those that there are not give nothing.
    pub roles: Vec<String>,
}

/// By which way somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Without a word, from this machine.
    Local,
    /// With the gateway's `read_token`.
    ReadToken,
    /// With the gateway's `publish_key`.
    PublishKey,
    /// With a token of `watchdeck-gateway user add`.
    User,
    /// With an identity provider's token.
    Jwt,
    /// With a session of the ERP.
    Erp,
}

impl Way {
    /// For logs, and to tell two people of one id apart that different authorities vouch for.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::ReadToken => "read_token",
            Self::PublishKey => "publish_key",
            Self::User => "user",
            Self::Jwt => "jwt",
            Self::Erp => "erp",
        }
    }
}

/// How somebody stands now, followed while its sessions live: other roles, or nobody any more.
pub type Standing = watch::Receiver<Option<Arc<Person>>>;

/// Somebody who was recognised.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who.
    pub person: Person,
    /// By which way.
    pub way: Way,
    /// Until when.
    pub expires: Option<Millis>,
    /// The ERP's session, as a `Cookie` header says it.
    pub session: Option<Secret>,
    /// How it stands from now on.
    pub standing: Option<Standing>,
}

/// Why nobody was recognised in what was shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrecognised {
    /// It is not valid; why, and what to do.
    #[error("{0}")]
    Wrong(String),
    /// It was valid.
    #[error("{0}")]
    Expired(String),
    /// Nobody could be asked just now.
    #[error("{0}")]
    Unavailable(String),
}

/// One way to say who somebody is.
#[async_trait::async_trait]
pub trait Credentials: std::fmt::Debug + Send + Sync + 'static {
    /// Whether people may come this way, so that none may come without a word.
    fn is_open(&self) -> bool;

    /// Who shows this; `None` when it is nothing of this way.
    ///
    /// # Errors
    /// [`Unrecognised`] when it is of this way and not good.
    async fn recognise(&self, presented: &Presented) -> Result<Option<Known>, Unrecognised>;

    /// Who this id is by now, where this way keeps a list of people.
    fn listed(&self, id: &str) -> Option<Person> {
        _ = id;
        None
    }

    /// Each token that this way keeps a list of, by its name, in words: whose it is, and what that one may.
    fn list(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Changes with [`list`](Self::list).
    fn watch(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// What is to be done beside it, until `stop`.
    async fn keep(&self, stop: CancellationToken);
}
