//! One expression over many evaluations, asked in pieces.

use serde_json::Value as Json;

use super::{Failure, Fetch, Labels};

/// The most points that a server gives of one series in one answer.
pub(super) const MOST_POINTS: i64 = 11_000;

/// A piece of this many evaluations is not cut further when the server refuses it.
const LEAST_POINTS: i64 = 1000;

/// The times at which rules are evaluated, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grid {
    pub(super) start: i64,
    pub(super) step: i64,
    pub(super) count: i64,
}

impl Grid {
    /// The evaluation of this number.
    fn at(self, index: i64) -> i64 {
        self.start.saturating_add(self.step.saturating_mul(index))
    }

    /// All of them.
    pub(super) fn times(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |index| self.at(index))
    }

    /// So many from this one on.
    fn part(self, first: i64, count: i64) -> Self {
        Self { start: self.at(first), step: self.step, count }
    }
}

/// A series with the evaluations that returned it, in their order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub(super) labels: Labels,
    pub(super) times: Vec<i64>,
}

/// Asks, and hands over what each piece returned, in the order of time.
pub(super) fn ask(server: &dyn Fetch, expr: &str, grid: Grid, take: &mut dyn FnMut(Grid, Vec<Series>)) -> Result<(), Failure> {
    let mut first = 0;
    while first < grid.count {
        let count = (grid.count - first).min(MOST_POINTS);
        piece(server, expr, grid.part(first, count), take)?;
        first += count;
    }
    Ok(())
}

/// A piece; one that the server refuses, because it has too many samples, is asked in halves.
fn piece(server: &dyn Fetch, expr: &str, grid: Grid, take: &mut dyn FnMut(Grid, Vec<Series>)) -> Result<(), Failure> {
    let end = grid.at(grid.count - 1);
    let (start, end, step) = (seconds(grid.start), seconds(end), seconds(grid.step));
    let query = [("query", expr), ("start", &start), ("end", &end), ("step", &step)];
    match server.fetch("/api/v1/query_range", &query) {
        Ok(data) => {
            take(grid, read(&data).map_err(Failure::Question)?);
            Ok(())
        }
        Err(Failure::Question(_)) if grid.count > LEAST_POINTS => {
            let half = grid.count / 2;
            piece(server, expr, grid.part(0, half), take)?;
            piece(server, expr, grid.part(half, grid.count - half), take)
        }
        Err(failure) => Err(failure),
    }
}

/// Whether a metric has a sample from one time to another; `None` when the server does not say.
pub(super) fn has_samples(server: &dyn Fetch, selector: &str, start: i64, end: i64) -> Result<Option<bool>, Failure> {
    let (start, end) = (seconds(start), seconds(end));
    let query = [("match[]", selector), ("start", &start), ("end", &end), ("limit", "1")];
    match server.fetch("/api/v1/series", &query) {
        Ok(data) => Ok(data.as_array().map(|list| !list.is_empty())),
        Err(Failure::Question(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A time as the server reads it.
fn seconds(millis: i64) -> String {
    let (whole, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}") }
}

fn read(data: &Json) -> Result<Vec<Series>, String> {
    let kind = data.get("resultType").and_then(Json::as_str);
    let list = data.get("result").and_then(Json::as_array).filter(|_| kind == Some("matrix"));
    let list = list.ok_or("the server answers with something that is no matrix")?;
    Ok(list.iter().map(series).collect())
}

fn series(entry: &Json) -> Series {
    let metric = entry.get("metric").and_then(Json::as_object);
    let text = |(name, value): (&String, &Json)| Some((name.clone(), value.as_str()?.to_owned()));
    let points = |field: &str| entry.get(field).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default().iter();
    let time = |point: &Json| millis(point.get(0)?.as_f64()?);
    let mut times: Vec<i64> = points("values").chain(points("histograms")).filter_map(time).collect();
    times.sort_unstable();
    times.dedup();
    Series { labels: metric.into_iter().flatten().filter_map(text).collect(), times }
}

fn millis(seconds: f64) -> Option<i64> {
    let millis = (seconds * 1000.0).round();
    // Beyond this a number has no milliseconds.
    (millis.abs() < 9e15).then_some(millis as i64)
}
