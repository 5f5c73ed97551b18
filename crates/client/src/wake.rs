//! A server that starts lazily listens only after somebody has asked for a page of its application; this asks.

use crate::{
    ending::Ending,
    http::{self, Asker, HttpError},
    profile::Profile,
    status::Cause,
};
use std::{future::Future, time::Duration};

/// The longest page that is read. Longer ones have woken it too.
const MAX_PAGE: usize = 256 << 10;
/// When a server that was just woken is dialled again: at its answer, and then so long after the failure before.
const THEN_AFTER: [Duration; 3] = [Duration::ZERO, Duration::from_millis(250), Duration::from_millis(1000)];

/// Nobody listened, with `detail`: ask for the wake-up address at `place`, and dial again.
pub(crate) async fn wake<T, F>(profile: &Profile, place: &str, detail: String, dial: impl Fn() -> F) -> Result<T, Ending>
where
    F: Future<Output = Result<T, Ending>>,
{
    let said = ask(profile, place).await;
    tracing::debug!(link = &*profile.id, said, "Nobody listened, so the wake-up address was asked.");
    for pause in THEN_AFTER {
        tokio::time::sleep(pause).await;
        match dial().await {
            Err(Ending::Retry { cause: Cause::ConnectionRefused, .. }) => {}
            other => return other,
        }
    }
    Err(Ending::retry(Cause::ConnectionRefused, format!("{detail}; {said}")))
}

/// What came of it, in words; whether it helped is known only from the next dial.
async fn ask(profile: &Profile, place: &str) -> String {
    let asked = async {
        let url = http::address(profile, place)?;
        Asker::new(profile, &url, true, profile.timing.connect).await?.get(url, MAX_PAGE).await
    };
    match asked.await {
        Ok(answer) => format!("the wake-up address answered HTTP {}", answer.status),
        Err(HttpError::TooLarge(_)) => "the wake-up address answered".into(),
        Err(error) => format!("the wake-up address: {error}"),
    }
}
