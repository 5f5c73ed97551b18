//! Connections to event servers: dialects, resume, back-off, liveness.
