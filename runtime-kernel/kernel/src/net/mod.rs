//! Calls between nodes.
