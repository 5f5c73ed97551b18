//! How each part is run and counted.

use super::{
    bindings,
    count::{self, Count},
    part::Part,
};
use crate::{packages, paths, process, setup, ui};
use anyhow::Result;
use std::path::PathBuf;

/// The tests of the real window, as nextest's filter. They share the machine's attention, so nextest runs them one at a time (.config/nextest.toml).
const DESKTOP: &str = "package(watchdeck-tests) and binary(/^desktop/)";

/// Everything that the parts start, built once: the window first, which the programs embed, then all programs and tests with one set of features.
pub(super) fn build() -> Result<()> {
    ui::build()?;
    process::check(process::cargo().args(["build", "--workspace", "--all-targets"]))
}

pub(super) fn run(part: Part, extend: bool) -> Result<Count> {
    match part {
        Part::Ui => ui_check(),
        Part::Rust => rust(),
        Part::Desktop => desktop(),
        Part::Browser => browser(),
        Part::Lint => lint(),
        Part::Architecture => {
            let mut count = nextest("package(watchdeck-tests) and binary(architecture)", &["--no-capture"], &bindings::fresh_folder()?)?;
            if extend {
                count += Count::check(process::status(&mut process::command(paths::binary("debug", "watchdeck-extend")))?.success());
            }
            Ok(count)
        }
    }
}

fn reports() -> Result<PathBuf> {
    let folder = paths::target().join("xtask/reports");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A report file that does not exist yet, so that an old one is never taken for the new.
fn report(name: &str) -> Result<PathBuf> {
    let file = reports()?.join(name);
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    Ok(file)
}

fn ui_check() -> Result<Count> {
    ui::packages("ui")?;
    let mut count = Count::check(process::status(ui::npm("ui").args(["run", "typecheck"]))?.success());
    count += Count::check(process::status(ui::npm("ui").args(["run", "lint"]))?.success());
    let file = report("vitest.json")?;
    let mut vitest = ui::npx("vitest");
    vitest.args(["run", "--reporter=default", "--reporter=json"]).arg(format!("--outputFile.json={}", file.display()));
    let succeeded = process::status(&mut vitest)?.success();
    count += count::vitest(&file).unwrap_or_default().judged(succeeded);
    Ok(count)
}

fn rust() -> Result<Count> {
    let folder = bindings::fresh_folder()?;
    let mut count = if setup::nextest() {
        nextest(&format!("not ({DESKTOP})"), &[], &folder)?
    } else {
        cargo_test(&["--workspace", "--no-fail-fast", "--lib", "--bins", "--tests", "--", "--test-threads=2"], &folder)?
    };
    let current = bindings::check(&folder);
    if let Err(error) = &current {
        eprintln!("error: {error:#}");
    }
    count += Count::check(current.is_ok());
    Ok(count)
}

fn desktop() -> Result<Count> {
    let folder = bindings::fresh_folder()?;
    if setup::nextest() {
        nextest(DESKTOP, &[], &folder)
    } else {
        cargo_test(&["--workspace", "--no-fail-fast", "--test", "desktop*", "--", "--test-threads=1"], &folder)
    }
}

fn nextest(filter: &str, more: &[&str], types: &std::path::Path) -> Result<Count> {
    let junit = paths::target().join("nextest/default/junit.xml");
    if junit.exists() {
        std::fs::remove_file(&junit)?;
    }
    let mut nextest = process::cargo();
    nextest.args(["nextest", "run", "--workspace", "--no-fail-fast", "-E", filter]).args(more).env("TS_RS_EXPORT_DIR", types);
    let succeeded = process::status(&mut nextest)?.success();
    Ok(count::junit(&junit).unwrap_or_default().judged(succeeded))
}

fn cargo_test(args: &[&str], types: &std::path::Path) -> Result<Count> {
    let mut count = Count::default();
    let mut test = process::cargo();
    test.arg("test").args(args).env("TS_RS_EXPORT_DIR", types);
    let status = process::tee(&mut test, |line| count += count::libtest(line).unwrap_or_default())?;
    Ok(count.judged(status.success()))
}

fn browser() -> Result<Count> {
    let file = report("playwright.json")?;
    let mut playwright = ui::npx("playwright");
    playwright
        .args(["test", "--reporter=list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &file)
        .env("WATCHDECK_WEB_HOST", paths::binary("debug", "watchdeck-web-host"));
    if let Some(chromium) = packages::browser() {
        playwright.env("CHROMIUM", chromium);
    }
    let succeeded = process::status(&mut playwright)?.success();
    Ok(count::playwright(&file).unwrap_or_default().judged(succeeded))
}

fn lint() -> Result<Count> {
    let mut count = Count::check(process::status(process::cargo().args(["fmt", "--all", "--check"]))?.success());
    count +=
        Count::check(process::status(process::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?.success());
    let mut examples = Count::default();
    let status = process::tee(process::cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]), |line| {
        examples += count::libtest(line).unwrap_or_default();
    })?;
    // A crate may have no example in its documentation; what counts is that none is wrong.
    examples.failed += u64::from(examples.failed == 0 && !status.success());
    count += examples;
    Ok(count)
}
