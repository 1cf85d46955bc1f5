//! Writing a batch into a log: in this order, and no other.
//!
//! 1. One transaction keeps the records, their salts, the tiles that hold their entries, and the size of the log.
//! 2. The records are read back and their entries made again; the tiles and the root that follow from them are compared
//!    with what was written.
//! 3. The checkpoint of that root is signed, and goes into the lock and the database.
//! 4. Only then is anybody answered, and shown the checkpoint.
//!
//! A crash after 1 leaves entries that nobody was answered about: they are signed when the log is opened again. After a fault
//! at any place the writer forgets what it believes and opens the logs anew, with all their checks.
//!
//! **Invariant:** what was read back is what is signed.
//! **Invariant:** nothing is answered that a crash, or a fault of any of these steps, could take back.

use super::book::{self, Book, entries, torn};
use super::checkpoint::{sign, signs};
use super::error::LogError;
use super::keys::LogKey;
use super::lock::Lock;
use super::pulse::Pulse;
use super::tree::{EntryBytes, Nodes};
use crate::state::now;
use crate::store::Store;
use crate::store::log::{Logged, Record, Turn, Unlogged};
use crate::store::receipts::{Entry, Held, Recorded};
use crate::store::recording::Salted;
use placet_model::log::checkpoint::{Keys, origin_of};
use placet_model::log::entry::SALT;
use placet_model::verify::Refusal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something to be entered.
#[derive(Debug)]
pub enum Item {
    /// A receipt.
    Receipt(Box<Entry>),
    /// A line of the audit trail.
    Audit(String),
    /// A receipt that is kept, from before there was a log.
    Adopted(Unlogged),
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Placed {
    /// It stands in the log now.
    New(Logged),
    /// It stood in a log before.
    Held(Held),
    /// It does not stand there.
    Refused(Refusal),
}

/// A log as everybody may see it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its number in the database.
    pub id: i64,
    /// How many entries it has.
    pub size: u64,
    /// Its checkpoint.
    pub checkpoint: String,
    /// What proves the entries of its last batch.
    pub nodes: Arc<Nodes>,
}

/// All logs as everybody may see them, by name.
pub type Heads = BTreeMap<String, Shown>;

/// Who writes the logs.
#[derive(Debug)]
pub struct Writer {
    store: Arc<Store>,
    key: LogKey,
    keys: Keys,
    /// The same as text, one a line.
    verifiers: String,
    lock: Lock,
    /// None after a fault, until they were opened anew.
    books: Option<BTreeMap<String, Book>>,
    heads: Heads,
    pulse: Pulse,
}

