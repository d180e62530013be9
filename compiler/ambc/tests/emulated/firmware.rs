//! A machine that is a node as far as `ambc run` can tell: it prints lines on its console and answers on its control line.
//!
//! The first byte on its line says how it goes on: `-` as a node does, `d` dumb, `r` with a reset, `x` not at all.
#![no_std]
#![no_main]

use core::ptr::{read_volatile, write_volatile};

/// A CMSDK UART of the board.
struct Uart(usize);

const CONSOLE: Uart = Uart(0x4000_4000);
const LINE: Uart = Uart(0x4000_5000);
const CONTROL: Uart = Uart(0x4000_9000);
/// The first word of the identity, and that of the session.
const IDENTITY: usize = 0x003f_f000;
const SESSION: usize = IDENTITY + 20;
/// Written to it, a key resets the machine.
const RESET: (usize, u32) = (0xe000_ed0c, 0x05fa_0004);

fn read(at: usize) -> u32 {
    // SAFETY: every address here is a register of the board or lies in its memory.
    unsafe { read_volatile(at as *const u32) }
}

fn write(at: usize, value: u32) {
    // SAFETY: as above.
    unsafe { write_volatile(at as *mut u32, value) }
}

impl Uart {
    fn start(&self) {
        write(self.0 + 16, 16);
        write(self.0 + 8, 3);
        // The emulator looks for waiting bytes only when one was taken.
        self.take();
    }

    fn put(&self, text: &str) {
        for byte in text.bytes() {
            while read(self.0 + 4) & 1 != 0 {}
            write(self.0, byte.into());
        }
    }

    fn take(&self) -> u8 {
        read(self.0) as u8
    }

    fn get(&self) -> u8 {
        while read(self.0 + 4) & 2 == 0 {}
        self.take()
    }

    /// The first byte of a line.
    fn line(&self) -> u8 {
        let first = self.get();
        let mut last = first;
        while last != b'\n' {
            last = self.get();
        }
        first
    }
}

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    [&CONSOLE, &LINE, &CONTROL].map(Uart::start);
    let life = match (read(IDENTITY), read(SESSION)) {
        (0x6362_6d61, 1) => "INFO probe: hello, first life\n",
        (0x6362_6d61, _) => "INFO probe: hello, later life\n",
        _ => "ERROR probe: no identity\n",
    };
    CONSOLE.put(life);
    let order = LINE.get();
    LINE.put("!");
    CONTROL.put("ready\n");
    let mut polls = 0_u32;
    loop {
        match CONTROL.line() {
            b'p' if polls == 0 || order == b'-' => CONTROL.put("idle 7\n"),
            b'p' => misbehave(order),
            b'r' => CONTROL.put("state kernel 0 0 12 serving\nreported\n"),
            b's' => {
                CONSOLE.put("INFO probe: bye\n");
                CONTROL.put("stopped\n");
            }
            _ => CONTROL.put("unknown command\n"),
        }
        polls += 1;
    }
}

fn misbehave(order: u8) {
    match order {
        b'd' => CONSOLE.put("INFO probe: no answer from now on\n"),
        b'r' => {
            CONTROL.put("reboot for a reason\n");
            write(RESET.0, RESET.1);
        }
        // An invalid instruction, and no handler: the machine locks up.
        // SAFETY: nothing is executed after it.
        _ => unsafe { core::arch::asm!("udf #0") },
    }
}

#[repr(C)]
struct Vectors(usize, extern "C" fn() -> !);

#[used]
#[unsafe(link_section = ".vectors")]
static VECTORS: Vectors = Vectors(0x2000_4000, reset);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
