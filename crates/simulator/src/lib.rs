//! A believable ERP that publishes events, for demonstrations and tests.
