//! The mark on the tray's icon when something waits: a dot in the upper corner, drawn here, because four icons with and without two marks are twelve files to
//! keep alike. A number would be more, but most panels draw icons too small to read one; where a panel shows text beside an icon, the number stands there.

use tauri::image::Image;
use watchdeck_console::Badge;
use watchdeck_events::Severity;

/// Where the dot is and how large, as parts of the icon's width: centre across, centre down, radius, and the radius of the gap around it.
const DOT: (f32, f32, f32, f32) = (0.78, 0.22, 0.17, 0.22);
/// The colours that the window has for the same severities.
const AMBER: [u8; 3] = [0xea, 0xb3, 0x54];
const RED: [u8; 3] = [0xff, 0x7a, 0x6d];

/// What the dot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Something waits for somebody.
    Waiting,
    /// Something critical does.
    Critical,
}

impl Mark {
    /// What the counts ask for; `None` when nothing waits.
    pub(crate) fn of(badge: Badge) -> Option<Self> {
        match badge.worst {
            _ if badge.approvals + badge.alerts == 0 => None,
            Some(Severity::Critical) => Some(Self::Critical),
            _ => Some(Self::Waiting),
        }
    }
}

/// `icon` with the dot.
#[must_use]
pub(crate) fn marked(icon: &Image<'_>, mark: Mark) -> Image<'static> {
    let (width, height) = (icon.width(), icon.height());
    let colour = match mark {
        Mark::Waiting => AMBER,
        Mark::Critical => RED,
    };
    let size = width as f32;
    let mut rgba = icon.rgba().to_vec();
    for (index, pixel) in rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((index as u32 % width) as f32 + 0.5, (index as u32 / width) as f32 + 0.5);
        let distance = (x - DOT.0 * size).hypot(y - DOT.1 * size);
        // Half a pixel on each side of an edge is mixed, so that it is smooth.
        let (dot, gap) = [DOT.2, DOT.3].map(|radius| (radius * size - distance + 0.5).clamp(0.0, 1.0)).into();
        if dot > 0.0 {
            // Inside the gap nothing of the icon shows, so the dot's edge mixes with nothing.
            pixel[..3].copy_from_slice(&colour);
        }
        pixel[3] = mix(mix(pixel[3], 0, gap), 255, dot);
    }
    Image::new_owned(rgba, width, height)
}

fn mix(from: u8, to: u8, part: f32) -> u8 {
    (f32::from(from) + (f32::from(to) - f32::from(from)) * part).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_console::Overall;

    fn badge(approvals: u32, alerts: u32, worst: Option<Severity>) -> Badge {
        Badge { approvals, alerts, worst, link: Overall::Live }
    }

    #[test]
    fn whatever_waits_is_marked_and_what_is_critical_in_red() {
        assert_eq!(Mark::of(badge(0, 0, None)), None);
        assert_eq!(Mark::of(badge(1, 0, None)), Some(Mark::Waiting));
        assert_eq!(Mark::of(badge(0, 1, Some(Severity::Warning))), Some(Mark::Waiting));
        assert_eq!(Mark::of(badge(3, 1, Some(Severity::Critical))), Some(Mark::Critical));
    }

    #[test]
    fn the_dot_covers_its_corner_and_leaves_the_state_alone() {
        let plain = Image::new_owned(vec![9; 64 * 64 * 4], 64, 64);
        let marked = marked(&plain, Mark::Critical);
        let at = |x: usize, y: usize| &marked.rgba()[(y * 64 + x) * 4..][..4];
        assert_eq!(at(50, 14), [RED[0], RED[1], RED[2], 255], "the dot");
        assert_eq!(at(50, 1)[3], 0, "the gap around it");
        assert_eq!(at(43, 43), [9; 4], "the state's own dot");
    }
}
