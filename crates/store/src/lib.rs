//! The durable event store: append, read, subscribe.
