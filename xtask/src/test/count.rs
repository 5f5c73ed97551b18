//! How many tests passed and failed, and which failed, read from what the test runners write for programs.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{ops::AddAssign, path::Path};

/// Passed and failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// What failed, a line each; what fails without a test has none.
    pub(crate) names: Vec<String>,
}

impl Count {
    /// One check that is not made of tests.
    pub(crate) fn check(ok: bool) -> Self {
        Self { passed: u64::from(ok), failed: u64::from(!ok), names: Vec::new() }
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
        self.names.extend(other.names);
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
    let mut names = Vec::new();
    for case in text.split("<testcase ").skip(1) {
        let case = case.split("</testcase>").next().unwrap_or_default();
        // A flaky test's earlier failures are elements of another name.
        if ["<failure", "<error"].iter().any(|mark| case.contains(mark)) {
            names.extend(case.split_once("name=\"").and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned));
        }
    }
    Ok(Count { passed: tests - failed, failed, names })
}

/// Vitest's JSON report.
pub(crate) fn vitest(file: &Path) -> Result<Count> {
    let report = json(file)?;
    let number = |name: &str| report[name].as_u64().with_context(|| format!("the report says no {name}"));
    let tests = list(&report["testResults"]).flat_map(|file| list(&file["assertionResults"]));
    let names = tests.filter(|test| test["status"] != "passed").filter_map(|test| test["fullName"].as_str()).map(str::to_owned).collect();
    // What was skipped proves nothing, so it does not pass.
    Ok(Count { passed: number("numPassedTests")?, failed: number("numTotalTests")? - number("numPassedTests")?, names })
}

/// Playwright's JSON report.
pub(crate) fn playwright(file: &Path) -> Result<Count> {
    let report = json(file)?;
    let number = |name: &str| report["stats"][name].as_u64().with_context(|| format!("the report says no {name}"));
    let mut names = Vec::new();
    for suite in list(&report["suites"]) {
        unexpected(suite, &mut names);
    }
    Ok(Count { passed: number("expected")?, failed: number("unexpected")? + number("flaky")? + number("skipped")?, names })
}

/// The specs of a suite, and of the suites in it, that did not go as expected, each with where it stopped.
fn unexpected(suite: &Value, names: &mut Vec<String>) {
    for spec in list(&suite["specs"]) {
        for test in list(&spec["tests"]).filter(|test| test["status"] != "expected") {
            let place = &test["results"][0]["error"]["location"];
            let file = place["file"].as_str().and_then(|file| file.rsplit(['/', '\\']).next()).unwrap_or_default();
            names.push(format!("{} ({file}:{})", spec["title"].as_str().unwrap_or_default(), place["line"].as_u64().unwrap_or_default()));
        }
    }
    for inner in list(&suite["suites"]) {
        unexpected(inner, names);
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

/// One line of `cargo test`.
pub(crate) fn libtest(line: &str) -> Option<Count> {
    if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        return Some(Count { names: vec![name.to_owned()], ..Count::default() });
    }
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| rest.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some(Count { passed: number("passed")?, failed: number("failed")?, names: Vec::new() })
}

fn json(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("no report at {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, names: &[&str]) -> Count {
        Count { passed, failed, names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn a_junit_report_counts_errors_as_failures_and_names_them() {
        let report = r#"<?xml version="1.0"?><testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x" time="1.0">
            <testsuite tests="3"><testcase name="a::b" classname="c"><failure type="x"/></testcase><testcase name="d" classname="c"></testcase>
            <testcase name="e" classname="c"><error/></testcase></testsuite>"#;
        assert_eq!(junit_text(report).unwrap(), count(9, 3, &["a::b", "e"]));
        assert!(junit_text("<testsuites name=\"x\">").is_err(), "a report without numbers is not a report of nothing failed");
    }

    #[test]
    fn a_browser_report_names_what_failed_and_where() {
        let report = serde_json::json!({
            "suites": [{"specs": [{"title": "good", "tests": [{"status": "expected"}]}], "suites": [{"specs": [{"title": "bad", "tests": [
                {"status": "unexpected", "results": [{"error": {"location": {"file": "/x/e2e/work.spec.ts", "line": 7}}}]},
            ]}]}]}],
        });
        let mut names = Vec::new();
        unexpected(&report["suites"][0], &mut names);
        assert_eq!(names, ["bad (work.spec.ts:7)"]);
    }

    #[test]
    fn the_lines_of_cargo_test_are_read() {
        let line = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.00s";
        assert_eq!(libtest(line), Some(count(3, 1, &[])));
        assert_eq!(libtest("test a::b ... FAILED"), Some(count(0, 0, &["a::b"])));
        assert_eq!(libtest("running 4 tests"), None);
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_a_failure() {
        let some = count(5, 0, &[]);
        assert_eq!(some.clone().judged(true), some);
        assert_eq!(some.judged(false), count(5, 1, &[]), "it did not compile, say");
        assert_eq!(Count::default().judged(true), count(0, 1, &[]), "a run of no tests proves nothing");
        assert_eq!(count(5, 2, &[]).judged(false), count(5, 2, &[]));
    }
}
