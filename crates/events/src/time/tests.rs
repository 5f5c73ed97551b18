use super::*;
use crate::plausible::is_plausible;
use proptest::prelude::*;

const AT: i64 = 1_795_223_788_150;

fn at(form: &str) -> Option<i64> {
    Millis::from_json(form).map(|at| at.0)
}

fn in_zone(form: &str, zone: &str) -> Option<i64> {
    let zone = TimeZone::get(zone).unwrap();
    read(form, &zone).known().map(|at| at.0)
}

#[test]
fn every_form_of_one_instant_reads_the_same() {
    for form in [
        "1795223788150",
        "\"1795223788150\"",
        "1795223788.15",
        "\"1795223788.150\"",
        "1795223788150000",
        "\"1795223788150000\"",
        "1795223788150123456",
        "1.79522378815e12",
        "\"2026-11-21T01:16:28.150Z\"",
        "\"2026-11-21T09:16:28.150+08:00\"",
        "\"2026-11-21T09:16:28.150+0800\"",
        "\"2026-11-21 09:16:28.150 +0800\"",
        "\"2026-11-21 09:16:28.150 +08:00\"",
        "\"2026-11-21T09:16:28.150+08:00[Asia/Shanghai]\"",
        "\"2026-11-21T01:16:28,150Z\"",
        "\"2026-11-21 01:16:28.150 UTC\"",
        "\"2026-11-21 01:16:28.150123\"",
        "\"2026-11-21T01:16:28.150\"",
        "\"20261121T011628.150Z\"",
        "20261121011628150",
        "20261121011628.1500000",
        "\"/Date(1795223788150)/\"",
        "\"/Date(1795223788150+0800)/\"",
        "\"2026-11-21 09:16:28.150 Asia/Shanghai\"",
        "\"2026\\u002d11-21T01:16:28.150Z\"",
    ] {
        assert_eq!(at(form), Some(AT), "{form}");
    }
    let second = AT - 150;
    for form in [
        "1795223788",
        "\"1795223788\"",
        "20261121011628",
        "\"20261121011628\"",
        "\"Sat, 21 Nov 2026 01:16:28 GMT\"",
        "\"Sat, 21 Nov 2026 09:16:28 +0800\"",
        "\"21 Nov 2026 01:16:28 +0000\"",
        "\"Saturday, 21-Nov-26 01:16:28 GMT\"",
        "\"Sat Nov 21 01:16:28 2026\"",
        "\"2026/11/21 01:16:28\"",
        "\"2026/11/21 1:16:28 AM\"",
        "\"2026年11月21日 01:16:28\"",
        "\"2026年11月21日 上午1:16:28\"",
        "\"2026年11月21日 01时16分28秒\"",
        "\"2026-11-21 01:16:28 GMT\"",
        "\"2026-11-21 09:16:28 UTC+8\"",
        "\" 2026-11-21T01:16:28Z \"",
    ] {
        assert_eq!(at(form), Some(second), "{form}");
    }
}

#[test]
fn what_names_no_zone_is_in_the_sources() {
    let [eight, day] = [1_795_608_000_000_i64, 1_795_536_000_000];
    for form in
        ["\"2026-11-25T20:00:00\"", "\"2026-11-25 20:00:00\"", "\"2026-11-25 20:00:00.000456\"", "20261125200000", "\"2026-11-25 20:00\""]
    {
        assert_eq!(in_zone(form, "Asia/Shanghai"), Some(eight), "{form}");
        assert_eq!(at(form), Some(eight + 8 * 3_600_000), "{form}");
    }
    assert_eq!(in_zone("\"2026-11-25\"", "Asia/Shanghai"), Some(day), "a date alone is its first moment,");
    assert_eq!(in_zone("20261125", "Asia/Shanghai"), Some(day));
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    assert_eq!(read_deadline("\"2026-11-25\"", &zone).known(), Some(Millis(day + 86_400_000 - 1)), "and as a deadline its last");
    assert_eq!(read_deadline("\"2026-11-25 20:00\"", &zone).known(), Some(Millis(eight)));
    assert_eq!(in_zone("\"2026-11-25T20:00:00Z\"", "Asia/Shanghai"), at("\"2026-11-25T20:00:00Z\""), "a zone that is named counts");
    // The hour that does not exist, and the one that is there twice.
    assert!(in_zone("\"2026-03-29T02:30:00\"", "Europe/Berlin").is_some() && in_zone("\"2026-10-25T02:30:00\"", "Europe/Berlin").is_some());
}

