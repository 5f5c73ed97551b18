//! The ERP's own web interface, as a place where decisions count.
//!
//! What is asked and what an answer means is data: an `[[upstream]]` of the configuration, or a preset that is shipped. Nothing in here knows an ERP.

mod client;
mod dry_run;
mod http;
mod need;
mod outcome;
mod preset;
mod template;

pub use dry_run::dry_run;
pub use http::{Http, Prepared};
pub use preset::{PRESETS, Upstream, UpstreamError};

use crate::{
    config::Config,
    decisions::{Answer, DecisionRequest, Decisions, Handing},
};
use std::sync::Arc;

/// The places that a configuration names; `None` where it names none.
///
/// # Errors
/// What of one cannot be used.
pub fn set_up(config: &Config) -> Result<Option<Arc<dyn Decisions>>, UpstreamError> {
    let open = |upstream: &Upstream| Ok(Arc::new(Http::new(upstream.clone())?) as Arc<dyn Decisions>);
    let all = config.upstreams.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    Ok((!all.is_empty()).then(|| Arc::new(Upstreams::new(all)) as Arc<dyn Decisions>))
}

/// Several places, each for some types of resources; the first that takes a type has it.
pub struct Upstreams(Vec<Arc<dyn Decisions>>);

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upstreams").field(&self.0.len()).finish()
    }
}

impl Upstreams {
    /// In the order in which they are asked.
    #[must_use]
    pub fn new(all: Vec<Arc<dyn Decisions>>) -> Self {
        Self(all)
    }

    fn of(&self, resource_type: &str) -> Option<&Arc<dyn Decisions>> {
        self.0.iter().find(|one| one.takes(resource_type))
    }
}

#[async_trait::async_trait]
impl Decisions for Upstreams {
    fn takes(&self, resource_type: &str) -> bool {
        self.of(resource_type).is_some()
    }

    fn check(&self, decision: &DecisionRequest) -> Result<(), String> {
        self.of(&decision.resource_type).map_or(Ok(()), |one| one.check(decision))
    }

    async fn decide(&self, handing: Handing) -> Answer {
        match self.of(&handing.decision.resource_type) {
            Some(one) => one.decide(handing).await,
            // The configuration has changed since it was received.
            None => Answer::Unavailable(format!("nobody takes decisions on `{}` any more", handing.decision.resource_type)),
        }
    }
}
