//! What SQLite calls: a file system in the words of C, over a [`Disk`].
//!
//! Everything here only translates: addresses into slices, a result into a code.
#![allow(unsafe_code, reason = "SQLite calls back with addresses")]
#![allow(clippy::cast_possible_truncation, reason = "sizes of files in memory")]

use super::{Disk, Handle};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    ptr, slice,
    sync::{Arc, atomic::AtomicU64},
};

/// Longest name of a file.
const LONGEST: c_int = 256;

/// What SQLite keeps for an open file: it makes room for it and hands it back with each call.
#[repr(C)]
struct Open {
    base: sqlite3_file,
    disk: &'static Disk,
    handle: Option<Box<Handle>>,
    /// What it was lent of the shared memory, which lives as long as it may look there.
    lent: Vec<Arc<[AtomicU64]>>,
}

/// Let SQLite open files of `disk` under the file system's `name`. It becomes the one that SQLite asks for chance, too.
pub(crate) fn register(name: &str, disk: &'static Disk) {
    let name = CString::new(name).expect("a name without zeros").into_raw();
    let vfs = Box::new(sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<Open>() as c_int,
        mxPathname: LONGEST,
        pNext: ptr::null_mut(),
        zName: name,
        pAppData: ptr::from_ref(disk).cast_mut().cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_name),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(days),
        xGetLastError: None,
        xCurrentTimeInt64: Some(milliseconds),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    });
    // SAFETY: the table, its name and the disk live as long as the process.
    let registered = unsafe { ffi::sqlite3_vfs_register(Box::into_raw(vfs), 1) };
    assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes a file system at any time");
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn code(outcome: Result<(), c_int>) -> c_int {
    outcome.err().unwrap_or(ffi::SQLITE_OK)
}

/// SAFETY: `vfs` is one that [`register`] made.
unsafe fn disk_of(vfs: *mut sqlite3_vfs) -> &'static Disk {
    unsafe { &*(*vfs).pAppData.cast::<Disk>() }
}

/// SAFETY: `name` is null or ends with a zero.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() { None } else { unsafe { CStr::from_ptr(name) }.to_str().ok() }
}

/// SAFETY: `file` is one that [`open`] filled in and that is not closed; SQLite uses it on one thread at a time.
unsafe fn opened<'a>(file: *mut sqlite3_file) -> (&'a mut Open, &'static Disk) {
    let open = unsafe { &mut *file.cast::<Open>() };
    let disk = open.disk;
    (open, disk)
}

impl Open {
    fn handle(&self) -> &Handle {
        self.handle.as_deref().expect("it is open")
    }
}

