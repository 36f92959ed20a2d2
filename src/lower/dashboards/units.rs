//! Units in Grafana's words.

use crate::diagnostic::Diagnostic;
use crate::load::suggest;
use crate::promql::infer::{Facts, Interval, SampleKind};
use crate::spec::decode::{Text, rule};
use crate::unit::{Dimension, Unit};

/// A unit as a panel shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// In Grafana's words.
    pub(super) id: String,
    /// What Grafana's word leaves out: `hour` of dollars an hour.
    pub(super) per: Option<String>,
}

impl Shown {
    fn plain(id: impl Into<String>) -> Self {
        Self { id: id.into(), per: None }
    }
}

/// What is shown where nothing is known: numbers, shortened.
pub(super) const SHORT: &str = "short";

/// Units of this language that have a word in Grafana.
const WORDS: &[(&str, &str)] = &[
    ("percent", "percent"),
    ("seconds", "s"),
    ("milliseconds", "ms"),
    ("microseconds", "µs"),
    ("nanoseconds", "ns"),
    ("minutes", "m"),
    ("hours", "h"),
    ("days", "d"),
    ("bytes", "bytes"),
    ("bits", "bits"),
    ("kilobytes", "deckbytes"),
    ("megabytes", "decmbytes"),
    ("gigabytes", "decgbytes"),
    ("terabytes", "dectbytes"),
    ("kibibytes", "kbytes"),
    ("mebibytes", "mbytes"),
    ("gibibytes", "gbytes"),
    ("tebibytes", "tbytes"),
    ("bytes/second", "binBps"),
    ("bits/second", "binbps"),
    ("kilobytes/second", "KBs"),
    ("megabytes/second", "MBs"),
    ("gigabytes/second", "GBs"),
    ("terabytes/second", "TBs"),
    ("kibibytes/second", "KiBs"),
    ("mebibytes/second", "MiBs"),
    ("gibibytes/second", "GiBs"),
    ("tebibytes/second", "TiBs"),
    ("celsius", "celsius"),
    ("watts", "watt"),
    ("milliwatts", "mwatt"),
    ("kilowatts", "kwatt"),
    ("joules", "joule"),
    ("kilowatt_hours", "kwatth"),
    ("hertz", "hertz"),
    ("volts", "volt"),
    ("amperes", "amp"),
    ("metres", "lengthm"),
    ("metres/second", "velocityms"),
    ("grams", "massg"),
    ("requests/second", "reqps"),
    ("queries/second", "reqps"),
    ("calls/second", "reqps"),
    ("operations/second", "ops"),
    ("reads/second", "rps"),
    ("writes/second", "wps"),
    ("events/second", "eps"),
    ("messages/second", "mps"),
    ("records/second", "recps"),
    ("rows/second", "rowsps"),
    ("packets/second", "pps"),
    ("requests/minute", "reqpm"),
    ("operations/minute", "opm"),
    ("reads/minute", "rpm"),
    ("writes/minute", "wpm"),
    ("events/minute", "epm"),
    ("messages/minute", "mpm"),
];

/// Currencies that have a word in Grafana.
const CURRENCIES: &[&str] = &["usd", "eur", "gbp", "jpy", "chf", "inr", "sek", "nok", "dkk", "brl", "krw"];

