//! What the kernel keeps of a thread. The order of [`Context`] is known to the switch in `arch`.

/// Registers of a thread that does not run, and what protects memory while it does.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Stack pointer, behind the frame that the hardware pushed.
    pub sp: u32,
    /// `r4` to `r11`.
    pub registers: [u32; 8],
    /// How the exception returns: to thread mode, with or without a floating-point frame.
    pub exc_return: u32,
    /// `s16` to `s31`, if there is such a frame.
    pub floats: [u32; 16],
    /// The CONTROL register: whether it is privileged.
    pub control: u32,
    /// Words of its MPU regions; null for threads of the kernel, which keep those of the last group.
    pub regions: *const u32,
}

/// Thread mode, process stack, no floating-point frame.
pub(crate) const EXC_RETURN: u32 = 0xffff_fffd;
/// Process stack; privileged or not.
pub(crate) const PRIVILEGED: u32 = 2;
pub(crate) const UNPRIVILEGED: u32 = 3;

impl Context {
    /// A thread that has not run.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            sp: 0,
            registers: [0; 8],
            exc_return: EXC_RETURN,
            floats: [0; 16],
            control: PRIVILEGED,
            regions: core::ptr::null(),
        }
    }
}

/// Why a group ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// It asked for it: a panic, a constructor that failed, or the end of its `Stop` hooks.
    Ended,
    /// It touched memory that is not its own, or executed what it must not: status of the fault, the address if the
    /// hardware knows it, and where it was.
    Fault {
        /// The configurable fault status register.
        status: u32,
        /// The address it touched.
        address: Option<u32>,
        /// The instruction, if the frame of the exception could be written.
        pc: Option<u32>,
    },
    /// It asked the kernel for something that does not exist.
    BadCall(u32),
    /// It gave the kernel memory that is not its own.
    BadPointer(u32),
    /// It rang somebody it has no lane to.
    BadPeer(u32),
    /// Its node ended it: its loop stood still for too long.
    Stuck,
    /// Its node ended it: an instance of it did not say in time that it is alive.
    Silent,
}

/// One thread.
#[derive(Clone, Copy, Debug)]
pub struct Thread {
    /// First: the switch takes a pointer to the thread for one to this.
    pub context: Context,
    pub(crate) wake_at: u64,
    /// Not told to the kernel group yet.
    pub(crate) death: Option<Death>,
    pub(crate) alive: bool,
    /// It called the kernel to wait, and has not returned from there.
    pub(crate) waited: bool,
}

impl Thread {
    /// A thread that has not run.
    #[must_use]
    pub const fn new() -> Self {
        Self { context: Context::new(), wake_at: u64::MAX, death: None, alive: false, waited: false }
    }
}

impl Default for Thread {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}
