//! A bar on the terminal while work goes on, and how long each part of it took.

use std::fmt;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline::{Observer, Phase};

/// Work that ends sooner is shown nothing of: a bar that flickers up tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

const PHASES: [(Phase, &str); 6] = [
    (Phase::Load, "load"),
    (Phase::Resolve, "resolve"),
    (Phase::Lint, "lint"),
    (Phase::Lower, "lower"),
    (Phase::Emit, "emit"),
    (Phase::Write, "write"),
];

fn word(phase: Phase) -> &'static str {
    PHASES.iter().find(|(other, _)| *other == phase).map_or("", |(_, word)| word)
}

/// The progress of one piece of work.
pub(super) struct Progress {
    begun: Mutex<Vec<(Phase, Instant)>>,
    bar: ProgressBar,
    shower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins. With `shown` a bar appears on standard error if the work takes longer than a moment.
    pub(super) fn begin(shown: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(PHASES.len() as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}") {
            bar.set_style(style);
        }
        let shower = shown.then(|| {
            let (ended, wait) = mpsc::channel::<()>();
            let bar = bar.clone();
            let thread = std::thread::spawn(move || {
                if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
            (ended, thread)
        });
        Self { begun: Mutex::default(), bar, shower }
    }

    /// Ends: the bar goes away, and what follows may be printed.
    pub(super) fn end(mut self) -> Timings {
        let end = Instant::now();
        self.hide();
        let begun = self.begun.lock().map(|begun| begun.clone()).unwrap_or_default();
        let ends = begun.iter().skip(1).map(|(_, at)| *at).chain([end]);
        Timings { parts: begun.iter().zip(ends).map(|((phase, begin), end)| (*phase, end - *begin)).collect() }
    }

    fn hide(&mut self) {
        if let Some((ended, thread)) = self.shower.take() {
            drop(ended);
            // It only draws; whatever became of it, there is no bar any more.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.hide();
    }
}

impl Observer for Progress {
    fn begins(&self, phase: Phase) {
        if let Ok(mut begun) = self.begun.lock() {
            begun.push((phase, Instant::now()));
        }
        self.bar.set_position(PHASES.iter().take_while(|(other, _)| *other < phase).count() as u64);
        self.bar.set_message(word(phase));
    }
}

/// How long each part took, in their order; a part may come more than once.
pub(super) struct Timings {
    parts: Vec<(Phase, Duration)>,
}

impl Timings {
    /// All parts together.
    pub(super) fn total(&self) -> Duration {
        self.parts.iter().map(|(_, took)| *took).sum()
    }
}

impl fmt::Display for Timings {
    /// `timings: load 3 ms, resolve 20 ms; 23 ms in all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sums: Vec<(Phase, Duration)> = Vec::new();
        for (phase, took) in &self.parts {
            match sums.iter_mut().find(|(other, _)| other == phase) {
                Some((_, sum)) => *sum += *took,
                None => sums.push((*phase, *took)),
            }
        }
        let parts: Vec<String> = sums.iter().map(|(phase, took)| format!("{} {} ms", word(*phase), took.as_millis())).collect();
        write!(f, "timings: {}; {} ms in all", parts.join(", "), self.total().as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_comes_twice_is_summed() {
        let ms = Duration::from_millis;
        let timings = Timings { parts: vec![(Phase::Load, ms(2)), (Phase::Lint, ms(5)), (Phase::Load, ms(4))] };
        assert_eq!(timings.to_string(), "timings: load 6 ms, lint 5 ms; 11 ms in all");
    }

    #[test]
    fn every_phase_ends_where_the_next_begins() {
        let progress = Progress::begin(false);
        progress.begins(Phase::Load);
        progress.begins(Phase::Lint);
        let timings = progress.end();
        assert_eq!(timings.parts.iter().map(|(phase, _)| *phase).collect::<Vec<_>>(), [Phase::Load, Phase::Lint]);
    }
}
