//! The machine that a number was measured on; without it the number means nothing.

use crate::process;
use serde_json::{Value, json};

/// Cores, processor, memory, kernel, compilers.
pub(super) fn describe() -> Value {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let said = |program: &str, args: &[&str]| process::read(process::command(program).args(args)).map(|text| text.trim().to_owned());
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok());
    json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "cpu": field("/proc/cpuinfo", "model name"),
        "memory_bytes": memory.map(|kib| kib * 1024),
        "kernel": said("uname", &["-sr"]),
        "rustc": said("rustc", &["--version"]),
        "node": said("node", &["--version"]),
    })
}
