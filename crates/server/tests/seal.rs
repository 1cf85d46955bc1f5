//! What is sealed opens where it lies, by its own key, and nowhere else.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

use placet_server::seal::data_key::{SEARCH, key_of};
use placet_server::seal::{DataKey, KeyId, Keyring, MasterKey, Place, SealError, WrappedKey};

const TEXT: &[u8] = b"eyJ.the receipt of one person./tea";
const PLACE: Place<'static> = Place { table: "receipts", column: "jws", row: "7b0c" };

fn ring() -> (Keyring, DataKey, WrappedKey) {
    let ring = Keyring::new(MasterKey::new().unwrap());
    let (key, wrapped) = DataKey::new("shop.example", "2026-03", ring.master()).unwrap();
    ring.add(&wrapped).unwrap();
    (ring, key, wrapped)
}

#[test]
fn what_is_sealed_opens_where_it_lies() {
    let (ring, key, _) = ring();
    for text in [&b""[..], TEXT, &[0; 5000]] {
        let sealed = key.seal(PLACE, text).unwrap();
        assert_eq!(sealed.len(), 1 + 8 + 12 + text.len() + 16);
        assert_eq!(key_of(&sealed), Some(key.id()));
        assert_eq!(ring.open(PLACE, &sealed).unwrap(), text);
        assert!(text.is_empty() || !sealed.windows(text.len()).any(|window| window == text));
    }
    assert_ne!(key.seal(PLACE, TEXT).unwrap(), key.seal(PLACE, TEXT).unwrap(), "a nonce is used once");
}

#[test]
fn what_is_sealed_opens_nowhere_else() {
    let (ring, key, _) = ring();
    let sealed = key.seal(PLACE, TEXT).unwrap();
    for place in [
        Place { table: "audit", ..PLACE },
        Place { column: "envelope", ..PLACE },
        Place { row: "7b0d", ..PLACE },
        Place { row: "", ..PLACE },
        // The parts have their lengths before them: what one ends with does not move to the next.
        Place { column: "jws7", row: "b0c", ..PLACE },
    ] {
        assert!(matches!(ring.open(place, &sealed), Err(SealError::Broken(_))), "{place}");
    }
}

#[test]
fn every_changed_bit_and_every_cut_is_noticed() {
    let (ring, key, _) = ring();
    let sealed = key.seal(PLACE, TEXT).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(ring.open(PLACE, &changed).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(ring.open(PLACE, &sealed[..length]).is_err(), "{length} bytes");
    }
    assert!(ring.open(PLACE, &[sealed, vec![0]].concat()).is_err());
}

/// Another key of the same month opens nothing, also where somebody writes its name over the right one.
#[test]
fn only_the_key_that_sealed_opens() {
    let (ring, key, _) = ring();
    let (other, wrapped) = DataKey::new("shop.example", "2026-03", ring.master()).unwrap();
    let sealed = other.seal(PLACE, TEXT).unwrap();
    let gone = ring.open(PLACE, &sealed).unwrap_err();
    assert!(matches!(gone, SealError::KeyGone { .. }), "{gone}");
    assert!(key.open(PLACE, &sealed).is_err());
    let ours = key.seal(PLACE, TEXT).unwrap();
    let renamed = [&sealed[..1], &ours[1..9], &sealed[9..]].concat();
    assert!(matches!(ring.open(PLACE, &renamed), Err(SealError::Broken(_))));
    ring.add(&wrapped).unwrap();
    assert_eq!(ring.open(PLACE, &sealed).unwrap(), TEXT);
    assert_eq!(ring.open(PLACE, &ours).unwrap(), TEXT, "the older key of the month still opens");
    ring.remove(other.id());
    assert!(ring.open(PLACE, &sealed).is_err());
}

