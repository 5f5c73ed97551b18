//! Sessions of the ERP: it is asked whose they are.
//!
//! Only the cookies that are a session are passed on, to one address. An answer counts for a short while; while somebody is here by it, it is asked for
//! again, so that who is signed out there, or has another role, hears so here. An ERP that cannot be reached changes nothing for those who are here.

use super::{
    claims::Places,
    credentials::{Credentials, Known, Person, Presented, Unrecognised, Way},
    outward,
};
use crate::config::{ConfigError, ErpSessionConfig};
use futures_util::{StreamExt as _, stream};
use reqwest::{Client, StatusCode, Url, header};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use watchdeck_secret::Secret;

/// Sessions whose answers are kept.
const MOST_SESSIONS: usize = 10_000;
/// Questions under way.
const MOST_ASKED: usize = 16;
/// How often is looked whose answer is old.
const LOOK: Duration = Duration::from_secs(1);

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct ErpSession {
    client: Client,
    url: Url,
    cookies: Vec<String>,
    places: Places,
    fresh: Duration,
    sessions: Mutex<HashMap<[u8; 32], Arc<Session>>>,
    asking: Semaphore,
}

#[derive(Debug)]
struct Session {
    cookie: Secret,
    /// Nobody, where the ERP said so.
    stands: watch::Sender<Option<Arc<Person>>>,
    /// When it was answered last. One asks at a time.
    answered: tokio::sync::Mutex<Option<Instant>>,
}

impl ErpSession {
    /// By the section `[erp_session]`.
    ///
    /// # Errors
    /// [`ConfigError::Value`], with the key and what to do.
    pub(super) fn open(config: &ErpSessionConfig) -> Result<Self, ConfigError> {
        let refused = |key: &str, reason: String, remedy: &str| ConfigError::Value {
            key: format!("erp_session.{key}"),
            origin: "in the configuration".into(),
            reason,
            remedy: remedy.into(),
        };
        let url = outward::address(&config.url, true);
        let url = url.map_err(|reason| refused("url", reason, "Write it like https://erp.example/api/auth/session"))?;
        if config.cookies.iter().all(|name| name.trim().is_empty()) {
            return Err(refused("cookies", "no cookie is named".into(), "Leave the key out, or name the cookie of a session"));
        }
        if !(100..=60_000).contains(&config.timeout_ms) {
            return Err(refused(
                "timeout_ms",
                format!("{} is not between 100 and 60000", config.timeout_ms),
                "Write milliseconds, like 5000",
            ));
        }
        if !(1..=3_600).contains(&config.cache_seconds) {
            return Err(refused("cache_seconds", format!("{} is not between 1 and 3600", config.cache_seconds), "Write seconds, like 30"));
        }
        let client = outward::client(Duration::from_millis(config.timeout_ms), config.ca_file.as_deref());
        let client = client.map_err(|reason| refused("ca_file", reason, "Name the PEM file with the authority's certificate"))?;
        Ok(Self {
            client,
            url,
            cookies: config.cookies.clone(),
            places: Places { id: config.id.clone(), name: config.name.clone(), roles: config.roles.clone(), map: config.roles_map.clone() },
            fresh: Duration::from_secs(config.cache_seconds),
            sessions: Mutex::default(),
            asking: Semaphore::new(MOST_ASKED),
        })
    }

    /// The session that is shown, as a `Cookie` header. A console, which has one field for what it shows, shows it as `name=value` in the place of a token.
    fn shown(&self, presented: &Presented) -> Option<Secret> {
        let bearer = presented.token.as_ref().and_then(|token| token.expose().split_once('='));
        let shown = presented.cookies.iter().map(|(name, value)| (name.as_str(), value.expose())).chain(bearer);
        let own = |name: &str| {
            let base =
                name.rsplit_once('.').filter(|(_, part)| part.bytes().all(|byte| byte.is_ascii_digit())).map_or(name, |(base, _)| base);
            self.cookies.iter().any(|cookie| cookie == name || cookie == base)
        };
        let pairs: Vec<_> =
            shown.filter(|(name, value)| !value.is_empty() && own(name)).map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")))
    }

