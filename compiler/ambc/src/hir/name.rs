//! Names as people read them.

use std::collections::BTreeMap;
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

/// Names for a list in which an array is one entry: `hub`, `sensor[*]` for several elements, `sensor[3]` for one.
pub fn families<'n>(names: impl IntoIterator<Item = &'n Name>) -> Vec<String> {
    let mut found: BTreeMap<(&str, Option<&str>), Vec<&Name>> = BTreeMap::new();
    for name in names {
        found.entry((&name.text, name.member.as_deref())).or_default().push(name);
    }
    let show = |names: Vec<&Name>| match names.as_slice() {
        [one] => one.to_string(),
        [first, ..] => first.to_string().replacen(&format!("[{}]", first.index.unwrap_or(0)), "[*]", 1),
        [] => String::new(),
    };
    found.into_values().map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_one_entry() {
        let sensors = (0..3).map(|i| Name::element("sensor", i));
        let names: Vec<_> = sensors.chain([Name::new("hub"), Name::element("box", 7)]).collect();
        assert_eq!(families(&names), ["box[7]", "hub", "sensor[*]"]);
    }
}
