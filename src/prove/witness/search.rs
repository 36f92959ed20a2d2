//! Tests for alerts whose expression cannot be walked backwards: several conditions on one series, a value that stands on both sides.
//!
//! The series that it reads are known all the same. Values for them are tried out until the condition holds; then one of them at a time is
//! moved until it does not, and the two are brought together until the threshold lies just between them.

use std::collections::BTreeSet;

use crate::promql::ast::{Expr, ExprKind};
use crate::promql::catalog::{Catalog, MetricType};
use crate::prove::series::NAME;
use crate::prove::solve::{Atom, Leaf, Level, Line, Question, Side, possible, snap, solve};
use crate::prove::timeline::{Phase, Timeline};
use crate::prove::witness::bench::{Bench, Trial, beside};
use crate::prove::witness::timing::longest_range;
use crate::prove::witness::{MOST_STEPS, UnitTest};

/// How many assignments of values are tried for one set of series.
const MOST_TRIES: usize = 600;
/// How many tests are made of one assignment.
const MOST_FOUND: usize = 4;
/// How many series are searched over.
const MOST_SERIES: usize = 12;
/// How often two assignments are halved.
const HALVINGS: usize = 60;
/// Values of all sizes.
const SIZES: [f64; 12] = [0.0, 1.0, 10.0, 0.5, 100.0, 2.0, 0.1, 5.0, 1e3, 0.01, 1e6, 1e10];
/// How much of a value is gone at the end of the test, for what is extrapolated.
const FALLS: [f64; 4] = [0.0, 0.5, 0.25, 0.75];

/// What one series is like in a phase.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Setting {
    /// Its value at the start of the phase, how much it grows, or how often it changes.
    size: f64,
    /// How much of it is lost in the course of the test.
    fall: f64,
}

/// Numbers of steps.
#[derive(Clone, Copy)]
struct Steps {
    lead: usize,
    quiet: usize,
    far: usize,
    fires: usize,
    back: usize,
}

impl Steps {
    fn all(self) -> usize {
        self.lead + self.quiet + self.far + self.fires + self.back
    }
}

/// Series whose values are to be found.
struct Search<'s, 'b, 'a> {
    bench: &'s Bench<'b, 'a>,
    expr: &'a Expr,
    leaves: Vec<Leaf>,
    sizes: Vec<f64>,
    /// Whether what is read is extrapolated, so that series may fall.
    falls: bool,
    steps: Steps,
}

impl<'a> Bench<'_, 'a> {
    /// Tests whose samples were found by trying; none where nothing was found.
    pub(super) fn tried(&self) -> Vec<(UnitTest, Trial)> {
        let Some(rule) = self.family.get(self.own).copied() else { return Vec::new() };
        let expr = &rule.expr.ast;
        for (copies, way) in [(1, 0), (2, 0), (4, 0), (1, 1), (2, 1)] {
            let script = [way];
            let question = Question {
                script: &script[..way.min(1)],
                focus: None,
                side: Side::Hold,
                scale: 0,
                origin: 0.0,
                length: 0.0,
                loose: Some(copies),
            };
            let Ok(leaves) = solve(&self.stack.ground, expr, question).leaves else { continue };
            if leaves.is_empty() || leaves.len() > MOST_SERIES {
                continue;
            }
            let Some(search) = Search::new(self, expr, leaves) else { continue };
            let found = search.run();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }
}

impl<'s, 'b, 'a> Search<'s, 'b, 'a> {
    fn new(bench: &'s Bench<'b, 'a>, expr: &'a Expr, leaves: Vec<Leaf>) -> Option<Self> {
        let rule = bench.family.get(bench.own)?;
        let step = bench.stack.ground.step;
        let steps = |millis: i64| usize::try_from((millis.max(0) + step - 1) / step).unwrap_or(usize::MAX);
        let settle = steps(leaves.iter().map(|leaf| leaf.window).max().unwrap_or(0).max(longest_range(expr)));
        let hold = steps(rule.hold.map_or(0, |hold| hold.millis));
        let keep = steps(rule.keep_firing_for.map_or(0, |keep| keep.millis));
        let numbers = numbers(expr);
        // What is compared with the time of day zero of the test has to wait.
        let wait = if calls(expr, &["time"]) {
            let longest = numbers.iter().copied().filter(|number| *number < 1e7).fold(0.0, f64::max);
            steps((longest * 1500.0) as i64)
        } else {
            0
        };
        let lead = steps(leaves.iter().map(|leaf| leaf.shift).max().unwrap_or(0));
        let steps = Steps {
            lead,
            quiet: settle.saturating_add(hold).saturating_add(wait).saturating_add(2),
            far: settle.saturating_add(2),
            fires: settle.saturating_add(hold).saturating_add(4),
            back: settle.saturating_add(keep).saturating_add(4),
        };
        if [settle, hold, wait, keep, lead].iter().any(|part| *part > MOST_STEPS) || steps.all() > MOST_STEPS {
            return None;
        }
        let mut sizes: Vec<f64> = Vec::new();
        let near = numbers.iter().flat_map(|number| [*number, number * 1.2, number * 0.8, number * 2.0, number * 0.5]);
        for size in SIZES.into_iter().chain(near) {
            let size = snap(size);
            if size.is_finite() && !sizes.contains(&size) {
                sizes.push(size);
            }
        }
        let falls = calls(expr, &["predict_linear", "deriv", "delta"]);
        Some(Self { bench, expr, leaves, sizes, falls, steps })
    }

