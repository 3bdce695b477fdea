//! How much was heard in a stretch of time: late records show as a count that grew.

use super::History;

impl History {
    /// Records of the whole windows between two times.
    pub(crate) fn heard(&self, from_unix_nano: i64, to_unix_nano: i64) -> u64 {
        let (from, to) = (self.config.window(from_unix_nano), self.config.window(to_unix_nano));
        let of = |s: &crate::rollup::ServiceSeen| s.logs.sum(from, to) + s.spans.sum(from, to) + s.points.sum(from, to);
        self.live.services.values().map(of).sum()
    }
}
