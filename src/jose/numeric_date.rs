//! Seconds since 1970.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// A point in time as JWT has it: seconds since 1970, UTC, maybe with a fraction
/// ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
///
/// Read from a token, it lies between 1970 and what 64 bits hold: whatever says another time is
/// broken. Nothing overflows: sums stop at the greatest value there is. A fraction counts, and is
/// never rounded up.
///
/// ```
/// use std::time::Duration;
/// use tower_bearer::jose::NumericDate;
///
/// let date: NumericDate = serde_json::from_str("1700000000.5")?;
/// assert!(date > NumericDate::from_secs(1_700_000_000));
/// assert_eq!(date.as_secs(), 1_700_000_000);
/// assert_eq!(
///     NumericDate::from_secs(i64::MAX).saturating_add(Duration::from_secs(1)),
///     NumericDate::from_secs(i64::MAX),
/// );
/// assert!(serde_json::from_str::<NumericDate>("-1").is_err());
/// assert!(serde_json::from_str::<NumericDate>("1e300").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate {
    secs: i64,
    nanos: u32,
}

impl NumericDate {
    /// So many seconds since 1970.
    pub const fn from_secs(secs: i64) -> Self {
        Self { secs, nanos: 0 }
    }

    /// The whole seconds since 1970, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.secs
    }

    pub(super) const fn new(secs: i64, nanos: u32) -> Self {
        Self { secs, nanos }
    }

    pub(super) const fn nanos(self) -> u32 {
        self.nanos
    }

    /// This date, so much later.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let nanos = self.nanos.saturating_add(duration.subsec_nanos());
        let carry = u64::from(nanos >= NANOS_PER_SEC);
        let secs = self
            .secs
            .saturating_add_unsigned(duration.as_secs())
            .saturating_add_unsigned(carry);
        Self {
            secs,
            // The end of time has no fraction, or a sum could lie before what it was made of.
            nanos: if secs == i64::MAX {
                0
            } else {
                nanos % NANOS_PER_SEC
            },
        }
    }
}

const NANOS_PER_SEC: u32 = 1_000_000_000;

impl From<SystemTime> for NumericDate {
    /// A clock that stands before 1970 is broken. It counts as the end of time, where every token
    /// has expired.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self::from_secs(0).saturating_add(since),
            Err(_) => Self::from_secs(i64::MAX),
        }
    }
}

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.secs)
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asking for a float, not for anything, keeps this right where another crate of the
        // application switches `serde_json/arbitrary_precision` on.
        deserializer.deserialize_f64(Reader)
    }
}

const OUT_OF_RANGE: &str = "the date is out of range";

struct Reader;

impl Visitor<'_> for Reader {
    type Value = NumericDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970")
    }

    fn visit_i64<E: Error>(self, secs: i64) -> Result<Self::Value, E> {
        let secs = u64::try_from(secs).map_err(|_| E::custom(OUT_OF_RANGE))?;
        self.visit_u64(secs)
    }

    fn visit_u64<E: Error>(self, secs: u64) -> Result<Self::Value, E> {
        let secs = i64::try_from(secs).map_err(|_| E::custom(OUT_OF_RANGE))?;
        Ok(NumericDate::from_secs(secs))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the whole part is in the range; the fraction is in 0..1"
    )]
    fn visit_f64<E: Error>(self, secs: f64) -> Result<Self::Value, E> {
        /// Up to 2^63, the first that an `i64` does not hold.
        const RANGE: Range<f64> = 0.0..9_223_372_036_854_775_808.0;

        let whole = secs.floor();
        if !RANGE.contains(&whole) {
            return Err(E::custom(OUT_OF_RANGE));
        }
        // The greatest fraction below 1 makes less than a second, still.
        let nanos = (secs - whole) * f64::from(NANOS_PER_SEC);
        Ok(NumericDate {
            secs: whole as i64,
            nanos: nanos as u32,
        })
    }
}
