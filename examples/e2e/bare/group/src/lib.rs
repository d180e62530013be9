//! A group that answers over its lane.
#![no_std]

unsafe extern "C" {
    static AMBC_LANES: [u32; 1];
    static mut __ambc_data_start: u64;
    static mut __ambc_data_end: u64;
    static __ambc_data_load: u64;
}

static mut FACTOR: u32 = 3;

/// Adds to what the lane holds; the result is what stood there, times a word of its data.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".ambc.entry")]
pub extern "C" fn ambc_entry() -> u32 {
    // SAFETY: the symbols are the linker script's, and the lane is this group's.
    unsafe {
        let (mut to, mut from) = (&raw mut __ambc_data_start, &raw const __ambc_data_load);
        while to < &raw mut __ambc_data_end {
            to.write_volatile(from.read_volatile());
            (to, from) = (to.add(1), from.add(1));
        }
        let lane = AMBC_LANES[0] as *mut u32;
        let was = lane.read_volatile();
        lane.write_volatile(was + 1);
        was * (&raw const FACTOR).read_volatile()
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