/// Grafana's words for units: those of 11.6.
const GRAFANA: &str = "\
    none string short percent percentunit humidity dB hex0x hex sci locale pixel bool bool_yes_no bool_on_off degree \
    radian flops mflops gflops tflops pflops eflops ppm currencyUSD currencyGBP currencyEUR currencyJPY currencyRUB \
    currencyUAH currencyBRL currencyDKK currencyISK currencyNOK currencySEK currencyCZK currencyCHF currencyPLN \
    currencyBTC currencyZAR currencyINR currencyKRW bits bytes kbytes mbytes gbytes tbytes pbytes decbits decbytes \
    deckbytes decmbytes decgbytes dectbytes decpbytes pps binBps Bps binbps bps KiBs Kibits KBs Kbits MiBs Mibits MBs \
    Mbits GiBs Gibits GBs Gbits TiBs Tibits TBs Tbits PiBs Pibits PBs Pbits dateTimeAsIso dateTimeAsIsoNoDateIfToday \
    dateTimeAsUS dateTimeAsUSNoDateIfToday dateTimeAsLocal dateTimeAsLocalNoDateIfToday dateTimeAsSystem dateTimeFromNow \
    watt kwatt megwatt gwatt mwatt Wm2 voltamp kvoltamp watth watthperkg kwatth kwattm amph kamph mamph joule ev amp kamp \
    mamp volt kvolt mvolt dBm ohm kohm Mohm farad lumens flowcms litreh Hs KHs MHs GHs THs PHs EHs massmg massg masskg \
    masst lengthmm lengthft lengthm lengthkm lengthmi pressurembar pressurebar pressurepa rotrpm rothz celsius fahrenheit \
    kelvin hertz ns µs ms s m h d dtdurationms dtdurations dthms dtdhms timeticks clockms clocks cps ops reqps rps wps \
    iops eps mps recps rowsps cpm opm reqpm rpm wpm epm mpm recpm rowspm velocityms velocitykmh velocitymph velocityknot \
    mlitre litre m3 sishort candela accMS2 accFS2 accG grad arcmin arcsec areaM2 areaF2 areaMI2 acres hectares zflops \
    yflops conppb conngm3 conngNm3 conμgm3 conμgNm3 conmgm3 conmgNm3 congm3 congNm3 conmgdL conmmolL currencymBTC \
    currencyμBTC currencyIDR currencyPHP currencyVND currencyTRY currencyMYR currencyXPF currencyBGN currencyPYG \
    currencyUYU currencyILS voltampreact kvoltampreact mwatth mohm µfarad nfarad pfarad ffarad henry mhenry µhenry flowgpm \
    flowcfs flowcfm flowlpm flowmlpm lux forceNm forcekNm forceN forcekN masslb lengthin pressurekbar pressurehpa \
    pressurekpa pressurehg pressurepsi radbq radci radgy radrad radsv radmsv radusv radrem radexpckg radr radsvh radmsvh \
    radusvh rotkhz rotmhz rotghz rotrads rotdegs Nm3 dm3 gallons";

fn grafana_words() -> impl Iterator<Item = &'static str> {
    GRAFANA.split(' ')
}

/// The starts of units that somebody makes up for a panel.
const PREFIXES: &[&str] = &["suffix:", "prefix:", "si:", "time:", "count:", "currency:"];

/// A unit of the values of an expression. A ratio is a percentage only where it cannot leave [0, 1], or where `as_percentage` says that people
/// think of it as one.
pub(super) fn of(unit: Option<&Unit>, facts: Option<&Facts>, metric: Option<&str>, as_percentage: bool) -> Shown {
    let rate = facts.is_some_and(|facts| facts.samples == SampleKind::Rate);
    let Some(unit) = unit else {
        return Shown::plain(if rate { growth(metric.unwrap_or_default()) } else { SHORT });
    };
    if facts.is_some_and(|facts| facts.samples == SampleKind::Timestamp) {
        return Shown::plain("none");
    }
    if unit.same(&Unit::ratio()) {
        let share = Interval::new(0.0, 1.0).or_nan();
        let within = facts.is_some_and(|facts| facts.range.interval.is_within(&share));
        return Shown::plain(if within || as_percentage { "percentunit" } else { SHORT });
    }
    if rate && unit.to_string() == "hertz" {
        return Shown::plain(growth(metric.unwrap_or_default()));
    }
    word(unit)
}

/// Growth per second of a counter whose unit is not declared.
fn growth(metric: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| metric.contains(word));
    if has(&["request", "quer", "calls"]) {
        "reqps"
    } else if has(&["read"]) {
        "rps"
    } else if has(&["write", "written"]) {
        "wps"
    } else {
        "ops"
    }
}

fn word(unit: &Unit) -> Shown {
    let text = unit.to_string();
    if let Some((_, word)) = WORDS.iter().find(|(own, _)| *own == text) {
        return Shown::plain(*word);
    }
    if let [(Dimension::Count(_), 1)] = unit.dimensions() {
        return Shown::plain(SHORT);
    }
    let (top, bottom) = text.split_once('/').map_or((text.as_str(), None), |(top, bottom)| (top, Some(bottom)));
    let is_money = unit
        .dimensions()
        .iter()
        .any(|(dimension, exponent)| *exponent == 1 && matches!(dimension, Dimension::Money(code) if **code == *top));
    if is_money {
        let id = if CURRENCIES.contains(&top) {
            format!("currency{}", top.to_ascii_uppercase())
        } else {
            format!("currency:{}", top.to_ascii_uppercase())
        };
        return Shown { id, per: bottom.map(str::to_owned) };
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Shown::plain(SHORT);
    }
    let text = match bottom {
        Some("second") => format!("{top}/s"),
        Some("minute") => format!("{top}/min"),
        Some("hour") => format!("{top}/h"),
        _ => text,
    };
    // A count of things is shortened as numbers are; of the rest only the number and the unit are known.
    let counted = unit.dimensions().iter().any(|(dimension, exponent)| *exponent > 0 && matches!(dimension, Dimension::Count(_)));
    Shown::plain(if counted { format!("count:{text}") } else { format!("suffix:{text}") })
}