#[test]
fn zero_time_means_none_and_nonsense_is_unread() {
    let zone = TimeZone::UTC;
    for form in [
        "0",
        "0.0",
        "null",
        "false",
        "\"\"",
        "\"  \"",
        "\"0\"",
        "{}",
        "[]",
        "\"0001-01-01T00:00:00Z\"",
        "\"0001-01-01T08:05:43+08:05\"",
        "\"0000-00-00 00:00:00\"",
    ] {
        assert_eq!(read(form, &zone), Stated::Absent, "{form}");
    }
    for form in [
        "-5",
        "-62135596800000",
        "1",
        "1e-5",
        "315532800",
        "\"1999-12-31T00:00:00Z\"",
        "\"yesterday\"",
        "true",
        "{\"a\":1}",
        "1e400",
        "9e99",
        "99999999999999999999999999",
        "\"2026-13-45T99:99:99Z\"",
        "\"2026-11-25 20:00:00 CST\"",
        "\"11/25/2026\"",
        "\"+275760-09-13T00:00:00Z\"",
        "\"-9223372036854775808\"",
        "\"2026-02-30\"",
        "\"2026-11-25 13:00 PM\"",
        "\"20:00\"",
        "NaN",
        "\"2026-11-25 20:00:00 +99:00\"",
    ] {
        assert!(read(form, &zone).unread().is_some(), "{form}: {:?}", read(form, &zone));
    }
    assert_eq!(at("\"2016-12-31T23:59:60Z\"").map(|at| at / 1000), Some(1_483_228_799), "a leap second is the last of its minute");
}

#[test]
fn units_are_told_by_magnitude_and_ten_times_too_large_is_the_future() {
    assert_eq!(at("17952237881500"), Some(17_952_237_881_500), "the year 2538: read, and not believed");
    assert!(!is_plausible(Millis(17_952_237_881_500), Millis(AT)));
    assert_eq!(at("9223372036854775807"), Some(9_223_372_036_854), "the largest number of nanoseconds");
    assert_eq!(at("253402300799999"), Some(253_402_300_799_999), "the last millisecond of 9999: many a program's never");
}

#[test]
fn arithmetic_at_the_ends_of_time_stays_there() {
    let [first, last] = [Millis(i64::MIN), Millis(i64::MAX)];
    assert_eq!((first.since(last), last.since(first), last.plus(1), first.plus(-1)), (i64::MIN, i64::MAX, last, first));
    assert!(first.to_timestamp() < last.to_timestamp());
    assert_eq!(Millis(AT).to_timestamp().as_millisecond(), AT);
}

proptest! {
    #[test]
    fn any_token_is_a_time_of_this_age_or_none(text in ".{0,40}", near in "[0-9]{1,5}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}[T 日]?[0-9:]{0,8}[.,]?[0-9]{0,9}( ?[-+A-Z][0-9:]{0,5})?", number in "-?[0-9]{1,40}([.][0-9]{0,20})?(e-?[0-9]{1,12})?") {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for text in [text, near, number] {
            for token in [text.clone(), serde_json::Value::from(text).to_string()] {
                if let Stated::Known(at) = read(&token, &zone) {
                    prop_assert!(at.0 >= EARLIEST && at.0 < 1 << 53, "{token}: a browser can show it");
                }
                let _deadline = read_deadline(&token, &zone);
            }
        }
    }

    #[test]
    fn every_unit_of_an_instant_reads_the_same(seconds in 946_684_800_i64..4_102_444_800) {
        for unit in [1, 1_000, 1_000_000, 1_000_000_000_i64] {
            prop_assert_eq!(at(&(seconds * unit).to_string()), Some(seconds * 1000));
        }
    }
}
