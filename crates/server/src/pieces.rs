//! An answer that is made while it is sent: a device may have more receipts than should be in memory at once.

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Why an answer ends before it is whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// What is held cannot be put together.
    #[error("{0}")]
    Held(String),
    /// Nobody listens any more.
    #[error("the client went away")]
    Gone,
    /// The client reads too slowly.
    #[error("the answer took too long to send")]
    TooSlow,
}

/// A body whose pieces come one by one.
#[derive(Debug)]
pub struct Pieces(Receiver<Result<Bytes, Broken>>);

/// Where the pieces are put.
#[derive(Debug, Clone)]
pub struct Teller(Sender<Result<Bytes, Broken>>);

/// A body, and where its pieces are put. One waits at most; who puts another waits for the client.
pub fn pieces() -> (Teller, Pieces) {
    let (sender, receiver) = channel(1);
    (Teller(sender), Pieces(receiver))
}

impl Teller {
    /// Puts a piece.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub async fn tell(&self, piece: String) -> Result<(), Broken> {
        self.0.send(Ok(piece.into())).await.map_err(|_| Broken::Gone)
    }

    /// Ends the answer so that the client notices that it is not whole.
    pub fn give_up(&self, why: Broken) {
        self.0.try_send(Err(why)).ok();
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