/// A unit that the spec names: one of this language, or one of Grafana's words.
pub(super) fn named(text: &Text, facts: Option<&Facts>, diagnostics: &mut Vec<Diagnostic>) -> Option<Shown> {
    let wanted = text.as_str().trim();
    let made_up = PREFIXES.iter().any(|prefix| wanted.strip_prefix(prefix).is_some_and(|rest| !rest.trim().is_empty()));
    if made_up || grafana_words().any(|word| word == wanted) {
        return Some(Shown::plain(wanted));
    }
    let known = || grafana_words().chain(Unit::known_words());
    let single = !wanted.contains('/');
    let near = if single && !Unit::is_known_word(wanted) { suggest::nearest(wanted, known()) } else { Vec::new() };
    // Any word can be a counted thing, which is named in the plural; a word that is nearly a unit is a slip.
    let slip = near.first().is_some_and(|near| near.chars().count().abs_diff(wanted.chars().count()) <= 1);
    let counted = wanted.ends_with('s') && !slip;
    match Unit::parse(wanted) {
        Ok(unit) if !single || Unit::is_known_word(wanted) || counted => {
            Some(of(Some(&unit), facts, None, unit.same(&Unit::ratio())))
        }
        _ => {
            let help = suggest::did_you_mean(&near).unwrap_or_else(|| {
                "write a unit such as seconds or usd/hour, or one of Grafana's words such as reqps or suffix:x".to_owned()
            });
            diagnostics.push(Diagnostic::error(rule::INVALID_VALUE, text.span, format!("`{wanted}` is not a unit")).help(help));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceKind, Sources, Span};

    fn shown(text: &str) -> String {
        of(Some(&Unit::parse(text).unwrap()), None, None, false).id
    }

    #[test]
    fn units_have_grafanas_words() {
        for (own, word) in [
            ("seconds", "s"),
            ("ms", "ms"),
            ("bytes", "bytes"),
            ("bytes/second", "binBps"),
            ("MiB", "mbytes"),
            ("ratio", "short"),
            ("percent", "percent"),
            ("usd", "currencyUSD"),
            ("usd/hour", "currencyUSD"),
            ("usd/month", "currencyUSD"),
            ("cad", "currency:CAD"),
            ("celsius", "celsius"),
            ("watts", "watt"),
            ("joules", "joule"),
            ("1/second", "hertz"),
            ("MHz", "suffix:megahertz"),
            ("requests/second", "reqps"),
            ("tokens/second", "count:tokens/s"),
            ("tokens", "short"),
            ("requests", "short"),
            ("weeks", "suffix:weeks"),
            ("joules/tokens", "suffix:joules/token"),
        ] {
            assert_eq!(shown(own), word, "{own}");
        }
        assert_eq!(of(Some(&Unit::parse("usd/hour").unwrap()), None, None, false).per.as_deref(), Some("hour"));
        assert_eq!(of(Some(&Unit::ratio()), None, None, true).id, "percentunit");
        assert_eq!(of(None, None, None, false).id, "short");
    }

    #[test]
    fn words_of_the_spec_are_units_of_either_language_or_slips() {
        let id = Sources::default().add("u", "x", SourceKind::Argument);
        let mut found = Vec::new();
        let mut named =
            |text: &str| super::named(&Text::synthetic(text, Span::new(id, 0, 1)), None, &mut found).map(|shown| shown.id);
        for (text, word) in [
            ("percentunit", "percentunit"),
            ("ratio", "percentunit"),
            ("suffix:x", "suffix:x"),
            ("seconds", "s"),
            ("reqps", "reqps"),
            ("usd/hour", "currencyUSD"),
            ("tokens", "short"),
            ("rows", "short"),
            ("tokens/second", "count:tokens/s"),
            ("m", "m"),
        ] {
            assert_eq!(named(text).as_deref(), Some(word), "{text}");
        }
        for text in ["secnds", "percentunt", "x", "", "suffix:", "usd/", "a b"] {
            assert_eq!(named(text), None, "{text}");
        }
        assert_eq!(found.len(), 7);
        assert!(found[0].help.as_deref().unwrap().starts_with("did you mean `seconds`"), "{:?}", found[0].help);
        assert!(found[1].help.as_deref().unwrap().starts_with("did you mean `percentunit`"), "{:?}", found[1].help);
    }
}