    fn session(&self, cookie: Secret) -> Arc<Session> {
        let digest: [u8; 32] = Sha256::digest(cookie.expose()).into();
        let mut sessions = self.sessions();
        if sessions.len() >= MOST_SESSIONS {
            sessions.retain(|_, session| session.stands.receiver_count() > 0);
        }
        let new = || Arc::new(Session { cookie, stands: watch::Sender::new(None), answered: tokio::sync::Mutex::default() });
        Arc::clone(sessions.entry(digest).or_insert_with(new))
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Arc<Session>>> {
        self.sessions.lock().expect("no code panics while holding the sessions")
    }

    /// Whose it is, as the ERP says now or said lately.
    async fn asked(&self, session: &Session) -> Result<(), Unrecognised> {
        let mut answered = session.answered.lock().await;
        if answered.is_some_and(|at| at.elapsed() < self.fresh) {
            return Ok(());
        }
        let person = self.ask(&session.cookie).await.map_err(|error| {
            tracing::warn!(%error, "The ERP cannot be asked whose a session is.");
            Unrecognised::Unavailable("the ERP cannot be asked who you are just now; try again".into())
        })?;
        *answered = Some(Instant::now());
        let person = person.map(Arc::new);
        session.stands.send_if_modified(|stands| {
            let changed = *stands != person;
            *stands = person;
            changed
        });
        Ok(())
    }

    async fn ask(&self, cookie: &Secret) -> Result<Option<Person>, String> {
        let _permit = self.asking.acquire().await.map_err(|error| error.to_string())?;
        let mut value = header::HeaderValue::from_str(cookie.expose()).map_err(|_| "the cookie is none".to_owned())?;
        value.set_sensitive(true);
        let request = self.client.get(self.url.clone()).header(header::COOKIE, value).header(header::ACCEPT, "application/json");
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        // Who is not signed in is told so, or sent to where one signs in.
        if matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || answer.status().is_redirection() {
            return Ok(None);
        }
        Ok(self.places.person(&outward::json::<Value>(answer).await?))
    }
}

#[async_trait::async_trait]
impl Credentials for ErpSession {
    fn is_open(&self) -> bool {
        true
    }

    async fn recognise(&self, presented: &Presented) -> Result<Option<Known>, Unrecognised> {
        let Some(cookie) = self.shown(presented) else { return Ok(None) };
        let session = self.session(cookie);
        self.asked(&session).await?;
        let standing = session.stands.subscribe();
        let person = standing.borrow().clone();
        let person = person.ok_or_else(|| Unrecognised::Wrong("the ERP does not know this session; sign in there again".into()))?;
        let (person, cookie) = (Person::clone(&person), session.cookie.clone());
        Ok(Some(Known { person, way: Way::Erp, expires: None, session: Some(cookie), standing: Some(standing) }))
    }

    /// Ask again for those who are here, and forget who left.
    async fn keep(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let sessions: Vec<_> = self.sessions().iter().map(|(digest, session)| (*digest, Arc::clone(session))).collect();
            let look = |(digest, session): ([u8; 32], Arc<Session>)| async move {
                let old = session.answered.try_lock().is_ok_and(|at| at.is_some_and(|at| at.elapsed() >= self.fresh));
                match (old, session.stands.receiver_count()) {
                    (true, 0) => drop(self.sessions().remove(&digest)),
                    // It was said why not.
                    (true, _) => drop(self.asked(&session).await),
                    (false, _) => {}
                }
            };
            tokio::select! {
                () = stream::iter(sessions).for_each_concurrent(MOST_ASKED, look) => {}
                () = stop.cancelled() => return,
            }
        }
    }
}
