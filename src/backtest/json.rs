//! A report for programs. Times are RFC 3339, lengths of time are seconds.

use serde_json::{Value as Json, json};

use super::instant::rfc3339;
use super::{Backtest, Figures, Outcome, SeriesFigures, Side, Tested};

/// The report.
pub fn json(backtest: &Backtest) -> Json {
    let mut report = json!({
        "start": rfc3339(backtest.period.start),
        "end": rfc3339(backtest.period.end),
        "now": side(&backtest.now),
    });
    if let (Some(base), Some(fields)) = (&backtest.base, report.as_object_mut()) {
        fields.insert("base".to_owned(), side(base));
    }
    report
}

fn side(side: &Side) -> Json {
    json!({"name": side.name, "alerts": side.alerts.iter().map(alert).collect::<Vec<_>>()})
}

fn alert(tested: &Tested) -> Json {
    let outcome = match &tested.outcome {
        Outcome::Tested(figures) if figures.fired > 0 => "fired",
        Outcome::Tested(figures) if figures.pending_only > 0 => "pending only",
        Outcome::Tested(_) => "quiet",
        Outcome::NoData => "no data",
        Outcome::Planned => "planned",
        Outcome::Failed(_) => "failed",
    };
    let mut report = json!({
        "alert": tested.name,
        "level": tested.level,
        "pool": tested.pool,
        "severity": tested.severity,
        "heartbeat": tested.heartbeat,
        "outcome": outcome,
        "expr": tested.expr,
        "step": seconds(tested.step),
        "missing": tested.missing,
        "notes": tested.notes,
    });
    let Some(fields) = report.as_object_mut() else { return report };
    if let Outcome::Failed(reason) = &tested.outcome {
        fields.insert("reason".to_owned(), json!(reason));
    }
    if let Outcome::Tested(figures) = &tested.outcome
        && let Json::Object(more) = self::figures(figures)
    {
        fields.extend(more);
    }
    report
}

fn figures(figures: &Figures) -> Json {
    json!({
        "fired": figures.fired,
        "pending_only": figures.pending_only,
        "firing": seconds(figures.firing),
        "longest": seconds(figures.longest),
        "first": figures.first.map(rfc3339),
        "last": figures.last.map(rfc3339),
        "firing_at_end": figures.firing_at_end,
        "series": figures.series.iter().map(series).collect::<Vec<_>>(),
    })
}

fn series(series: &SeriesFigures) -> Json {
    let spells: Vec<Json> =
        series.spells.iter().map(|spell| json!({"from": rfc3339(spell.from), "to": spell.to.map(rfc3339)})).collect();
    json!({
        "labels": series.labels,
        "fired": series.spells.len(),
        "pending_only": series.pending_only,
        "firing": seconds(series.firing),
        "longest": seconds(series.longest),
        "spells": spells,
    })
}

fn seconds(millis: i64) -> Json {
    if millis % 1000 == 0 { json!(millis / 1000) } else { json!(millis as f64 / 1000.0) }
}
