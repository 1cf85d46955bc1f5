//! Finding what is held of receipts, and putting it together.

use crate::log::error::LogError;
use crate::log::prove::{Unproved, prove};
use crate::log::writer::Heads;
use crate::store::Store;
use crate::store::holdings::Holding;
use placet_model::evidence::{Evidence, Words};
use placet_model::verify::Refusal;
use std::collections::HashMap;
use std::sync::Arc;

/// Why what is held of a receipt cannot be put together. Each of them is a case for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Unfound {
    /// The database fails.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// The receipt is not what was entered into the log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The words that it names are not there.
    #[error("the notice {0} is not there, or is none")]
    NoWords(String),
    /// It is no receipt.
    #[error("what is held under {id} is no receipt: {why}")]
    NoReceipt {
        /// Its id.
        id: String,
        /// Which rule it breaks.
        why: String,
    },
}

/// Puts together what is held of receipts, one after the other.
#[derive(Debug)]
pub struct Finder<'a> {
    store: &'a Store,
    heads: Arc<Heads>,
    /// The notices that were read; there are as many as were ever served.
    words: HashMap<String, Arc<Words>>,
}

impl<'a> Finder<'a> {
    /// A finder whose proofs lead to these checkpoints.
    pub fn new(store: &'a Store, heads: Arc<Heads>) -> Self {
        Finder { store, heads, words: HashMap::new() }
    }

    /// What is held of a receipt, put together.
    ///
    /// # Errors
    /// [`Unfound`].
    pub async fn evidence(&mut self, holding: Holding) -> Result<Evidence, Unfound> {
        let Holding { id, held, device, notice, logged } = holding;
        let words = self.words(&notice).await?;
        let key = match &device {
            Some(device) => self.store.key(device).await?,
            None => None,
        };
        let proof = match logged {
            Some(logged) => match prove(self.store, &self.heads, logged).await {
                Ok(proof) => Some(proof),
                // What came a moment ago has its proof in a moment.
                Err(Unproved::NotSigned | Unproved::NoLog) => None,
                Err(Unproved::Log(error)) => return Err(error.into()),
                Err(Unproved::Store(error)) => return Err(error.into()),
            },
            None => None,
        };
        let none = |refusal: Refusal| Unfound::NoReceipt { id, why: refusal.detail() };
        Evidence::new(held, key, proof, words).map_err(none)
    }

    async fn words(&mut self, hash: &str) -> Result<Arc<Words>, Unfound> {
        if let Some(words) = self.words.get(hash) {
            return Ok(words.clone());
        }
        let text = self.store.notice(hash).await?;
        let words = text.and_then(Words::read).ok_or_else(|| Unfound::NoWords(hash.to_owned()))?;
        let words = Arc::new(words);
        self.words.insert(hash.to_owned(), words.clone());
        Ok(words)
    }
}
