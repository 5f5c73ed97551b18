//! What should be on the notification service, as a pure queue of wishes.
//!
//! The core wishes (show this, take that back) without waiting; the driver in [`crate::notify`] carries the wishes out one after the other, as fast as
//! the service answers. Between the two stands this queue. It is bounded, and a newer wish about the same toast takes the place of the older one, so a
//! toast that is taken back before it was shown is never shown.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};
use watchdeck_console::Toast;

/// Toasts that may wait for the service. Every one of them is in the window too.
const WAITING: usize = 64;
/// A toast that could not be shown for this long is left to the window: what pops up should be news.
const NEWS: Duration = Duration::from_secs(60);

/// What to do next.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    /// Show it, in the place of the one with the same id if that is still shown.
    Show(Toast),
    /// Take the shown one back.
    Retract(String),
}

impl Wish {
    fn id(&self) -> &str {
        match self {
            Self::Show(toast) => &toast.id,
            Self::Retract(id) => id,
        }
    }
}

/// The wishes that are not carried out yet, and what is on screen.
#[derive(Debug, Default)]
pub(crate) struct Board {
    waiting: VecDeque<(Instant, Wish)>,
    shown: HashSet<String>,
}

impl Board {
    /// Wishes for a toast. When too many wait, the oldest one is given up and its id returned.
    pub(crate) fn show(&mut self, toast: Toast, now: Instant) -> Option<String> {
        self.waiting.retain(|(_, wish)| wish.id() != toast.id);
        self.waiting.push_back((now, Wish::Show(toast)));
        if self.waiting.len() <= WAITING {
            return None;
        }
        // Only toasts are given up. There is one: it was just put in. What is taken back is bounded by what is shown.
        let oldest = self.waiting.iter().position(|(_, wish)| matches!(wish, Wish::Show(_)))?;
        self.waiting.remove(oldest).map(|(_, wish)| wish.id().to_owned())
    }

    /// Wishes that a toast goes away.
    pub(crate) fn retract(&mut self, id: &str, now: Instant) {
        self.waiting.retain(|(_, wish)| wish.id() != id);
        if self.shown.contains(id) {
            self.waiting.push_back((now, Wish::Retract(id.to_owned())));
        }
    }

    /// The next wish to carry out. Toasts that are no news any more are passed over.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Wish> {
        while let Some((asked, wish)) = self.waiting.pop_front() {
            match &wish {
                Wish::Show(_) if now.duration_since(asked) > NEWS => {}
                Wish::Show(toast) => {
                    self.shown.insert(toast.id.clone());
                    return Some(wish);
                }
                Wish::Retract(_) => return Some(wish),
            }
        }
        None
    }

    /// The service could not show it: it waits again, unless a newer wish has come.
    pub(crate) fn put_back(&mut self, toast: Toast, now: Instant) {
        self.shown.remove(&toast.id);
        // Full means that sixty-four newer ones wait; this one is left to the window.
        if self.waiting.len() < WAITING && !self.waiting.iter().any(|(_, wish)| wish.id() == toast.id) {
            self.waiting.push_front((now, Wish::Show(toast)));
        }
    }

    /// It is not on screen any more.
    pub(crate) fn gone(&mut self, id: &str) {
        self.shown.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::Severity;

    fn toast(id: &str) -> Toast {
        Toast { id: id.to_owned(), title: id.to_owned(), body: String::new(), severity: Severity::Info, actions: Vec::new() }
    }

    fn ids(board: &mut Board, now: Instant) -> Vec<String> {
        std::iter::from_fn(|| board.next(now)).map(|wish| wish.id().to_owned()).collect()
    }

    #[test]
    fn a_toast_taken_back_before_it_was_shown_is_never_shown() {
        let (mut board, now) = (Board::default(), Instant::now());
        assert!(board.show(toast("a"), now).is_none());
        assert!(board.show(toast("b"), now).is_none());
        board.retract("a", now);
        assert_eq!(ids(&mut board, now), ["b"]);
    }

    #[test]
    fn a_newer_toast_takes_the_place_of_the_older_with_the_same_id() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(Toast { title: "newer".to_owned(), ..toast("a") }, now);
        let Some(Wish::Show(shown)) = board.next(now) else { panic!("nothing to show") };
        assert_eq!(shown.title, "newer");
        assert!(board.next(now).is_none());
    }

    #[test]
    fn a_shown_toast_is_taken_back() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.next(now).unwrap();
        board.retract("a", now);
        assert!(matches!(board.next(now), Some(Wish::Retract(id)) if id == "a"));
        board.gone("a");
        board.retract("a", now);
        assert!(board.next(now).is_none(), "what is gone needs no taking back");
    }

    #[test]
    fn a_burst_gives_up_the_oldest_toast_and_never_a_taking_back() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("shown"), now);
        board.next(now).unwrap();
        board.retract("shown", now);
        let given_up: Vec<_> = (0..200).filter_map(|n| board.show(toast(&n.to_string()), now)).collect();
        assert_eq!(given_up.len(), 200 + 1 - WAITING);
        assert_eq!(given_up[0], "0");
        let left = ids(&mut board, now);
        assert_eq!(left[0], "shown");
        assert_eq!(left.last().unwrap(), "199");
    }

    #[test]
    fn a_toast_that_waited_for_the_service_too_long_is_left_to_the_window() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("old"), now);
        board.show(toast("new"), now + NEWS);
        assert_eq!(ids(&mut board, now + NEWS + Duration::from_secs(1)), ["new"]);
    }

    #[test]
    fn a_toast_the_service_refused_waits_again_unless_a_newer_one_came() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(toast("b"), now);
        let Some(Wish::Show(a)) = board.next(now) else { panic!("nothing to show") };
        board.put_back(a.clone(), now);
        assert_eq!(ids(&mut board, now), ["a", "b"]);
        board.show(Toast { title: "newer".to_owned(), ..a.clone() }, now);
        board.put_back(a, now);
        let Some(Wish::Show(shown)) = board.next(now) else { panic!("nothing to show") };
        assert_eq!(shown.title, "newer");
    }
}
