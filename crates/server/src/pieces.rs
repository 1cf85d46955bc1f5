//! An answer that is made while it is sent: a device may have more receipts than should be in memory at once.
//!
//! **Invariant:** an answer that is not whole never ends like one that is: whoever reads it notices, also where lines of it read well.

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
    /// Its teller went away before it was whole.
    #[error("the answer is not whole")]
    CutShort,
}

/// A part of an answer.
#[derive(Debug)]
enum Piece {
    Text(Bytes),
    /// There was no more to tell.
    End,
}

/// A body whose pieces come one by one.
#[derive(Debug)]
pub struct Pieces {
    pieces: Receiver<Piece>,
    is_over: bool,
}

/// Where the pieces are put. An answer whose teller goes away before it has said that it is whole breaks off.
#[derive(Debug, Clone)]
pub struct Teller(Sender<Piece>);

/// A body, and where its pieces are put. One waits at most; who puts another waits for the client.
pub fn pieces() -> (Teller, Pieces) {
    let (sender, pieces) = channel(1);
    (Teller(sender), Pieces { pieces, is_over: false })
}

impl Teller {
    /// Puts a piece.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub async fn tell(&self, piece: String) -> Result<(), Broken> {
        self.0.send(Piece::Text(piece.into())).await.map_err(|_| Broken::Gone)
    }

    /// Says that the answer is whole.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub async fn end(&self) -> Result<(), Broken> {
        self.0.send(Piece::End).await.map_err(|_| Broken::Gone)
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = std::task::ready!(self.pieces.poll_recv(context));
        self.is_over = !matches!(piece, Some(Piece::Text(_)));
        Poll::Ready(match piece {
            Some(Piece::Text(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => None,
            None => Some(Err(Broken::CutShort)),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};

    #[tokio::test]
    async fn what_is_not_whole_does_not_end_well() {
        for (texts, is_ended) in [(0, true), (1, true), (3, true), (0, false), (1, false), (3, false)] {
            let (teller, pieces) = pieces();
            let telling = tokio::spawn(async move {
                for _ in 0..texts {
                    teller.tell("a line\n".into()).await.unwrap();
                }
                if is_ended {
                    teller.end().await.unwrap();
                }
            });
            let read = to_bytes(Body::new(pieces), usize::MAX).await;
            assert_eq!(read.ok().map(|bytes| bytes.len()), is_ended.then_some(texts * 7), "{texts} texts, {is_ended}");
            telling.await.unwrap();
        }
    }
}
