//! Many seeds: each in a process of its own, as many at once as there are processors; and what is left of a scenario when every step that does not matter is
//! left out.

use crate::{
    fault::Fault,
    run::{Plan, steps},
};
use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// With this a simulation ends that found something.
pub const FOUND: u8 = 10;

/// A seed that shows something wrong.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What is wrong.
    pub wrong: String,
}

/// Runs simulations.
#[derive(Debug)]
pub struct Farm {
    /// The program that runs one.
    pub program: PathBuf,
}

/// What became of one simulation.
struct Ran {
    log: String,
    wrong: Option<String>,
}

impl Farm {
    /// With `program`, which is this crate's.
    #[must_use]
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    fn one(&self, plan: &Plan) -> Result<Ran> {
        let mut command = Command::new(&self.program);
        command.args(["one", &plan.seed.to_string()]).stderr(Stdio::inherit());
        if let Some(value) = plan.fault.and_then(|fault| fault.to_possible_value()) {
            command.args(["--fault", value.get_name()]);
        }
        for step in &plan.without {
            command.args(["--without", &step.to_string()]);
        }
        let output = command.output().with_context(|| format!("{} does not start", self.program.display()))?;
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = || log.lines().last().unwrap_or_default().get(17..).unwrap_or_default().to_owned();
        let wrong = match output.status.code() {
            Some(0) => None,
            Some(code) if code == i32::from(FOUND) => Some(last()),
            _ => Some(format!("the program itself failed ({}) after: {}", output.status, last())),
        };
        Ok(Ran { log, wrong })
    }

    /// The log of a simulation.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn log(&self, plan: &Plan) -> Result<String> {
        Ok(self.one(plan)?.log)
    }

    /// Run `count` seeds from `from` on. Answers the lowest that failed, as far as was looked: with `all`, everything is run.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn run(&self, from: u64, count: u64, fault: Option<Fault>, all: bool) -> Result<Vec<Failure>> {
        let (next, stop) = (AtomicU64::new(from), AtomicBool::new(false));
        let failures = Mutex::new(Vec::new());
        let work = || -> Result<()> {
            loop {
                let seed = next.fetch_add(1, Relaxed);
                if seed >= from + count || stop.load(Relaxed) {
                    return Ok(());
                }
                if let Some(wrong) = self.one(&Plan { seed, fault, without: Vec::new() })?.wrong {
                    failures.lock().expect("no code panics while holding it").push(Failure { seed, wrong });
                    stop.fetch_or(!all, Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            let workers = std::thread::available_parallelism().map_or(1, usize::from);
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
        })?;
        let mut failures = failures.into_inner().expect("no code panics while holding it");
        failures.sort_by_key(|failure| failure.seed);
        Ok(failures)
    }

    /// Leave out every step without which a failing seed still fails: halves first, then ever smaller pieces. Answers what is left out, and what is wrong then.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn shrink(&self, seed: u64, fault: Option<Fault>) -> Result<(Plan, String)> {
        let mut plan = Plan { seed, fault, without: Vec::new() };
        let mut wrong = self.one(&plan)?.wrong.unwrap_or_default();
        let all = steps(seed);
        let mut size = all.div_ceil(2);
        loop {
            let left: Vec<usize> = (0..all).filter(|step| !plan.without.contains(step)).collect();
            let mut fewer = false;
            for piece in left.chunks(size) {
                let without = [&plan.without[..], piece].concat();
                let shorter = Plan { without, ..plan.clone() };
                if let Some(still) = self.one(&shorter)?.wrong {
                    (plan, wrong, fewer) = (shorter, still, true);
                }
            }
            if size == 1 && !fewer {
                return Ok((plan, wrong));
            }
            size = (size / 2).max(1);
        }
    }
}
