//! Memory and processor time of a process and everything it started, as Linux counts them.

use anyhow::{Context, Result};
use std::{collections::HashMap, fs, time::Duration};

/// How many times a second Linux counts processor time for programs to read (`USER_HZ`).
const TICKS: u64 = 100;

/// Sums over a process tree, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// Proportional set size: shared pages are counted once, divided among those who share them. The honest total of several processes.
    pub pss: u64,
    /// Resident set size: shared pages are counted again for each process.
    pub rss: u64,
    /// How many processes.
    pub processes: u64,
}

/// The process `root` and its descendants, now.
///
/// # Errors
/// When `root` is gone, or this is not Linux.
pub fn of_tree(root: u32) -> Result<Memory> {
    let mut memory = Memory::default();
    for pid in tree(root)? {
        // A child may end between the two looks; the root may not.
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else { continue };
        memory.pss += field(&text, "Pss:");
        memory.rss += field(&text, "Rss:");
        memory.processes += 1;
    }
    anyhow::ensure!(memory.pss > 0, "process {root} is gone");
    Ok(memory)
}

/// Resident memory of the descendants of `root` whose name begins with `name` (Linux keeps 15 bytes of a name), in bytes.
///
/// # Errors
/// When there is none, or this is not Linux.
pub fn resident(root: u32, name: &str) -> Result<u64> {
    let mut rss = 0;
    for pid in tree(root)? {
        let Ok(command) = fs::read_to_string(format!("/proc/{pid}/comm")) else { continue };
        if command.starts_with(name) {
            rss += field(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default(), "Rss:");
        }
    }
    anyhow::ensure!(rss > 0, "no {name} runs");
    Ok(rss)
}

/// Processor time that the descendants of `root` have used, without `root` itself: a driver measures and is not measured.
///
/// # Errors
/// When this is not Linux.
pub fn processor(root: u32) -> Result<Duration> {
    let ticks = tree(root)?.into_iter().skip(1).filter_map(|pid| {
        let stat = stat(pid)?;
        // utime and stime, the 14th and 15th field of the whole line.
        Some(stat.get(11)?.parse::<u64>().ok()? + stat.get(12)?.parse::<u64>().ok()?)
    });
    Ok(Duration::from_millis(ticks.sum::<u64>() * 1_000 / TICKS))
}

/// Ids of the process `root` and its descendants, the root first.
///
/// # Errors
/// When this is not Linux.
pub fn tree(root: u32) -> Result<Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").context("processes are read from /proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = parent(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(pid) = tree.get(next).copied() {
        tree.extend(children.get(&pid).into_iter().flatten());
        next += 1;
    }
    Ok(tree)
}

fn field(text: &str, name: &str) -> u64 {
    let kib = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// Who started it.
fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// The fields of `stat` from the third on; the second is the program's name in brackets, which may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_memory_of_a_process_includes_that_of_its_children() {
        let own = super::of_tree(std::process::id()).unwrap();
        assert!(own.pss > 0 && own.rss >= own.pss);
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let with_child = super::of_tree(std::process::id()).unwrap();
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(with_child.processes, own.processes + 1, "a window's web process would be left out");
    }

    #[test]
    fn processor_time_is_that_of_the_children_alone() {
        let own = std::process::id();
        let before = super::processor(own).unwrap();
        let mut child = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        while super::processor(own).unwrap() <= before {
            std::thread::yield_now();
        }
        assert!(super::resident(own, "sh").unwrap() > 0);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(super::resident(own, "no-such-program").is_err());
    }
}
