//! The tokens of the admin listener.
//!
//! **Invariant:** a token is kept as its hash; nothing that is read from here lets anybody in.
//! **Invariant:** of a token's use the day is kept, not the time.

use super::Store;
use crate::calendar::{DAY, written_day};
use placet_model::admin::{Role, Token};

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldToken {
    /// What may be told of it.
    pub token: Token,
    /// SHA-256 over the whole token.
    pub hash: String,
    used_on: Option<i64>,
}

impl HeldToken {
    /// A new token, not used yet.
    pub fn new(token: Token, hash: String) -> Self {
        HeldToken { token, hash, used_on: None }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: i64) -> bool {
        self.token.expires_at.is_some_and(|end| end <= now.unsigned_abs())
    }
}

type Row = (String, String, String, String, i64, Option<String>, Option<i64>, Option<i64>, Option<i64>);

/// A role that this version does not know lets nobody in: such a row is no token.
fn held((id, hash, role, name, created_at, created_by, expires_at, used_on, revoked_at): Row) -> Option<HeldToken> {
    let token = Token {
        id,
        role: Role::from_word(&role)?,
        name,
        created_at: created_at.unsigned_abs(),
        created_by,
        expires_at: expires_at.map(i64::unsigned_abs),
        used_on: used_on.map(written_day),
        revoked_at: revoked_at.map(i64::unsigned_abs),
    };
    Some(HeldToken { token, hash, used_on })
}

impl Store {
    /// Keeps a new token.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_token(&self, held: &HeldToken) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        let token = &held.token;
        sqlx::query(
            "INSERT INTO tokens (id, hash, role, name, created_at, created_by, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&token.id)
        .bind(&held.hash)
        .bind(token.role.word())
        .bind(&token.name)
        .bind(time(token.created_at))
        .bind(&token.created_by)
        .bind(token.expires_at.map(time))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The token with this id, whatever its state.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn token(&self, id: &str) -> Result<Option<HeldToken>, sqlx::Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, hash, role, name, created_at, created_by, expires_at, used_on, revoked_at
             FROM tokens WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.and_then(held))
    }

    /// All tokens, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>, sqlx::Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, hash, role, name, created_at, created_by, expires_at, used_on, revoked_at
             FROM tokens ORDER BY created_at DESC, id",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().filter_map(held).map(|held| held.token).collect())
    }

    /// Notes that a token was used today, once a day.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn used_token(&self, held: &HeldToken, now: i64) -> Result<(), sqlx::Error> {
        let today = now.saturating_sub(now.rem_euclid(DAY));
        if held.used_on == Some(today) {
            return Ok(());
        }
        let _writer = self.writer.lock().await;
        sqlx::query("UPDATE tokens SET used_on = $1 WHERE id = $2")
            .bind(today)
            .bind(&held.token.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Counts an erasure that a token asks for today; whether it is one of the `most` that it has in a day (UTC).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_erasure(&self, token: &str, most: u32, now: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let counted = sqlx::query(
            "INSERT INTO token_erasures (token, day, erasures) SELECT $1, $2, 1 WHERE $3 > 0
             ON CONFLICT (token) DO UPDATE SET day = excluded.day,
                erasures = CASE WHEN token_erasures.day = excluded.day THEN token_erasures.erasures + 1 ELSE 1 END
             WHERE token_erasures.day <> excluded.day OR token_erasures.erasures < $3",
        )
        .bind(token)
        .bind(now.saturating_sub(now.rem_euclid(DAY)))
        .bind(i64::from(most))
        .execute(&self.pool)
        .await?;
        Ok(counted.rows_affected() == 1)
    }

    /// Revokes a token for good; whether there was one to revoke.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revoke_token(&self, id: &str, now: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let revoked = sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(now)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(revoked.rows_affected() == 1)
    }
}

fn time(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}
