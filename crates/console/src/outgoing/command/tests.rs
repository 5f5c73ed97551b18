//! Programs that do well, badly, nothing, and too long.

use super::*;
use crate::outgoing::text::Text;
use std::time::Instant;
use watchdeck_events::Millis;

fn run(script: &str) -> Run {
    let occasion = Occasion { test: None, ..Occasion::test(None, Millis(0)) };
    let text = Text { title: "Stock\0 is low".into(), text: "Two\nlines".into() };
    Run::of("/bin/sh", &["-c".into(), script.into()], &occasion, text, Words::ENGLISH).unwrap()
}

#[tokio::test]
async fn it_gets_the_event_on_its_input_and_what_matters_as_variables() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("seen");
    let script = format!("cat > {0}; env | grep ^WATCHDECK_ | sort >> {0}; echo done", to.display());
    assert_eq!(run(&script).run(DEADLINE).await.unwrap(), "exit code 0: done");
    let seen = std::fs::read_to_string(to).unwrap();
    let event: serde_json::Value = serde_json::from_str(seen.lines().next().unwrap()).unwrap();
    assert_eq!((&event["kind"], &event["payload"]["change"]), (&"watchdeck:alert".into(), &"fired".into()));
    for line in ["WATCHDECK_KIND=watchdeck:alert", "WATCHDECK_SEVERITY=warning", "WATCHDECK_TITLE=Stock is low", "WATCHDECK_TEST=0"] {
        assert!(seen.lines().any(|seen| seen == line), "{line} is not in {seen}");
    }
}

#[tokio::test]
async fn another_code_than_0_is_tried_again_and_says_what_was_written() {
    for (script, words) in [
        ("echo out; echo 'no paper' >&2; exit 3", "exit code 3: no paper"),
        ("echo only out; exit 1", "exit code 1: only out"),
        ("exit 7", "exit code 7"),
    ] {
        let failure = run(script).run(DEADLINE).await.unwrap_err();
        assert_eq!((failure.words.as_str(), failure.again), (words, true));
    }
    let missing = Run { program: "/nowhere/to/be/found".into(), ..run("") };
    let failure = missing.run(DEADLINE).await.unwrap_err();
    assert!(failure.again && failure.words.starts_with("the program /nowhere/to/be/found cannot be started"), "{failure}");
}

#[tokio::test]
async fn one_that_does_not_end_is_killed_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let script = format!("echo working; sleep 600 & echo $! > {0}; echo $$ >> {0}; wait", pids.display());
    let began = Instant::now();
    let failure = run(&script).run(Duration::from_millis(400)).await.unwrap_err();
    assert!(failure.again && failure.words.contains("did not end within 0.4 s and was killed: working"), "{failure}");
    assert!(began.elapsed() < Duration::from_secs(60));
    let pids = std::fs::read_to_string(pids).unwrap();
    for pid in pids.lines().map(|line| line.parse().unwrap()).filter_map(rustix::process::Pid::from_raw) {
        // A killed one may lie there until somebody has asked for it.
        let gone = async || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
            (rustix::process::test_kill_process(pid).is_err() || state.contains(") Z ")).then_some(())
        };
        watchdeck_testkit::patience::until("the process to be gone", gone).await;
    }
}

#[tokio::test]
async fn neither_one_that_reads_nothing_nor_one_that_leaves_something_behind_holds_anybody_up() {
    let huge = Run { input: "x".repeat(1 << 20), ..run("exit 0") };
    assert_eq!(huge.run(DEADLINE).await.unwrap(), "exit code 0");
    let began = Instant::now();
    let left = run("sleep 20 & echo left; exit 0").run(DEADLINE).await.unwrap();
    assert!(left.starts_with("exit code 0") && began.elapsed() < Duration::from_secs(15), "{left}");
    let loud = run("head -c 3000000 /dev/zero | tr '\\0' 'x'; exit 5").run(DEADLINE).await.unwrap_err();
    assert!(loud.words.starts_with("exit code 5: xxx") && loud.words.len() < 300, "what it writes is read to the end and not kept");
}
