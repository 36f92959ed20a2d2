//! Functions that compute each value from one value.

use super::derive;
use super::facts::{Cause, Facts, SampleKind};
use super::functions::{Site, computed};
use super::notes::Notes;
use super::range::Interval;
use super::walk::Operand;

/// What such a function returns.
pub(super) fn facts(notes: &Notes<'_>, site: &Site<'_>, arg: Operand<'_>) -> Facts {
    let name = site.name();
    let values = arg.facts.range.interval;
    let increasing = |f: fn(f64) -> f64| values.map_increasing(f);
    let infinite = values.lo == f64::NEG_INFINITY || values.hi == f64::INFINITY;
    // Below `from` the function is not defined.
    let partly = |from: f64, f: fn(f64) -> f64| {
        let defined = values.intersection(Interval::new(from, f64::INFINITY));
        let undefined = values.has_numbers() && values.lo < from;
        Interval { nan: values.nan || undefined, ..defined.map_increasing(f) }
    };
    let keeps_unit = matches!(name, "abs" | "ceil" | "floor" | "round" | "clamp" | "clamp_min" | "clamp_max");
    let interval = match name {
        "abs" => absolute(values),
        "ceil" => increasing(f64::ceil),
        "floor" => increasing(f64::floor),
        "round" => rounded(site, values),
        "clamp" => clamped(values, bounds(site, 1), bounds(site, 2)),
        "clamp_min" => clamped(values, bounds(site, 1), Interval::exactly(f64::INFINITY)),
        "clamp_max" => clamped(values, Interval::exactly(f64::NEG_INFINITY), bounds(site, 1)),
        "sgn" => increasing(|x| if x == 0.0 { x } else { x.signum() }),
        "exp" => increasing(f64::exp),
        "sqrt" => partly(0.0, f64::sqrt),
        "ln" => partly(0.0, |x| if x == 0.0 { f64::NEG_INFINITY } else { x.ln() }),
        "log2" => partly(0.0, |x| if x == 0.0 { f64::NEG_INFINITY } else { x.log2() }),
        "log10" => partly(0.0, |x| if x == 0.0 { f64::NEG_INFINITY } else { x.log10() }),
        "sin" | "cos" => Interval { nan: values.nan || infinite, ..Interval::new(-1.0, 1.0) },
        "atan" => {
            let half = std::f64::consts::FRAC_PI_2;
            Interval { nan: values.nan, ..Interval::new(-half, half) }
        }
        "tanh" => Interval { nan: values.nan, ..Interval::new(-1.0, 1.0) },
        "cosh" => Interval { nan: values.nan, ..Interval::new(1.0, f64::INFINITY) },
        "deg" => increasing(|x| x * 180.0 / std::f64::consts::PI),
        "rad" => increasing(|x| x * std::f64::consts::PI / 180.0),
        _ => Interval::ALL,
    };
    let samples = match (name, arg.facts.samples) {
        // A bound can hold a counter below zero, and a state off 0 and 1.
        ("clamp" | "clamp_min" | "clamp_max", samples) if !samples.is_cumulative() || interval.nan || interval.lo < 0.0 => {
            derive::after_arithmetic(samples)
        }
        ("round", samples) if site.args.len() > 1 => derive::blended(samples),
        (_, samples) if keeps_unit => samples,
        (_, SampleKind::Unknown) => SampleKind::Unknown,
        _ => SampleKind::Gauge,
    };
    let mut facts = computed(notes, site, arg, interval, samples);
    facts.range.only_declared = arg.facts.range.only_declared;
    if keeps_unit {
        facts.unit = arg.facts.unit.clone();
        if name != "clamp" && name != "clamp_min" && name != "clamp_max" {
            facts.range = derive::range(interval, &arg.facts.range, arg.facts.range.reason.clone());
        }
    }
    if name == "clamp"
        && let (Some(least), Some(most)) = (site.constant(1), site.constant(2))
        && most < least
    {
        facts.empty = Some(super::facts::Reason::new(site.span, Cause::Function(name)));
    }
    facts
}

fn bounds(site: &Site<'_>, index: usize) -> Interval {
    site.arg(index).map_or(Interval::ALL, |arg| arg.facts.range.interval)
}

fn absolute(values: Interval) -> Interval {
    if !values.has_numbers() {
        return values;
    }
    let (lo, hi) = (values.lo.abs(), values.hi.abs());
    let least = if values.lo <= 0.0 && values.hi >= 0.0 { 0.0 } else { lo.min(hi) };
    Interval { nan: values.nan, ..Interval::new(least, lo.max(hi)) }
}

/// `max(least, min(most, value))`, which is NaN when one of them is, but that infinity prevails over NaN.
fn clamped(values: Interval, least: Interval, most: Interval) -> Interval {
    let nan = values.nan || least.nan || most.nan;
    let mut all = Interval { nan, ..Interval::NONE };
    if values.has_numbers() && least.has_numbers() && most.has_numbers() {
        let clamp = |least: f64, most: f64, value: f64| least.max(most.min(value));
        all = all.union(Interval::new(clamp(least.lo, most.lo, values.lo), clamp(least.hi, most.hi, values.hi)));
    }
    let lowest = |interval: Interval| interval.contains(f64::NEG_INFINITY);
    if (lowest(most) && values.nan) || (most.nan && lowest(values)) {
        all = all.union(least.closed());
    }
    let greatest = |interval: Interval| interval.contains(f64::INFINITY);
    if (greatest(least) && (values.nan || most.nan)) || (least.nan && greatest(values) && greatest(most)) {
        all = all.union(Interval::exactly(f64::INFINITY));
    }
    all
}

fn rounded(site: &Site<'_>, values: Interval) -> Interval {
    let nearest = if site.args.len() > 1 { site.constant(1) } else { Some(1.0) };
    match nearest {
        Some(nearest) if nearest > 0.0 && nearest.is_finite() => {
            let inverse = 1.0 / nearest;
            let mapped = values.map_increasing(|x| (x * inverse + 0.5).floor() / inverse);
            // Scaled up, what is finite may become infinite, and infinity stays.
            if inverse.is_finite() { mapped } else { Interval::ALL }
        }
        _ => Interval::ALL,
    }
}
