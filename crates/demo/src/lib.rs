//! The built-in ERP: a gateway and a simulator in this process.
