//! What the operator's people and programs say to the admin listener and hear from it: tokens and their roles, the audit
//! trail, confirmations, statistics.
//!
//! **Invariant:** nothing here holds a secret but [`MadeToken`], which is told once.

use crate::feedback::ListedFeedback;
use crate::{data, words};

words! {
    /// What the bearer of a token may do. An owner may do all of it.
    pub enum Role {
        /// Read statistics, and nothing of anybody.
        Analyst = "analyst",
        /// Act for the channels of the shop: what a signed-in shopper asks about their own record.
        Ingest = "ingest",
        /// Read and delete what shoppers wrote about the notice.
        Editor = "editor",
        /// Read records, the audit trail and the log.
        Auditor = "auditor",
        /// Everything, and tokens.
        Owner = "owner",
    }

    /// What was done: the closed list of what the audit trail tells.
    pub enum Act {
        /// A receipt was read.
        ReceiptRead = "receipt.read",
        /// What is held of a person was read.
        SubjectRead = "subject.read",
        /// What was held of a person was erased.
        SubjectErased = "subject.erased",
        /// Receipts are gone: the line that is the receipt of an erasure.
        ReceiptsErased = "receipts.erased",
        /// Receipts are gone whose time was over.
        ReceiptsExpired = "receipts.expired",
        /// Records were exported.
        ExportMade = "export.made",
        /// The database was copied into a file.
        BackupMade = "backup.made",
        /// The database was copied into another one.
        DatabaseCopied = "database.copied",
        /// What a shopper wrote about the notice was deleted.
        FeedbackDeleted = "feedback.deleted",
        /// A token was made.
        TokenMade = "token.made",
        /// A token was revoked.
        TokenRevoked = "token.revoked",
        /// Somebody asked for what a second token has to confirm.
        ConfirmationAsked = "confirmation.asked",
        /// A second token confirmed it.
        ConfirmationGiven = "confirmation.given",
    }
}

data! {
    /// A token, without what would let anybody use it.
    pub struct Token {
        /// Its id: the part of the token that may be told.
        id: String,
        /// What its bearer may do.
        role: Role,
        /// What it is for, in the operator's words.
        name: String,
        /// When it was made, in milliseconds since 1970.
        created_at as "createdAt": u64,
        /// The id of the token that made it; `null` for the command line.
        created_by as "createdBy": Option<String>,
        /// From when it is good for nothing, in milliseconds since 1970; `null` for never.
        expires_at as "expiresAt": Option<u64>,
        /// The last day (UTC) when it was used, `2026-03-01`.
        used_on as "usedOn": Option<String>,
        /// When it was revoked, in milliseconds since 1970.
        revoked_at as "revokedAt": Option<u64>,
    }

    /// All tokens, the newest first.
    pub struct TokenList {
        /// The tokens.
        tokens: Vec<Token>,
    }

    /// What a new token is to be.
    pub struct TokenWish {
        /// What its bearer may do: analyst, ingest or editor.
        role: Role,
        /// What it is for: 1 to 100 characters.
        name: String,
        /// For how many days it is good, 1 to 3650; `null` for ever.
        days: Option<u32>,
    }

    /// A new token. What lets one use it is told here and never again.
    pub struct MadeToken {
        /// What goes into the header: `Authorization: Bearer ...`.
        secret: String,
        /// The token.
        token: Token,
    }

    /// One line of the audit trail, exactly as it is committed to in the log.
    pub struct AuditEvent {
        /// When, in milliseconds since 1970.
        at: u64,
        /// Who did it: the id of a token, `command-line`, `server` for what it does by itself, or `shopper`.
        who: String,
        /// In which role; `null` where it is no token.
        role: Option<Role>,
        /// What was done.
        what: Act,
        /// What it was done to: the id of a receipt, a token or a request, the keyed tag of a person, a period, numbers by rule set.
        about: Option<String>,
        /// How many receipts went by it; `null` where it takes none away.
        receipts: Option<u64>,
    }

    /// A line of the audit trail and its place in the log.
    pub struct AuditLine {
        /// What asks, as `after`, for the lines that follow it.
        cursor: String,
        /// What was done; `null` where a newer version wrote an act that this one does not know.
        event: Option<AuditEvent>,
        /// The same, as the exact text that the entry commits to.
        text: String,
        /// The name of the log.
        origin: String,
        /// The place of the entry, from 0.
        index: u64,
        /// The salt of the entry, 32 bytes in base64url.
        salt: String,
    }

    /// Some lines of the audit trail, oldest first.
    pub struct AuditPage {
        /// The lines.
        lines: Vec<AuditLine>,
        /// What to ask with, as `after`, for the lines that follow; `null` where there are none yet.
        next: Option<String>,
    }

    /// How many receipts there were, by the day on which they came.
    pub struct Statistics {
        /// The first day (UTC), `2026-03-01`.
        since: String,
        /// The day after the last one. A day that is not over is not told.
        until: String,
        /// The days.
        days: Vec<DayCounts>,
    }

    /// The receipts of a day. A number is `null` where it is below ten, or where such a number would follow from it.
    pub struct DayCounts {
        /// The day (UTC), `2026-03-01`.
        day: String,
        /// By purpose.
        purposes: Vec<PurposeCounts>,
        /// By how they were given; each counts once.
        methods: Vec<WordCount>,
        /// By what they mean; each counts once.
        states: Vec<WordCount>,
    }

    /// The receipts of a day that decide about a purpose.
    pub struct PurposeCounts {
        /// The purpose.
        purpose: String,
        /// How many grant it; `null` for fewer than ten, or not told.
        granted: Option<u64>,
        /// How many deny it; `null` for fewer than ten, or not told.
        denied: Option<u64>,
    }

    /// The receipts of a day that have a word.
    pub struct WordCount {
        /// The word.
        word: String,
        /// How many; `null` for fewer than ten, or not told.
        receipts: Option<u64>,
    }

    /// What shoppers wrote about the notice.
    pub struct FeedbackAnswer {
        /// Newest first.
        feedback: Vec<ListedFeedback>,
    }

    /// The answer to a request that a second token has to confirm.
    pub struct Pending {
        /// The request's id: it goes into `POST /v1/confirmations/{id}`, and then into the header `Placet-Confirmation`.
        confirmation: String,
        /// Until when it can be confirmed and made, in milliseconds since 1970.
        expires_at as "expiresAt": u64,
    }

    /// A request that waits for a second token.
    pub struct Waiting {
        /// Its id.
        id: String,
        /// The token that asks.
        who: String,
        /// What it asks for: method and path.
        request: String,
        /// When it asked, in milliseconds since 1970.
        asked_at as "askedAt": u64,
        /// Until when it can be confirmed, in milliseconds since 1970.
        expires_at as "expiresAt": u64,
    }

    /// The requests that wait for a second token.
    pub struct WaitingList {
        /// The oldest first.
        waiting: Vec<Waiting>,
    }
}
