//! The log: receipts go in by one writer, and come out with a proof that they are held, unchanged, in their place.
//! `docs/reference/log.md` describes it for those who check one.
//!
//! In reading order: [`tree`] and [`tiles`] are the tree and how it is stored, [`checkpoint`] and [`keys`] sign it, [`lock`]
//! keeps what was signed apart from the database, [`book`] checks all of it at the start, [`writer`] writes one batch,
//! [`sequencer`] makes batches of what many calls bring, [`pulse`] tells when it last wrote, [`routes`] hands the public part out.
//!
//! **Invariant:** whoever is answered holds a checkpoint that covers their receipt, and that checkpoint is on disk twice.

pub mod book;
pub mod carry;
pub mod checkpoint;
pub mod error;
pub mod keys;
pub mod lock;
pub mod prove;
pub mod pulse;
pub mod renew;
pub mod routes;
pub mod sequencer;
pub mod tiles;
pub mod tree;
pub mod writer;

use crate::metrics::Meter;
use crate::store::Store;
use crate::store::log::Logged;
use crate::store::receipts::{Entry, Held};
use error::LogError;
use keys::LogKey;
use lock::Lock;
use placet_model::log::checkpoint::origin_of;
use placet_model::receipt::{Acknowledgement, LogProof, base64url};
use placet_model::verify::Refusal;
use prove::{Unproved, prove};
use pulse::Pulse;
use sequencer::{Answer, Order, QUEUE, Refused};
use std::sync::{Arc, Mutex, PoisonError};
use tlog_tiles::Hash;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use writer::{Heads, Item, Placed, Shown, Writer};

/// The logs of a site, one a year.
#[derive(Debug)]
pub struct Log {
    site: String,
    store: Arc<Store>,
    verifiers: String,
    room: Arc<Semaphore>,
    heads: watch::Receiver<Arc<Heads>>,
    meter: Meter,
    pulse: Pulse,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
}

impl Log {
    /// Opens the logs of a site and begins to take orders.
    ///
    /// # Errors
    /// [`LogError`] where database, lock and key do not agree.
    pub async fn open(store: Arc<Store>, site: &str, key: LogKey, lock: Lock, now: i64) -> Result<Self, LogError> {
        let mut writer = Writer::open(store.clone(), key, lock, &origin_of(site, now.unsigned_abs()), now).await?;
        writer.beat().await?;
        let verifiers = writer.verifiers().to_owned();
        let pulse = writer.pulse().clone();
        let (shown, heads) = watch::channel(Arc::new(writer.heads().clone()));
        let (orders, incoming) = mpsc::unbounded_channel();
        let meter = Meter::default();
        let task = tokio::spawn(sequencer::run(writer, incoming, shown, meter.clone()));
        let running = Mutex::new(Some(Running { orders, task }));
        Ok(Log {
            site: site.to_owned(),
            store,
            verifiers,
            room: Arc::new(Semaphore::new(QUEUE)),
            heads,
            meter,
            pulse,
            running,
        })
    }

    /// Enters receipts: all of them or, where that fails, none. Each gets its acknowledgement with the proof. One that is
    /// there already gets its first place again; another one with its id is refused.
    ///
    /// # Errors
    /// [`Refused`]; the receipts may be sent again.
    pub async fn record(&self, mut entries: Vec<Entry>) -> Result<Vec<Result<Acknowledgement, Refusal>>, Refused> {
        for entry in &mut entries {
            self.store.seal(entry).await.map_err(|error| broken(&error.to_string()))?;
        }
        let told: Vec<(String, u64)> =
            entries.iter().map(|entry| (entry.claims.id.clone(), entry.envelope.received_at)).collect();
        let item = |entry: Entry| {
            let origin = origin_of(&self.site, entry.envelope.received_at);
            (origin, Item::Receipt(Box::new(entry)))
        };
        let Answer { placed, heads } = self.order(entries.into_iter().map(item).collect()).await?;
        let mut results = Vec::with_capacity(placed.len());
        for ((id, now), placed) in told.into_iter().zip(placed) {
            results.push(match placed {
                Placed::New(logged) => {
                    self.meter.entered.inc();
                    let shown = heads.get_key_value(&origin_of(&self.site, now));
                    let log = Some(prove_new(shown, logged)?);
                    Ok(Acknowledgement { id, received_at: now, log })
                }
                Placed::Held(held) => {
                    self.meter.held.inc();
                    let received_at = held.received_at;
                    let log = Some(self.prove_held(&heads, held).await?);
                    Ok(Acknowledgement { id, received_at, log })
                }
                Placed::Refused(refusal) => Err(refusal),
            });
        }
        Ok(results)
    }

