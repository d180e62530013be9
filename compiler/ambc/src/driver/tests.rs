use super::*;
use ambc_diag::{Diagnostic, FileId, Span};

fn with(codes: &[&'static str]) -> Exit {
    let mut diags = Diagnostics::default();
    for code in codes {
        diags.push(Diagnostic::new(Code(code), Span::new(FileId(0), 0, 0), "x"));
    }
    exit(&diags)
}

#[test]
fn what_the_files_say_wrong_comes_before_what_cannot_be() {
    assert_eq!(with(&[]), Exit::Ok);
    assert_eq!(with(&["W0301"]), Exit::Ok);
    assert_eq!(with(&["E0401"]), Exit::CannotBe);
    assert_eq!(with(&["E0401", "E0113"]), Exit::Wrong);
}
