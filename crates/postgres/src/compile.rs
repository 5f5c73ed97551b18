//! A plan as conditions on columns: one that whatever is meant fulfils, and one that only what is meant does. Between the two lies what has to be read and
//! asked of the plan itself. Only what is exactly so in SQL is asked there: texts are folded as PostgreSQL cannot fold.

use crate::names::Names;
use tokio_postgres::types::{ToSql, Type};
use watchdeck_events::Severity;
use watchdeck_filter::{Name, Plan};

/// What a condition names as `$1`, `$2`, ….
#[derive(Debug)]
enum Value {
    Texts(Vec<String>),
    Severities(Vec<i16>),
    Time(i64),
}

impl Value {
    fn typed(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Self::Severities(codes) => (codes, Type::INT2_ARRAY),
            Self::Time(at) => (at, Type::INT8),
        }
    }
}

/// A compiled plan.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Whatever is meant fulfils it.
    pub(crate) may: String,
    /// Only what is meant fulfils it.
    pub(crate) sure: String,
    values: Vec<Value>,
}

/// Both conditions of a part.
struct Clause {
    may: String,
    sure: String,
}

impl Clause {
    fn exactly(condition: String) -> Self {
        Self { may: condition.clone(), sure: condition }
    }

    fn unknown() -> Self {
        Self { may: "true".into(), sure: "false".into() }
    }
}

impl Compiled {
    pub(crate) fn of(plan: &Plan, names: &Names) -> Self {
        let mut values = Vec::new();
        let Clause { may, sure } = clause(plan, names, &mut values);
        Self { may, sure, values }
    }

    /// Whether nothing has to be asked of the plan itself.
    pub(crate) fn is_exact(&self) -> bool {
        self.may == self.sure
    }

    /// What the conditions name.
    pub(crate) fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(Value::typed).collect()
    }
}

fn clause(plan: &Plan, names: &Names, values: &mut Vec<Value>) -> Clause {
    let mut put = |value| {
        values.push(value);
        values.len()
    };
    match plan {
        Plan::All(plans) => joined(plans, " AND ", "true", names, values),
        Plan::Any(plans) => joined(plans, " OR ", "false", names, values),
        Plan::Not(plan) => {
            // What is certainly not meant is whatever may not be, and the other way round. None of the columns that are asked is ever null.
            let Clause { may, sure } = clause(plan, names, values);
            Clause { may: format!("NOT ({sure})"), sure: format!("NOT ({may})") }
        }
        Plan::Is(name, pattern) => match (names.matching(name, pattern), name) {
            (Some(matching), Name::Kind) => Clause::exactly(format!("kind = ANY(${})", put(Value::Texts(matching)))),
            (Some(matching), Name::Source) => Clause::exactly(format!("source = ANY(${})", put(Value::Texts(matching)))),
            (Some(matching), Name::Channel) => Clause::exactly(format!("channel = ANY(${})", put(Value::Texts(matching)))),
            _ => Clause::unknown(),
        },
        Plan::Severity(severities) => {
            let all = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];
            let codes = all.into_iter().filter(|severity| severities.has(*severity)).map(|severity| i16::from(severity.code()));
            Clause::exactly(format!("severity = ANY(${})", put(Value::Severities(codes.collect()))))
        }
        Plan::Occurred { from, before } => {
            let from = from.map(|at| format!("occurred_at >= ${}", put(Value::Time(at.0))));
            let before = before.map(|at| format!("occurred_at < ${}", put(Value::Time(at.0))));
            let both: Vec<_> = from.into_iter().chain(before).collect();
            Clause::exactly(if both.is_empty() { "true".into() } else { format!("({})", both.join(" AND ")) })
        }
        Plan::Text(_) | Plan::Number(..) | Plan::Known(_) => Clause::unknown(),
    }
}

fn joined(plans: &[Plan], by: &str, none: &str, names: &Names, values: &mut Vec<Value>) -> Clause {
    if plans.is_empty() {
        return Clause::exactly(none.into());
    }
    let clauses: Vec<_> = plans.iter().map(|plan| clause(plan, names, values)).collect();
    let all = |of: fn(&Clause) -> &str| format!("({})", clauses.iter().map(of).collect::<Vec<_>>().join(by));
    Clause { may: all(|clause| &clause.may), sure: all(|clause| &clause.sure) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{KIND, SOURCE};
    use watchdeck_events::Millis;
    use watchdeck_filter::Filter;

    fn compiled(text: &str) -> Compiled {
        let names = Names::of(&[(KIND, "order:status"), (KIND, "Order:Paid"), (KIND, "inventory:change"), (SOURCE, "north")]);
        Compiled::of(Filter::parse(text, Millis(0)).unwrap().plan(), &names)
    }

    #[test]
    fn what_columns_say_is_asked_of_the_columns() {
        let orders = compiled("kind:order:* severity>=warning");
        assert!(orders.is_exact());
        assert_eq!(orders.may, "(kind = ANY($1) AND severity = ANY($2))");
        assert!(format!("{orders:?}").contains(r#"Texts(["order:status", "Order:Paid"])"#), "in any case: {orders:?}");
        assert_eq!(compiled("").may, "true");
    }

    #[test]
    fn what_they_do_not_say_rules_nothing_out_on_either_side_of_a_not() {
        let text = compiled("瓷砖 kind:order:*");
        assert_eq!((&*text.may, &*text.sure), ("(true AND kind = ANY($1))", "(false AND kind = ANY($1))"));
        let not = compiled("-瓷砖 -kind:order:*");
        assert_eq!(not.may, "(NOT (false) AND NOT (kind = ANY($1)))");
        assert_eq!(not.sure, "(NOT (true) AND NOT (kind = ANY($1)))");
    }
}
