//! Frames of watchdeck.v1, positions and close codes.
