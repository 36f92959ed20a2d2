//! What a rule is.

use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::subject::{AlertText, Dashboard, Declared, Stack, Use};
use crate::model::rule::{AlertRule, RecordRule};
use crate::promql::infer::Event;
use crate::source::Span;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `family/name`.
    pub id: RuleId,
    /// How bad its findings are, unless a setting says otherwise.
    pub severity: Severity,
    /// What it reports, in one sentence without a final full stop.
    pub summary: &'static str,
    /// The page that `explain` prints.
    pub page: &'static str,
    /// How it looks.
    pub check: Check,
    /// Whether its findings stand whatever a setting or a suppression says, since what is wrong cannot be emitted.
    pub firm: bool,
}

/// How a rule looks, and at what. The engine calls it once for each of these.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At what inference noticed in an expression.
    Event(fn(&Context<'_>, &Use<'_>, &Event) -> Option<Diagnostic>),
    /// At an expression.
    Expr(fn(&Context<'_>, &Use<'_>, &mut Findings)),
    /// At an alert rule.
    Alert(fn(&Context<'_>, &AlertRule, &mut Findings)),
    /// At a label or an annotation of an alert rule.
    AlertText(fn(&Context<'_>, &AlertRule, &AlertText<'_>, &mut Findings)),
    /// At a recording rule.
    Record(fn(&Context<'_>, &RecordRule, &mut Findings)),
    /// At a dashboard.
    Dashboard(fn(&Context<'_>, &Dashboard<'_>, &mut Findings)),
    /// At a metric that the spec itself declares; those of packs are not the user's to change.
    Metric(fn(&Context<'_>, &Declared<'_>, &mut Findings)),
    /// At the stack that a spec describes. Foreign files have none.
    Stack(fn(&Context<'_>, &Stack<'_>, &mut Findings)),
    /// At everything together.
    Whole(fn(&Context<'_>, &mut Findings)),
    /// Not here: an earlier phase meets it on its way and reports it.
    Earlier,
    /// Not here: the phase that plans what is built meets it and reports it.
    Later,
}

impl Rule {
    /// A finding of this rule.
    pub fn at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, span, message)
    }

    /// A finding that is less sure, or less bad, than others of this rule.
    pub fn weaker(&self, severity: Severity, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, severity.min(self.severity), span, message)
    }

    /// The same, with findings that cannot be allowed.
    pub const fn firm(self) -> Self {
        Self { firm: true, ..self }
    }

    /// `promql` of `promql/syntax-error`.
    pub fn family(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(family, _)| family)
    }
}

/// Declares the rule of a file: its id, severity, summary, page and check.
macro_rules! rule {
    ($id:literal, $severity:ident, $summary:literal, $page:literal, $check:expr) => {
        $crate::lint::rule::Rule {
            id: $id,
            severity: $crate::diagnostic::Severity::$severity,
            summary: $summary,
            page: include_str!($page),
            check: $check,
            firm: false,
        }
    };
}
pub(crate) use rule;
