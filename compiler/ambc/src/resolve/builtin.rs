//! What is there without being declared: platforms, and the services of the runtime that nodes offer.

use crate::hir::{
    BuiltinService, Dimension, Name, Need, ParamType, Platform, PlatformKind, Service, ServiceParam,
    ServiceSource, Value,
};
use ambc_diag::{Span, Spanned};
use ambc_lidl::model::Model;

/// What every platform offers; `clock` comes on top where the time of day is known.
const OFFERED: [BuiltinService; 5] = [
    BuiltinService::Logger,
    BuiltinService::Timer,
    BuiltinService::Random,
    BuiltinService::Metrics,
    BuiltinService::Health,
];

/// In the order of their ids.
const SERVICES: [BuiltinService; 13] = [
    BuiltinService::Logger,
    BuiltinService::Timer,
    BuiltinService::Clock,
    BuiltinService::Random,
    BuiltinService::Files,
    BuiltinService::Storage,
    BuiltinService::Metrics,
    BuiltinService::Health,
    BuiltinService::Block,
    BuiltinService::GpioIn,
    BuiltinService::GpioOut,
    BuiltinService::Uart,
    BuiltinService::LogRoute,
];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The last segment of its interface, `ambience::…`, and the name of the offer of a built-in platform. A log route has no
/// interface: nobody calls it.
pub(super) fn word(service: BuiltinService) -> &'static str {
    match service {
        BuiltinService::Logger => "logger",
        BuiltinService::Timer => "timer",
        BuiltinService::Clock => "clock",
        BuiltinService::Random => "random",
        BuiltinService::Files => "files",
        BuiltinService::Storage => "storage",
        BuiltinService::Metrics => "metrics",
        BuiltinService::Health => "health",
        BuiltinService::Block => "block",
        BuiltinService::GpioIn => "gpio_in",
        BuiltinService::GpioOut => "gpio_out",
        BuiltinService::Uart => "uart",
        BuiltinService::LogRoute => "log_route",
    }
}

/// Whether the runtime of this step serves it.
pub(super) fn carried_out(service: BuiltinService) -> bool {
    matches!(
        service,
        BuiltinService::Logger
            | BuiltinService::Timer
            | BuiltinService::Clock
            | BuiltinService::Random
            | BuiltinService::Files
            | BuiltinService::Storage
            | BuiltinService::Health
            | BuiltinService::Metrics
            | BuiltinService::LogRoute
    )
}

/// What a platform of this kind offers by itself.
pub(super) fn offered(kind: PlatformKind) -> impl Iterator<Item = BuiltinService> {
    let knows_the_time = match kind {
        PlatformKind::Linux | PlatformKind::X86_64 => true,
        PlatformKind::CortexM => false,
    };
    OFFERED.into_iter().chain(knows_the_time.then_some(BuiltinService::Clock))
}

/// The built-in services as manifests, in the order of [`SERVICES`].
pub(super) fn services(lidl: &Model, at: Span) -> Vec<Service> {
    SERVICES.iter().map(|s| service(*s, lidl, at)).collect()
}

fn service(which: BuiltinService, lidl: &Model, at: Span) -> Service {
    let interface = lidl.find_interface(&["ambience", word(which)]).found();
    let param = |(name, ty, default): (&str, ParamType, Option<Value>)| ServiceParam {
        name: Spanned::new(name.to_owned(), at),
        ty: Some(ty),
        ty_span: at,
        default: default.map(|v| Spanned::new(v, at)),
    };
    Service {
        name: Name::new(format!("ambience::{}", word(which))),
        name_span: at,
        span: at,
        doc: None,
        interfaces: interface.map(|i| Spanned::new(i, at)).into_iter().collect(),
        source: ServiceSource::Builtin(which),
        type_name: None,
        needs: needs(which, lidl, at),
        params: params(which, lidl).into_iter().map(param).collect(),
        stack: None,
        heap: None,
        concurrency: None,
        bulk: None,
        work: Vec::new(),
        runs_on: None,
        requires: Vec::new(),
        run: (which == BuiltinService::LogRoute).then_some(at),
        blocking: None,
        calls: Vec::new(),
        broken: false,
    }
}

/// A log route calls what takes its lines.
fn needs(which: BuiltinService, lidl: &Model, at: Span) -> Vec<Need> {
    let to = || Need {
        name: Spanned::new("to".to_owned(), at),
        interface: lidl.find_interface(&LOGGER).found(),
        interface_span: at,
        optional: false,
        list: false,
        from_node: None,
        span: at,
    };
    (which == BuiltinService::LogRoute).then(to).into_iter().collect()
}

/// What an instance implements that takes log lines.
pub(super) const LOGGER: [&str; 2] = ["ambience", "logger"];
/// How much a line matters.
pub(super) const LEVEL: [&str; 2] = ["ambience", "level"];

/// The log route's place among [`SERVICES`].
pub(super) const LOG_ROUTE: usize = SERVICES.len() - 1;

