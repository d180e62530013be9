//! `-D`, `-W` and `-A`.

use ambc_diag::{Code, Diagnostics, Severity};

/// What the command line says about single codes. Stronger wins: deny, then warn, then allow.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    pub deny: Vec<String>,
    pub warn: Vec<String>,
    pub allow: Vec<String>,
    /// In commands that build: the warnings that are errors there.
    pub refused: Option<fn(Code) -> bool>,
    /// Of those, the ones that no option lowers.
    pub kept: Option<fn(Code) -> bool>,
}

impl Levels {
    /// Sets the severity of each warning and drops the allowed ones. An error stays an error.
    pub fn apply(&self, diags: &mut Diagnostics) {
        let is = |list: &[String], code: Code| list.iter().any(|c| c.eq_ignore_ascii_case(code.0));
        let asked = |f: Option<fn(Code) -> bool>, code| f.is_some_and(|f| f(code));
        diags.retain(|d| {
            let kept = asked(self.refused, d.code) && asked(self.kept, d.code);
            let named = is(&self.deny, d.code) || is(&self.warn, d.code);
            d.severity == Severity::Error || kept || named || !is(&self.allow, d.code)
        });
        for d in diags.iter_mut() {
            let refused = asked(self.refused, d.code);
            let lowered = is(&self.warn, d.code) && !asked(self.kept, d.code);
            if is(&self.deny, d.code) || (refused && !lowered) {
                d.severity = Severity::Error;
            }
        }
    }
}
