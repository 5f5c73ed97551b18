//! The office: money, master data, messages, and the system's own word.

use crate::{
    company::Person,
    names::{SYSTEM_INFO, SYSTEM_WARNING},
    waiting::Due,
    world::{Simulator, yuan},
};
use rand::Rng;
use serde_json::json;
use watchdeck_events::{
    Millis,
    publish::{self, DataMove, MoneyMove, Notice, SystemNotice},
};

/// Overdue records at once; more are not reported.
const MOST_OVERDUE: usize = 6;
/// The system is maintained so often, ms: what is announced twice is the same.
const MAINTAINED: i64 = 6 * 3_600_000;

impl Simulator {
    /// Money moves: mostly it comes in.
    pub(crate) fn money_moves(&mut self, now: Millis) {
        let amount = self.rng.random_range(8_000..2_400_000);
        match self.rng.random_range(0..20) {
            0..=11 => {
                let customer = self.customer();
                self.payment_arrives(&customer, amount, now);
            }
            12..=14 => {
                let (customer, (id, number)) = (self.customer(), self.new_number("pay", "PAY", now));
                self.record(("finance:payment", "created", "payment"), (&id, &number), amount, (Some(&customer), None), now);
            }
            15..=17 => {
                let supplier = self.supplier();
                self.supplier_is_paid(&supplier, amount, now);
            }
            _ => {
                let customer = self.customer();
                self.refund(&customer, amount / 10, now);
            }
        }
    }

    /// A customer pays; what is overdue is paid first.
    pub(crate) fn payment_arrives(&mut self, customer: &Person, amount: i64, now: Millis) {
        if !self.overdue.is_empty() && self.rng.random_bool(0.01) {
            let due = self.overdue.remove(0);
            self.record(("finance:payment", "confirmed", "payment"), (&due.id, &due.number), due.amount, (Some(&due.customer), None), now);
            return;
        }
        let (id, number) = self.new_number("pay", "PAY", now);
        self.record(("finance:payment", "confirmed", "payment"), (&id, &number), amount, (Some(customer), None), now);
    }

    pub(crate) fn supplier_is_paid(&mut self, supplier: &Person, amount: i64, now: Millis) {
        let (id, number) = self.new_number("out", "OUT", now);
        self.record(("finance:payment", "confirmed", "paymentOut"), (&id, &number), amount, (None, Some(supplier)), now);
    }

    pub(crate) fn refund(&mut self, customer: &Person, amount: i64, now: Millis) {
        let (id, number) = self.new_number("rf", "RF", now);
        self.record(("finance:refund", "confirmed", "refund"), (&id, &number), amount, (Some(customer), None), now);
    }

    fn record(
        &mut self,
        (kind, action, record_type): (&str, &str, &str),
        (id, number): (&str, &str),
        amount: i64,
        (customer, supplier): (Option<&Person>, Option<&Person>),
        now: Millis,
    ) {
        let body = MoneyMove {
            kind,
            action,
            record_type,
            record_id: id,
            record_number: number,
            amount: yuan(amount).into(),
            customer_id: customer.map(|person| person.id.as_str()),
            customer_name: customer.map(|person| person.name),
            supplier_id: supplier.map(|person| person.id.as_str()),
            supplier_name: supplier.map(|person| person.name),
        };
        let clerk = self.somebody().id;
        self.publish(publish::finance(now, Some(&clerk), &body));
    }

    /// Somebody edits master data.
    pub(crate) fn data_changes(&mut self, now: Millis) {
        let clerk = self.somebody().id;
        let mut changes = serde_json::Map::new();
        let (resource, person) = match self.rng.random_range(0..10) {
            0..=5 => {
                let place = self.rng.random_range(0..self.products.len());
                let factor = self.rng.random_range(96..=105);
                let product = &mut self.products[place];
                let old = product.price;
                product.price = (old * factor / 100).max(100);
                changes.insert("price".into(), json!({ "old": yuan(old).to_string(), "new": yuan(product.price).to_string() }));
                ("product", Person { id: product.id.clone(), name: product.name })
            }
            6..=8 => {
                changes.insert("phone".into(), json!({ "old": "138****2214", "new": "139****7730" }));
                ("customer", self.customer())
            }
            _ => {
                changes.insert("paymentTerms".into(), json!({ "old": "30d", "new": "45d" }));
                ("supplier", self.supplier())
            }
        };
        let body =
            DataMove { resource, action: "updated", resource_id: &person.id, resource_name: Some(person.name), changes: Some(&changes) };
        self.publish(publish::data_change(now, Some(&clerk), &body));
    }

    /// A message to one of the staff.
    pub(crate) fn tell_somebody(&mut self, now: Millis) {
        let whom = self.somebody();
        let (title, message) = match self.rng.random_range(0..3) {
            0 => (("盘点任务", "Stock count"), ("今天 17:00 前完成 B 区盘点", "Count zone B before 17:00 today")),
            1 => (("客户来电", "Customer called"), ("请回电确认送货时间", "Please call back about the delivery time")),
            _ => (("任务已分配", "Task assigned"), ("您有一条新的拣货任务", "You have a new picking task")),
        };
        let (title, message) = (self.word(title), self.word(message));
        let notice = Notice { notification_type: "info", title, message, action_url: None, action_label: None };
        self.publish(publish::notify_user(&whom.id, now, &notice));
    }

    /// All is well, says the system.
    pub(crate) fn system_informs(&mut self, now: Millis) {
        let message = self.one_word(&SYSTEM_INFO);
        if self.rng.random_bool(0.15) {
            let message = self.word(("例行维护，约 30 分钟", "Routine maintenance, about 30 minutes"));
            let notice = SystemNotice {
                kind: "system:maintenance",
                level: "info",
                message,
                affected_users: &[],
                scheduled_time: Some(Millis((now.0 / MAINTAINED + 1) * MAINTAINED)),
                estimated_duration: Some(30),
            };
            return self.publish(publish::system(now, &notice));
        }
        self.system_says("system:update", "info", message, now);
    }

    pub(crate) fn system_says(&mut self, kind: &str, level: &str, message: &str, now: Millis) {
        let notice = SystemNotice { kind, level, message, affected_users: &[], scheduled_time: None, estimated_duration: None };
        self.publish(publish::system(now, &notice));
    }

    /// What goes wrong every few minutes in any company. False when it is not time yet.
    pub(crate) fn raise_due_notice(&mut self, now: Millis) -> bool {
        if now >= self.next_warning {
            self.next_warning = now.plus(self.rng.random_range(240_000..600_000));
            let message = self.one_word(&SYSTEM_WARNING);
            self.system_says("system:alert", "warning", message, now);
            return true;
        }
        if now >= self.next_overdue && self.overdue.len() < MOST_OVERDUE {
            self.next_overdue = now.plus(self.rng.random_range(420_000..1_200_000));
            let (customer, (id, number)) = (self.customer(), self.new_number("rec", "REC", now));
            let amount = self.rng.random_range(120_000..3_800_000);
            self.record(("finance:overdue", "overdue", "payment"), (&id, &number), amount, (Some(&customer), None), now);
            self.overdue.push(Due { id, number, customer, amount });
            return true;
        }
        false
    }
}
