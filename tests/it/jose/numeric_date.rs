use std::time::{Duration, SystemTime};

use tower_bearer::jose::NumericDate;

#[track_caller]
fn parse(json: &str) -> NumericDate {
    serde_json::from_str(json).unwrap()
}

/// Asserts that the number means these seconds and nanoseconds since 1970.
#[track_caller]
fn assert_date(json: &str, secs: i64, nanos: u32) {
    let expected = NumericDate::from_secs(secs).saturating_add(Duration::new(0, nanos));
    assert_eq!(parse(json), expected, "{json}");
}

#[test]
fn numbers_of_every_form() {
    assert_date("0", 0, 0);
    assert_date("-0", 0, 0);
    assert_date("-0.0", 0, 0);
    assert_date("1767225600", 1_767_225_600, 0);
    assert_date("1767225600.0", 1_767_225_600, 0);
    assert_date("1.7672256e9", 1_767_225_600, 0);
    assert_date("17672256E+2", 1_767_225_600, 0);
    assert_date("0.5", 0, 500_000_000);
    assert_date("1767225600.25", 1_767_225_600, 250_000_000);
    assert_date("5e-324", 0, 0);
    assert_date(&format!("1.5{}", "0".repeat(10_000)), 1, 500_000_000);
}

#[test]
fn a_fraction_is_never_rounded_up() {
    assert_date("0.9999999999", 0, 999_999_000);
    // The greatest number below 1, and the one below a current second.
    assert_date("0.99999999999999988898", 0, 999_999_000);
    assert_date(
        "1767225599.99999976158142089844",
        1_767_225_599,
        999_999_000,
    );
    assert!(parse("1767225599.999999") < NumericDate::from_secs(1_767_225_600));
    assert!(parse("1767225599.999999") > NumericDate::from_secs(1_767_225_599));
    assert_eq!(parse("1767225599.999999").as_secs(), 1_767_225_599);
}

#[test]
fn what_lies_before_1970_or_is_too_much_for_64_bits_is_refused() {
    assert_date("9223372036854775807", i64::MAX, 0);
    assert_date("1e18", 1_000_000_000_000_000_000, 0);
    assert_date("9223372036854774784.0", i64::MAX - 1023, 0);
    let nines = "9".repeat(300);
    for json in [
        "9223372036854775808",
        "9223372036854775808.0",
        "18446744073709551615",
        "18446744073709551616",
        "1e19",
        "1e308",
        &nines,
        "-1",
        "-0.000001",
        "-5e-324",
        "-9223372036854775808",
        "-9223372036854775809",
        "-1e308",
    ] {
        let error = serde_json::from_str::<NumericDate>(json).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("the date is out of range"), "{message}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for json in [
        "null", "true", "[]", "[1]", "{}", r#""1""#, r#""""#, "1e400", "-1e400", "", "NaN",
    ] {
        assert!(serde_json::from_str::<NumericDate>(json).is_err(), "{json}");
    }
    assert!(serde_json::from_str::<NumericDate>(&"9".repeat(400)).is_err());
    let error = serde_json::from_str::<NumericDate>("true").unwrap_err();
    assert!(error.to_string().contains("expected seconds since 1970"));
}

#[test]
fn sums_never_overflow_and_never_go_back() {
    let end = NumericDate::from_secs(i64::MAX);
    for start in [
        NumericDate::from_secs(i64::MIN),
        NumericDate::from_secs(-1),
        NumericDate::from_secs(0),
        parse("0.75"),
        NumericDate::from_secs(i64::MAX - 1),
        NumericDate::from_secs(i64::MAX - 1).saturating_add(Duration::from_millis(750)),
        end,
    ] {
        for by in [
            Duration::ZERO,
            Duration::from_nanos(1),
            Duration::from_millis(500),
            Duration::from_secs(1),
            Duration::new(1, 999_999_999),
            Duration::from_secs(u64::MAX),
            Duration::MAX,
        ] {
            let sum = start.saturating_add(by);
            assert!(start <= sum && sum <= end, "{start:?} + {by:?} = {sum:?}");
            assert!(sum <= sum.saturating_add(by), "{start:?} + 2 * {by:?}");
        }
    }
    assert_eq!(end.saturating_add(Duration::from_millis(500)), end);
    assert_eq!(
        parse("0.75").saturating_add(Duration::from_millis(250)),
        parse("1")
    );
    assert_eq!(
        parse("0.75").saturating_add(Duration::from_millis(500)),
        parse("1.25")
    );
    assert_eq!(NumericDate::from_secs(-1), parse("0"));
}

#[test]
fn the_time_of_a_clock() {
    let epoch = SystemTime::UNIX_EPOCH;
    assert_eq!(NumericDate::from(epoch), NumericDate::from_secs(0));
    let later = epoch + Duration::from_millis(1500);
    assert_eq!(NumericDate::from(later), parse("1.5"));
    // A clock before 1970 is broken: everything has expired.
    let earlier = epoch - Duration::from_nanos(1);
    assert_eq!(NumericDate::from(earlier), NumericDate::from_secs(i64::MAX));
}

#[test]
fn conversions_back_to_the_clock() {
    let epoch = SystemTime::UNIX_EPOCH;
    let half = epoch + Duration::from_millis(500);
    assert_eq!(SystemTime::from(parse("0.5")), half);
    let last = epoch + Duration::from_secs(253_402_300_799);
    assert_eq!(SystemTime::from(parse("253402300799")), last);
    assert_eq!(SystemTime::from(NumericDate::from_secs(i64::MAX)), last);

    let left = |date: &str| parse(date).remaining(half);
    assert_eq!(left("2"), Duration::from_millis(1500));
    assert_eq!(left("0.5"), Duration::ZERO);
    assert_eq!(left("0"), Duration::ZERO);
    // A broken clock leaves no time.
    let broken = epoch - Duration::from_nanos(1);
    assert_eq!(parse("9999999999").remaining(broken), Duration::ZERO);
}

#[test]
fn a_date_beyond_64_bits_of_microseconds_is_the_last() {
    let last = NumericDate::from_secs(i64::MAX);
    assert_eq!(last.as_secs(), 18_446_744_073_709);
    assert_eq!(parse("1e15"), last);
    assert!(parse("18446744073709") < last);
    assert_eq!(format!("{:?}", parse("1.5")), "NumericDate(1.5s)");
}

#[test]
fn it_is_written_in_whole_seconds() {
    let written = |json| serde_json::to_string(&parse(json)).unwrap();
    assert_eq!(written("1767225600"), "1767225600");
    assert_eq!(written("1767225600.75"), "1767225600");
}