    fn seconds(&self, steps: usize) -> f64 {
        steps as f64 * self.bench.stack.ground.step as f64 / 1000.0
    }

    /// The series in a phase that begins at a step; nothing where a series cannot be like that.
    fn phase(&self, settings: &[Setting], start: usize) -> Option<Vec<Leaf>> {
        let mut leaves = Vec::with_capacity(self.leaves.len());
        for (leaf, setting) in self.leaves.iter().zip(settings) {
            let level = match leaf.level {
                Level::Growth(_) => Level::Growth(setting.size),
                Level::Changes(_) => Level::Changes(count(setting.size)?),
                Level::Resets(_) => Level::Resets(count(setting.size)?),
                Level::Any | Level::Value(_) => {
                    let slope = -setting.size * setting.fall / self.seconds(self.steps.all());
                    Level::Value(Line { start: snap(setting.size - slope * self.seconds(start)), slope })
                }
            };
            let name = leaf.labels.get(NAME);
            let variants = self.bench.stack.ground.catalog.variants(name);
            let fits = variants.iter().any(|variant| {
                let plain = match level {
                    Level::Value(_) => Level::Value(Line::flat(setting.size)),
                    level => level,
                };
                let may_fall = setting.fall == 0.0 || variant.metric_type == MetricType::Gauge;
                may_fall && possible(name, variant, plain).is_ok()
            });
            if !fits {
                return None;
            }
            leaves.push(Leaf { level, ..leaf.clone() });
        }
        Some(leaves)
    }

    /// Whether the condition holds after series have been like that for a while; nothing where they cannot.
    fn holds(&self, settings: &[Setting]) -> Option<bool> {
        let sudden = self.leaves.iter().any(|leaf| matches!(leaf.level, Level::Changes(_) | Level::Resets(_)));
        let (before, length) = if sudden { (2, self.steps.far / 2 + 2) } else { (0, self.steps.quiet) };
        let mut phases = Vec::new();
        if sudden {
            let still: Vec<Setting> = settings.iter().map(|setting| Setting { size: 0.0, ..*setting }).collect();
            phases.push(Phase { leaves: self.phase(&still, self.steps.lead)?, length: before });
        }
        phases.push(Phase { leaves: self.phase(settings, self.steps.lead + before)?, length });
        let timeline = Timeline { lead: self.steps.lead, phases, step: self.bench.stack.ground.step };
        let mut store = timeline.store(&[]);
        let points = self.bench.simulation().last(&mut store, timeline.length(), self.expr).ok()?;
        Some(!points.is_empty())
    }

    fn run(&self) -> Vec<(UnitTest, Trial)> {
        let Some(wild) = self.firing() else { return Vec::new() };
        let plain = self.plain(wild.clone());
        let found = self.tests(&plain);
        if found.is_empty() && plain != wild { self.tests(&wild) } else { found }
    }

    /// Tests in which one series after the other leads to where the condition does not hold.
    fn tests(&self, firing: &[Setting]) -> Vec<(UnitTest, Trial)> {
        let mut found = Vec::new();
        for index in 0..firing.len() {
            if found.len() >= MOST_FOUND {
                break;
            }
            let mut far = firing.to_vec();
            let quiet = self.sizes.iter().copied().find(|size| {
                if let Some(setting) = far.get_mut(index) {
                    setting.size = *size;
                }
                self.holds(&far) == Some(false)
            });
            if quiet.is_none() {
                continue;
            }
            let (quiet, hold) = self.together(&far, firing, index);
            found.extend(self.test(&far, &quiet, &hold));
        }
        found
    }

