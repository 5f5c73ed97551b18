//! ERP channels in, a durable, recoverable event log out over WebSocket.
