//! What is revoked, in the form in which it is kept and shared.

#[cfg(feature = "feed")]
use std::time::Duration;

use crate::jose::{NumericDate, sha256};

/// What stands for a token, a session or a subject of an issuer: half of the SHA-256 of its kind
/// and its texts.
///
/// It is the same in all processes, as short for a long text as for a short one, and shows nobody
/// who reads the feed or the memory who has signed out. Whoever can choose ids gains nothing by
/// two with one name: it takes 2^64 attempts to be signed out twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name([u8; 16]);

/// What a [`Name`] stands for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Token = 1,
    Session = 2,
    Subject = 3,
}

impl Name {
    /// The name of what has this id with this issuer. One without an issuer is none of any issuer.
    pub(super) fn new(kind: Kind, issuer: Option<&str>, id: &str) -> Self {
        // The length keeps apart what ends in one place from what ends in another.
        let len = issuer.map_or(u64::MAX, |issuer| issuer.len() as u64);
        let mut text = vec![kind as u8];
        text.extend_from_slice(&len.to_be_bytes());
        text.extend_from_slice(issuer.unwrap_or_default().as_bytes());
        text.extend_from_slice(id.as_bytes());
        // It fails without a back end only, and then there is no list.
        let [name @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            sha256(&text).unwrap_or_default();
        Self(name)
    }
}

/// That all tokens of a name are revoked which were issued before a time, and until when that has
/// to be known. Both are whole seconds since 1970; of the year 2106 they are the end of time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) issued_before: u32,
    pub(super) until: u32,
}

impl Extent {
    /// Of all tokens, whenever they were issued.
    pub(super) fn all(until: NumericDate) -> Self {
        Self::before(NumericDate::from_secs(i64::MAX), until)
    }

    /// Of the tokens that were issued before this second.
    pub(super) fn before(date: NumericDate, until: NumericDate) -> Self {
        Self {
            issued_before: clamp(date),
            // What is left of the last second counts.
            until: clamp(until).saturating_add(1),
        }
    }

    /// Whether it has a token that was issued then.
    pub(super) fn has(self, issued_at: Option<NumericDate>) -> bool {
        let is_before = |date| clamp(date) < self.issued_before;
        self.issued_before == u32::MAX || issued_at.is_none_or(is_before)
    }

    /// For how long it has to be known from now on.
    #[cfg(feature = "feed")]
    pub(super) fn time_to_live(self, now: NumericDate) -> Duration {
        Duration::from_secs(self.until.saturating_sub(clamp(now)).into())
    }

    /// Whether this one says all that another does.
    pub(super) fn covers(self, other: Self) -> bool {
        self.issued_before >= other.issued_before && self.until >= other.until
    }

    /// What both say. In whatever order many are taken together, and however often, the same comes
    /// of it: so processes that know the same agree.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            issued_before: self.issued_before.max(other.issued_before),
            until: self.until.max(other.until),
        }
    }
}

pub(super) fn clamp(date: NumericDate) -> u32 {
    u32::try_from(date.as_secs().max(0)).unwrap_or(u32::MAX)
}

/// A name and its extent: what is shared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) name: Name,
    pub(super) extent: Extent,
}

#[cfg(feature = "feed")]
mod written {
    use super::{Extent, Name, Record};

    /// What every written record begins with. Another form will begin with another byte.
    const FORM: u8 = 1;

    impl Record {
        pub(in crate::verify::revocation) fn to_bytes(self) -> Vec<u8> {
            let Extent {
                issued_before,
                until,
            } = self.extent;
            let mut bytes = vec![FORM];
            bytes.extend_from_slice(&self.name.0);
            bytes.extend_from_slice(&issued_before.to_be_bytes());
            bytes.extend_from_slice(&until.to_be_bytes());
            bytes
        }

        pub(in crate::verify::revocation) fn from_bytes(bytes: &[u8]) -> Option<Self> {
            let (&form, rest) = bytes.split_first()?;
            let (&name, rest) = rest.split_first_chunk()?;
            let (&issued_before, rest) = rest.split_first_chunk()?;
            let until = rest.try_into().ok().filter(|_| form == FORM)?;
            let extent = Extent {
                issued_before: u32::from_be_bytes(issued_before),
                until: u32::from_be_bytes(until),
            };
            let name = Name(name);
            Some(Self { name, extent })
        }
    }
}
