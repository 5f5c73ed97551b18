//! One simulation: the steps of a seed, then the healing, then the verdict.

use crate::{
    chance::Chance,
    console::{self, Memory},
    disk::{Trouble, vfs},
    fault::Fault,
    gateway, publisher,
    scenario::{self, End, Side, Step, What},
    time,
    world::{Request, VFS, World},
};
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, SystemTime},
};
use turmoil::{Builder, Sim};

/// What the simulation advances by.
const TICK: Duration = Duration::from_millis(10);
/// Everything must be well again within this.
const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// Connections, by their numbers in the world.
const GATEWAY: &str = "gateway";
const CONSOLE: &str = "console";
const PUBLISHER: &str = "erp";

/// What is to be run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Makes the steps and everything that is left to chance.
    pub seed: u64,
    /// What is planted.
    pub fault: Option<Fault>,
    /// Steps that are left out, by number.
    pub without: Vec<usize>,
}

/// How it went.
#[derive(Debug)]
pub struct Outcome {
    /// What happened, line by line.
    pub log: String,
    /// What was wrong; `None`: nothing.
    pub wrong: Option<String>,
}

/// How many steps a scenario has.
#[must_use]
pub fn steps(seed: u64) -> usize {
    scenario::steps(seed).len()
}

/// Run `plan`. Once per process: SQLite keeps its file systems for as long as that lives, and so do the libraries what they drew by lot.
#[must_use]
pub fn run(plan: &Plan) -> Outcome {
    time::set(Duration::ZERO);
    let world = Arc::new(World::new(plan.seed, plan.fault));
    vfs::register(VFS[0], world.gateway_disk);
    vfs::register(VFS[1], world.console_disk);
    let mut stage = Stage::new(plan.seed, Arc::clone(&world));
    let wrong = stage.play(plan).err();
    world.say("end", wrong.as_deref().unwrap_or("all is well"));
    Outcome { log: world.take_log(), wrong }
}

/// What is to be undone, and when.
enum Due {
    Again(Side),
    Repair(&'static str, &'static str),
    Release,
    Well(Side),
}

struct Stage {
    world: Arc<World>,
    sim: Sim<'static>,
    chance: Chance,
    due: Vec<(Duration, Due)>,
    /// Requests that may be repeated.
    published: Vec<Request>,
}

impl Stage {
    fn new(seed: u64, world: Arc<World>) -> Self {
        let mut sim = Builder::new()
            .rng_seed(seed)
            .epoch(SystemTime::UNIX_EPOCH + time::since_1970().unwrap_or_default())
            .simulation_duration(Duration::from_secs(100_000))
            .tick_duration(TICK)
            .min_message_latency(Duration::from_millis(1))
            .max_message_latency(Duration::from_millis(30))
            .tcp_capacity(100_000)
            .build();
        let there = Arc::clone(&world);
        sim.host(GATEWAY, move || gateway::run(Arc::clone(&there)));
        let (there, memory) = (Arc::clone(&world), Arc::new(Memory::default()));
        sim.host(CONSOLE, move || console::run(Arc::clone(&there), Arc::clone(&memory)));
        let there = Arc::clone(&world);
        sim.host(PUBLISHER, move || publisher::run(Arc::clone(&there)));
        Self { world, sim, chance: Chance::new(seed ^ 3), due: Vec::new(), published: Vec::new() }
    }

    fn play(&mut self, plan: &Plan) -> Result<(), String> {
        self.go_on(Duration::from_millis(300))?;
        for (number, step) in scenario::steps(plan.seed).into_iter().enumerate() {
            if plan.without.contains(&number) {
                continue;
            }
            self.world.say("step", &format!("{number}: {:?}", step.what));
            self.take(step.what);
            let Step { then_ms, .. } = step;
            self.go_on(Duration::from_millis(then_ms))?;
        }
        self.heal()
    }

    fn heal(&mut self) -> Result<(), String> {
        self.world.say("step", "everything is mended");
        self.world.cut_after(u64::MAX);
        for (_, due) in std::mem::take(&mut self.due) {
            self.undo(&due);
        }
        self.world.model().look_anew();
        self.world.heals.store(true, Relaxed);
        let until = self.sim.elapsed() + HEALED_WITHIN;
        while !(self.world.next_request().is_none() && self.world.model().is_well()) {
            if self.sim.elapsed() > until {
                return Err(format!("it does not heal: {}", self.world.model().complaint));
            }
            self.tick()?;
        }
        Ok(())
    }