/// Name, type and default of what an offer of this interface may set.
fn params(which: BuiltinService, lidl: &Model) -> Vec<(&'static str, ParamType, Option<Value>)> {
    let path = || ParamType::Str(4096);
    let pin = || ParamType::Str(16);
    let size = || ParamType::Quantity(Dimension::Size);
    match which {
        BuiltinService::Storage | BuiltinService::Block => {
            vec![("path", path(), None), ("size", size(), None)]
        }
        BuiltinService::Files => {
            vec![("path", path(), None), ("read_only", ParamType::Bool, Some(Value::Bool(false)))]
        }
        BuiltinService::GpioIn => vec![("pin", pin(), None)],
        BuiltinService::GpioOut => {
            vec![("pin", pin(), None), ("initial", ParamType::Bool, Some(Value::Bool(false)))]
        }
        BuiltinService::Uart => {
            let baud = ParamType::Int { bits: 32, signed: false };
            vec![("device", path(), None), ("baud", baud, Some(Value::Int(115_200)))]
        }
        BuiltinService::LogRoute => {
            let level = lidl.find_type(&LEVEL).found();
            level.map(|l| ("level", ParamType::Enum(l), None)).into_iter().collect()
        }
        BuiltinService::Logger
        | BuiltinService::Timer
        | BuiltinService::Clock
        | BuiltinService::Random
        | BuiltinService::Metrics
        | BuiltinService::Health => Vec::new(),
    }
}

/// The built-in platforms, in the order of their ids.
pub(super) fn platforms() -> Vec<Platform> {
    vec![
        hosted("linux", PlatformKind::Linux, "x86_64-unknown-linux-gnu"),
        hosted("linux_aarch64", PlatformKind::Linux, "aarch64-unknown-linux-gnu"),
        Platform { ram: Some(256 * MIB), ..hosted("x86_64_vm", PlatformKind::X86_64, "x86_64-unknown-none") },
        cortex_m("nrf52840", M4F, 1024 * KIB, 256 * KIB, 64, 8),
        cortex_m("stm32f746", M7, 1024 * KIB, 320 * KIB, 216, 8),
        cortex_m("stm32l475", M4F, 1024 * KIB, 96 * KIB, 80, 8),
        cortex_m("mps2_an386", M4F, 4 * MIB, 4 * MIB, 25, 8),
        cortex_m("mps2_an505", M33, 4 * MIB, 4 * MIB, 20, 16),
    ]
}

/// Target and features of a core.
type Core = (&'static str, &'static [&'static str]);
const M4F: Core = ("thumbv7em-none-eabihf", &["fpu", "dsp", "mpu"]);
const M7: Core = ("thumbv7em-none-eabihf", &["fpu", "dsp", "mpu", "cache"]);
const M33: Core = ("thumbv8m.main-none-eabihf", &["fpu", "dsp", "mpu", "trustzone"]);

/// UARTs of every built-in microcontroller.
const UARTS: u32 = 4;

fn cortex_m(name: &str, core: Core, flash: u64, ram: u64, mhz: u64, regions: u32) -> Platform {
    let mut devices: Vec<String> = (0..UARTS).map(|i| format!("uart{i}")).collect();
    devices.extend(["spi0", "spi1", "usb0", "eth0"].map(str::to_owned));
    Platform {
        name: Name::new(name),
        span: None,
        kind: PlatformKind::CortexM,
        board: Some(name.to_owned()),
        target: core.0.to_owned(),
        flash: Some(flash),
        ram: Some(ram),
        clock_hz: Some(mhz * 1_000_000),
        mpu_regions: Some(regions),
        features: core.1.iter().map(|f| (*f).to_owned()).collect(),
        devices,
        heap: false,
        broken: false,
    }
}

fn hosted(name: &str, kind: PlatformKind, target: &str) -> Platform {
    let features: &[&str] = match kind {
        PlatformKind::Linux => &["fpu", "simd", "mmu", "std", "threads"],
        PlatformKind::X86_64 | PlatformKind::CortexM => &["fpu", "simd", "mmu", "threads"],
    };
    Platform {
        name: Name::new(name),
        span: None,
        kind,
        board: None,
        target: target.to_owned(),
        flash: None,
        ram: None,
        clock_hz: None,
        mpu_regions: None,
        features: features.iter().map(|f| (*f).to_owned()).collect(),
        devices: Vec::new(),
        heap: true,
        broken: false,
    }
}

/// The built-in service of an interface, by its path.
pub(super) fn of_interface(path: &[String]) -> Option<usize> {
    match path {
        [namespace, name] if namespace == "ambience" => SERVICES.iter().position(|s| word(*s) == name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_known_where_there_is_a_clock() {
        let offered = |kind| offered(kind).map(word).collect::<Vec<_>>();
        assert_eq!(offered(PlatformKind::Linux), ["logger", "timer", "random", "metrics", "health", "clock"]);
        assert_eq!(offered(PlatformKind::CortexM), ["logger", "timer", "random", "metrics", "health"]);
    }

    #[test]
    fn built_in_interfaces_have_a_service() {
        let path = |name: &str| ["ambience".to_owned(), name.to_owned()];
        assert_eq!(of_interface(&path("logger")), Some(0));
        assert_eq!(of_interface(&path("frame_handler")), None);
        assert_eq!(of_interface(&["logger".to_owned()]), None);
    }
}
