//! The proof of a whole stack: what was found in the build, put to the real tools.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::Artifacts;
use crate::lint::rules::alert::untested;
use crate::model::Model;
use crate::plan::Plan;
use crate::plan::prometheus::{RuleGroup, RuleKind};
use crate::prove::mutate::{Mutant, mutants};
use crate::prove::run::{Case, amtool, promtool, verdict};
use crate::prove::table::{Line, Score, Survivor};
use crate::prove::{CheckKind, Proof, UnitTest};
use crate::world::World;

/// A test that promtool refutes.
pub const REFUTED: &str = "prove/refuted";
/// Alertmanager tells somebody else than the routes of the spec say.
pub const ROUTING: &str = "prove/routing";
/// The tests notice too few changes.
pub const SCORE: &str = "prove/score";

/// The programs that are asked.
#[derive(Debug, Clone)]
pub struct Programs {
    /// promtool.
    pub promtool: PathBuf,
    /// amtool; nothing for a stack without Alertmanager.
    pub amtool: Option<PathBuf>,
}

/// A stack that is to be proved.
pub struct Trial<'t> {
    /// The disk and the programs.
    pub world: &'t dyn World,
    /// The programs.
    pub programs: &'t Programs,
    /// The stack.
    pub model: &'t Model,
    /// What is emitted for it.
    pub plan: &'t Plan,
    /// An empty folder.
    pub dir: &'t Path,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// A line an alert rule.
    pub lines: Vec<Line>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of changed alerts, when that was asked.
    pub score: Option<Score>,
}

