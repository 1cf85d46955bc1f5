//! Writes small databases in MaxMind's format (MaxMind DB File Format Specification 2.0), for tests.

use serde_json::{Value, json};
use std::net::IpAddr;

/// Where one side of a node leads to.
#[derive(Clone, Copy)]
enum Side {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A database of the type `kind` for IPv4 or IPv6, that holds a record for each network. Networks must not overlap.
pub fn mmdb(kind: &str, ip_version: u16, networks: &[(&str, Value)]) -> Vec<u8> {
    let mut nodes = vec![[Side::Nothing; 2]];
    let mut data = Vec::new();
    for (network, record) in networks {
        let bits = bits(network, ip_version);
        let (last, way) = bits.split_last().unwrap();
        let mut node = 0;
        for bit in way {
            let next = nodes.len();
            node = match nodes[node][*bit] {
                Side::Node(next) => next,
                Side::Nothing => {
                    nodes.push([Side::Nothing; 2]);
                    nodes[node][*bit] = Side::Node(next);
                    next
                }
                Side::Data(_) => panic!("{network} lies in another network"),
            };
        }
        nodes[node][*last] = Side::Data(data.len());
        write(&mut data, record);
    }

    let leads_to = |side: &Side| match *side {
        Side::Nothing => nodes.len(),
        Side::Node(node) => node,
        // Sixteen zero bytes lie between the tree and the data.
        Side::Data(place) => nodes.len() + 16 + place,
    };
    let mut file: Vec<u8> = nodes
        .iter()
        .flatten()
        .flat_map(|side| u32::try_from(leads_to(side)).unwrap().to_be_bytes()[1..].to_vec())
        .collect();
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xAB\xCD\xEFMaxMind.com");
    head(&mut file, 7, 9);
    // Readers want each number in the type that the specification gives it.
    for (name, kind, value) in [
        ("node_count", 6, nodes.len() as u64),
        ("record_size", 5, 24),
        ("ip_version", 5, ip_version.into()),
        ("binary_format_major_version", 5, 2),
        ("binary_format_minor_version", 5, 0),
        ("build_epoch", 9, 1_772_323_200),
    ] {
        write(&mut file, &name.into());
        number(&mut file, kind, value);
    }
    for (name, value) in
        [("database_type", kind.into()), ("languages", json!(["en"])), ("description", json!({ "en": "for tests" }))]
    {
        write(&mut file, &name.into());
        write(&mut file, &value);
    }
    file
}

/// The bits of a network's prefix. IPv4 lies in the lowest 32 bits of IPv6.
fn bits(network: &str, ip_version: u16) -> Vec<usize> {
    let (address, length) = network.split_once('/').unwrap();
    let (mut bytes, mut length) = (Vec::new(), length.parse::<usize>().unwrap());
    match address.parse::<IpAddr>().unwrap() {
        IpAddr::V4(address) => {
            if ip_version == 6 {
                bytes.extend([0; 12]);
                length += 96;
            }
            bytes.extend(address.octets());
        }
        IpAddr::V6(address) => bytes.extend(address.octets()),
    }
    (0..length).map(|bit| usize::from(bytes[bit / 8] >> (7 - bit % 8) & 1)).collect()
}

/// Writes a map, a list, a text or a number.
fn write(into: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(members) => {
            head(into, 7, members.len());
            for (name, value) in members {
                write(into, &name.as_str().into());
                write(into, value);
            }
        }
        Value::Array(items) => {
            head(into, 11, items.len());
            items.iter().for_each(|item| write(into, item));
        }
        Value::String(text) => {
            head(into, 2, text.len());
            into.extend(text.bytes());
        }
        Value::Number(value) => number(into, 6, value.as_u64().unwrap()),
        other => panic!("{other} has no form here"),
    }
}

/// Writes an unsigned number without its leading zero bytes.
fn number(into: &mut Vec<u8>, kind: u8, value: u64) {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    head(into, kind, bytes.len());
    into.extend(bytes);
}

/// Writes a value's type and size.
fn head(into: &mut Vec<u8>, kind: u8, size: usize) {
    let (size, longer) = if size < 29 { (size as u8, None) } else { (29, Some((size - 29) as u8)) };
    match kind {
        0..8 => into.push(kind << 5 | size),
        _ => into.extend([size, kind - 7]),
    }
    into.extend(longer);
}
