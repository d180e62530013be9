//! What a panic does: a line, and the end of the group, or of the node.

use crate::group;
use core::panic::PanicInfo;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if crate::arch::is_privileged() {
        crate::node::panicked(info)
    }
    group::say(format_args!("{info}"));
    crate::svc::end()
}
