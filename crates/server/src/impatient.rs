//! A connection whose other side has to take what it is sent: who stops reading an answer gives its place to others.
//!
//! **Invariant:** nothing that is sent waits for ever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection that breaks off where nothing of what is sent is taken for so long.
#[derive(Debug)]
pub struct Impatient<S> {
    stream: S,
    most: Duration,
    writing: Wait,
    flushing: Wait,
}

/// Since when something waits.
#[derive(Debug, Default)]
struct Wait(Option<Pin<Box<Sleep>>>);

impl Wait {
    fn limit<T>(
        &mut self,
        most: Duration,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.0 = None;
            return outcome;
        }
        let wait = self.0.get_or_insert_with(|| Box::pin(sleep(most)));
        wait.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S> Impatient<S> {
    /// The same connection, which waits for `most` at most.
    pub fn new(stream: S, most: Duration) -> Self {
        Impatient { stream, most, writing: Wait::default(), flushing: Wait::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        let most = self.most;
        self.writing.limit(most, context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        let most = self.most;
        self.writing.limit(most, context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        let most = self.most;
        self.flushing.limit(most, context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        let most = self.most;
        self.flushing.limit(most, context, outcome)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn who_does_not_read_is_left() {
        let (stream, other) = duplex(16);
        let mut stream = Impatient::new(stream, Duration::from_millis(10));
        let told = stream.write_all(&[7; 100]).await.unwrap_err();
        assert_eq!(told.kind(), io::ErrorKind::TimedOut);
        drop(other);
    }

    /// However long the whole takes: as long as something of it is taken.
    #[tokio::test]
    async fn who_reads_slowly_gets_all() {
        let (stream, mut other) = duplex(16);
        let mut stream = Impatient::new(stream, Duration::from_secs(60));
        let sending = tokio::spawn(async move {
            stream.write_all(&[7; 100]).await.unwrap();
            stream.shutdown().await.unwrap();
        });
        let mut read = Vec::new();
        while let Ok(byte) = other.read_u8().await {
            read.push(byte);
            tokio::task::yield_now().await;
        }
        assert_eq!(read, [7; 100]);
        sending.await.unwrap();
    }
}
