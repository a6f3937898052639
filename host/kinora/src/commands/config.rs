//! `kinora config`: the effective settings and where each comes from.

use std::process::ExitCode;

use crate::say;
use crate::settings::Row;

/// Prints the settings as TOML with the source behind each.
pub fn run(rows: &[Row]) -> ExitCode {
    let line = |row: &Row| format!("{} = {}", row.key, row.value);
    let width = rows.iter().map(|row| line(row).len()).max().unwrap_or(0);
    for row in rows {
        say!("{:width$}  # {}", line(row), row.source);
    }
    ExitCode::SUCCESS
}
