//! How many receipts are gone by what the audit trail tells: more than those, nobody took away with right.

use placet_model::admin::{Act, AuditEvent};
use placet_model::json;

/// Counts, line by line.
#[derive(Debug, Clone, Default)]
pub struct Gone {
    receipts: u64,
    /// Whether a line did not say how many.
    unknown: bool,
}

impl Gone {
    /// Counts what a line tells. A line that waited may be counted twice: then fewer are missed, and none wrongly.
    pub fn count(&mut self, line: &str) {
        let event: Option<AuditEvent> = json::parse(line).ok().and_then(|tree| json::from_tree(&tree));
        let Some(event) = event.filter(|event| matches!(event.what, Act::ReceiptsErased | Act::ReceiptsExpired)) else {
            return;
        };
        match event.receipts {
            Some(receipts) => self.receipts = self.receipts.saturating_add(receipts),
            None => self.unknown = true,
        }
    }

    /// How many; none where that is not known.
    pub fn total(&self) -> Option<u64> {
        (!self.unknown).then_some(self.receipts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_how_many_are_gone() {
        let line = |what: &str, more: &str| {
            format!(r#"{{"at":1,"who":"server","role":null,"what":"{what}","about":null{more}}}"#)
        };
        for (lines, total) in [
            (vec![], Some(0)),
            (vec![line("receipts.erased", r#","receipts":3"#), line("receipts.expired", r#","receipts":4"#)], Some(7)),
            (vec![line("export.made", r#","receipts":null"#), line("receipts.erased", r#","receipts":0"#)], Some(0)),
            (vec![line("receipts.erased", ""), line("receipts.erased", r#","receipts":3"#)], None),
            (vec![line("an.act.of.later", r#","receipts":3"#), "no line".into()], Some(0)),
        ] {
            let mut gone = Gone::default();
            lines.iter().for_each(|line| gone.count(line));
            assert_eq!(gone.total(), total, "{lines:?}");
        }
    }
}
