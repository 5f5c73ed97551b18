//! What people complain about elsewhere (`complaints.toml`) is held by tests that are there and run.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use std::{collections::BTreeSet, path::Path};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    complaint: Vec<Complaint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Complaint {
    about: String,
    told_of: Vec<String>,
    #[serde(default)]
    held_by: Vec<String>,
    #[serde(default)]
    not_yet: String,
}

/// Whether a source has a test of this name that runs; else what is wrong.
fn runs(file: &str, source: &str, name: &str) -> Result<(), String> {
    let is_rust = Path::new(file).extension().is_some_and(|end| end == "rs");
    let place = if is_rust { source.find(&format!("fn {name}(")) } else { source.find(&format!("(\"{name}\",")) };
    let place = place.ok_or("there is no such test")?;
    let line = source[..place].rfind('\n').map_or(0, |end| end + 1);
    if !is_rust {
        let call = source[line..place].trim();
        return if ["it", "test"].contains(&call) { Ok(()) } else { Err(format!("`{call}` is not run")) };
    }
    // What stands above it: attributes, with what they say over several lines, and comments.
    let above = source[..line].trim_end();
    let above = &above[above.rfind("\n\n").unwrap_or(0)..];
    let above = &above[above.rfind(['}', ';']).map_or(0, |end| end + 1)..];
    let is_test = above.contains("#[test]") || above.contains("#[tokio::test");
    match (is_test, above.contains("#[ignore")) {
        (true, false) => Ok(()),
        (true, true) => Err("it is ignored".to_owned()),
        (false, _) => Err("it is no test".to_owned()),
    }
}

#[test]
fn every_complaint_is_held_by_tests_that_run_or_says_why_it_is_not() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed: Listed = toml::from_str(&std::fs::read_to_string(root.join("tests/complaints.toml"))?)?;
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for Complaint { about, told_of, held_by, not_yet } in &listed.complaint {
        ensure!(known.insert(about), "{about}: twice");
        ensure!(!told_of.is_empty(), "{about}: who says so?");
        ensure!(held_by.is_empty() != not_yet.trim().is_empty(), "{about}: it is held by tests, or it says why not");
        for test in held_by {
            let (file, name) = test.split_once("::").with_context(|| format!("{test}: a file, `::`, a name"))?;
            let outcome = std::fs::read_to_string(root.join(file)).map_err(|error| error.to_string());
            wrong.extend(outcome.and_then(|source| runs(file, &source, name)).err().map(|why| format!("{test}: {why}")));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn a_test_that_is_not_there_or_does_not_run_is_found() {
    let rust = "#[test]\nfn good() {}\n\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn waits() {}\n\n#[test]\n#[ignore]\nfn lazy() {}\n\nfn helper() {}\n";
    for (name, holds) in [("good", true), ("waits", true), ("lazy", false), ("helper", false), ("absent", false)] {
        assert_eq!(runs("a.rs", rust, name).is_ok(), holds, "{name}");
    }
    let window = "it(\"is shown\", () => {});\n  test.skip(\"is not\", () => {});\n";
    for (name, holds) in [("is shown", true), ("is not", false), ("is", false)] {
        assert_eq!(runs("a.test.ts", window, name).is_ok(), holds, "{name}");
    }
}
