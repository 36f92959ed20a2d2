//! Where panels stand: 24 columns, from the left; a new line begins where the width is used up.

use crate::plan::grafana::panel::Place;
use crate::spec::dashboard::PanelKind;

/// How many columns a dashboard has.
pub(super) const COLUMNS: u16 = 24;

/// The greatest height of a panel that still is a panel.
pub(super) const MAX_HEIGHT: u16 = 200;

/// Width and height of a panel that says none.
pub(super) fn default_size(kind: PanelKind) -> (u16, u16) {
    match kind {
        PanelKind::Stat => (6, 4),
        PanelKind::Gauge => (6, 6),
        PanelKind::Piechart => (8, 8),
        PanelKind::Text => (12, 4),
        PanelKind::Timeseries | PanelKind::Bargauge | PanelKind::Table | PanelKind::Heatmap | PanelKind::StateTimeline => (12, 8),
    }
}

/// Lays panels out one after the other.
pub(super) struct Flow {
    x: u32,
    y: u32,
    line: u32,
}

impl Flow {
    /// Begins at a line.
    pub(super) fn at(y: u32) -> Self {
        Self { x: 0, y, line: 0 }
    }

    /// The place of the next panel.
    pub(super) fn place(&mut self, width: u16, height: u16) -> Place {
        let (w, h) = (u32::from(width.clamp(1, COLUMNS)), u32::from(height.clamp(1, MAX_HEIGHT)));
        if self.x + w > u32::from(COLUMNS) {
            self.y = self.end();
            self.x = 0;
            self.line = 0;
        }
        let place = Place { x: self.x, y: self.y, w, h };
        self.x += w;
        self.line = self.line.max(h);
        place
    }

    /// The first free line.
    pub(super) fn end(&self) -> u32 {
        self.y.saturating_add(self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_flow_and_never_overlap() {
        let mut flow = Flow::at(1);
        let places: Vec<Place> =
            [(8, 4), (8, 8), (8, 2), (20, 3), (5, 1), (0, 0), (99, 999)].map(|(w, h)| flow.place(w, h)).into();
        let corners: Vec<_> = places.iter().map(|place| (place.x, place.y, place.w, place.h)).collect();
        assert_eq!(
            corners,
            [(0, 1, 8, 4), (8, 1, 8, 8), (16, 1, 8, 2), (0, 9, 20, 3), (0, 12, 5, 1), (5, 12, 1, 1), (0, 13, 24, 200)]
        );
        assert_eq!(flow.end(), 213);
        for (index, a) in places.iter().enumerate() {
            for b in &places[index + 1..] {
                assert!(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, "{a:?} {b:?}");
            }
        }
    }
}
