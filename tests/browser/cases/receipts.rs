//! From the choice to a proof in the shopper's hand.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::visit::claims;
use crate::{
    places,
    runner::Browser,
    shop::{Layer, Shop},
    wait::until,
};

/// Download a receipt: `placet verify` and a JOSE library that is not ours find it genuine; with one byte changed it is not.
/// GDPR 7(1): the proof is in the hand of whoever it is about.
pub(super) async fn receipt_in_hand(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    let row = shop.lists(1).await?.remove(0);
    let file = shop.download(&row.id).await?;

    let verdict = verify(&file)?;
    let told = String::from_utf8_lossy(&verdict.stdout).into_owned();
    ensure!(verdict.status.code() == Some(0), "placet verify ends with {}: {told}", verdict.status);
    ensure!(told.contains("GENUINE") && !told.contains("NOT GENUINE"), "placet verify says {told}");
    // The shopper holds the proof of its place in the log, and the log of today stands by it.
    let asked =
        Command::new(places::placet()?).arg("verify").arg(&file).args(["--log", &shop.server.origin]).output()?;
    let told = String::from_utf8_lossy(&asked.stdout).into_owned();
    ensure!(asked.status.success() && told.contains("ok  today"), "placet verify --log says {told}");

    let payload = verify_with_jose(&file)?;
    ensure!(payload["id"] == row.id && payload["event"]["state"] == "refused", "jose reads {payload}");
    ensure!(payload["choices"]["analytics"] == "denied", "jose reads {payload}");

    let genuine = fs::read_to_string(&file)?;
    let receipt: Value = serde_json::from_str(&genuine)?;
    let jws = receipt["receipt"].as_str().context("the file holds the receipt")?;
    ensure!(shop.server.stored().await? == [jws], "the server stores other bytes than the shopper holds");
    let [payload_start, signature_start] = {
        let mut dots = jws.match_indices('.').map(|(place, _)| place + 1);
        [dots.next().context("a payload")?, dots.next().context("a signature")?]
    };
    // In the header, the payload, the signature; and a word of the notice.
    for place in [4, payload_start + 40, signature_start + 20] {
        let changed = genuine.replacen(jws, &with_one_byte_changed(jws, place), 1);
        refused(&file, &genuine, &changed)?;
    }
    refused(&file, &genuine, &genuine.replacen("Measuring use", "Measuring you", 1))
}

/// The endpoint dies after the page has loaded: the choice holds, the receipt waits, and arrives exactly once.
pub(super) async fn endpoint_down_then_up(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    shop.open("/").await?;
    shop.choose().await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    shop.server.kill();

    shop.answer("accept").await?;
    ensure!(shop.granted().await?.contains(&"analytics".to_owned()), "the choice waits for the endpoint");
    let waiting = until("the delivery is tried in vain", async || {
        let waiting = shop.outbox().await?;
        Ok(waiting.first().is_some_and(|item| item["tries"].as_u64() > Some(0)).then_some(waiting))
    })
    .await?;
    ensure!(waiting.len() == 1 && waiting[0]["jws"].is_string(), "the outbox holds {waiting:?}");

    // What else there is to ask cannot be had; what was answered is not asked again in its place.
    ensure!(!shop.shows(Layer::First).await?, "the question came back");
    shop.server.start_again().await?;
    let receipts = shop.delivered(1).await?;
    ensure!(waiting[0]["jws"] == receipts[0].as_str(), "what arrived is not what was signed");
    once_and_for_all(&shop, &receipts[0]).await
}

/// The whole server is gone when the visitor answers: nothing can be loaded, nothing is lost.
pub(super) async fn server_down_at_the_choice(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    shop.server.kill();
    shop.answer("reject").await?;
    ensure!(shop.outbox().await?.len() == 1, "the outbox holds {:?}", shop.outbox().await?);

    shop.server.start_again().await?;
    shop.open("/basket").await?;
    let receipts = shop.delivered(1).await?;
    ensure!(!shop.shows(Layer::First).await?, "the next page asks again");
    ensure!(claims(&receipts[0])?["event"]["page"] == "/");
    once_and_for_all(&shop, &receipts[0]).await
}

/// The same receipt sent again gets the first answer and makes no second row.
async fn once_and_for_all(shop: &Shop, jws: &str) -> Result<()> {
    let script = "const [jws, done] = arguments;
        const send = () => fetch('/v1/receipts', { method: 'POST', headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ receipts: [jws] }) }).then((answer) => answer.json());
        send().then((first) => send().then((second) => done([first, second])), (error) => done(String(error)));";
    let answers = shop.driver().execute_async(script, vec![json!(jws)]).await?.json().clone();
    ensure!(
        answers[0]["results"][0]["status"] == "recorded" && answers[0] == answers[1],
        "the server answers {answers}"
    );
    ensure!(shop.server.stored().await? == [jws], "the receipt is stored twice");
    Ok(())
}

fn verify(file: &Path) -> Result<Output> {
    Ok(Command::new(places::placet()?).arg("verify").arg(file).output()?)
}

/// Has npm's `jose` check the signature with the key that the receipt carries; what the receipt says.
fn verify_with_jose(file: &Path) -> Result<Value> {
    let node = places::program("NODE", &["node"]).context("node is missing: apt-get install nodejs")?;
    let output = Command::new(node)
        .arg(places::root().join("tests/browser/jose.mjs"))
        .args([&places::npm("jose/package.json")?, file])
        .output()?;
    ensure!(output.status.success(), "jose says {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn refused(file: &Path, genuine: &str, changed: &str) -> Result<()> {
    ensure!(changed != genuine, "nothing was changed");
    fs::write(file, changed)?;
    let verdict = verify(file)?;
    let told = String::from_utf8_lossy(&verdict.stdout);
    ensure!(
        verdict.status.code() == Some(1),
        "placet verify ends with {} on a changed receipt: {told}",
        verdict.status
    );
    ensure!(told.contains("NOT GENUINE"), "placet verify says {told}");
    Ok(())
}

fn with_one_byte_changed(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if let Some(byte) = bytes.get_mut(place) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