    /// Settings with which the condition holds.
    fn firing(&self) -> Option<Vec<Setting>> {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |count: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap_or(0) % count.max(1)
        };
        for _ in 0..MOST_TRIES {
            let settings: Vec<Setting> = self
                .leaves
                .iter()
                .map(|_| {
                    let size = self.sizes.get(next(self.sizes.len())).copied().unwrap_or(1.0);
                    let fall = if self.falls { FALLS.get(next(FALLS.len())).copied().unwrap_or(0.0) } else { 0.0 };
                    Setting { size, fall }
                })
                .collect();
            if self.holds(&settings) == Some(true) {
                return Some(settings);
            }
        }
        None
    }

    /// The same with plain values wherever these do as well: between wild ones a threshold is not met closely.
    fn plain(&self, mut settings: Vec<Setting>) -> Vec<Setting> {
        for index in 0..settings.len() {
            for size in [1.0, 10.0, 0.0, 100.0] {
                let mut other = settings.clone();
                if let Some(setting) = other.get_mut(index) {
                    setting.size = size;
                }
                if self.holds(&other) == Some(true) {
                    settings = other;
                    break;
                }
            }
        }
        settings
    }

    /// Moves one series from where the condition does not hold and from where it does towards the threshold.
    fn together(&self, far: &[Setting], firing: &[Setting], index: usize) -> (Vec<Setting>, Vec<Setting>) {
        let (mut quiet, mut hold) = (far.to_vec(), firing.to_vec());
        for _ in 0..HALVINGS {
            let (Some(low), Some(high)) = (quiet.get(index).copied(), hold.get(index).copied()) else { break };
            let middle = short((low.size + high.size) / 2.0);
            if middle == low.size || middle == high.size {
                break;
            }
            let mut settings = hold.clone();
            if let Some(setting) = settings.get_mut(index) {
                setting.size = middle;
            }
            match self.holds(&settings) {
                Some(true) => hold = settings,
                Some(false) => quiet = settings,
                None => break,
            }
        }
        (quiet, hold)
    }

    /// The test that goes from far away over just quiet to just firing and back.
    fn test(&self, far: &[Setting], quiet: &[Setting], hold: &[Setting]) -> Option<(UnitTest, Trial)> {
        let Steps { lead, quiet: first, far: second, fires, back } = self.steps;
        let mut start = lead;
        let mut phases = Vec::new();
        for (settings, length) in [(quiet, first), (far, second), (hold, fires), (quiet, back)] {
            phases.push(Phase { leaves: self.phase(settings, start)?, length });
            start += length;
        }
        let atom = Atom { expr: self.expr, compared: None };
        let firing = phases.get(2).map(|phase| phase.leaves.clone()).unwrap_or_default();
        for with_neighbours in [true, false] {
            let mut near = if with_neighbours { self.bench.neighbours(&firing, &atom) } else { Vec::new() };
            let timeline = Timeline { lead, phases: beside(phases.clone(), 2, &mut near), step: self.bench.stack.ground.step };
            let Ok(trial) = self.bench.run(timeline, near, 2) else { continue };
            if let Ok(test) = self.bench.judge(&trial) {
                return Some((UnitTest { exact: false, ..test }, trial));
            }
        }
        None
    }
}

/// A number with few digits.
fn short(value: f64) -> f64 {
    if value == 0.0 { value } else { format!("{value:.3e}").parse().unwrap_or(value) }
}

fn count(size: f64) -> Option<u32> {
    (size.fract() == 0.0 && (0.0..=1000.0).contains(&size)).then_some(size as u32)
}

/// The numbers that an expression names, without signs.
fn numbers(expr: &Expr) -> Vec<f64> {
    let mut bits: BTreeSet<u64> = BTreeSet::new();
    expr.visit(&mut |inner| {
        if let ExprKind::Number(number) = &inner.kind
            && number.value.is_finite()
        {
            bits.insert(number.value.abs().to_bits());
        }
    });
    bits.into_iter().map(f64::from_bits).collect()
}

fn calls(expr: &Expr, names: &[&str]) -> bool {
    let mut found = false;
    expr.visit(&mut |inner| {
        found |= matches!(&inner.kind, ExprKind::Call(call) if names.contains(&call.callee.name()));
    });
    found
}
