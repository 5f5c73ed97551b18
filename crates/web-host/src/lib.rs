//! The console in a browser: the same core and window over HTTP on loopback.
