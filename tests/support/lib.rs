//! Fixtures shared by the whole-system tests.
