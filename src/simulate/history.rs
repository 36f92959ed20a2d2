//! Which scenarios hold, and since when.

/// A time in which a scenario holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    /// The place of the scenario in the simulation's list.
    pub scenario: usize,
    /// Its start, in seconds since 1970.
    pub from: f64,
    /// Its end; infinite while it holds.
    pub to: f64,
}

/// All times in which scenarios held. With it, the value of a series is a function of the time alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    episodes: Vec<Episode>,
}

impl History {
    /// Lets a scenario hold from a time on; one that holds already goes on.
    pub fn begin(&mut self, scenario: usize, at: f64) {
        if !self.holds(scenario, at) {
            self.episodes.push(Episode { scenario, from: at, to: f64::INFINITY });
        }
    }

    /// Ends a scenario; says whether it held.
    pub fn end(&mut self, scenario: usize, at: f64) -> bool {
        let mut held = false;
        for episode in self.episodes.iter_mut().filter(|episode| episode.scenario == scenario && episode.to > at) {
            episode.to = at.max(episode.from);
            held = true;
        }
        held
    }

    /// Whether a scenario holds at a time.
    pub fn holds(&self, scenario: usize, at: f64) -> bool {
        self.episodes.iter().any(|episode| episode.scenario == scenario && (episode.from..episode.to).contains(&at))
    }

    /// Whether one of these scenarios holds at a time.
    pub(super) fn any_holds(&self, scenarios: &[usize], at: f64) -> bool {
        !scenarios.is_empty() && scenarios.iter().any(|scenario| self.holds(*scenario, at))
    }

    /// The times in which one of these holds, each with what it brings, in the order in which they began.
    pub(super) fn of<'e, T: Copy>(&'e self, effects: &'e [(usize, T)]) -> impl Iterator<Item = (Episode, T)> + 'e {
        self.episodes.iter().flat_map(move |episode| {
            effects.iter().filter(|(scenario, _)| *scenario == episode.scenario).map(move |(_, effect)| (*episode, *effect))
        })
    }

    /// What holds at a time; the one that began last.
    pub(super) fn at<T: Copy>(&self, effects: &[(usize, T)], t: f64) -> Option<T> {
        if effects.is_empty() || self.episodes.is_empty() {
            return None;
        }
        self.of(effects).filter(|(episode, _)| (episode.from..episode.to).contains(&t)).last().map(|(_, effect)| effect)
    }
}

/// What a rate adds up to between two times: the usual one, or within an episode the rate that the episode brings. The one that began last wins.
pub(super) fn grown(from: f64, to: f64, episodes: &[(Episode, f64)], usual: impl Fn(f64, f64) -> f64) -> f64 {
    pieces(from, to, episodes)
        .into_iter()
        .map(|(from, to, rate)| rate.map_or_else(|| usual(from, to), |rate| rate * (to - from)))
        .sum()
}

/// A span of time cut where episodes begin and end, with what each piece brings.
pub(super) fn pieces(from: f64, to: f64, episodes: &[(Episode, f64)]) -> Vec<(f64, f64, Option<f64>)> {
    if to <= from {
        return Vec::new();
    }
    let mut cuts = vec![from, to];
    cuts.extend(episodes.iter().flat_map(|(episode, _)| [episode.from, episode.to]).filter(|cut| *cut > from && *cut < to));
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts.windows(2)
        .map(|pair| {
            let holds = |(episode, _): &&(Episode, f64)| (episode.from..episode.to).contains(&pair[0]);
            (pair[0], pair[1], episodes.iter().rfind(holds).map(|(_, rate)| *rate))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_only_during_its_episode() {
        let episodes = [(Episode { scenario: 0, from: 10.0, to: 20.0 }, 5.0)];
        assert_eq!(grown(0.0, 30.0, &episodes, |from, to| to - from), 10.0 + 50.0 + 10.0);
        assert_eq!(grown(12.0, 14.0, &episodes, |from, to| to - from), 10.0);
        assert_eq!(grown(14.0, 12.0, &episodes, |from, to| to - from), 0.0);
    }

    #[test]
    fn what_began_last_wins_and_ends() {
        let mut history = History::default();
        history.begin(0, 10.0);
        history.begin(1, 15.0);
        history.begin(1, 16.0);
        let effects = [(0, 'a'), (1, 'b')];
        assert_eq!([9.0, 10.0, 15.0].map(|t| history.at(&effects, t)), [None, Some('a'), Some('b')]);
        assert!(history.end(1, 20.0));
        assert!(!history.end(1, 21.0));
        assert_eq!([19.0, 20.0].map(|t| history.at(&effects, t)), [Some('b'), Some('a')]);
    }
}
