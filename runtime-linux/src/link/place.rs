//! Where a link is: a transport, and an address on it. The forms are those of identity files.

use ambc_kernel::xbee::Config;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Address of an interface, a neighbour or an export.
///
/// Written `udp:127.0.0.1:7411` (or without `udp:`), `tcp:127.0.0.1:7411`, `unix:/run/site/a.sock`,
/// `serial:/dev/ttyUSB0,115200`, `xbee:/dev/ttyUSB0,115200,0x0001,0x3332,0x0c` or, of a neighbour, `xbee:0x0002`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Datagrams over IP.
    Udp(SocketAddr),
    /// Streams over IP.
    Tcp(SocketAddr),
    /// Streams through a socket file.
    Unix(PathBuf),
    /// A line to exactly one other node.
    Serial {
        /// A serial port or a pseudo-terminal.
        device: PathBuf,
        /// Bits per second.
        baud: u32,
    },
    /// A radio module of this node.
    Xbee {
        /// A serial port or a pseudo-terminal.
        device: PathBuf,
        /// Bits per second.
        baud: u32,
        /// Its address, its network and its channel.
        config: Config,
    },
    /// A radio module of another node: its 16-bit address.
    Radio(u16),
}

/// Longest path of a socket file, without the zero at its end.
const UNIX_PATH: usize = 107;

impl Place {
    /// The word before the colon.
    #[must_use]
    pub const fn transport(&self) -> &'static str {
        match self {
            Self::Udp(_) => "udp",
            Self::Tcp(_) => "tcp",
            Self::Unix(_) => "unix",
            Self::Serial { .. } => "serial",
            Self::Xbee { .. } | Self::Radio(_) => "xbee",
        }
    }

    /// Whether what is sent arrives in order and whole, or the connection ends.
    #[must_use]
    pub const fn is_stream(&self) -> bool {
        matches!(self, Self::Tcp(_) | Self::Unix(_))
    }

    /// Whether frames go through the air.
    #[must_use]
    pub const fn is_radio(&self) -> bool {
        matches!(self, Self::Xbee { .. } | Self::Radio(_))
    }
}

impl From<SocketAddr> for Place {
    fn from(addr: SocketAddr) -> Self {
        Self::Udp(addr)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("udp", rest)) => ip(rest).map(Self::Udp),
            Some(("tcp", rest)) => ip(rest).map(Self::Tcp),
            Some(("unix", rest)) => socket_file(rest).map(Self::Unix),
            Some(("serial", rest)) => serial(rest).map(|(device, baud)| Self::Serial { device, baud }),
            Some(("xbee", rest)) => xbee(rest),
            _ => ip(text).map(Self::Udp),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(addr) | Self::Tcp(addr) => write!(f, "{}:{addr}", self.transport()),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Serial { device, baud } => write!(f, "serial:{},{baud}", device.display()),
            Self::Xbee { device, baud, config: Config { address, pan, channel } } => {
                write!(f, "xbee:{},{baud},{address:#06x},{pan:#06x},{channel:#04x}", device.display())
            }
            Self::Radio(address) => write!(f, "xbee:{address:#06x}"),
        }
    }
}

fn ip(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an address like 127.0.0.1:7411"))
}

fn socket_file(text: &str) -> Result<PathBuf, String> {
    if !Path::new(text).is_absolute() {
        return Err(format!("`{text}` is not the path of a socket like /run/site/a.sock"));
    }
    if text.len() > UNIX_PATH {
        return Err(format!(
            "`{text}` has {} bytes, and the path of a socket at most {UNIX_PATH}",
            text.len()
        ));
    }
    Ok(PathBuf::from(text))
}

fn serial(text: &str) -> Result<(PathBuf, u32), String> {
    let parts = text.rsplit_once(',').filter(|(device, _)| Path::new(device).is_absolute());
    let (device, baud) =
        parts.ok_or_else(|| format!("`{text}` is not a device with its speed like /dev/ttyUSB0,115200"))?;
    let baud = baud.parse().ok().filter(|b| (50..=12_000_000).contains(b));
    let baud =
        baud.ok_or_else(|| format!("the speed of `{device}` is not 50 to 12000000 bits per second"))?;
    Ok((PathBuf::from(device), baud))
}

