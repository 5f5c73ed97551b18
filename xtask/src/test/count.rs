//! How many tests passed and failed, read from what the test runners write for programs.

use anyhow::{Context, Result, bail};
use std::{ops::AddAssign, path::Path};

/// Passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// One check that is not made of tests.
    pub(crate) fn check(ok: bool) -> Self {
        Self { passed: u64::from(ok), failed: u64::from(!ok) }
    }

    /// A runner's own word against its exit code: what failed without a failed test (a compile error, a crash) counts as one failure, and so does a run of nothing.
    pub(crate) fn judged(self, succeeded: bool) -> Self {
        let silent = self.failed == 0 && (!succeeded || self.passed == 0);
        Self { failed: self.failed + u64::from(silent), ..self }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// cargo-nextest's JUnit report.
pub(crate) fn junit(file: &Path) -> Result<Count> {
    junit_text(&std::fs::read_to_string(file).with_context(|| format!("no report at {}", file.display()))?)
}

fn junit_text(text: &str) -> Result<Count> {
    let start = text.find("<testsuites").context("a JUnit report has <testsuites>")?;
    let tag = text[start..].split('>').next().unwrap_or_default();
    let number = |name: &str| -> Result<u64> {
        let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
        value.with_context(|| format!("<testsuites> says no {name}"))?.parse().context("not a number")
    };
    let (tests, failed) = (number("tests")?, number("failures")? + number("errors")?);
    if failed > tests {
        bail!("{failed} of {tests} tests failed?");
    }
    Ok(Count { passed: tests - failed, failed })
}

/// Vitest's JSON report.
pub(crate) fn vitest(file: &Path) -> Result<Count> {
    let report = json(file)?;
    let number = |name: &str| report[name].as_u64().with_context(|| format!("the report says no {name}"));
    // What was skipped proves nothing, so it does not pass.
    Ok(Count { passed: number("numPassedTests")?, failed: number("numTotalTests")? - number("numPassedTests")? })
}

/// Playwright's JSON report.
pub(crate) fn playwright(file: &Path) -> Result<Count> {
    let stats = &json(file)?["stats"];
    let number = |name: &str| stats[name].as_u64().with_context(|| format!("the report says no {name}"));
    Ok(Count { passed: number("expected")?, failed: number("unexpected")? + number("flaky")? + number("skipped")? })
}

/// One line of `cargo test`.
pub(crate) fn libtest(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| rest.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some(Count { passed: number("passed")?, failed: number("failed")? })
}

fn json(file: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("no report at {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_junit_report_counts_errors_as_failures() {
        let report = r#"<?xml version="1.0"?><testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x" time="1.0"><testsuite tests="3"/>"#;
        assert_eq!(junit_text(report).unwrap(), Count { passed: 9, failed: 3 });
        assert!(junit_text("<testsuites name=\"x\">").is_err(), "a report without numbers is not a report of nothing failed");
    }

    #[test]
    fn the_closing_line_of_cargo_test_is_read() {
        let line = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.00s";
        assert_eq!(libtest(line), Some(Count { passed: 3, failed: 1 }));
        assert_eq!(libtest("running 4 tests"), None);
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_a_failure() {
        let some = Count { passed: 5, failed: 0 };
        assert_eq!(some.judged(true), some);
        assert_eq!(some.judged(false), Count { passed: 5, failed: 1 }, "it did not compile, say");
        assert_eq!(Count::default().judged(true), Count { passed: 0, failed: 1 }, "a run of no tests proves nothing");
        assert_eq!(Count { passed: 5, failed: 2 }.judged(false), Count { passed: 5, failed: 2 });
    }
}
