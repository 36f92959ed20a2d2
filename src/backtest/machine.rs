//! Pending, firing, resolved: the states of one alert of one series, as the server's rule manager goes through them.

use super::Spell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Inactive,
    /// Since when.
    Pending(i64),
    Firing {
        since: i64,
        /// The first evaluation in a row that did not return the series.
        missing: Option<i64>,
    },
}

/// The state of one alert of one series, with what it went through. Times are milliseconds.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    hold: i64,
    keep: i64,
    state: State,
    /// Times that it fired.
    pub(super) fired: Vec<Spell>,
    /// Times that it was pending and did not come to fire.
    pub(super) pending: Vec<Spell>,
}

impl Machine {
    /// Of an alert with this `for` and this `keep_firing_for`.
    pub(super) fn new(hold: i64, keep: i64) -> Self {
        Self { hold, keep, state: State::Inactive, fired: Vec::new(), pending: Vec::new() }
    }

    /// Whether an evaluation without the series changes nothing.
    pub(super) fn is_inactive(&self) -> bool {
        self.state == State::Inactive
    }

    /// One evaluation, which returned the series or did not.
    pub(super) fn evaluate(&mut self, at: i64, present: bool) {
        self.state = match (self.state, present) {
            (State::Inactive, false) => State::Inactive,
            (State::Inactive, true) => self.active(at, at),
            (State::Pending(since), true) => self.active(since, at),
            (State::Pending(since), false) => {
                self.pending.push(Spell { from: since, to: Some(at) });
                State::Inactive
            }
            (State::Firing { since, .. }, true) => State::Firing { since, missing: None },
            (State::Firing { since, missing }, false) => {
                let first = missing.unwrap_or(at);
                if at.saturating_sub(first) < self.keep {
                    State::Firing { since, missing: Some(first) }
                } else {
                    self.fired.push(Spell { from: since, to: Some(at) });
                    State::Inactive
                }
            }
        };
    }

    fn active(&self, since: i64, at: i64) -> State {
        if at.saturating_sub(since) >= self.hold { State::Firing { since: at, missing: None } } else { State::Pending(since) }
    }

    /// No evaluation follows: what goes on has no end.
    pub(super) fn finish(&mut self) {
        match std::mem::replace(&mut self.state, State::Inactive) {
            State::Inactive => {}
            State::Pending(since) => self.pending.push(Spell { from: since, to: None }),
            State::Firing { since, .. } => self.fired.push(Spell { from: since, to: None }),
        }
    }
}
