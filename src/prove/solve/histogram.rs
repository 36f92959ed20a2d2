//! Quantiles of classic histograms: observations are put into buckets so that the quantile is the wanted value.

use super::{Bind, Line, Solver, Why, snap};
use crate::promql::ast::Expr;
use crate::promql::catalog::{Catalog, Name};
use crate::prove::series::LabelSet;

/// Observations in a second, or at all, of which the quantile is taken.
const TOTALS: [f64; 4] = [100.0, 1000.0, 200.0, 2000.0];

impl<'a> Solver<'a, '_> {
    pub(super) fn quantile(&mut self, q: f64, buckets: &'a Expr, bind: &Bind, target: Option<Line>) -> Result<LabelSet, Why> {
        if !(0.0..=1.0).contains(&q) {
            return Err(format!("there is no quantile {q}"));
        }
        let bounds = self.bounds(buckets).ok_or("the buckets of the histogram are not known")?;
        let wanted = match target {
            None => bounds.iter().map(|(bound, _)| *bound).find(|bound| *bound > 0.0).ok_or("it has no buckets")?,
            Some(line) => line.value().ok_or("a quantile that moves is not followed")?,
        };
        let total = TOTALS[self.question.scale % TOTALS.len()];
        let counts = counts(q, wanted, total, &bounds.iter().map(|(bound, _)| *bound).collect::<Vec<_>>())?;
        let mut found = None;
        for ((_, le), count) in bounds.iter().zip(counts) {
            let mut bind = bind.clone();
            if let Some(labels) = &found {
                let labels: &LabelSet = labels;
                for (name, value) in labels.iter().filter(|(name, _)| &***name != "le") {
                    bind.fixed.insert(Name::clone(name), Name::clone(value));
                }
            }
            bind.fixed.insert(Name::from("le"), Name::clone(le));
            let labels = self.solve(buckets, &bind, Some(Line::flat(snap(count))))?;
            if found.is_none() {
                found = Some(labels.filtered(|name| name != "__name__"));
            }
        }
        let labels = found.ok_or("it has no buckets")?;
        Ok(labels.filtered(|name| name != "le"))
    }

    /// The upper bounds with their spellings, ascending, infinity last.
    fn bounds(&self, expr: &Expr) -> Option<Vec<(f64, Name)>> {
        let mut name = None;
        expr.selectors(&mut |selector| name = name.or_else(|| selector.metric_name()));
        let name = name?;
        if let Some(record) = self.ground.records.get(name).and_then(|records| records.first()) {
            return self.bounds(&record.expr.ast);
        }
        let variant = self.ground.catalog.variants(name).iter().find(|variant| !variant.buckets.is_empty())?;
        let spelt = variant.label("le").and_then(|domain| domain.values.list()).unwrap_or_default();
        let number = |text: &str| text.replace("+Inf", "inf").parse::<f64>().ok();
        let mut bounds: Vec<(f64, Name)> = spelt.iter().filter_map(|text| Some((number(text)?, Name::clone(text)))).collect();
        if bounds.is_empty() {
            bounds = variant.buckets.iter().map(|bound| (*bound, Name::from(bound.to_string()))).collect();
        }
        bounds.retain(|(bound, _)| bound.is_finite());
        bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        bounds.dedup_by(|a, b| a.0.to_bits() == b.0.to_bits());
        bounds.push((f64::INFINITY, Name::from("+Inf")));
        (bounds.len() > 1).then_some(bounds)
    }
}

/// Cumulative counts under which the quantile is the wanted value.
fn counts(q: f64, wanted: f64, total: f64, bounds: &[f64]) -> Result<Vec<f64>, Why> {
    let finite = bounds.len().saturating_sub(1);
    let Some(at) = bounds.iter().take(finite).position(|bound| wanted <= *bound) else {
        return Err(format!("no bucket reaches {wanted}, so the quantile never does"));
    };
    let end = bounds[at];
    let start = if at == 0 { 0.0 } else { bounds[at - 1] };
    if wanted < start || end <= start {
        return Err(format!("the quantile is never {wanted}"));
    }
    // The share of the bucket below the wanted value.
    let share = (wanted - start) / (end - start);
    if share <= 0.0 || q <= 0.0 {
        return Err(format!("the quantile is never {wanted}"));
    }
    let rank = q * total;
    // Either some observations lie below the bucket, or some above it.
    let (below, upto) = if share > q { (0.0, rank / share) } else { ((rank - share * total) / (1.0 - share), total) };
    let (below, upto) = if share >= 1.0 { (0.0, rank) } else { (below, upto) };
    let count = |index: usize| {
        if index < at {
            below
        } else if index == at {
            upto
        } else {
            total
        }
    };
    Ok((0..bounds.len()).map(count).collect())
}
