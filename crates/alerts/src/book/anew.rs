//! Alerts of a version that knew one world only get the names that they would have now.

use super::AlertBook;
use watchdeck_events::Millis;
use watchdeck_wire::views::AlertView;

impl AlertBook {
    /// The events behind living alerts of an earlier version, which have no source in their name.
    #[must_use]
    pub fn nameless(&self) -> Vec<u64> {
        self.active.values().filter(|alert| alert.is_nameless()).filter_map(|alert| alert.view.seq).collect()
    }

    /// Alerts of an earlier version have no source in their name. Given it, they get the one that they would have now; what cannot be named ends.
    pub fn name_anew(&mut self, name: impl Fn(&AlertView) -> Option<(String, String)>, at: Millis) {
        let old: Vec<_> = self.active.values().filter(|alert| alert.is_nameless()).map(|alert| alert.view.id.clone()).collect();
        for id in old {
            let named = self.active.get(&id).and_then(|alert| name(&alert.view));
            match named {
                Some((new, source)) if !self.active.contains_key(&new) => {
                    let Some(mut alert) = self.remove(&id) else { continue };
                    alert.view.id.clone_from(&new);
                    alert.view.source = Some(source);
                    self.touch(&id);
                    self.touch(&new);
                    self.insert(new, alert);
                }
                _ => drop(self.end(&id, at)),
            }
        }
    }
}
