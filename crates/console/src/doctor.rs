//! `watchdeck doctor`: what works on this machine and what does not, without a window, and while Watchdeck runs.
//!
//! Each line is a real attempt: the store is opened and read through, each source is dialled step by step as a link would dial it. Nothing is changed by it:
//! no position moves, and what a server sends meanwhile is thrown away. What the desktop gives (notifications, sound, tray) the shell looks at and adds.

mod check;
mod source;
mod words;

pub use check::{Check, Verdict};
pub use words::Tongue;

use crate::{
    packs::Packs,
    secrets::{Keychain, Secrets},
    settings, support,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use watchdeck_feed::{
    keys::KeyRing as _,
    records::{MALFORMED, TIMELINES},
    seams::now,
};
use watchdeck_secret::Redactor;
use watchdeck_store::{Profile, Store};
use watchdeck_wire::views::SupportBundle;
use watchdeck_world::{realms::Realms, snapshot};
use words::Texts;

/// Less free space than this will run out soon, bytes.
const LITTLE: u64 = 1 << 30;
/// With less than this the store will refuse events at any moment.
const NOTHING: u64 = 100 << 20;
/// How long the keychain may take; a locked one asks a person.
const KEYCHAIN: Duration = Duration::from_secs(5);

/// What an examination found.
#[derive(Debug)]
pub struct Examination {
    /// In the order looked at. A shell adds its own.
    pub checks: Vec<Check>,
    data_dir: PathBuf,
    tongue: Tongue,
    redactor: Redactor,
    /// For a bundle, redacted already.
    files: support::Files,
}

/// Look at everything that needs no desktop. `keychain` is the one that the console would use.
pub async fn examine(data_dir: &Path, keychain: Option<Arc<dyn Keychain>>, tongue: Tongue) -> Examination {
    let mut found = Examination { checks: Vec::new(), data_dir: data_dir.to_owned(), tongue, redactor: Redactor::default(), files: vec![] };
    let texts = Texts(tongue);
    found.checks.push(space(data_dir, texts));
    found.checks.push(roots(texts));
    found.checks.push(asked(keychain.clone(), texts).await);
    if let Some(holder) = Store::holder(&data_dir.join("events.db")) {
        found.checks.push(Check::ok(texts.running(), texts.runs(&holder)));
    }
    match open(data_dir, texts).await {
        Ok(store) => {
            found.look_into(&store, keychain, texts).await;
            store.close().await;
        }
        Err(check) => found.checks.push(check),
    }
    found
}

impl Examination {
    async fn look_into(&mut self, store: &Store, keychain: Option<Arc<dyn Keychain>>, texts: Texts) {
        let (check, file) = whole(store, texts).await;
        self.checks.push(check);
        self.keep("store.json", &file);
        let settings = match settings::load(store).await {
            Ok(kept) => kept.settings,
            Err(error) => {
                self.checks.push(Check::failed(texts.settings(), format!("{error:#}"), texts.other_version()));
                return;
            }
        };
        let secrets = match Secrets::open(store, &self.data_dir, keychain).await {
            Ok(secrets) => Arc::new(secrets),
            Err(error) => {
                self.checks.push(Check::failed(texts.secrets(), format!("{error:#}"), texts.secrets_advice()));
                return;
            }
        };
        secrets.load().await;
        let keys = settings.sources.iter().filter_map(|source| secrets.of(&source.id).ok());
        let known = keys.flat_map(|keys| [keys.token, keys.proxy_password]).flatten();
        self.redactor = Redactor::knowing(known.map(|secret| secret.expose().to_owned()));
        self.keep("settings.json", &settings::without_secrets(&settings));
        for (name, collection) in [("timeline.json", TIMELINES), ("malformed.json", MALFORMED)] {
            let documents = store.documents(collection).await.unwrap_or_default();
            let read = |(source, body): (String, String)| json!({ "source": source, "entries": serde_json::from_str::<Value>(&body).ok() });
            self.keep(name, &documents.into_iter().map(read).collect::<Vec<_>>());
        }
        if settings.sources.is_empty() {
            self.checks.push(Check::warning(texts.sources(), texts.no_source(), texts.no_source_advice()));
        }
        self.packs(store, texts).await;
        let world = snapshot::load(store, Realms::of(&settings.sources)).await.unwrap_or_default();
        let unread: Vec<_> = settings.sources.iter().filter_map(|source| world.unread.view(&source.id)).collect();
        self.keep("unread.json", &support::without_samples(&unread));
        // At the same time: a server that does not answer holds up nobody but itself.
        let looks = settings.sources.iter().map(|source| source::examine(source, &secrets, store, &world, texts));
        for checks in futures_util::future::join_all(looks).await {
            self.checks.extend(checks);
        }
    }

    /// The user's packs, where there are any: what is wrong is said with the line.
    async fn packs(&mut self, store: &Store, texts: Texts) {
        // What is good of them is in force from here on, as it is for the console: events are read as it reads them.
        let view = match Packs::open(store, &self.data_dir).await {
            Ok((packs, _)) => packs.view(),
            Err(error) => {
                self.checks.push(Check::failed(texts.packs(), format!("{error:#}"), texts.store_advice()));
                return;
            }
        };
        self.keep("packs.json", &view);
        if let Some(why) = view.unreadable {
            self.checks.push(Check::warning(texts.packs(), format!("{}: {why}", view.folder), texts.packs_advice()));
        }
        for pack in &view.packs {
            let name = format!("{}: {}", texts.packs(), pack.file);
            self.checks.push(match &pack.problem {
                None => Check::ok(name, texts.pack_kinds(pack.kinds)),
                Some(problem) if pack.in_force => Check::warning(name, texts.pack_problem(problem), texts.pack_last_good()),
                Some(problem) => Check::failed(name, texts.pack_problem(problem), texts.pack_refused()),
            });
        }
    }

    fn keep<T: Serialize>(&mut self, name: &'static str, value: &T) {
        // What cannot be written down as JSON is left out rather than the whole bundle.
        if let Ok(text) = self.redactor.json(value) {
            self.files.push((name, text));
        }
    }

    /// The worst of all.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// For a terminal: a line per check, and below it what to do.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let Check { name, verdict, detail, advice } = check;
            let mark = Texts(self.tongue).verdict(*verdict);
            let detail = self.redactor.clean(detail);
            writeln!(text, "{mark:<8} {name}: {detail}").expect("writing to a String cannot fail");
            if let Some(advice) = advice {
                writeln!(text, "         → {advice}").expect("writing to a String cannot fail");
            }
        }
        text
    }

    /// For a program.
    #[must_use]
    pub fn json(&self) -> String {
        // Plain texts always serialise, and so does the empty list that stands in for them.
        self.redactor.json(&json!({ "verdict": self.verdict(), "checks": self.checks })).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Write a support bundle with what was found. Blocking.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_bundle(&self) -> anyhow::Result<SupportBundle> {
        let mut files = self.files.clone();
        files.push(("about.json", self.redactor.json(&support::about("doctor", now()))?));
        files.push(("doctor.json", self.json()));
        files.push(("log.txt", self.redactor.clean(&support::last_lines(&self.data_dir))));
        support::write(&self.data_dir, &files, now())
    }
}

