//! The sequencer: one task that gathers what many calls bring, gives it to the [`Writer`] as one batch, and answers each
//! call when its batch is on disk and signed.
//!
//! Where nothing was written for a second, it has the writer write all the same: whether the log can be written is known at any time.
//!
//! A batch is what came while the one before it was written, up to a bound; the first one of all waits for nobody. Whoever finds no
//! room in the queue is told so at once.
//!
//! **Invariant:** what waits has a bound, in items, whatever the calls hold.
//! **Invariant:** when the log is stopped, what was taken is answered first.

use super::error::LogError;
use super::writer::{Heads, Item, Placed, Writer};
use crate::metrics::Meter;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

/// How many items wait at the same time.
pub const QUEUE: usize = 4096;
/// How many items one batch has at most, but for the last call's.
const BATCH: usize = 500;
/// For how long nothing is written at most.
const BEAT: Duration = Duration::from_secs(1);

/// What a call brings.
#[derive(Debug)]
pub struct Order {
    /// The log that it goes into, by name, and what goes there.
    pub items: Vec<(String, Item)>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Answer, Refused>>,
    /// Its room in the queue.
    pub room: OwnedSemaphorePermit,
}

/// What became of an order.
#[derive(Debug)]
pub struct Answer {
    /// What became of each item.
    pub placed: Vec<Placed>,
    /// The logs after it.
    pub heads: Arc<Heads>,
}

/// Why an order was not carried out. It may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As much waits as may.
    #[error("as much waits for the log as may")]
    Full,
    /// The database or the lock failed.
    #[error("the log could not be written")]
    Failed,
    /// What is stored is not what was entered: somebody has to look before anything more is written.
    #[error("the log is halted: {0}")]
    Halted(Arc<str>),
    /// The server stops.
    #[error("the log is stopped")]
    Stopped,
}

/// Carries out orders until nobody can send any more.
pub async fn run(
    mut writer: Writer,
    mut orders: mpsc::UnboundedReceiver<Order>,
    heads: watch::Sender<Arc<Heads>>,
    meter: Meter,
) {
    let mut halted: Option<Arc<str>> = None;
    let (mut tried, mut is_well) = (Instant::now(), true);
    loop {
        let due = Instant::from_std(writer.pulse().last()).max(tried) + BEAT;
        let next = match halted {
            Some(_) => orders.recv().await,
            None if due <= Instant::now() => {
                tried = Instant::now();
                let beaten = writer.beat().await;
                match &beaten {
                    Ok(()) if !is_well => tracing::info!("the log can be written again"),
                    // Told once, and not each second.
                    Err(error) if is_well || error.is_final() => drop(refused(error, &mut halted)),
                    _ => {}
                }
                is_well = beaten.is_ok();
                continue;
            }
            None => match timeout_at(due, orders.recv()).await {
                Ok(next) => next,
                Err(_) => continue,
            },
        };
        let Some(first) = next else { break };
        let batch = gather(first, &mut orders);
        let start = Instant::now();
        let outcome = match &halted {
            Some(why) => Err(Refused::Halted(why.clone())),
            None => write(&mut writer, &batch).await.map_err(|error| refused(&error, &mut halted)),
        };
        if batch.iter().any(|order| !order.items.is_empty()) {
            meter.commit.observe(start.elapsed().as_secs_f64());
        }
        let shown = Arc::new(writer.heads().clone());
        heads.send_replace(shown.clone());
        answer(batch, outcome, &shown);
    }
    writer.close().await;
}

/// What an error makes of what was asked for; one that is final halts the log.
fn refused(error: &LogError, halted: &mut Option<Arc<str>>) -> Refused {
    tracing::error!(%error, "the log could not be written");
    if !error.is_final() {
        return Refused::Failed;
    }
    tracing::error!(help = error.help(), "the log is halted; nothing is recorded until this is mended");
    let why: Arc<str> = error.to_string().into();
    *halted = Some(why.clone());
    Refused::Halted(why)
}

/// The orders of a batch: all that have come by now. More are not waited for: while one batch is written the next comes together,
/// so that batches are as large as there is need for.
fn gather(first: Order, orders: &mut mpsc::UnboundedReceiver<Order>) -> Vec<Order> {
    let mut count = first.items.len();
    let mut batch = vec![first];
    while count < BATCH
        && let Ok(order) = orders.try_recv()
    {
        count += order.items.len();
        batch.push(order);
    }
    batch
}

/// Writes a batch, log by log: at the turn of a year there are two. What became of each item, in their order.
async fn write(writer: &mut Writer, batch: &[Order]) -> Result<Vec<Placed>, LogError> {
    let items: Vec<&(String, Item)> = batch.iter().flat_map(|order| &order.items).collect();
    let mut logs: Vec<&str> = items.iter().map(|(log, _)| log.as_str()).collect();
    logs.sort_unstable();
    logs.dedup();
    let mut placed: Vec<Option<Placed>> = items.iter().map(|_| None).collect();
    for log in logs {
        let places: Vec<usize> = (0..items.len()).filter(|place| items[*place].0 == log).collect();
        let of_it: Vec<&Item> = places.iter().map(|place| &items[*place].1).collect();
        for (place, outcome) in places.into_iter().zip(writer.write(log, &of_it).await?) {
            placed[place] = Some(outcome);
        }
    }
    Ok(placed.into_iter().flatten().collect())
}

fn answer(batch: Vec<Order>, outcome: Result<Vec<Placed>, Refused>, heads: &Arc<Heads>) {
    let mut outcome = outcome.map(Vec::into_iter);
    for order in batch {
        let Order { items, answer, room } = order;
        let told = match &mut outcome {
            Ok(placed) => Ok(Answer { placed: placed.by_ref().take(items.len()).collect(), heads: heads.clone() }),
            Err(refused) => Err(refused.clone()),
        };
        // Who went away meanwhile asks again.
        let _ = answer.send(told);
        drop(room);
    }
}
