//! A kernel that says what it was told.
#![no_std]

use core::fmt::Write;

/// Words of a group in the table.
const WORDS: usize = 25;

unsafe extern "C" {
    static AMBC_LAYOUT: [[u32; WORDS]; 2];
    static AMBC_LANES: [u32; 2];
    static AMBC_IDENTITY: u32;
    static mut __ambc_data_start: u64;
    static mut __ambc_data_end: u64;
    static __ambc_data_load: u64;
    static mut __ambc_bss_start: u64;
    static mut __ambc_bss_end: u64;
    static mut __ambc_user_start: u64;
    static mut __ambc_user_end: u64;
    static __ambc_stack_end: u64;
}

#[repr(C)]
union Vector {
    stack: *const u64,
    run: unsafe extern "C" fn() -> !,
    none: usize,
}
// SAFETY: nothing but the processor reads it.
unsafe impl Sync for Vector {}

#[used]
#[unsafe(link_section = ".ambc.vectors")]
static VECTORS: [Vector; 16] = {
    let mut table = [const { Vector { run: fault } }; 16];
    table[0] = Vector { stack: &raw const __ambc_stack_end };
    table[1] = Vector { run: ambc_reset };
    table[7] = Vector { none: 0 };
    table
};

struct Uart;

impl Write for Uart {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for byte in text.bytes() {
            // SAFETY: the data register of the first UART of this board.
            unsafe { (0x4000_4000 as *mut u32).write_volatile(byte.into()) };
        }
        Ok(())
    }
}

static mut INITIALISED: u64 = 0x0123_4567_89ab_cdef;
static mut ZEROED: [u32; 5] = [0; 5];

unsafe extern "C" fn fault() -> ! {
    let _ = Uart.write_str("fault\n");
    loop {}
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ambc_reset() -> ! {
    // SAFETY: the symbols are the linker script's, and nothing else runs.
    unsafe {
        (0x4000_4008 as *mut u32).write_volatile(1);
        let (mut to, mut from) = (&raw mut __ambc_data_start, &raw const __ambc_data_load);
        while to < &raw mut __ambc_data_end {
            to.write_volatile(from.read_volatile());
            (to, from) = (to.add(1), from.add(1));
        }
        zero(&raw mut __ambc_bss_start, &raw mut __ambc_bss_end);
        zero(&raw mut __ambc_user_start, &raw mut __ambc_user_end);
        let data = (&raw const INITIALISED).read_volatile();
        let zeroed = (&raw const ZEROED).read_volatile();
        let _ = writeln!(Uart, "layout {:x?}", AMBC_LAYOUT.as_flattened());
        let _ = writeln!(Uart, "lanes {:x?}", AMBC_LANES);
        let _ = writeln!(Uart, "identity {:x}", &raw const AMBC_IDENTITY as usize);
        let _ = writeln!(Uart, "data {data:x} zeroed {zeroed:?}");
        // The first lane is the second group's, the second the first's.
        for (group, lane) in AMBC_LAYOUT.iter().zip([AMBC_LANES[1], AMBC_LANES[0]]) {
            let lane = lane as *mut u32;
            lane.write_volatile(0x51ab);
            let entry: extern "C" fn() -> u32 = core::mem::transmute(group[0] as *const ());
            let answer = entry();
            let _ = writeln!(Uart, "answer {answer:x} lane {:x}", lane.read_volatile());
        }
    }
    let _ = Uart.write_str("end\n");
    loop {}
}

unsafe fn zero(mut from: *mut u64, to: *mut u64) {
    while from < to {
        // SAFETY: the caller says that this memory is nobody's yet.
        unsafe {
            from.write_volatile(0);
            from = from.add(1);
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
