//! What the window shows in place of notifications, while nothing outside of it can.
//!
//! The notifier decides what people are told, once for every host; here its words only wait to be drawn. What is retracted outside is retracted here.

use std::collections::VecDeque;
use watchdeck_wire::live::NoticeView;

/// Notices kept: three and a summary are told at once, and answers to buttons.
const KEPT: usize = 8;

/// The notices of now, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Notices(VecDeque<NoticeView>);

impl Notices {
    /// One with the id of an earlier one takes its place.
    pub(crate) fn put(&mut self, notice: NoticeView) {
        self.remove(&notice.id);
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(notice);
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|notice| notice.id != id);
        before != self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> Vec<NoticeView> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::Severity;

    fn notice(id: &str, title: &str) -> NoticeView {
        NoticeView {
            id: id.into(),
            severity: Severity::Warning,
            title: title.into(),
            body: String::new(),
            actions: Vec::new(),
            request: None,
            seq: None,
        }
    }

    #[test]
    fn a_notice_is_replaced_by_its_id_and_the_oldest_goes_first() {
        let mut notices = Notices::default();
        (0..10).for_each(|n| notices.put(notice(&n.to_string(), "a")));
        notices.put(notice("5", "b"));
        let ids: Vec<_> = notices.all().into_iter().map(|notice| (notice.id, notice.title)).collect();
        assert_eq!((ids.len(), ids.last()), (KEPT, Some(&("5".to_owned(), "b".to_owned()))));
        assert!(notices.remove("9") && !notices.remove("9") && !notices.remove("0"));
    }
}
