//! Rules over the resolved deployment.

mod checked;

pub use checked::Checked;
