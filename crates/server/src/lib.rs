//! The receipt server.
