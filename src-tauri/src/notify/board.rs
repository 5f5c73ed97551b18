//! What should be on the notification service, and what is: pure.
//!
//! The core wishes (show this, take that back) without waiting; the driver in [`crate::notify`] carries the wishes out one after the other, as fast as
//! the service answers. Between the two stands this board. It is bounded, and a newer wish about the same toast takes the place of the older one, so a
//! toast that is taken back before it was shown is never shown. A toast with buttons asks for something: it waits, and comes back with the next
//! service, until it is answered or the core takes it back. One without is news, for a minute.

use super::heard::Number;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use watchdeck_console::Toast;

/// Toasts that may wait for the service. Every one of them is in the window too.
const WAITING: usize = 64;
/// On screen (or in the service's list) at most; the oldest that asks nothing makes room.
const SHOWN: usize = 32;
/// News that could not be shown for this long are left to the window.
const NEWS: Duration = Duration::from_secs(60);
/// A toast that the service refused so often is set aside.
const TRIES: u32 = 3;
/// Between two tries; some services refuse for a moment when many come at once.
const PAUSE: Duration = Duration::from_secs(2);
/// A service that ends may say first that it closes everything. What it closed within this time before it left was not closed by a person.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// What to do next.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    /// Show it, in the place of the one that has this number.
    Show(Waiting, Option<Number>),
    /// Close the one that has this number.
    Close(Number),
}

/// A toast that is to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) toast: Toast,
    asked: Instant,
    /// Not before.
    due: Instant,
    tries: u32,
}

#[derive(Debug)]
struct Standing {
    toast: Toast,
    number: Number,
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(crate) struct Board {
    waiting: VecDeque<Waiting>,
    /// Oldest first.
    standing: Vec<Standing>,
    closing: VecDeque<Number>,
    /// Being shown right now, and whether it was taken back meanwhile.
    on_its_way: Option<(String, bool)>,
    /// Closed by the service itself, a moment ago.
    expired: Vec<(Instant, Standing)>,
}

/// Whether somebody is to do something about it.
fn asks(toast: &Toast) -> bool {
    !toast.actions.is_empty()
}

/// Whether it can be answered and not only opened: it goes last when room is needed.
fn answerable(toast: &Toast) -> bool {
    toast.actions.iter().any(|action| action.id != "open")
}

impl Board {
    /// Wishes for a toast. When too many wait, the oldest of the least grave is given up and its id returned.
    pub(crate) fn show(&mut self, toast: Toast, now: Instant) -> Option<String> {
        self.waiting.retain(|waiting| waiting.toast.id != toast.id);
        self.expired.retain(|(_, expired)| expired.toast.id != toast.id);
        self.waiting.push_back(Waiting { toast, asked: now, due: now, tries: 0 });
        if self.waiting.len() <= WAITING {
            return None;
        }
        let (least, _) = self.waiting.iter().enumerate().min_by_key(|(at, waiting)| (waiting.toast.severity, *at))?;
        self.waiting.remove(least).map(|given_up| given_up.toast.id)
    }

    /// Wishes that a toast goes away.
    pub(crate) fn retract(&mut self, id: &str) {
        self.waiting.retain(|waiting| waiting.toast.id != id);
        self.expired.retain(|(_, expired)| expired.toast.id != id);
        if let Some((_, taken_back)) = self.on_its_way.as_mut().filter(|(shown, _)| shown == id) {
            *taken_back = true;
        }
        if let Some(at) = self.standing.iter().position(|standing| standing.toast.id == id) {
            self.closing.push_back(self.standing.remove(at).number);
        }
    }

    /// The next wish to carry out. News that are none any more are passed over.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Wish> {
        if let Some(number) = self.closing.pop_front() {
            return Some(Wish::Close(number));
        }
        self.waiting.retain(|waiting| asks(&waiting.toast) || now.duration_since(waiting.asked) <= NEWS);
        let at = self.waiting.iter().position(|waiting| waiting.due <= now)?;
        let id = self.waiting.get(at)?.toast.id.clone();
        let earlier = self.standing.iter().position(|standing| standing.toast.id == id);
        if earlier.is_none()
            && self.standing.len() >= SHOWN
            && let Some((least, _)) = self.standing.iter().enumerate().min_by_key(|(at, standing)| (answerable(&standing.toast), *at))
        {
            return Some(Wish::Close(self.standing.remove(least).number));
        }
        let waiting = self.waiting.remove(at)?;
        self.on_its_way = Some((id, false));
        Some(Wish::Show(waiting, earlier.map(|at| self.standing.remove(at).number)))
    }

