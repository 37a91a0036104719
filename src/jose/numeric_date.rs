//! Seconds since 1970.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// A point in time as JWT writes it: seconds since 1970 in UTC, perhaps with a fraction
/// ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
///
/// It counts microseconds in 64 bits: a fraction is rounded down to them, and a date after the year
/// 586,000 becomes the last one. Nothing overflows. A date before 1970 or beyond 63 bits of seconds
/// does not deserialize.
///
/// ```
/// use std::time::Duration;
/// use tower_bearer::jose::NumericDate;
///
/// let date: NumericDate = serde_json::from_str("1700000000.5")?;
/// assert!(date > NumericDate::from_secs(1_700_000_000));
/// assert_eq!(date.as_secs(), 1_700_000_000);
/// assert_eq!(
///     date.saturating_add(Duration::from_millis(500)),
///     NumericDate::from_secs(1_700_000_001),
/// );
/// assert!(serde_json::from_str::<NumericDate>("-1").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
// Microseconds plus one: so an `Option` takes no more memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate(NonZeroU64);

const MICROS_PER_SEC: u64 = 1_000_000;

impl NumericDate {
    const EPOCH: Self = Self(NonZeroU64::MIN);

    /// This many seconds after 1970. A negative number counts as 0.
    pub const fn from_secs(secs: i64) -> Self {
        let secs = if secs < 0 { 0 } else { secs.cast_unsigned() };
        Self::from_micros(secs.saturating_mul(MICROS_PER_SEC))
    }

    const fn from_micros(micros: u64) -> Self {
        Self(Self::EPOCH.0.saturating_add(micros))
    }

    /// The whole seconds since 1970, rounded down.
    pub const fn as_secs(self) -> i64 {
        (self.as_micros() / MICROS_PER_SEC).cast_signed()
    }

    const fn as_micros(self) -> u64 {
        self.0.get().saturating_sub(1)
    }

    /// This date plus a duration, or the last date there is.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// The time left until this date, or zero if it has passed.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use tower_bearer::jose::NumericDate;
    ///
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    /// let expires_at = NumericDate::from_secs(1_700_000_060);
    /// assert_eq!(expires_at.remaining(now), Duration::from_secs(60));
    /// assert_eq!(expires_at.remaining(now + Duration::from_secs(61)), Duration::ZERO);
    /// ```
    pub fn remaining(self, now: SystemTime) -> Duration {
        let now = Self::from(now).as_micros();
        Duration::from_micros(self.as_micros().saturating_sub(now))
    }
}

const fn micros(duration: Duration) -> u64 {
    let secs = duration.as_secs().saturating_mul(MICROS_PER_SEC);
    secs.saturating_add(duration.subsec_micros() as u64)
}

impl From<SystemTime> for NumericDate {
    /// A clock before 1970 is broken. It counts as the end of time, when every token has expired.
    fn from(time: SystemTime) -> Self {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .map_or(Self(NonZeroU64::MAX), |since| {
                Self::from_micros(micros(since))
            })
    }
}

impl From<NumericDate> for SystemTime {
    /// A date after the year 9999 becomes its last second: some platforms hold no more.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use tower_bearer::jose::NumericDate;
    ///
    /// let time = SystemTime::from(NumericDate::from_secs(1_700_000_000));
    /// assert_eq!(time, SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    /// ```
    fn from(date: NumericDate) -> Self {
        const LAST: NumericDate = NumericDate::from_secs(253_402_300_799);

        let since = Duration::from_micros(date.min(LAST).as_micros());
        Self::UNIX_EPOCH
            .checked_add(since)
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

impl fmt::Debug for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NumericDate")
            .field(&Duration::from_micros(self.as_micros()))
            .finish()
    }
}

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_secs())
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // `deserialize_any` would fail if another crate enables `serde_json/arbitrary_precision`.
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
        /// Up to 2^63, the first integer beyond an `i64`.
        const RANGE: Range<f64> = 0.0..9_223_372_036_854_775_808.0;

        let whole = secs.floor();
        if !RANGE.contains(&whole) {
            return Err(E::custom(OUT_OF_RANGE));
        }
        let fraction = (secs - whole) * 1e6;
        let whole = (whole as u64).saturating_mul(MICROS_PER_SEC);
        Ok(NumericDate::from_micros(
            whole.saturating_add(fraction as u64),
        ))
    }
}