#[test]
fn data_keys_are_bound_to_their_master_their_name_and_their_scope() {
    let (ring, _, wrapped) = ring();
    let flipped = {
        let mut bytes = wrapped.wrapped.clone();
        *bytes.last_mut().unwrap() ^= 1;
        bytes
    };
    for (name, changed) in [
        ("the site", WrappedKey { site: "other.example".into(), ..wrapped.clone() }),
        ("the month", WrappedKey { scope: "2026-04".into(), ..wrapped.clone() }),
        ("the id", WrappedKey { id: KeyId::from_text("00112233445566ff").unwrap(), ..wrapped.clone() }),
        ("the bytes", WrappedKey { wrapped: flipped, ..wrapped.clone() }),
        ("all bytes", WrappedKey { wrapped: Vec::new(), ..wrapped.clone() }),
        ("their form", WrappedKey { wrapped: [&[9], &wrapped.wrapped[1..]].concat(), ..wrapped.clone() }),
    ] {
        assert!(ring.add(&changed).is_err(), "{name}");
    }
    let other = MasterKey::new().unwrap();
    assert!(matches!(other.unwrap(&wrapped), Err(SealError::OtherMaster { .. })));
    let claimed = WrappedKey { master: other.name().to_owned(), ..wrapped };
    assert!(matches!(other.unwrap(&claimed), Err(SealError::Broken(_))));
}

/// A new master key wraps the data keys anew; what they sealed stays as it is.
#[test]
fn a_new_master_key_leaves_the_rows_alone() {
    let (ring, key, wrapped) = ring();
    let sealed = key.seal(PLACE, TEXT).unwrap();
    let new = MasterKey::new().unwrap();
    let again = ring.master().rewrap(&wrapped, &new).unwrap();
    assert_eq!((again.id, &again.scope), (wrapped.id, &wrapped.scope));
    assert_ne!(again.wrapped, wrapped.wrapped);
    let ring = Keyring::new(new);
    ring.add(&again).unwrap();
    assert_eq!(ring.open(PLACE, &sealed).unwrap(), TEXT);
    assert!(ring.add(&wrapped).is_err(), "the old wrapping is not opened by the new key");
}

#[test]
fn master_keys_are_read_as_they_are_written() {
    let key = MasterKey::new().unwrap();
    let text = key.to_text();
    assert_eq!(MasterKey::from_text(&text, "test").unwrap().name(), key.name());
    assert!(!format!("{key:?}").contains(&text[16..40]), "a key is not printed");
    for bad in [
        "",
        "placet-master-1:",
        &text[1..],
        &text[..text.len() - 2],
        &format!("{}A", text.trim()),
        "placet-master-2:AAAA",
    ] {
        let refused = MasterKey::from_text(bad, "the variable").unwrap_err();
        assert_eq!(refused, SealError::NoMaster("the variable".into()));
        assert!(bad.len() < 20 || !refused.to_string().contains(&bad[18..]), "a bad key is not printed either");
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master");
    assert!(MasterKey::read(&path).is_err());
    key.write(&path).unwrap();
    assert_eq!(MasterKey::read(&path).unwrap().name(), key.name());
    assert!(MasterKey::new().unwrap().write(&path).is_err(), "no key is written over");
}

#[test]
fn tags_find_what_is_the_same_and_tell_nothing() {
    let (ring, ..) = ring();
    assert_eq!(ring.reference_tag("shop.example", "customer-7"), None);
    let (_, search) = DataKey::new("shop.example", SEARCH, ring.master()).unwrap();
    let key = ring.add(&search).unwrap();
    let tag = ring.reference_tag("shop.example", "customer-7").unwrap();
    assert_eq!(tag, ring.reference_tag("shop.example", "customer-7").unwrap());
    assert_ne!(tag, ring.reference_tag("shop.example", "customer-8").unwrap());
    assert_ne!(tag, key.tag("page", "customer-7"), "what it is a tag of is part of it");
    let other = Keyring::new(MasterKey::new().unwrap());
    let (_, search) = DataKey::new("shop.example", SEARCH, other.master()).unwrap();
    other.add(&search).unwrap();
    assert_ne!(Some(tag), other.reference_tag("shop.example", "customer-7"));
}