    /// When [`Board::next`] has something to do again, of what waits.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.waiting.iter().map(|waiting| waiting.due).min()
    }

    /// It is on screen.
    pub(crate) fn stands(&mut self, toast: Toast, number: Number) {
        if self.arrived() {
            self.closing.push_back(number);
        } else {
            self.standing.push(Standing { toast, number });
        }
    }

    /// The service is gone: what was to be shown waits for the next one.
    pub(crate) fn put_back(&mut self, waiting: Waiting) {
        let newer = self.waiting.iter().any(|other| other.toast.id == waiting.toast.id);
        if !self.arrived() && !newer {
            self.waiting.push_front(waiting);
        }
    }

    /// The service would not show it in the place of `earlier`, which still stands. It is tried again later, behind the others; answers `false` when it
    /// was tried often enough and is set aside.
    pub(crate) fn refused(&mut self, mut waiting: Waiting, earlier: Option<Number>, now: Instant) -> bool {
        if let Some(number) = earlier {
            self.standing.push(Standing { toast: waiting.toast.clone(), number });
        }
        let newer = self.waiting.iter().any(|other| other.toast.id == waiting.toast.id);
        if self.arrived() || newer {
            return true;
        }
        waiting.tries += 1;
        waiting.due = now + PAUSE;
        if waiting.tries >= TRIES {
            return false;
        }
        self.waiting.push_back(waiting);
        true
    }

    /// What was on its way is not any more; answers whether it was taken back.
    fn arrived(&mut self) -> bool {
        self.on_its_way.take().is_some_and(|(_, taken_back)| taken_back)
    }

    /// A button of it was pressed: it asks no more. Answers its id.
    pub(crate) fn pressed(&mut self, number: &Number) -> Option<String> {
        let at = self.standing.iter().position(|standing| standing.number == *number)?;
        // Some services keep a toast whose button was pressed.
        self.closing.push_back(number.clone());
        Some(self.standing.remove(at).toast.id)
    }

    /// It is not on screen any more; `by_person` when somebody put it away.
    pub(crate) fn ended(&mut self, number: &Number, by_person: bool, now: Instant) {
        self.expired.retain(|(at, _)| now.duration_since(*at) <= LAST_BREATH);
        if let Some(at) = self.standing.iter().position(|standing| standing.number == *number) {
            let ended = self.standing.remove(at);
            if !by_person {
                self.expired.push((now, ended));
            }
        }
    }

    /// This service left (`None`: whichever there was), and its numbers with it: what stood there and asks for something waits for the next one, before
    /// everything else.
    pub(crate) fn left(&mut self, owner: Option<&str>, now: Instant) {
        let theirs = |number: &Number| owner.is_none_or(|owner| number.owner == owner);
        self.closing.retain(|number| !theirs(number));
        let expired = self.expired.drain(..).filter(|(at, expired)| theirs(&expired.number) && now.duration_since(*at) <= LAST_BREATH);
        let (stood, stands): (Vec<_>, Vec<_>) =
            expired.map(|(_, expired)| expired).chain(std::mem::take(&mut self.standing)).partition(|standing| theirs(&standing.number));
        self.standing = stands;
        for Standing { toast, .. } in stood.into_iter().rev().filter(|standing| asks(&standing.toast)) {
            if !self.waiting.iter().any(|waiting| waiting.toast.id == toast.id) {
                self.waiting.push_front(Waiting { toast, asked: now, due: now, tries: 0 });
            }
        }
    }

    /// What stands, to be closed at the end.
    pub(crate) fn all(&mut self) -> Vec<Number> {
        self.closing.drain(..).chain(self.standing.drain(..).map(|standing| standing.number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_console::ToastAction;
    use watchdeck_events::Severity;

    fn toast(id: &str) -> Toast {
        let actions = vec![ToastAction { id: "acknowledge".to_owned(), label: "Seen".to_owned() }];
        Toast { id: id.to_owned(), title: id.to_owned(), body: String::new(), severity: Severity::Info, actions }
    }

    fn news(id: &str) -> Toast {
        Toast { actions: Vec::new(), ..toast(id) }
    }

    fn number(number: u32) -> Number {
        Number { owner: ":1.7".to_owned(), number }
    }

    /// Takes the next one, which must be a toast.
    fn shown(board: &mut Board, now: Instant) -> Waiting {
        let Some(Wish::Show(waiting, _)) = board.next(now) else { panic!("nothing to show") };
        waiting
    }

    /// Shows everything, numbered from 1, and answers the ids.
    fn all(board: &mut Board, now: Instant) -> Vec<String> {
        let mut ids = Vec::new();
        while let Some(wish) = board.next(now) {
            if let Wish::Show(waiting, _) = wish {
                ids.push(waiting.toast.id.clone());
                board.stands(waiting.toast, number(ids.len() as u32));
            }
        }
        ids
    }

    #[test]
    fn a_toast_taken_back_before_it_was_shown_is_never_shown() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(toast("b"), now);
        board.retract("a");
        assert_eq!(all(&mut board, now), ["b"]);
    }

    #[test]
    fn a_toast_taken_back_while_it_was_being_shown_is_closed() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        let waiting = shown(&mut board, now);
        board.retract("a");
        board.stands(waiting.toast, number(1));
        assert!(matches!(board.next(now), Some(Wish::Close(closed)) if closed == number(1)));
    }

    #[test]
    fn a_newer_toast_takes_the_place_of_the_older_with_the_same_id() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(Toast { title: "newer".to_owned(), ..toast("a") }, now);
        let waiting = shown(&mut board, now);
        assert_eq!(waiting.toast.title, "newer");
        board.stands(waiting.toast, number(4));
        board.show(toast("a"), now);
        assert!(matches!(board.next(now), Some(Wish::Show(_, Some(earlier))) if earlier == number(4)));
    }

    #[test]
    fn a_shown_toast_is_taken_back_and_one_that_is_gone_needs_none() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(toast("b"), now);
        assert_eq!(all(&mut board, now), ["a", "b"]);
        board.retract("a");
        assert!(matches!(board.next(now), Some(Wish::Close(closed)) if closed == number(1)));
        board.ended(&number(2), true, now);
        board.retract("b");
        assert!(board.next(now).is_none());
    }

    #[test]
    fn a_burst_gives_up_the_oldest_of_the_least_grave_and_never_a_taking_back() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("shown"), now);
        all(&mut board, now);
        board.retract("shown");
        board.show(Toast { severity: Severity::Critical, ..toast("grave") }, now);
        let given_up: Vec<_> = (0..200).filter_map(|n| board.show(toast(&n.to_string()), now)).collect();
        assert_eq!((given_up.len(), given_up[0].as_str()), (200 + 1 - WAITING, "0"));
        assert!(matches!(board.next(now), Some(Wish::Close(_))));
        assert_eq!(shown(&mut board, now).toast.id, "grave");
    }

    #[test]
    fn news_that_waited_too_long_are_left_to_the_window_and_a_request_is_not() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(news("old"), now);
        board.show(toast("request"), now);
        board.show(news("new"), now + NEWS);
        assert_eq!(all(&mut board, now + NEWS + Duration::from_secs(1)), ["request", "new"]);
    }

    #[test]
    fn what_stood_and_asks_for_something_comes_back_with_the_next_service() {
        let (mut board, now) = (Board::default(), Instant::now());
        for one in [toast("alert"), news("passing"), toast("request"), toast("put away"), toast("answered")] {
            board.show(one, now);
        }
        all(&mut board, now);
        board.ended(&number(4), true, now);
        assert_eq!(board.pressed(&number(5)).as_deref(), Some("answered"));
        board.show(toast("later"), now);
        board.left(Some(":1.7"), now);
        board.retract("request");
        assert_eq!(all(&mut board, now), ["alert", "later"], "what was taken back meanwhile matters no more");
        let other = Number { owner: ":1.9".to_owned(), number: 1 };
        assert_eq!(board.pressed(&other), None, "the number of another service names nothing of ours");
    }

    #[test]
    fn the_end_of_one_service_takes_nothing_from_the_next() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        let waiting = shown(&mut board, now);
        board.stands(waiting.toast, Number { owner: ":1.9".to_owned(), number: 1 });
        board.left(Some(":1.7"), now);
        assert!(board.next(now).is_none(), "it stands, and would be shown twice");
    }

    #[test]
    fn what_a_service_closes_with_its_last_breath_was_closed_by_nobody() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("timed out"), now);
        board.show(toast("swept away"), now);
        all(&mut board, now);
        board.ended(&number(1), false, now);
        let later = now + LAST_BREATH * 3;
        board.ended(&number(2), false, later);
        board.left(None, later + LAST_BREATH / 2);
        assert_eq!(all(&mut board, later + LAST_BREATH), ["swept away"]);
    }

    #[test]
    fn a_toast_that_fails_lets_the_next_one_pass_and_is_set_aside_in_the_end() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("bad"), now);
        board.show(toast("good"), now);
        let bad = shown(&mut board, now);
        assert!(board.refused(bad, None, now));
        assert_eq!(all(&mut board, now), ["good"], "the next one does not wait for it");
        let mut at = now;
        let kept = (1..TRIES).map(|_| {
            at = board.next_due().expect("it is tried again");
            let bad = shown(&mut board, at);
            board.refused(bad, None, at)
        });
        assert_eq!(kept.last(), Some(false));
        assert!(board.next(at + PAUSE * 2).is_none());
    }

    #[test]
    fn a_toast_that_found_no_service_waits_again_unless_a_newer_one_came() {
        let (mut board, now) = (Board::default(), Instant::now());
        board.show(toast("a"), now);
        board.show(toast("b"), now);
        let a = shown(&mut board, now);
        board.put_back(a);
        let a = shown(&mut board, now);
        board.show(Toast { title: "newer".to_owned(), ..toast("a") }, now);
        board.put_back(a);
        assert_eq!(shown(&mut board, now).toast.id, "b");
        assert_eq!(shown(&mut board, now).toast.title, "newer");
    }

    #[test]
    fn when_the_screen_is_full_what_asks_nothing_makes_room() {
        let (mut board, now) = (Board::default(), Instant::now());
        for n in 0..SHOWN {
            board.show(if n == 3 { news("news") } else { toast(&n.to_string()) }, now);
        }
        all(&mut board, now);
        board.show(toast("one more"), now);
        assert!(matches!(board.next(now), Some(Wish::Close(closed)) if closed == number(4)));
        assert_eq!(shown(&mut board, now).toast.id, "one more");
    }
}
