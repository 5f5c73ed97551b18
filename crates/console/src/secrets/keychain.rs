//! The one narrow trait to the system's keychain, and the thread it is asked on.
//!
//! A locked keychain asks a person and answers when that person does, which may be never. So nothing here waits for it: a question is put to
//! the thread, the answer comes through a channel, and whoever asked decides how long to listen.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};
use watchdeck_secret::Secret;

/// Questions that may wait. A keychain that lets so many people wait is as good as none.
const QUEUE: usize = 32;

/// A place where the system keeps secrets, each under the name of an account. Calls may block for as long as a person takes to unlock it.
pub trait Keychain: Send + Sync + 'static {
    /// The secret of `account`; `None` when there is none.
    ///
    /// # Errors
    /// Why the keychain does not say.
    fn get(&self, account: &str) -> Result<Option<String>, KeychainError>;

    /// Keep a secret, in place of the one that is there.
    ///
    /// # Errors
    /// Why it was not kept.
    fn set(&self, account: &str, secret: &str) -> Result<(), KeychainError>;

    /// Forget a secret. Fine when there is none.
    ///
    /// # Errors
    /// Why it may still be there.
    fn delete(&self, account: &str) -> Result<(), KeychainError>;
}

/// Why a keychain did not do what it was asked, in its own words, which never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeychainError(pub String);

/// An answer on its way.
pub(super) type Answer<T> = oneshot::Receiver<Result<T, KeychainError>>;

/// What came of a question, in words where it came to nothing.
pub(super) fn words<T>(answer: Result<Result<T, KeychainError>, oneshot::error::RecvError>) -> Result<T, String> {
    match answer {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the keychain failed".to_owned()),
    }
}

type Question = Box<dyn FnOnce(&dyn Keychain) + Send>;

/// The thread.
#[derive(Debug)]
pub(super) struct Worker {
    questions: mpsc::Sender<Question>,
}

impl Worker {
    pub(super) fn start(keychain: Arc<dyn Keychain>) -> std::io::Result<Self> {
        let (questions, mut queue) = mpsc::channel::<Question>(QUEUE);
        // Not joined: it may be waiting for a person, and the process need not.
        std::thread::Builder::new().name("keychain".into()).spawn(move || {
            while let Some(question) = queue.blocking_recv() {
                // Whoever asked sees that no answer comes; the next question has its own chance.
                if catch_unwind(AssertUnwindSafe(|| question(&*keychain))).is_err() {
                    tracing::warn!("The keychain's library panicked.");
                }
            }
        })?;
        Ok(Self { questions })
    }

    pub(super) fn get(&self, account: String) -> Result<Answer<String>, String> {
        self.ask(move |keychain| keychain.get(&account)?.ok_or_else(|| KeychainError("the keychain does not hold it any more".to_owned())))
    }

    /// Kept counts as kept when it can be read again.
    pub(super) fn set(&self, account: String, secret: Secret) -> Result<Answer<()>, String> {
        self.ask(move |keychain| {
            keychain.set(&account, secret.expose())?;
            match keychain.get(&account)? {
                Some(kept) if kept == secret.expose() => Ok(()),
                _ => Err(KeychainError("the keychain gives back something else than it was given".to_owned())),
            }
        })
    }

    pub(super) fn delete(&self, account: String) -> Result<Answer<()>, String> {
        self.ask(move |keychain| keychain.delete(&account))
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Keychain) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<Answer<T>, String> {
        let (reply, answer) = oneshot::channel();
        let question: Question = Box::new(move |keychain| {
            // Nobody listens any more: what was to be kept is kept elsewhere by now.
            if !reply.is_closed() {
                drop(reply.send(work(keychain)));
            }
        });
        self.questions.try_send(question).map_err(|_| "the keychain is still busy with earlier questions".to_owned())?;
        Ok(answer)
    }
}
