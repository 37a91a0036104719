//! Figures as text.

/// Three digits and a unit.
pub(super) fn time(nanos: f64) -> String {
    match nanos {
        ..999.5 => format!("{nanos:.0} ns"),
        ..9_995.0 => format!("{:.2} µs", nanos / 1e3),
        ..99_950.0 => format!("{:.1} µs", nanos / 1e3),
        _ => format!("{:.0} µs", nanos / 1e3),
    }
}

/// For the ticks of a scale.
pub(super) fn round_time(nanos: f64) -> String {
    match nanos {
        ..1e3 => format!("{nanos:.0} ns"),
        ..1e6 => format!("{:.0} µs", nanos / 1e3),
        _ => format!("{:.0} ms", nanos / 1e6),
    }
}

/// With a comma as the thousands separator.
pub(super) fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn times(ratio: f64) -> String {
    if ratio < 9.95 {
        format!("{ratio:.1}×")
    } else {
        format!("{}×", count(ratio))
    }
}

pub(super) fn percent(ratio: f64) -> String {
    format!("{:.1} %", ratio * 100.0)
}
