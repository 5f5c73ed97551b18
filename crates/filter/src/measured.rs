//! From what is written to a [`Comparison`] of what is known beyond an event. Errors are in words, and say what to write instead.

use crate::{
    grammar::Sign,
    known::{Fact, Unit},
    plan::{Comparison, Counted, Measure, Name, Operand, Plan, STRETCH},
    term::age,
};
use watchdeck_events::Quantity;

/// Reads what stands in a call; errors are in words.
pub(crate) type Within<'a> = &'a dyn Fn(&str) -> Result<Plan, String>;

/// `stock.on_hand < 1.2 * stock.threshold`
pub(crate) fn fact(name: &str, sign: Sign, value: &str, within: Within<'_>) -> Result<Plan, String> {
    let fact = Fact::named(name).ok_or_else(|| format!("{name} is not known of anything"))?;
    compared(Operand::Fact(fact), name, sign, value, within)
}

/// `rate(kind:finance:refund, 10m) > 3 * usual`
pub(crate) fn measure(call: &str, sign: Sign, value: &str, within: Within<'_>) -> Result<Plan, String> {
    compared(Operand::Measure(Box::new(called(call, within)?)), call, sign, value, within)
}

fn compared(left: Operand, name: &str, sign: Sign, value: &str, within: Within<'_>) -> Result<Plan, String> {
    if sign == Sign::Is {
        return Err(format!("{name} is a number: compare it with <, <=, >, >= or ="));
    }
    let value = value.trim();
    if value.is_empty() {
        return Err(format!("{name} is compared with nothing"));
    }
    let factor = value.split_once('*').and_then(|(times, rest)| Some((times.trim().parse().ok()?, rest.trim())));
    let (times, written): (f64, _) = factor.unwrap_or((1.0, value));
    let right = operand(written, &left, within)?;
    let unit = |operand: &Operand| match operand {
        Operand::Fact(fact) => fact.unit(),
        _ => Unit::Plain,
    };
    if !matches!(right, Operand::Number(_)) && unit(&left) != unit(&right) {
        return Err(format!("{name} and {written} cannot be compared: one of them is a time"));
    }
    if let (Operand::Fact(one), Operand::Fact(other)) = (&left, &right)
        && one.thing() != other.thing()
    {
        return Err(format!("{name} and {written} are not of one thing"));
    }
    Ok(Plan::Known(Box::new(Comparison { left, sign, times, right })))
}

fn operand(written: &str, left: &Operand, within: Within<'_>) -> Result<Operand, String> {
    let is_time = matches!(left, Operand::Fact(fact) if fact.unit() == Unit::Time);
    if written == "usual" {
        return if matches!(left, Operand::Measure(measure) if !matches!(measure.counted, Counted::Distinct(_))) {
            Ok(Operand::Usual)
        } else {
            Err("usual is what rate(…) or sum(…) usually is; compare one of these with it".to_owned())
        };
    }
    if let Some(fact) = Fact::named(written) {
        return if matches!(left, Operand::Fact(_)) {
            Ok(Operand::Fact(fact))
        } else {
            Err(format!("what is counted over a time cannot be compared with {written}, which is known of one thing"))
        };
    }
    if written.ends_with(')') {
        return if matches!(left, Operand::Measure(_)) {
            called(written, within).map(|measure| Operand::Measure(Box::new(measure)))
        } else {
            Err(format!("what is known of one thing cannot be compared with {written}"))
        };
    }
    let (sign, bare) = written.strip_prefix('-').map_or((1.0, written), |bare| (-1.0, bare));
    match (age(bare), Quantity::from_json(written)) {
        (Some(ms), _) if is_time => Ok(Operand::Number(ms as f64 * sign)),
        (_, Some(number)) if !is_time || number == Quantity::ZERO => Ok(Operand::Number(number.to_f64())),
        _ if is_time => Err(format!("{written} is no length of time; use 90s, 15m, 2h or 7d")),
        _ => Err(format!("{written} is not a number")),
    }
}

/// `rate(filter, 10m)`, `sum(field, filter, 1h)`, `distinct(field, filter, 1h)`
fn called(call: &str, within: Within<'_>) -> Result<Measure, String> {
    let (name, rest) = call.split_once('(').unwrap_or((call, ""));
    let inner = rest.strip_suffix(')').unwrap_or(rest);
    let form = || match name {
        "rate" => "write rate(filter, 10m)".to_owned(),
        name => format!("write {name}(field, filter, 10m)"),
    };
    let (before, over) = inner.rsplit_once(',').ok_or_else(form)?;
    let over = over.trim();
    let over = age(over).filter(|over| STRETCH.contains(over)).ok_or_else(|| format!("{over} is no stretch of time; use 1s to 7d"))?;
    let (counted, filter) = match name {
        "rate" => (Counted::Events, before),
        "sum" | "distinct" => {
            let (field, filter) = before.split_once(',').ok_or_else(form)?;
            let field = field.trim();
            if field.is_empty() || !field.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                return Err(form());
            }
            (if name == "sum" { Counted::Sum(field.to_owned()) } else { Counted::Distinct(Name::of(field)) }, filter)
        }
        _ => return Err(format!("{name} is not known; there are rate, sum and distinct")),
    };
    let of = within(filter.trim()).map_err(|message| format!("in {call}: {message}"))?;
    Ok(Measure { nth: 0, counted, of, over })
}
