// SPDX-License-Identifier: MIT
//! The Rust rivals. The loops have the shape of `harness/loop.h`, written in Rust
//! so that locks are inlined as they would be for a Rust user. Change both.

use std::arch::asm;
use std::mem::size_of;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, RwLock};

/// Two cache lines, as in `loop.h`.
#[repr(align(128))]
struct Line<T>(T);

/// Hides where a reference came from: `BENCH_OPAQUE`.
fn opaque<T>(from: &'static T) -> &'static T {
    let mut at: *const T = from;
    // SAFETY: the assembly is a comment, so the pointer is unchanged.
    unsafe {
        asm!("/* {0} */", inout(reg) at, options(nostack, preserves_flags));
        &*at
    }
}

/// The value must be ready, as if somebody used it: `BENCH_USE`.
fn consume<T>(value: &T) {
    // SAFETY: the assembly is a comment.
    unsafe {
        asm!("/* {0} */", in(reg) value as *const T, options(nostack, preserves_flags));
    }
}

#[cfg(target_arch = "x86_64")]
fn fence() {
    // SAFETY: lfence has no precondition.
    unsafe { core::arch::x86_64::_mm_lfence() }
}

#[cfg(target_arch = "aarch64")]
fn fence() {
    // SAFETY: isb has no precondition.
    unsafe { asm!("isb", options(nostack, preserves_flags)) }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn fence() {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst)
}

/// Simulated work: `bench_work`.
#[inline(always)]
fn work(units: u32) {
    let mut chain: u64 = 3;
    for _ in 0..units {
        chain = chain.wrapping_mul(chain);
        // SAFETY: the assembly is a comment.
        unsafe { asm!("/* {0} */", inout(reg) chain, options(nostack, preserves_flags)) }
    }
    fence();
}

/// `BENCH_SECTION_LOOP` for a lock whose guard ends the section.
macro_rules! section_loop {
    ($n:ident, $units:ident, $lock:expr) => {
        if $units == 0 {
            for _ in 0..$n {
                *$lock += 1;
            }
        } else {
            for _ in 0..$n {
                {
                    let mut total = $lock;
                    *total += 1;
                    work($units);
                }
                work($units);
            }
        }
    };
}

/// `BENCH_READS`.
const READS: u64 = 16;

/// `BENCH_RW_LOOPS` for a lock whose guards end the section.
macro_rules! rw_loops {
    ($read:ident, $write:ident, $mixed:ident, $at:expr, $lock_read:expr, $lock_write:expr) => {
        #[no_mangle]
        pub extern "C" fn $read(n: u64, units: u32) {
            let at = opaque($at);
            for _ in 0..n {
                {
                    let total = $lock_read(at);
                    consume(&*total);
                    if units != 0 {
                        work(units);
                    }
                }
                if units != 0 {
                    work(units);
                }
            }
        }

        #[no_mangle]
        pub extern "C" fn $write(n: u64, units: u32) {
            let at = opaque($at);
            section_loop!(n, units, $lock_write(at));
        }

        #[no_mangle]
        pub extern "C" fn $mixed(n: u64, units: u32) {
            let at = opaque($at);
            for i in 0..n {
                if i % READS == 0 {
                    let mut total = $lock_write(at);
                    *total += 1;
                    if units != 0 {
                        work(units);
                    }
                } else {
                    let total = $lock_read(at);
                    consume(&*total);
                    if units != 0 {
                        work(units);
                    }
                }
                if units != 0 {
                    work(units);
                }
            }
        }
    };
}

/// `BENCH_RATE_LOOP` for a lock whose guards end the section.
macro_rules! rate_loop {
    ($name:ident, $at:expr, $lock_read:expr, $lock_write:expr) => {
        #[no_mangle]
        pub extern "C" fn $name(n: u64, every: u64, mut left: u64) -> u64 {
            let at = opaque($at);
            for _ in 0..n {
                left -= 1;
                if left != 0 {
                    let total = $lock_read(at);
                    consume(&*total);
                } else {
                    *$lock_write(at) += 1;
                    left = every;
                }
            }
            left
        }
    };
}

static STD_RWLOCK: Line<RwLock<u64>> = Line(RwLock::new(0));

rw_loops!(
    bench_rust_rwlock_read,
    bench_rust_rwlock_write,
    bench_rust_rwlock_mixed,
    &STD_RWLOCK.0,
    |at: &'static RwLock<u64>| at.read().unwrap(),
    |at: &'static RwLock<u64>| at.write().unwrap()
);

rate_loop!(
    bench_rust_rwlock_rate,
    &STD_RWLOCK.0,
    |at: &'static RwLock<u64>| at.read().unwrap(),
    |at: &'static RwLock<u64>| at.write().unwrap()
);

#[no_mangle]
pub extern "C" fn bench_rust_rwlock_bytes() -> usize {
    size_of::<RwLock<()>>()
}

static STD_MUTEX: Line<Mutex<u64>> = Line(Mutex::new(0));

#[no_mangle]
pub extern "C" fn bench_rust_std_mutex(n: u64, units: u32) {
    let mutex = opaque(&STD_MUTEX.0);
    section_loop!(n, units, mutex.lock().unwrap());
}

#[no_mangle]
pub extern "C" fn bench_rust_std_mutex_bytes() -> usize {
    size_of::<Mutex<()>>()
}

/// A count under a mutex, that others wait for.
struct Event {
    units: Mutex<u32>,
    changed: Condvar,
}

impl Event {
    const fn new() -> Event {
        Event {
            units: Mutex::new(0),
            changed: Condvar::new(),
        }
    }
}

/// Two on two processors, two on one.
static EVENTS: [Line<Event>; 4] = [
    Line(Event::new()),
    Line(Event::new()),
    Line(Event::new()),
    Line(Event::new()),
];

#[no_mangle]
pub extern "C" fn bench_rust_event_post(side: i32) {
    let event = &EVENTS[side as usize].0;
    let mut units = event.units.lock().unwrap();
    *units += 1;
    event.changed.notify_one();
}

#[no_mangle]
pub extern "C" fn bench_rust_event_wait(side: i32) {
    let event = &EVENTS[side as usize].0;
    let mut units = event.units.lock().unwrap();
    while *units == 0 {
        units = event.changed.wait(units).unwrap();
    }
    *units -= 1;
}

#[cfg(feature = "parking_lot")]
mod parking {
    use super::{consume, opaque, work, Line, READS};

    static RWLOCK: Line<parking_lot::RwLock<u64>> = Line(parking_lot::const_rwlock(0));

    rw_loops!(
        bench_rust_parking_rw_read,
        bench_rust_parking_rw_write,
        bench_rust_parking_rw_mixed,
        &RWLOCK.0,
        |at: &'static parking_lot::RwLock<u64>| at.read(),
        |at: &'static parking_lot::RwLock<u64>| at.write()
    );

    rate_loop!(
        bench_rust_parking_rw_rate,
        &RWLOCK.0,
        |at: &'static parking_lot::RwLock<u64>| at.read(),
        |at: &'static parking_lot::RwLock<u64>| at.write()
    );

    #[no_mangle]
    pub extern "C" fn bench_rust_parking_rw_bytes() -> usize {
        std::mem::size_of::<parking_lot::RwLock<()>>()
    }

    struct Event {
        units: parking_lot::Mutex<u32>,
        changed: parking_lot::Condvar,
    }

    impl Event {
        const fn new() -> Event {
            Event {
                units: parking_lot::const_mutex(0),
                changed: parking_lot::Condvar::new(),
            }
        }
    }

    static EVENTS: [Line<Event>; 4] = [
        Line(Event::new()),
        Line(Event::new()),
        Line(Event::new()),
        Line(Event::new()),
    ];

    #[no_mangle]
    pub extern "C" fn bench_rust_parking_event_post(side: i32) {
        let event = &EVENTS[side as usize].0;
        let mut units = event.units.lock();
        *units += 1;
        event.changed.notify_one();
    }

    #[no_mangle]
    pub extern "C" fn bench_rust_parking_event_wait(side: i32) {
        let event = &EVENTS[side as usize].0;
        let mut units = event.units.lock();
        while *units == 0 {
            event.changed.wait(&mut units);
        }
        *units -= 1;
    }

    static MUTEX: Line<parking_lot::Mutex<u64>> = Line(parking_lot::const_mutex(0));

    #[no_mangle]
    pub extern "C" fn bench_rust_parking_lot(n: u64, units: u32) {
        let mutex = opaque(&MUTEX.0);
        section_loop!(n, units, mutex.lock());
    }

    #[no_mangle]
    pub extern "C" fn bench_rust_parking_lot_bytes() -> usize {
        std::mem::size_of::<parking_lot::Mutex<()>>()
    }
}

/// The one shared object, made on first use.
fn shared_object() -> &'static Arc<AtomicU64> {
    static OBJECT: Mutex<Option<&'static Arc<AtomicU64>>> = Mutex::new(None);
    let mut object = OBJECT.lock().unwrap();
    *object.get_or_insert_with(|| Box::leak(Box::new(Arc::new(AtomicU64::new(0)))))
}

#[no_mangle]
pub extern "C" fn bench_rust_arc(n: u64, _units: u32) {
    let object = opaque(shared_object());
    for _ in 0..n {
        let copy = object.clone();
        consume(&*copy);
    }
}

#[no_mangle]
pub extern "C" fn bench_rust_weak(n: u64, _units: u32) {
    let weak = Arc::downgrade(opaque(shared_object()));
    for _ in 0..n {
        let strong = weak.upgrade();
        consume(&strong);
    }
}

/// Both counts stand in front of the object.
#[no_mangle]
pub extern "C" fn bench_rust_arc_bytes() -> usize {
    2 * size_of::<usize>()
}

#[cfg(feature = "crossbeam-epoch")]
mod crossbeam {
    /// A reader: what `rcu_read_lock()` and `rcu_read_unlock()` are here.
    #[no_mangle]
    pub extern "C" fn bench_rust_crossbeam(n: u64, _units: u32) {
        for _ in 0..n {
            let guard = crossbeam_epoch::pin();
            super::consume(&guard);
        }
    }
}
