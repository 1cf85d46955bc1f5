//! A database of an older form comes into the present one with every value in its place.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use placet_model::verify::hash;
use serde_json::json;
use sqlx::{Any, AnyPool, AssertSqlSafe, Decode, Type};
use support::databases::On;
use support::{Answer, Device, NOTICE, Server, notice, on_each_database};

on_each_database!(a_form_with_a_table_of_devices_keeps_every_value);

/// What turns form 12 back into form 11, with what is in it.
const BACK: &str = "
    CREATE TABLE devices (thumbprint TEXT NOT NULL PRIMARY KEY, x TEXT NOT NULL, y TEXT NOT NULL, first_seen_at BIGINT NOT NULL);
    INSERT INTO devices SELECT device, MIN(key_x), MIN(key_y), MIN(received_at) FROM receipts WHERE device IS NOT NULL GROUP BY device;
    ALTER TABLE receipts DROP COLUMN key_x;
    ALTER TABLE receipts DROP COLUMN key_y;
    DELETE FROM migrations WHERE version = 12;";

/// The rest of it on PostgreSQL, which knows keys and indexes by their names.
const BACK_POSTGRES: &str = "
    DROP INDEX receipts_by_device, receipts_by_predecessor;
    CREATE INDEX receipts_by_place ON receipts (device, seq);
    CREATE INDEX receipts_by_predecessor ON receipts (device, prev);
    CREATE INDEX receipts_by_arrival ON receipts (received_at);
    CREATE INDEX receipts_by_device ON receipts (device, received_at);
    ALTER TABLE receipts DROP CONSTRAINT receipts_pkey, ADD PRIMARY KEY (id, received_at),
        ADD CONSTRAINT receipts_device_fkey FOREIGN KEY (device) REFERENCES devices (thumbprint);";

/// The columns of a receipt, by what they hold.
const TEXTS: [&str; 11] =
    ["id", "hash", "device", "key_x", "key_y", "prev", "notice", "state", "reference", "network", "regime"];
const NUMBERS: [&str; 10] =
    ["seq", "decided_at", "received_at", "skew", "late", "fork", "log", "entry", "ends_at", "sealed"];
const BYTES: [&str; 3] = ["jws", "salt", "envelope"];

async fn values<T>(database: &AnyPool, column: &str) -> String
where
    T: std::fmt::Debug + Send + Unpin + for<'a> Decode<'a, Any> + Type<Any>,
{
    let text = AssertSqlSafe(format!("SELECT {column} FROM receipts ORDER BY id"));
    let values: Vec<Option<T>> = sqlx::query_scalar(text).fetch_all(database).await.unwrap();
    format!("{column}: {values:?}")
}

/// All that stands in the receipts.
async fn all(database: &AnyPool) -> Vec<String> {
    let mut all = Vec::new();
    for column in TEXTS {
        all.push(values::<String>(database, column).await);
    }
    for column in NUMBERS {
        all.push(values::<i64>(database, column).await);
    }
    for column in BYTES {
        all.push(values::<Vec<u8>>(database, column).await);
    }
    all
}

async fn a_form_with_a_table_of_devices_keeps_every_value() {
    let server = Server::at_a_still_time().await;
    let receipts: Vec<String> = (1..=6)
        .map(|number: u8| {
            let device = Device::new(1 + number % 2);
            let prev = (number > 2).then(|| hash(&[number]));
            let person = json!({ "device": device.thumbprint(), "ref": format!("crm:{number}") });
            let changes = json!({ "seq": number, "prev": prev, "sub": person, "regime": "cn-pipl" });
            device.receipt(u32::from(number), &notice(), &changes)
        })
        .collect();
    let told = server.record(&receipts).await;
    assert_eq!(told.outcomes(), ["recorded"; 6]);
    let before = all(&server.look().await).await;
    server.app.stop().await;
    let place = server.place.clone();
    let database = place.look().await;
    sqlx::raw_sql(BACK).execute(&database).await.unwrap();
    if On::now() == On::Postgres {
        sqlx::raw_sql(BACK_POSTGRES).execute(&database).await.unwrap();
    }
    database.close().await;

    let server = server.restart(NOTICE).await;
    assert_eq!(all(&server.look().await).await, before);
    // Each is opened, and proved by its old place.
    let again = server.record(&receipts).await;
    for place in 0..6 {
        let index = |answer: &Answer| answer.json()["results"][place]["log"]["index"].clone();
        assert_eq!((index(&again), again.outcomes()[place].as_str()), (index(&told), "recorded"));
    }
    for number in 1..3 {
        assert!(server.app.store.key(&Device::new(number).thumbprint()).await.unwrap().is_some());
    }
}