impl Writer {
    /// Opens all logs and begins the one named `origin`, where it is missing.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn open(store: Arc<Store>, key: LogKey, lock: Lock, origin: &str, now: i64) -> Result<Self, LogError> {
        store.keep_log_key(key.verifier(), now).await?;
        let verifiers: String = store.log_keys().await?.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
        let keys = Keys::parse(&verifiers).map_err(LogError::Keys)?;
        let mut writer =
            Writer { store, key, keys, verifiers, lock, books: None, heads: Heads::new(), pulse: Pulse::default() };
        let store = writer.store.clone();
        let turn = store.turn().await;
        writer.reopen(&turn).await?;
        writer.begin(&turn, origin).await?;
        drop(turn);
        writer.adopt().await?;
        Ok(writer)
    }

    /// Enters what was kept before there was a log.
    async fn adopt(&mut self) -> Result<(), LogError> {
        let (mut after, mut adopted) = ((0, String::new()), 0_usize);
        loop {
            let receipts = self.store.unlogged((after.0, &after.1)).await?;
            let Some(last) = receipts.last() else { break };
            after = (last.envelope.received_at, last.id.clone());
            adopted += receipts.len();
            let mut by_log: BTreeMap<String, Vec<Item>> = BTreeMap::new();
            for receipt in receipts {
                let origin = origin_of(self.key.name(), receipt.envelope.received_at);
                by_log.entry(origin).or_default().push(Item::Adopted(receipt));
            }
            for (origin, items) in &by_log {
                self.write(origin, &items.iter().collect::<Vec<_>>()).await?;
            }
        }
        if adopted > 0 {
            tracing::info!(adopted, "entered receipts from before there was a log");
        }
        Ok(())
    }

    /// The logs as everybody may see them now.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// All keys that ever signed here, as others verify with them, one a line.
    pub fn verifiers(&self) -> &str {
        &self.verifiers
    }

    /// Enters `items` into the log named `origin`; what became of each. After an error, whether they were entered is not
    /// known here, and nobody may be told that they were.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn write(&mut self, origin: &str, items: &[&Item]) -> Result<Vec<Placed>, LogError> {
        let store = self.store.clone();
        // Until the end: nobody erases a record between its writing and its reading back.
        let turn = store.turn().await;
        let outcome = async {
            self.reopen(&turn).await?;
            self.enter(&turn, origin, items).await
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            self.books = None;
        }
        outcome
    }

    /// Ends, and lets the lock go.
    pub async fn close(self) {
        self.lock.release().await;
    }

    /// When it last wrote a checkpoint.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Writes the newest checkpoint again, as it is: that the database and the lock can be written shows only in writing.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn beat(&mut self) -> Result<(), LogError> {
        let store = self.store.clone();
        let turn = store.turn().await;
        let outcome = async {
            self.reopen(&turn).await?;
            self.write_again(&turn).await
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            self.books = None;
        }
        outcome
    }

    async fn write_again(&mut self, turn: &Turn<'_>) -> Result<(), LogError> {
        let newest = self.books.iter().flatten().rfind(|(origin, _)| signs(&self.key, origin));
        let Some((origin, Book { id, locked: Some(locked), kept: Some(kept), .. })) = newest else { return Ok(()) };
        let (store, lock) = (&self.store, &mut self.lock);
        let into_lock = async {
            store.fuse.burn()?;
            Ok::<_, LogError>(lock.swap(origin, Some(locked), locked).await?)
        };
        let (locked, kept) = tokio::join!(into_lock, turn.keep_checkpoint(*id, kept, now()));
        locked?;
        kept?;
        self.pulse.beat();
        Ok(())
    }

    /// Opens the logs, where that has to be done, and signs what was not signed yet.
    async fn reopen(&mut self, turn: &Turn<'_>) -> Result<(), LogError> {
        if self.books.is_some() {
            return Ok(());
        }
        self.store.fuse.burn()?;
        self.lock.reread().await?;
        if let Some(to) = self.lock.moved()? {
            return Err(LogError::Moved { to: to.to_owned() });
        }
        let rows = self.store.logs().await?;
        let locked = self.lock.checkpoints()?;
        for (origin, checkpoint) in locked {
            if !rows.iter().any(|row| row.origin == *origin) {
                let head = self.keys.open(checkpoint);
                let signed = head.map_err(|fault| LogError::Unsigned { origin: origin.clone(), fault })?.size;
                return Err(LogError::Behind { origin: origin.clone(), found: 0, signed });
            }
        }
        let mut books = BTreeMap::new();
        for row in rows {
            let origin = row.origin.clone();
            books.insert(origin, book::open(&self.store, row, locked, &self.keys).await?);
        }
        for (origin, book) in &mut books {
            match signs(&self.key, origin) {
                true => self.sign(turn, origin, book, Arc::default()).await?,
                false => self.show_as_left(origin, book),
            }
        }
        self.books = Some(books);
        Ok(())
    }

    /// Shows the log of a site that was served from this database before, as its own key signed it last.
    fn show_as_left(&mut self, origin: &str, book: &Book) {
        let head = book.locked.as_ref().and_then(|checkpoint| Some((checkpoint, self.keys.open(checkpoint).ok()?)));
        if let Some((checkpoint, head)) = head {
            let shown = Shown { id: book.id, size: head.size, checkpoint: checkpoint.clone(), nodes: Arc::default() };
            self.heads.insert(origin.to_owned(), shown);
        }
    }

    /// Begins a log, where it is missing. It is in the lock before it has its first entry.
    async fn begin(&mut self, turn: &Turn<'_>, origin: &str) -> Result<(), LogError> {
        if !self.books.as_ref().is_some_and(|books| books.contains_key(origin)) {
            let book = self.begun(turn, origin).await?;
            self.books.get_or_insert_default().insert(origin.to_owned(), book);
        }
        Ok(())
    }

    async fn begun(&mut self, turn: &Turn<'_>, origin: &str) -> Result<Book, LogError> {
        let mut writing = turn.begin().await?;
        let id = writing.begin_log(origin).await?;
        writing.commit().await?;
        let mut book = Book { id, tree: Default::default(), locked: None, kept: None };
        self.sign(turn, origin, &mut book, Arc::default()).await?;
        Ok(book)
    }

    async fn enter(&mut self, turn: &Turn<'_>, origin: &str, items: &[&Item]) -> Result<Vec<Placed>, LogError> {
        let mut books = self.books.take().unwrap_or_default();
        let mut book = match books.remove(origin) {
            Some(book) => book,
            None => self.begun(turn, origin).await?,
        };
        let placed = self.enter_into(turn, origin, &mut book, items).await?;
        books.insert(origin.to_owned(), book);
        self.books = Some(books);
        Ok(placed)
    }

    async fn enter_into(
        &mut self,
        turn: &Turn<'_>,
        origin: &str,
        book: &mut Book,
        items: &[&Item],
    ) -> Result<Vec<Placed>, LogError> {
        let first = book.tree.size();
        let mut writing = turn.begin().await?;
        let mut placed: Vec<Option<Placed>> = items.iter().map(|_| None).collect();
        let mut made: Vec<EntryBytes> = Vec::with_capacity(items.len());
        let mut tally = self.store.tally();

        // All receipts at once, then what else there is.
        let (mut places, mut receipts) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
        for (place, item) in items.iter().enumerate() {
            if let Item::Receipt(entry) = item {
                places.push(place);
                receipts.push(Salted { salt: draw()?, entry });
            }
        }
        let recorded = writing.record(book.id, first, &receipts).await?;
        for ((place, Salted { salt, entry }), recorded) in places.into_iter().zip(&receipts).zip(recorded) {
            placed[place] = Some(match recorded {
                Recorded::Held(held) => Placed::Held(held),
                Recorded::Refused(refusal) => Placed::Refused(refusal),
                Recorded::New(index) => {
                    tally.add(&entry.claims, i64::try_from(entry.envelope.received_at).unwrap_or(i64::MAX));
                    let (jws, envelope) = (entry.jws.clone(), entry.envelope.to_text());
                    let logged = Logged { index, salt: salt.to_vec(), record: Record::Receipt { jws, envelope } };
                    made.extend(logged.entry());
                    Placed::New(logged)
                }
            });
        }
        for (item, placed) in items.iter().zip(&mut placed).filter(|(_, placed)| placed.is_none()) {
            let (index, salt) = (first + made.len() as u64, draw()?);
            let record = match item {
                Item::Receipt(_) => continue,
                Item::Adopted(receipt) => {
                    writing.adopt(book.id, index, &salt, receipt).await?;
                    Record::Receipt { jws: receipt.jws.clone(), envelope: receipt.envelope.to_text() }
                }
                Item::Audit(event) => {
                    writing.note(book.id, index, &salt, event).await?;
                    Record::Audit(event.clone())
                }
            };
            let logged = Logged { index, salt: salt.to_vec(), record };
            made.extend(logged.entry());
            *placed = Some(Placed::New(logged));
        }
        let placed = placed.into_iter().flatten().collect();
        if made.is_empty() {
            return Ok(placed);
        }
        let growth = book.tree.grow(&made).map_err(|error| torn(origin, &error))?;
        writing.count(tally).await?;
        writing.keep_tiles(book.id, &growth.tiles, first, growth.tree.size()).await?;
        writing.commit().await?;

        // From here on only what the database gives back counts.
        let records = self.store.logged(book.id, first, growth.tree.size()).await?;
        let read = entries(origin, first, made.len(), &records)?;
        let again = book.tree.grow(&read).map_err(|error| torn(origin, &error))?;
        let names: Vec<_> = again.tiles.iter().map(|tile| tile.name).collect();
        let tiles = self.store.tiles(book.id, &names).await?;
        if tiles != again.tiles || again.tree.root() != growth.tree.root() {
            return Err(LogError::Changed { origin: origin.to_owned(), size: again.tree.size() });
        }
        book.tree = again.tree;
        self.sign(turn, origin, book, Arc::new(again.nodes)).await?;
        Ok(placed)
    }

    /// Signs a log as it is, puts the checkpoint into the lock and the database, and shows it.
    async fn sign(
        &mut self,
        turn: &Turn<'_>,
        origin: &str,
        book: &mut Book,
        nodes: Arc<Nodes>,
    ) -> Result<(), LogError> {
        let size = book.tree.size();
        let unsignable = || LogError::Unsignable { origin: origin.to_owned(), size };
        let checkpoint = sign(&self.key, origin, size, book.tree.root()).ok_or_else(unsignable)?;
        let (locked, kept) = (book.locked.as_deref(), book.kept.as_deref());
        let both_are_written = locked != Some(&checkpoint) && kept != Some(&checkpoint);
        let (store, lock) = (&self.store, &mut self.lock);
        let into_lock = async {
            if locked != Some(&checkpoint) {
                store.fuse.burn()?;
                lock.swap(origin, locked, &checkpoint).await?;
                store.fuse.burn()?;
            }
            Ok::<_, LogError>(())
        };
        let into_database = async {
            if kept != Some(&checkpoint) {
                turn.keep_checkpoint(book.id, &checkpoint, now()).await?;
            }
            Ok::<_, LogError>(())
        };
        // Both wait for a disk, at the same time. Which of them is first does not matter: nobody is shown the checkpoint yet.
        let (locked, kept) = tokio::join!(into_lock, into_database);
        locked?;
        kept?;
        if both_are_written {
            self.pulse.beat();
        }
        book.locked = Some(checkpoint.clone());
        book.kept = Some(checkpoint.clone());
        let shown = Shown { id: book.id, size, checkpoint, nodes };
        self.heads.insert(origin.to_owned(), shown);
        Ok(())
    }
}

fn draw() -> Result<[u8; SALT], LogError> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(LogError::Random)?;
    Ok(salt)
}
