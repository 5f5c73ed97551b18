//! The vocabulary: events, channels, kinds, typed views, the catalogue.
