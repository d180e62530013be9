//! The built-in interfaces, which every file sees without importing them.

macro_rules! files {
    ($($name:literal)*) => {
        &[$((
            concat!("ambience/lidl/", $name),
            include_str!(concat!("../../../runtime-kernel/ambience/lidl/", $name)),
        )),*]
    };
}

/// Path and text of each file of the library `ambience`.
pub const BUILT_IN: &[(&str, &str)] = files!(
    "logger.lidl" "timer.lidl" "clock.lidl" "random.lidl" "storage.lidl" "files.lidl" "block.lidl" "gpio.lidl"
    "uart.lidl" "metrics.lidl" "health.lidl"
);
