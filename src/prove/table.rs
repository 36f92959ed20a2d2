//! The report of a proof: one line an alert.

use std::io::{self, Write};

use serde::Serialize;

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The alert, with its pool and level.
    pub alert: String,
    /// Whether it is seen to fire.
    pub can_fire: bool,
    /// Whether it is silent where it should be; `None` for a heartbeat, which never is.
    pub stays_silent: Option<bool>,
    /// Whether labels and texts are as promised.
    pub labels: bool,
    /// Who is told, as Alertmanager's own tool says.
    pub told: Option<Vec<String>>,
    /// Why it is not proved.
    pub reason: Option<String>,
}

impl Line {
    /// Whether everything is as it should be.
    pub fn is_proved(&self) -> bool {
        self.can_fire && self.stays_silent != Some(false) && self.labels && self.reason.is_none()
    }

    fn cells(&self) -> [String; 5] {
        let word = |yes: bool| if yes { "yes" } else { "NO" }.to_owned();
        let labels = if self.can_fire { word(self.labels) } else { "-".to_owned() };
        let silent = self.stays_silent.map_or_else(|| "exempt".to_owned(), word);
        let told = match &self.told {
            None => "-".to_owned(),
            Some(receivers) if receivers.is_empty() => "nobody".to_owned(),
            Some(receivers) => receivers.join(", "),
        };
        [self.alert.clone(), word(self.can_fire), if self.can_fire { silent } else { "-".to_owned() }, labels, told]
    }
}

const HEAD: [&str; 5] = ["alert", "can fire", "stays silent", "labels and texts", "who is told"];

/// Writes the table.
///
/// # Errors
///
/// Those of the writer.
pub fn write(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(lines.iter().map(Line::cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3), width(4)];
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count()))).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    let unproved = lines.iter().filter(|line| !line.is_proved()).count();
    writeln!(out, "\n{} alert rules, {} proved, {unproved} unproved", lines.len(), lines.len() - unproved)
}

/// What became of the changed alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Score {
    /// How many changes were tried.
    pub mutants: usize,
    /// How many a test noticed.
    pub killed: usize,
    /// Changes that make no difference.
    pub equivalent: Vec<Survivor>,
    /// Changes that no test noticed.
    pub survived: Vec<Survivor>,
}

/// A change that no test noticed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Survivor {
    /// The alert.
    pub alert: String,
    /// What was changed.
    pub kind: &'static str,
    /// The change.
    pub change: String,
    /// Why it makes no difference, where that is so.
    pub reason: Option<String>,
}

impl Score {
    /// Of the changes that make a difference, how many are noticed, in percent.
    pub fn percent(&self) -> f64 {
        let real = self.killed + self.survived.len();
        if real == 0 { 100.0 } else { 100.0 * self.killed as f64 / real as f64 }
    }
}

/// Writes the score and each change that survived.
///
/// # Errors
///
/// Those of the writer.
pub fn write_score(score: &Score, out: &mut dyn Write) -> io::Result<()> {
    let Score { mutants, killed, equivalent, survived } = score;
    writeln!(
        out,
        "\n{mutants} changes, {killed} noticed, {} that make no difference, {} missed",
        equivalent.len(),
        survived.len()
    )?;
    writeln!(out, "score: {:.1} % of the changes that make a difference are noticed", score.percent())?;
    for (title, all) in [("missed", survived), ("no difference", equivalent)] {
        if !all.is_empty() {
            writeln!(out, "\n{title}:")?;
        }
        for one in all {
            let reason = one.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            writeln!(out, "  {}, {}: {}{reason}", one.alert, one.kind, one.change)?;
        }
    }
    Ok(())
}
