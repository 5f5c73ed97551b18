//! Whole documents without secrets.

use crate::{HIDDEN, Redactor};
use serde::Serialize;
use serde_json::Value;

impl Redactor {
    /// As readable JSON without secrets: what a field's name says counts as well as what its value looks like.
    ///
    /// # Errors
    /// When `value` is none that JSON can hold.
    pub fn json<T: Serialize>(&self, value: &T) -> Result<String, serde_json::Error> {
        let mut value = serde_json::to_value(value)?;
        self.clean_value(&mut value);
        serde_json::to_string_pretty(&value)
    }

    fn clean_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.clean(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_value(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Value::String(text) if !text.is_empty() && Self::names_a_secret(name) => *text = HIDDEN.to_owned(),
                        other => self.clean_value(other),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