unsafe extern "C" fn open(vfs: *mut sqlite3_vfs, name: *const c_char, file: *mut sqlite3_file, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite hands in room for an `Open`, a name that ends with a zero, and perhaps a place for the flags.
    unsafe {
        (*file).pMethods = ptr::null();
        let disk = disk_of(vfs);
        let Some(name) = text(name) else { return ffi::SQLITE_CANTOPEN };
        match disk.open(name, flags & ffi::SQLITE_OPEN_CREATE != 0) {
            Err(code) => return code,
            Ok(handle) => {
                let base = sqlite3_file { pMethods: &raw const METHODS };
                file.cast::<Open>().write(Open { base, disk, handle: Some(Box::new(handle)), lent: Vec::new() });
            }
        }
        if !out.is_null() {
            *out = flags;
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: see `opened`; SQLite does not use it again.
    unsafe {
        let open = file.cast::<Open>().read();
        open.disk.close(open.handle());
        (*file).pMethods = ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut sqlite3_file, into: *mut c_void, bytes: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: see `opened`; `into` has room for so many bytes.
    let (open, into) = unsafe { (opened(file).0, slice::from_raw_parts_mut(into.cast::<u8>(), bytes as usize)) };
    match open.disk.read(open.handle(), at as usize, into) {
        Err(code) => code,
        Ok(read) if read == into.len() => ffi::SQLITE_OK,
        Ok(read) => {
            into[read..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, bytes: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: see `opened`; so many bytes are there.
    let (open, from) = unsafe { (opened(file).0, slice::from_raw_parts(from.cast::<u8>(), bytes as usize)) };
    code(open.disk.write(open.handle(), at as usize, from))
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    code(disk.truncate(open.handle(), size as usize))
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    code(disk.sync(open.handle()))
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    // SAFETY: see `opened`; there is a place for the answer.
    unsafe {
        let (open, disk) = opened(file);
        code(disk.size(open.handle()).map(|bytes| *size = bytes as sqlite3_int64))
    }
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    code(disk.set_lock(open.handle(), level))
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    code(disk.let_go(open.handle(), level))
}

unsafe extern "C" fn check_reserved(file: *mut sqlite3_file, answer: *mut c_int) -> c_int {
    // SAFETY: see `opened`; there is a place for the answer.
    unsafe {
        let (open, disk) = opened(file);
        code(disk.is_reserved(open.handle()).map(|reserved| *answer = c_int::from(reserved)))
    }
}

unsafe extern "C" fn control(_: *mut sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut sqlite3_file) -> c_int {
    4_096
}

/// As SQLite's own file systems say of today's disks: a write does not touch what is beside it.
unsafe extern "C" fn characteristics(_: *mut sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(file: *mut sqlite3_file, region: c_int, bytes: c_int, make: c_int, out: *mut *mut c_void) -> c_int {
    // SAFETY: see `opened`; there is a place for the answer. What is lent lives until `shm_unmap`.
    unsafe {
        let (open, disk) = opened(file);
        *out = ptr::null_mut();
        match disk.shared(open.handle(), region as usize, bytes as usize, make != 0) {
            Err(code) => return code,
            Ok(Some(memory)) => {
                *out = memory.as_ptr().cast_mut().cast();
                open.lent.push(memory);
            }
            Ok(None) => {}
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, first: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    let slots = first as usize..(first + count) as usize;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        return code(disk.unlock_shared(open.handle(), slots));
    }
    code(disk.lock_shared(open.handle(), slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0))
}

unsafe extern "C" fn shm_barrier(_: *mut sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: see `opened`.
    let (open, disk) = unsafe { opened(file) };
    open.lent.clear();
    if delete != 0 {
        disk.forget_shared(open.handle());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    // SAFETY: see `disk_of` and `text`.
    let (disk, name) = unsafe { (disk_of(vfs), text(name)) };
    name.map_or(ffi::SQLITE_IOERR_DELETE, |name| code(disk.delete(name)))
}

unsafe extern "C" fn access(vfs: *mut sqlite3_vfs, name: *const c_char, _: c_int, answer: *mut c_int) -> c_int {
    // SAFETY: see `disk_of` and `text`; there is a place for the answer.
    unsafe { *answer = c_int::from(text(name).is_some_and(|name| disk_of(vfs).exists(name))) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_name(_: *mut sqlite3_vfs, name: *const c_char, room: c_int, out: *mut c_char) -> c_int {
    // SAFETY: the name ends with a zero, and `out` has so much room.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > room as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr(), out.cast(), bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(vfs: *mut sqlite3_vfs, bytes: c_int, out: *mut c_char) -> c_int {
    // SAFETY: see `disk_of`; `out` has room for so many bytes.
    unsafe { disk_of(vfs).fill_by_chance(slice::from_raw_parts_mut(out.cast::<u8>(), bytes as usize)) };
    bytes
}

/// One thread does everything, so nobody else gets on while one sleeps.
unsafe extern "C" fn sleep(_: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn milliseconds(_: *mut sqlite3_vfs, out: *mut sqlite3_int64) -> c_int {
    /// The beginning of 1970, as SQLite counts.
    const EPOCH: i64 = 210_866_760_000_000;
    // SAFETY: there is a place for the answer.
    unsafe { *out = EPOCH + crate::time::wall().0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn days(vfs: *mut sqlite3_vfs, out: *mut f64) -> c_int {
    let mut at = 0;
    // SAFETY: there is a place for the answer.
    unsafe {
        milliseconds(vfs, &raw mut at);
        *out = at as f64 / 86_400_000.0;
    }
    ffi::SQLITE_OK
}
