//! Following a channel: whether the client may, and where it begins.

use super::{Flow, Writer};
use crate::{
    access::Use,
    audit::{Act, Entry},
    log::now,
    session::{
        cursor::{self, MOST_CHANNELS},
        native,
    },
};
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::{ErrorCode, Position, Rewind};
use watchdeck_store::Limit;

impl Writer<'_> {
    pub(super) async fn follow(&mut self, channel: Channel, position: Option<Position>, rewind: Option<Rewind>) -> Flow {
        let Some(reading) = self.principal.view(&channel) else {
            let message = "your roles do not let you read this channel; ask for one that does";
            let refused = Entry::new(now(), &*self.principal.id, Act::Refused).from(self.from.map(str::to_owned));
            self.shared.audit.note(refused.what(channel.as_str()).detail("may not read this channel"));
            return self.refuse(ErrorCode::Forbidden, message, &channel, None).await;
        };
        let known = self.cursors.follows(&channel);
        if !known && self.cursors.len() >= MOST_CHANNELS {
            let message = format!("one session may follow {MOST_CHANNELS} channels; leave some or open another session");
            return self.refuse(ErrorCode::RateLimited, &message, &channel, None).await;
        }
        if !self.dialect.is_native() && known {
            return Ok(());
        }
        if let Err(wait) = self.principal.take(Use::Subscribe, 1) {
            let message = format!("channels are followed faster than this gateway's [limits] allow; wait {} s", wait.as_secs() + 1);
            return self.refuse(ErrorCode::RateLimited, &message, &channel, Some(wait)).await;
        }
        if !known {
            self.shared.audit.followed(&self.principal.id, self.from, channel.as_str());
        }
        // Listened first, so that no commit falls between the bounds and the ear.
        let channel = self.cursors.follow(&channel);
        self.cursors.see(&channel, reading);
        // The bounds are read once: `subscribed` and the cursor speak of the same moment, and whatever is logged later follows the cursor.
        let store = self.shared.log.store();
        let mut bounds = store.channel_bounds(&channel);
        if position.as_ref().is_some_and(|position| position.epoch == store.epoch() && position.offset > bounds.last) {
            // Another gateway on this log has sent what is not known here yet: asked beyond its end, the log looks. Where that fails, the position is not
            // resumed, which is told.
            store.read_after(store.head(), Limit::from(1)).await.ok();
            bounds = store.channel_bounds(&channel);
        }
        let resumed = position.as_ref().map(|position| cursor::resume(position, store.epoch(), bounds));
        let sent = match (resumed, rewind) {
            (Some(Ok(offset)), _) => offset,
            (_, Some(Rewind::Count(count))) => cursor::rewound(count, bounds),
            (_, Some(Rewind::Since(since))) => match store.channel_offset_at(&channel, Millis(since)).await {
                Ok(before) => before.max(bounds.first.saturating_sub(1)).min(bounds.last),
                Err(error) => {
                    tracing::warn!(%error, %channel, "A rewind could not be looked up.");
                    self.cursors.leave(&channel);
                    return self
                        .refuse(ErrorCode::Internal, "the gateway cannot read its log just now; subscribe again", &channel, None)
                        .await;
                }
            },
            (_, None) => bounds.last,
        };
        if self.dialect.is_native() {
            let now = Position::new(store.epoch(), bounds.last);
            let answer = native::subscribed(channel.as_str(), now, matches!(resumed, Some(Ok(_))), resumed.and_then(Result::err));
            self.feed(answer).await?;
        }
        self.cursors.begin(&channel, sent);
        if sent < bounds.last {
            self.marked.push(channel);
        }
        Ok(())
    }
}
