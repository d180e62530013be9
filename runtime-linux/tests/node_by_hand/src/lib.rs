//! What the programs of these nodes share: one interface (as `ambc-lidl` generates them, reduced) and the services.

pub mod asker;
pub mod clerk;
pub mod keeper;
pub mod loader;
pub mod neighbour;
pub mod pinger;
pub mod store;