    fn go_on(&mut self, time: Duration) -> Result<(), String> {
        let until = self.sim.elapsed() + time;
        while self.sim.elapsed() < until {
            self.tick()?;
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), String> {
        self.sim.step().map_err(|error| format!("a program failed: {error}"))?;
        let now = self.sim.elapsed();
        time::set(now);
        let (due, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        for (_, due) in &due {
            self.undo(due);
        }
        // Whoever ended by itself comes again.
        for side in [Side::Gateway, Side::Console] {
            if !self.sim.is_host_running(name(side)) && !self.due.iter().any(|(_, due)| matches!(due, Due::Again(who) if *who == side)) {
                self.sim.bounce(name(side));
            }
        }
        self.world.model().wrong().map_or(Ok(()), |words| Err(words.to_owned()))
    }

    fn take(&mut self, what: What) {
        let world = Arc::clone(&self.world);
        match what {
            What::Publish { channel, events } => {
                let channel = scenario::CHANNELS[channel];
                let request = Request { channel, events: world.model().publish(channel, events), again: false };
                self.published.push(Request { again: true, ..request.clone() });
                world.request(request);
            }
            What::Again { back } => {
                let which = self.published.len().checked_sub(1 + back as usize).and_then(|index| self.published.get(index));
                which.into_iter().for_each(|request| world.request(request.clone()));
            }
            What::Silence { from_gateway, to_gateway, ms } => {
                if from_gateway {
                    self.silence(GATEWAY, CONSOLE, ms);
                }
                if to_gateway {
                    self.silence(CONSOLE, GATEWAY, ms);
                }
            }
            What::PublisherSilence { ms } => {
                self.silence(PUBLISHER, GATEWAY, ms);
                self.silence(GATEWAY, PUBLISHER, ms);
            }
            What::Hold { ms } => {
                self.sim.hold(GATEWAY, CONSOLE);
                self.later(ms, Due::Release);
            }
            What::Cut { bytes } => world.cut_after(bytes),
            What::Ends { side, end, again_after } => self.end(side, end, again_after),
            What::LogReplaced { again_after } => {
                self.end(Side::Gateway, End::Killed, again_after);
                world.gateway_disk.erase();
                // Another log has never answered for these.
                self.published.clear();
            }
            What::Disk { side, trouble, ms } => {
                self.disk(side).set_trouble(trouble);
                if trouble == Trouble::Reads {
                    world.model().unreadable(side == Side::Gateway);
                }
                self.later(ms, Due::Well(side));
            }
            What::ClockSet { by_ms } => world.set_clock(by_ms),
            What::SlowWindow { ms } => world.rest_window(self.sim.elapsed() + Duration::from_millis(ms)),
        }
    }

    fn end(&mut self, side: Side, end: End, again_after: u64) {
        if !self.sim.is_host_running(name(side)) {
            return;
        }
        if end == End::Closed {
            let closes = if side == Side::Gateway { &self.world.gateway_closes } else { &self.world.console_closes };
            return closes.store(true, Relaxed);
        }
        let disk = self.disk(side);
        let lost = disk.die(end == End::PowerCut);
        if side == Side::Console && end == End::PowerCut {
            self.world.model().may_follow_nothing();
        }
        let (writes, digest) = disk.digest();
        self.sim.crash(name(side));
        self.world.say(name(side), &format!("dead; {lost} changes were under way; {writes} writes so far, {digest:016x}"));
        self.later(again_after, Due::Again(side));
    }

    fn silence(&mut self, from: &'static str, to: &'static str, ms: u64) {
        self.sim.partition_oneway(from, to);
        self.later(ms, Due::Repair(from, to));
    }

    fn later(&mut self, ms: u64, due: Due) {
        let more = Duration::from_millis(ms + self.chance.below(5));
        self.due.push((self.sim.elapsed() + more, due));
    }

    fn undo(&mut self, due: &Due) {
        match due {
            Due::Again(side) => self.sim.bounce(name(*side)),
            Due::Repair(from, to) => self.sim.repair_oneway(*from, *to),
            Due::Release => self.sim.release(GATEWAY, CONSOLE),
            Due::Well(side) => self.disk(*side).set_trouble(Trouble::None),
        }
    }

    fn disk(&self, side: Side) -> &'static crate::disk::Disk {
        if side == Side::Gateway { self.world.gateway_disk } else { self.world.console_disk }
    }
}

const fn name(side: Side) -> &'static str {
    match side {
        Side::Gateway => GATEWAY,
        Side::Console => CONSOLE,
    }
}
