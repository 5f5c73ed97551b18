//! One benchmark's results: as a table for people, as JSON for programs.

use super::machine;
use crate::paths;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// What was measured, case by case.
pub(super) struct Report {
    name: &'static str,
    results: Vec<(String, f64, &'static str)>,
    ratios: Vec<(String, f64)>,
    detail: Value,
}

impl Report {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, results: Vec::new(), ratios: Vec::new(), detail: Value::Null }
    }

    /// A case and its value. The names are kept from version to version, so that numbers can be compared.
    pub(super) fn case(&mut self, case: &str, value: f64, unit: &'static str) {
        self.results.push((case.to_owned(), value, unit));
    }

    pub(super) fn ratio(&mut self, name: &str, value: f64) {
        self.ratios.push((name.to_owned(), value));
    }

    /// Whatever helps to understand the numbers: every round, parameters.
    pub(super) fn detail(&mut self, detail: Value) {
        self.detail = detail;
    }

    /// Print the table and write the file.
    pub(super) fn finish(self) -> Result<()> {
        let machine = machine::describe();
        println!("\n{} — {} cores, {}", self.name, machine["cores"], machine["cpu"].as_str().unwrap_or("unknown processor"));
        for (case, value, unit) in &self.results {
            println!("  {case:<24} {:>14} {unit}", readable(*value));
        }
        for (name, value) in &self.ratios {
            println!("  {name:<24} {value:>14.2}");
        }
        let results: Vec<_> =
            self.results.iter().map(|(case, value, unit)| json!({ "case": case, "value": value, "unit": unit })).collect();
        let ratios: Map<_, _> = self.ratios.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let report = json!({ "name": self.name, "machine": machine, "results": results, "ratios": ratios, "detail": self.detail });
        let file = folder()?.join(format!("{}.json", self.name));
        std::fs::write(&file, serde_json::to_string_pretty(&report)?).with_context(|| format!("cannot write {}", file.display()))?;
        println!("\nWritten to {}", file.display());
        Ok(())
    }
}

/// target/bench
pub(super) fn folder() -> Result<PathBuf> {
    let folder = paths::target().join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Whole numbers with groups of thousands, small ones with a fraction.
fn readable(value: f64) -> String {
    if value.abs() < 1_000.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        assert_eq!(super::readable(1_234_567.4), "1,234,567");
        assert_eq!(super::readable(-1_234.0), "-1,234");
        assert_eq!(super::readable(12.34), "12.3");
    }
}
