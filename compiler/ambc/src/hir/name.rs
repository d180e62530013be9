//! Names as people read them.

use std::fmt;

/// `edge`, `site::edge`, `sensor[17]`, `cloud.disk`, `sensor[17].pir`.
///
/// Ordered as the tie-break of routes asks: text as bytes, indices as numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// With its prefix: `site::edge`.
    pub text: String,
    pub index: Option<u32>,
    /// The offer, where the name is that of an offer.
    pub member: Option<String>,
}

impl Name {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), index: None, member: None }
    }

    pub fn element(text: impl Into<String>, index: u32) -> Self {
        Self { text: text.into(), index: Some(index), member: None }
    }

    #[must_use]
    pub fn member(&self, member: impl Into<String>) -> Self {
        Self { member: Some(member.into()), ..self.clone() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if let Some(i) = self.index {
            write!(f, "[{i}]")?;
        }
        if let Some(m) = &self.member {
            write!(f, ".{m}")?;
        }
        Ok(())
    }
}