    /// Enters a line of the audit trail at `now` (milliseconds since 1970), and proves that it stands there.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn audit(&self, event: String, now: i64) -> Result<LogProof, Refused> {
        let origin = origin_of(&self.site, now.unsigned_abs());
        let Answer { placed, heads } = self.order(vec![(origin.clone(), Item::Audit(event))]).await?;
        match placed.into_iter().next() {
            Some(Placed::New(logged)) => prove_new(heads.get_key_value(&origin), logged),
            _ => Err(Refused::Failed),
        }
    }

    /// The logs as everybody may see them now.
    pub fn heads(&self) -> Arc<Heads> {
        self.heads.borrow().clone()
    }

    /// The name of the newest log.
    pub fn newest(&self) -> Option<String> {
        let prefix = format!("{}/", self.site);
        self.heads().keys().rfind(|origin| origin.starts_with(&prefix)).cloned()
    }

    /// The name of the site, from which those of its logs are made.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// All keys that ever signed here, as others verify with them, one a line.
    pub fn verifiers(&self) -> &str {
        &self.verifiers
    }

    /// What the log counts while it works.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// When a checkpoint last went into the database and the lock.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Sends an empty order through the queue: whether the log takes what comes.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn answers(&self) -> Result<(), Refused> {
        self.order(Vec::new()).await.map(|_| ())
    }

    /// How many items wait.
    pub fn waiting(&self) -> usize {
        QUEUE.saturating_sub(self.room.available_permits())
    }

    /// Takes no more orders, and returns when those that were taken are answered and the lock is free.
    pub async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { orders, task }) = running {
            drop(orders);
            if let Err(error) = task.await {
                tracing::error!(%error, "the sequencer broke");
            }
        }
    }

    async fn order(&self, items: Vec<(String, Item)>) -> Result<Answer, Refused> {
        let count = u32::try_from(items.len()).map_err(|_| Refused::Full)?;
        let room = self.room.clone().try_acquire_many_owned(count).map_err(|_| Refused::Full)?;
        let (answer, answered) = oneshot::channel();
        {
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            let running = running.as_ref().ok_or(Refused::Stopped)?;
            running.orders.send(Order { items, answer, room }).map_err(|_| Refused::Stopped)?;
        }
        answered.await.map_err(|_| Refused::Stopped)?
    }

    /// Proves a receipt that stood in a log before.
    ///
    /// # Errors
    /// [`Unproved`].
    pub async fn prove(&self, held: Held) -> Result<LogProof, Unproved> {
        prove(&self.store, &self.heads(), held).await
    }

    async fn prove_held(&self, heads: &Heads, held: Held) -> Result<LogProof, Refused> {
        prove(&self.store, heads, held).await.map_err(|error| broken(&error.to_string()))
    }
}

/// A receipt that is held, and cannot be shown to be.
fn broken(error: &str) -> Refused {
    tracing::error!(error, "the place of a receipt in its log cannot be proved");
    Refused::Failed
}

/// Proves what was just entered, out of what its batch left in memory.
fn prove_new(shown: Option<(&String, &Shown)>, logged: Logged) -> Result<LogProof, Refused> {
    let (origin, shown) = shown.ok_or_else(|| broken("its log is not there"))?;
    let proof = shown.nodes.prove(shown.size, logged.index).map_err(|error| broken(&error.to_string()))?;
    Ok(proof_of(origin, shown, logged, &proof))
}

fn proof_of(origin: &str, shown: &Shown, logged: Logged, proof: &[Hash]) -> LogProof {
    let envelope = logged.envelope().to_owned();
    LogProof {
        origin: origin.to_owned(),
        index: logged.index,
        size: shown.size,
        salt: base64url(&logged.salt),
        envelope,
        proof: proof.iter().map(|hash| base64url(&hash.0)).collect(),
        checkpoint: shown.checkpoint.clone(),
    }
}
