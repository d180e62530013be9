//! Addresses: what each kind of network can have.

use crate::hir::{Address, NetworkKind};
use std::net::IpAddr;

/// Longest path of a unix socket, without the zero at its end.
const UNIX_PATH: usize = 107;
/// The radios of the runtime have 16-bit addresses; the last is for all, and the one before for those that have none.
const RADIO_ALL: u64 = 0xffff;
const RADIO_NONE: u64 = 0xfffe;

/// What a network of this kind calls an address, for help.
pub(super) fn expected(kind: NetworkKind) -> &'static str {
    match kind {
        NetworkKind::Udp | NetworkKind::Tcp => {
            "an IPv4 or IPv6 address or a host name in quotes, such as `\"10.0.0.2/24\"` or `\"db.example.org\"`"
        }
        NetworkKind::Unix => "the path of a socket in quotes, such as `\"/run/site/a.sock\"`",
        NetworkKind::Xbee => "a number of 16 bits, such as `0x0002`",
        NetworkKind::Uart | NetworkKind::Spi | NetworkKind::Usb => "a number, or nothing",
    }
}

/// Whether nodes of this kind of network reach each other without an address.
pub(super) fn optional(kind: NetworkKind) -> bool {
    matches!(kind, NetworkKind::Uart | NetworkKind::Spi | NetworkKind::Usb)
}

/// `Ok` if a network of this kind can have the address, else why not.
pub(super) fn check(kind: NetworkKind, address: &Address) -> Result<(), String> {
    match (kind, address) {
        (NetworkKind::Udp | NetworkKind::Tcp, Address::Text(text)) => ip_or_name(text),
        (NetworkKind::Udp | NetworkKind::Tcp, Address::Number(n)) => Err(format!("`{n}` is a number")),
        (NetworkKind::Unix, Address::Text(text)) => path(text),
        (NetworkKind::Unix, Address::Number(n)) => Err(format!("`{n}` is a number")),
        (NetworkKind::Xbee, Address::Number(n)) => radio(*n),
        (NetworkKind::Xbee, Address::Text(text)) => Err(format!("{text:?} is a text")),
        (NetworkKind::Uart | NetworkKind::Spi | NetworkKind::Usb, _) => Ok(()),
    }
}

/// The address as two of them are compared: without prefix length, in one spelling.
pub(super) fn canonical(kind: NetworkKind, address: &Address) -> Address {
    match (kind, address) {
        (NetworkKind::Udp | NetworkKind::Tcp, Address::Text(text)) => {
            let host = text.split_once('/').map_or(text.as_str(), |(host, _)| host);
            Address::Text(match host.parse::<IpAddr>() {
                Ok(ip) => ip.to_string(),
                Err(_) => host.trim_end_matches('.').to_ascii_lowercase(),
            })
        }
        _ => address.clone(),
    }
}

fn radio(number: u64) -> Result<(), String> {
    match number {
        RADIO_ALL => Err(format!("`{number:#06x}` means every node")),
        RADIO_NONE => Err(format!("`{number:#06x}` means a radio without an address")),
        0..RADIO_NONE => Ok(()),
        _ => Err(format!("`{number:#x}` has more than 16 bits")),
    }
}

fn path(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("the path is empty".to_string());
    }
    if text.contains('\0') {
        return Err("the path holds a zero byte".to_string());
    }
    if text.len() > UNIX_PATH {
        return Err(format!("the path has {} bytes, and a socket can have {UNIX_PATH}", text.len()));
    }
    Ok(())
}

fn ip_or_name(text: &str) -> Result<(), String> {
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (text, None),
    };
    match host.parse::<IpAddr>() {
        Ok(ip) => ip_address(ip, prefix),
        Err(_) if prefix.is_some() => {
            Err(format!("{host:?} is no IP address, and only those have a prefix length"))
        }
        Err(_) => host_name(host),
    }
}

fn ip_address(ip: IpAddr, prefix: Option<&str>) -> Result<(), String> {
    let bits = if ip.is_ipv4() { 32 } else { 128 };
    if let Some(prefix) = prefix
        && !prefix.parse::<u8>().is_ok_and(|p| p <= bits && prefix.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(format!("the prefix length `{prefix}` is not 0 to {bits}"));
    }
    if ip.is_unspecified() {
        return Err(format!("`{ip}` means no address"));
    }
    if ip.is_multicast() || ip == IpAddr::from([255, 255, 255, 255]) {
        return Err(format!("`{ip}` means many nodes"));
    }
    Ok(())
}

/// RFC 1123, with `_` as names of containers have it.
fn host_name(name: &str) -> Result<(), String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if name.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(format!("{name:?} is no IP address"));
    }
    if name.contains(':') {
        return Err(format!("{name:?} is no IPv6 address; a port is written `port N;`"));
    }
    if name.len() > 253 || !name.split('.').all(label) {
        return Err(format!("{name:?} is neither an IP address nor a host name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{canonical, check};
    use crate::hir::{Address, NetworkKind};

    fn text(kind: NetworkKind, text: &str) -> bool {
        check(kind, &Address::Text(text.to_string())).is_ok()
    }

    #[test]
    fn ip_networks_take_addresses_with_prefix_and_names() {
        for good in [
            "10.0.0.2",
            "10.0.0.2/24",
            "10.0.0.2/0",
            "203.0.113.7/32",
            "fe80::1",
            "2001:db8::1/64",
            "::1",
            "localhost",
            "db.example.org",
            "db.example.org.",
            "my_box-3",
        ] {
            assert!(text(NetworkKind::Udp, good) && text(NetworkKind::Tcp, good), "{good}");
        }
        for bad in [
            "",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.2/33",
            "10.0.0.2/",
            "10.0.0.2/+8",
            "10.0.0.2/24/1",
            "fe80::1/129",
            "fe80:::1",
            "10.0.0.2:80",
            "[::1]:80",
            "a..b",
            "-a",
            "a b",
            "host/24",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
            "1234",
            "ä",
        ] {
            assert!(!text(NetworkKind::Udp, bad), "{bad}");
        }
        assert!(check(NetworkKind::Udp, &Address::Number(2)).is_err());
    }

    #[test]
    fn radios_take_sixteen_bits_and_sockets_take_paths() {
        let radio = |n| check(NetworkKind::Xbee, &Address::Number(n)).is_ok();
        assert!(radio(0) && radio(2) && radio(0xfffd));
        assert!(
            !radio(0xfffe)
                && !radio(0xffff)
                && !radio(0x1_0000)
                && !radio(u64::MAX)
                && !text(NetworkKind::Xbee, "2")
        );
        assert!(text(NetworkKind::Unix, "/run/a.sock") && text(NetworkKind::Unix, "a"));
        assert!(!text(NetworkKind::Unix, "") && !text(NetworkKind::Unix, &"x".repeat(108)));
        assert!(check(NetworkKind::Unix, &Address::Number(1)).is_err());
        assert!(text(NetworkKind::Uart, "anything"));
    }

    #[test]
    fn one_address_has_one_spelling() {
        let same = |a: &str, b: &str| {
            let of = |t: &str| canonical(NetworkKind::Udp, &Address::Text(t.to_string()));
            of(a) == of(b)
        };
        assert!(
            same("10.0.0.2", "10.0.0.2/24") && same("FE80::0:1", "fe80::1/64") && same("Db.org.", "db.org")
        );
        assert!(!same("10.0.0.2", "10.0.0.20"));
    }
}