fn xbee(text: &str) -> Result<Place, String> {
    if !text.starts_with('/') {
        return Ok(Place::Radio(radio_address(text)?));
    }
    let mut parts = text.rsplitn(4, ',');
    let (Some(channel), Some(pan), Some(address), Some(line)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("`{text}` is not a radio like /dev/ttyUSB0,115200,0x0001,0x3332,0x0c"));
    };
    let (device, baud) = serial(line)?;
    let address = radio_address(address)?;
    let pan = number(pan).ok_or_else(|| format!("`{pan}` is not a network of 16 bits like 0x3332"))?;
    let channel = number(channel).and_then(|c| u8::try_from(c).ok()).filter(|c| (0x0b..=0x1a).contains(c));
    let channel = channel.ok_or_else(|| "a channel is 0x0b to 0x1a".to_owned())?;
    Ok(Place::Xbee { device, baud, config: Config { address, pan, channel } })
}

/// 0xffff is for all, and 0xfffe for none.
fn radio_address(text: &str) -> Result<u16, String> {
    let address = number(text).filter(|a| *a < 0xfffe);
    address.ok_or_else(|| format!("`{text}` is not the address of a radio like 0x0002"))
}

fn number(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_written() {
        for text in [
            "udp:127.0.0.1:7411",
            "tcp:[::1]:4898",
            "unix:/run/my site/a.sock",
            "serial:/dev/ttyUSB0,115200",
            "xbee:/dev/tty,USB0,115200,0x0001,0x3332,0x0c",
            "xbee:0x0002",
        ] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert_eq!("127.0.0.1:1".parse::<Place>(), "udp:127.0.0.1:1".parse());
        assert_eq!("[::1]:1".parse::<Place>(), "udp:[::1]:1".parse());
    }

    #[test]
    fn mistakes_say_what_is_meant() {
        let cases = [
            ("here", "`here` is not an address like 127.0.0.1:7411"),
            ("tcp:here", "`here` is not an address like 127.0.0.1:7411"),
            ("sctp:127.0.0.1:1", "`sctp:127.0.0.1:1` is not an address like 127.0.0.1:7411"),
            ("unix:a.sock", "`a.sock` is not the path of a socket like /run/site/a.sock"),
            ("serial:/dev/tty", "`/dev/tty` is not a device with its speed like /dev/ttyUSB0,115200"),
            ("serial:/dev/tty,fast", "the speed of `/dev/tty` is not 50 to 12000000 bits per second"),
            ("serial:/dev/tty,0", "the speed of `/dev/tty` is not 50 to 12000000 bits per second"),
            ("xbee:2", "`2` is not the address of a radio like 0x0002"),
            ("xbee:0xffff", "`0xffff` is not the address of a radio like 0x0002"),
            (
                "xbee:/dev/tty,9600,0x1",
                "`/dev/tty,9600,0x1` is not a radio like /dev/ttyUSB0,115200,0x0001,0x3332,0x0c",
            ),
            ("xbee:/dev/tty,9600,0xfffe,0x1,0xc", "`0xfffe` is not the address of a radio like 0x0002"),
            ("xbee:/dev/tty,9600,0x1,0x10000,0xc", "`0x10000` is not a network of 16 bits like 0x3332"),
            ("xbee:/dev/tty,9600,0x1,0x1,0x1b", "a channel is 0x0b to 0x1a"),
            ("xbee:/dev/tty,1,0x1,0x1,0xc", "the speed of `/dev/tty` is not 50 to 12000000 bits per second"),
        ];
        for (text, what) in cases {
            assert_eq!(text.parse::<Place>(), Err(what.to_owned()));
        }
        let long = format!("unix:/{}", "x".repeat(UNIX_PATH));
        assert!(long.parse::<Place>().unwrap_err().contains("has 108 bytes"));
    }
}
