//! What can be parsed and yet fails whenever it is expanded. Prometheus then puts the error where the text should be.

use super::super::ast::{Field, TemplateCall, TextSpan, Variable};
use super::super::dialect::Dialect;
use super::super::error::{ErrorKind, TemplateError, nearest};
use super::Walk;
use super::shape::Shape;

impl Walk<'_> {
    fn fail(&mut self, error: TemplateError) {
        self.found.failures.push(error);
    }

    pub(super) fn unknown_field(&mut self, field: &Field, of: Shape, there: &'static [&'static str]) {
        let message = format!("{} has no field `{}`", of.noun(), field.name);
        let error = TemplateError::new(ErrorKind::UnknownField, field.span, message);
        let error = match (of, nearest(&field.name, there.iter().copied())) {
            (_, Some(name)) => error.help(format!("did you mean `.{name}`?")),
            (Shape::Data | Shape::GrafanaData | Shape::Sample(_), None) => {
                error.help(format!("if it is a label, write `.Labels.{}`", field.name))
            }
            (Shape::Vector(_), None) => error.help("take an element first: `first`, `range` or `index`"),
            _ => error,
        };
        self.fail(error);
    }

    pub(super) fn check_arguments(&mut self, name: &str, span: TextSpan, given: usize) -> bool {
        // A function that is not there has been reported already.
        let Some(function) = self.dialect.function(name) else { return true };
        let enough = given >= function.least && function.most.is_none_or(|most| given <= most);
        if !enough {
            let wanted = match function.most {
                Some(most) if most == function.least => format!("{most}"),
                Some(most) => format!("{} to {most}", function.least),
                None => format!("at least {}", function.least),
            };
            let plural = if wanted == "1" { "" } else { "s" };
            let message = format!("`{name}` takes {wanted} argument{plural}, not {given}");
            self.fail(TemplateError::new(ErrorKind::WrongArgumentCount, span, message));
        }
        enough
    }

    pub(super) fn not_a_function(&mut self, command: TextSpan, value: TextSpan) {
        let error = TemplateError::new(ErrorKind::NotCallable, value, "a value that is no function is given arguments");
        self.fail(
            error
                .label(command, "the arguments are in this command")
                .help("a function stands first: `printf \"%s\" $labels.job`"),
        );
    }

    pub(super) fn undefined_template(&mut self, call: &TemplateCall) {
        // Alertmanager has templates of its own and reads files of them.
        if self.dialect == Dialect::Alertmanager {
            return;
        }
        let names = self.template.defined.iter().map(|define| define.name.as_str());
        let error =
            TemplateError::new(ErrorKind::UndefinedTemplate, call.name_span, format!("no template `{}` is defined", call.name));
        let error = match nearest(&call.name, names) {
            Some(name) => error.help(format!("did you mean `{name}`?")),
            None => error.help("an alert's text sees only the templates that it defines itself"),
        };
        self.fail(error);
    }

    pub(super) fn undeclared(&mut self, variable: &Variable) {
        let message = format!("`{}` is set before it is declared", variable.name);
        self.fail(
            TemplateError::new(ErrorKind::UndefinedVariable, variable.span, message)
                .help(format!("declare it with `{} := ...`", variable.name)),
        );
    }
}
