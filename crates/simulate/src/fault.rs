//! Faults that are planted to see whether they are found. Each sits in what the simulation owns (a disk, a line, a publisher, a window), so that no
//! program of ours has a place for it.

/// What was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Somebody is on the way and changes nothing: the only one that must not be found.
    Nothing,
    /// The gateway's disk does not sync: it answers for what a power cut takes.
    AnswerBeforeFsync,
    /// The console's disk does not sync, so what is written overtakes what should come before it.
    WritesOvertake,
    /// The gateway's disk calls a write done that failed.
    FailedWriteCalledDone,
    /// The console asks for one event too late when it resumes.
    ResumeOffByOne,
    /// The last event of a page is left out.
    PageLosesItsLast,
    /// Two frames arrive in the wrong order.
    FramesSwapped,
    /// A replaced log keeps its name, so that nobody is told of the hole.
    EpochNotRenewed,
    /// Places are counted from one too high: the position is ahead of the events.
    PositionAhead,
    /// An event is waited for by the one after it.
    LostWakeUp,
    /// An event arrives on another channel now and then.
    ChannelMixedUp,
    /// Somebody on the way writes the events' JSON anew.
    PayloadWrittenAnew,
    /// The log recognises the newest few ids only.
    WindowTooSmall,
    /// A publisher that asks again gives its events new ids.
    RetryUnderNewIds,
    /// A publisher takes a refusal for an answer.
    RefusalTakenForAnswer,
    /// After a restart the window goes on where it was before, whatever the store has gone back to.
    StaleReadAfterResync,
    /// The window says how far it is before it has dealt with it.
    CheckpointAhead,
}
