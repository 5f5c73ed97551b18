//! The system's clock and its chance, for the thread that simulates: whatever library asks the system there, the simulation answers.
//!
//! Two functions of the C library, which the linker finds here before it looks there. Threads that do not simulate are answered by the system: they wait until
//! times that they compute, and would wait for ever by a clock that stands still. Elsewhere than on Linux nothing stands in: simulations run and find the same
//! faults, but the same seed may make another log.
#![allow(unsafe_code, reason = "the words of C")]

use std::{
    cell::Cell,
    ffi::{c_int, c_uint, c_void},
    slice,
};
use watchdeck_simulate::{Chance, time};

thread_local! {
    static CHANCE: Cell<Option<Chance>> = const { Cell::new(None) };
}

/// From here on this thread is told the simulation's time and gets its chance from `seed`.
pub(crate) fn begin(seed: u64) {
    CHANCE.set(Some(Chance::new(!seed)));
}

#[repr(C)]
struct TimeSpec {
    seconds: i64,
    nanoseconds: i64,
}

/// As in the C library.
///
/// # Safety
/// `out` has room for a time.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: c_int, out: *mut TimeSpec) -> c_int {
    use rustix::time::{ClockId, clock_gettime};
    const REALTIME: [c_int; 2] = [0, 5];
    let told = match if REALTIME.contains(&clock) { time::since_1970() } else { time::elapsed() } {
        Some(since) => TimeSpec { seconds: since.as_secs() as i64, nanoseconds: i64::from(since.subsec_nanos()) },
        None => {
            let id = match clock {
                0 => ClockId::Realtime,
                5 => ClockId::RealtimeCoarse,
                6 => ClockId::MonotonicCoarse,
                7 => ClockId::Boottime,
                _ => ClockId::Monotonic,
            };
            let at = clock_gettime(id);
            TimeSpec { seconds: at.tv_sec, nanoseconds: at.tv_nsec }
        }
    };
    // SAFETY: whoever calls has made room.
    unsafe { out.write(told) };
    0
}

/// As in the C library.
///
/// # Safety
/// `out` has room for so many bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(out: *mut c_void, length: usize, flags: c_uint) -> isize {
    // SAFETY: whoever calls has made room.
    let bytes = unsafe { slice::from_raw_parts_mut(out.cast::<u8>(), length) };
    let Some(mut chance) = CHANCE.take() else {
        return rustix::rand::getrandom(bytes, rustix::rand::GetRandomFlags::from_bits_retain(flags)).map_or(-1, |read| read as isize);
    };
    bytes.iter_mut().for_each(|byte| *byte = chance.next() as u8);
    CHANCE.set(Some(chance));
    length as isize
}