async fn open(data_dir: &Path, texts: Texts) -> Result<Store, Check> {
    let path = data_dir.join("events.db");
    if !path.is_file() {
        // Opening would make it, and an examination makes nothing.
        return Err(Check::warning(texts.store(), texts.no_store(data_dir), texts.no_store_advice()));
    }
    let opened = tokio::task::spawn_blocking(move || Store::look(&path, Profile::Console)).await;
    match opened {
        Ok(Ok(store)) => Ok(store),
        Ok(Err(error)) => Err(Check::failed(texts.store(), error.to_string(), texts.store_advice())),
        Err(error) => Err(Check::failed(texts.store(), error.to_string(), texts.store_advice())),
    }
}

async fn whole(store: &Store, texts: Texts) -> (Check, Value) {
    match (store.inspect().await, store.stats().await) {
        (Ok(file), Ok(stats)) => {
            let described = support::described(&file);
            let check = if file.problems.is_empty() {
                Check::ok(texts.store(), texts.stored(stats.events, stats.bytes, file.version))
            } else {
                Check::failed(texts.store(), file.problems.join("; "), texts.damaged_advice())
            };
            (check, described)
        }
        (Err(error), _) | (_, Err(error)) => {
            let words = error.to_string();
            (Check::failed(texts.store(), words.clone(), texts.store_advice()), json!({ "error": words }))
        }
    }
}

fn space(data_dir: &Path, texts: Texts) -> Check {
    // The folder may not have been made yet; its disk is that of the nearest one above it.
    let there = data_dir.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    match fs4::available_space(there) {
        Ok(free) if free < NOTHING => Check::failed(texts.disk(), texts.free(free), texts.disk_advice()),
        Ok(free) if free < LITTLE => Check::warning(texts.disk(), texts.free(free), texts.disk_advice()),
        Ok(free) => Check::ok(texts.disk(), texts.free(free)),
        Err(error) => Check::warning(texts.disk(), error.to_string(), texts.disk_advice()),
    }
}

fn roots(texts: Texts) -> Check {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found.errors.first().map(ToString::to_string).unwrap_or_default();
        return Check::failed(texts.roots(), texts.no_roots(&why), texts.roots_advice());
    }
    Check::ok(texts.roots(), texts.some_roots(found.certs.len()))
}

async fn asked(keychain: Option<Arc<dyn Keychain>>, texts: Texts) -> Check {
    let Some(keychain) = keychain else { return Check::ok(texts.keychain(), texts.no_keychain()) };
    let asked = tokio::task::spawn_blocking(move || keychain.get("watchdeck-doctor"));
    match tokio::time::timeout(KEYCHAIN, asked).await {
        Ok(Ok(Ok(_))) => Check::ok(texts.keychain(), texts.keychain_answers()),
        Ok(Ok(Err(error))) => Check::warning(texts.keychain(), error.to_string(), texts.keychain_advice()),
        Ok(Err(error)) => Check::warning(texts.keychain(), error.to_string(), texts.keychain_advice()),
        Err(_) => Check::warning(texts.keychain(), texts.keychain_silent(), texts.keychain_advice()),
    }
}

#[cfg(test)]
mod tests;
