//! What the session's user may, told at the beginning and whenever it changes.

use super::{Flow, Writer};
use crate::{
    access::Principal,
    frame,
    session::{native, step::Ending},
};
use tokio::time::Instant;
use watchdeck_protocol::{ErrorCode, ServerFrame};

impl Writer<'_> {
    pub(super) fn hello(&mut self) -> String {
        self.decides = self.may_decide();
        let whole = self.principal.grants.may_read_all().then(|| self.shared.tail.names.list());
        let (known, channels, listed) = match whole {
            Some((known, list)) => (known, Vec::new(), Some(list)),
            None => {
                let (known, channels) = self.readable();
                (known, channels, None)
            }
        };
        self.announced = known;
        let hello = ServerFrame::Hello {
            session: uuid::Uuid::now_v7().to_string().into(),
            server: env!("CARGO_PKG_VERSION").into(),
            user: self.principal.user(self.decides.clone()),
            ping_interval_ms: u64::try_from(self.shared.ping_interval.as_millis()).unwrap_or(u64::MAX),
            channels,
        };
        listed.map_or_else(|| frame::text(&hello), |listed| native::with_channels(&hello, &listed))
    }

    /// Everything that there is and the user may read; its own notifications before there are any. And how many channels are known with it.
    fn readable(&self) -> (usize, Vec<String>) {
        let grants = &self.principal.grants;
        let (known, mut channels) = self.shared.tail.names.readable(0, |channel| grants.may_read(channel));
        if let Some(own) = grants.own().map(ToString::to_string)
            && !channels.contains(&own)
        {
            channels.push(own);
        }
        (known, channels)
    }

    /// Tell a native client of channels that were heard of since: one that follows everything would miss them in silence.
    pub(super) async fn announce(&mut self) -> Flow {
        let told = *self.names.borrow_and_update();
        if self.principal.grants.may_read_all() {
            while let Some((known, frame)) = self.shared.tail.names.since(self.announced) {
                self.feed(frame).await?;
                self.announced = known;
            }
        } else if told > self.announced {
            let grants = &self.principal.grants;
            let (known, channels) = self.shared.tail.names.readable(self.announced, |channel| grants.may_read(channel));
            self.announced = known;
            if !channels.is_empty() {
                self.feed(frame::text(&ServerFrame::Channels { channels, decides: None })).await?;
            }
        }
        Ok(())
    }

    /// The user's roles are others by now. That it is nobody any more ends the session elsewhere, however slow its client is.
    pub(super) async fn heed(&mut self) -> Flow {
        let person = self.standing.as_mut().and_then(|standing| standing.borrow_and_update().clone());
        match person {
            Some(person) => self.stand_as(self.shared.access.as_of(&self.principal, &person)).await,
            None => Ok(()),
        }
    }

    /// A new token: it counts longer than the one before, or for somebody else.
    pub(super) async fn refresh(&mut self, token: String) -> Flow {
        match self.shared.access.renewed(token).await {
            Ok(principal) => {
                self.standing = principal.standing();
                self.stand_as(principal).await
            }
            Err(refusal) => Err(Some(Ending::close(refusal.close_code(), refusal.reason))),
        }
    }

    /// What may not be read any more ends at once, what may be read now is told.
    async fn stand_as(&mut self, principal: Principal) -> Flow {
        let is_other = (&self.principal.id, &self.principal.roles) != (&principal.id, &principal.roles);
        self.principal = principal;
        self.pass.send_replace(self.principal.clone());
        for channel in self.cursors.followed() {
            if let Some(reading) = self.principal.view(&channel) {
                self.cursors.see(&channel, reading);
                continue;
            }
            self.cursors.leave(&channel);
            self.refuse(ErrorCode::Forbidden, "your roles do not let you read this channel any more", &channel, None).await?;
        }
        if self.dialect.is_native() && is_other {
            let (known, channels) = self.readable();
            self.announced = known;
            self.decides = self.may_decide();
            let decides = Some(self.decides.clone());
            self.feed(frame::text(&ServerFrame::Channels { channels, decides })).await?;
        }
        Ok(())
    }

    /// What it may decide, in its own name or in that of somebody who is away.
    fn may_decide(&self) -> Vec<String> {
        self.shared.delegations.widened(&self.principal, &self.shared.access)
    }

    /// Somebody has passed on what it may decide, or is back.
    pub(super) async fn tell_decides(&mut self) -> Flow {
        self.delegated.mark_unchanged();
        let decides = self.may_decide();
        if decides != self.decides {
            self.decides.clone_from(&decides);
            self.feed(frame::text(&ServerFrame::Channels { channels: Vec::new(), decides: Some(decides) })).await?;
        }
        Ok(())
    }

    /// Whether the client has a share of bytes left; else when it has again.
    pub(super) fn has_paid(&mut self) -> bool {
        match self.principal.pay(std::mem::take(&mut self.unpaid)) {
            Ok(()) => true,
            Err(debt) => {
                (self.unpaid, self.slowed) = (debt.bytes, Some(Instant::now() + debt.wait));
                false
            }
        }
    }
}