impl Trial<'_> {
    /// Asks the tools about every alert. `earlier` are findings about the spec, whose reasons are repeated in the table.
    ///
    /// # Errors
    ///
    /// When files cannot be written or a program cannot be started.
    pub fn run(&self, proofs: &[Proof], files: Option<&Artifacts>, earlier: &[Diagnostic], mutate: bool) -> io::Result<Report> {
        let cases: Vec<(&Proof, &[UnitTest], Case)> = proofs
            .iter()
            .filter_map(|proof| {
                let tests = proof.tests.as_ref().ok()?.as_slice();
                Some((proof, tests, Case::new(&self.plan.prometheus, self.model, proof, tests)?))
            })
            .collect();
        let own = self.folder("tests")?;
        let plain: Vec<Case> = cases.iter().map(|(_, _, case)| case.clone()).collect();
        let outcomes = promtool::run(self.world, &self.programs.promtool, &own, &self.plan.prometheus.record_groups, &plain)?;
        let mut verdicts = BTreeMap::new();
        for ((proof, tests, _), outcome) in cases.iter().zip(&outcomes) {
            verdicts.insert(proof.alert, verdict(tests, outcome));
        }
        let told = self.told(proofs, files)?;
        let mut report = Report::default();
        for (proof, told) in proofs.iter().zip(told) {
            self.line(proof, verdicts.remove(&proof.alert), told, earlier, &mut report);
        }
        if mutate {
            let score = self.mutate(&cases)?;
            report.score = Some(score);
        }
        Ok(report)
    }

    fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.dir.join(name);
        self.world.create_dir(&path)?;
        Ok(path)
    }

    fn line(
        &self,
        proof: &Proof,
        verdict: Option<crate::prove::run::Verdict>,
        told: Option<Result<Vec<String>, String>>,
        earlier: &[Diagnostic],
        report: &mut Report,
    ) {
        let Some(alert) = self.model.alerts.get(proof.alert) else { return };
        let mut line =
            Line { alert: proof.title.clone(), can_fire: false, stays_silent: None, labels: false, told: None, reason: None };
        match (verdict, &proof.tests) {
            (Some(verdict), _) => {
                line.can_fire = verdict.fires;
                line.stays_silent = verdict.silent;
                line.labels = verdict.labels;
                for text in verdict.refuted {
                    let message = format!("promtool refutes a test of `{}`: {text}", proof.title);
                    line.reason.get_or_insert_with(|| message.clone());
                    let help = "the samples were found by simulating the rule; promtool knows better, please report it";
                    report.diagnostics.push(Diagnostic::error(REFUTED, alert.item.span, message).help(help));
                }
            }
            (None, Err(why)) => {
                let said = reason(earlier, self.model, proof);
                line.reason = Some(said.clone().unwrap_or_else(|| why.clone()));
                if said.is_none() {
                    let message = untested::message(&proof.title, why);
                    let rule = untested::RULE.id;
                    report
                        .diagnostics
                        .push(Diagnostic::new(rule, Severity::Error, alert.item.span, message).help(untested::HELP));
                }
            }
            (None, Ok(_)) => line.reason = Some("it has no tests".to_owned()),
        }
        match told {
            None => {}
            Some(Ok(receivers)) => {
                let expected = self.expected(proof);
                if expected.as_ref().is_some_and(|expected| *expected != receivers) {
                    let message = format!(
                        "Alertmanager tells {} of `{}`, and the routes of the spec say {}",
                        named(&receivers),
                        proof.title,
                        named(&expected.unwrap_or_default())
                    );
                    line.reason.get_or_insert_with(|| message.clone());
                    report.diagnostics.push(Diagnostic::error(ROUTING, alert.item.span, message));
                }
                line.told = Some(receivers);
            }
            Some(Err(why)) => {
                let message = format!("amtool cannot say who is told of `{}`: {why}", proof.title);
                line.reason.get_or_insert_with(|| message.clone());
                report.diagnostics.push(Diagnostic::error(ROUTING, alert.item.span, message));
            }
        }
        report.lines.push(line);
    }

    /// The labels under which an alert reaches Alertmanager.
    fn sent(&self, proof: &Proof) -> Option<BTreeMap<String, String>> {
        let alert = self.model.alerts.get(proof.alert)?;
        let fired = proof.tests.iter().flatten().flat_map(|test| &test.checks).filter(|check| check.kind == CheckKind::Fires);
        let own = fired.flat_map(|check| &check.alerts).find(|alert| alert.own)?;
        let mut labels = self.model.settings.external_labels.clone();
        labels.extend(own.labels.clone());
        labels.insert("alertname".to_owned(), alert.name.clone());
        Some(labels)
    }

    fn expected(&self, proof: &Proof) -> Option<Vec<String>> {
        let labels = self.sent(proof)?;
        Some(self.model.route.as_ref()?.receivers(&labels).iter().map(ToString::to_string).collect())
    }

    /// Who is told of each alert, as amtool says; nothing where there is no Alertmanager or the alert is not seen to fire.
    #[expect(clippy::type_complexity, reason = "an answer or a reason, where there is a question")]
    fn told(&self, proofs: &[Proof], files: Option<&Artifacts>) -> io::Result<Vec<Option<Result<Vec<String>, String>>>> {
        const CONFIG: &str = "alertmanager.yml";
        let config = files.and_then(|files| files.get("alertmanager/alertmanager.yml"));
        let (Some(amtool), Some(artifact)) = (&self.programs.amtool, config) else { return Ok(vec![None; proofs.len()]) };
        self.world.write_new(&self.dir.join(CONFIG), &artifact.bytes, None)?;
        let ask = |proof: &Proof| match self.sent(proof) {
            Some(labels) => amtool::receivers(self.world, amtool, self.dir, CONFIG, &labels).map(Some),
            None => Ok(None),
        };
        proofs.par_iter().map(ask).collect()
    }

    fn mutate(&self, cases: &[(&Proof, &[UnitTest], Case)]) -> io::Result<Score> {
        let mut score = Score::default();
        let mut changed: Vec<(&Proof, Mutant)> = Vec::new();
        let mut all: Vec<Case> = Vec::new();
        for (proof, _, case) in cases {
            for mutant in mutants(self.model, proof) {
                if let Some(rules) = self.with(case, proof, &mutant) {
                    all.push(Case { rules, ..case.clone() });
                    changed.push((proof, mutant));
                }
            }
        }
        let dir = self.folder("mutants")?;
        let outcomes = promtool::run(self.world, &self.programs.promtool, &dir, &self.plan.prometheus.record_groups, &all)?;
        score.mutants = all.len();
        for ((proof, mutant), outcome) in changed.into_iter().zip(outcomes) {
            if !outcome.passed {
                score.killed += 1;
                continue;
            }
            let survivor = Survivor {
                alert: proof.title.clone(),
                kind: mutant.kind.name(),
                change: mutant.change,
                reason: mutant.equivalent,
            };
            if survivor.reason.is_some() { score.equivalent.push(survivor) } else { score.survived.push(survivor) }
        }
        Ok(score)
    }

    /// The rules with one of them changed.
    fn with(&self, case: &Case, proof: &Proof, mutant: &Mutant) -> Option<Vec<RuleGroup>> {
        let alert = self.model.alerts.get(proof.alert)?;
        let expr = crate::lower::rules::layout(&alert.expr);
        let labels: BTreeMap<String, String> =
            alert.labels.iter().map(|(name, text)| (name.clone(), text.value.trim_end().to_owned())).collect();
        let mut groups = case.rules.clone();
        let wanted = RuleKind::Alert(alert.name.clone());
        let rule = groups
            .iter_mut()
            .flat_map(|group| &mut group.rules)
            .find(|rule| rule.kind == wanted && rule.expr == expr && rule.labels == labels)?;
        rule.expr.clone_from(&mutant.expr);
        rule.hold.clone_from(&mutant.hold);
        Some(groups)
    }
}

/// What was said of an alert already, as an error.
fn reason(earlier: &[Diagnostic], model: &Model, proof: &Proof) -> Option<String> {
    let alert = model.alerts.get(proof.alert)?;
    let about = |found: &&Diagnostic| {
        let Some(span) = found.span.filter(|_| found.severity == Severity::Error) else { return false };
        let inside =
            |outer: crate::source::Span| outer.source == span.source && outer.start <= span.start && span.end <= outer.end;
        let mut places = alert.expr.parts.iter().map(|part| part.span).chain([alert.item.span]);
        places.any(inside) || found.labels.iter().any(|label| label.span == alert.item.span)
    };
    earlier.iter().find(about).map(|found| format!("{} ({})", found.message, found.rule))
}

fn named(receivers: &[String]) -> String {
    if receivers.is_empty() { "nobody".to_owned() } else { receivers.join(", ") }
}
