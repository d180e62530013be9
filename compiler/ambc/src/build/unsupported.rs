//! What the runtime of a microcontroller does not carry out yet.

use crate::image::{NodeImage, Target};
use ambc_diag::{Code, Diagnostic, Diagnostics};

const NOT_ON_A_MICROCONTROLLER: Code = Code("E0511");
/// Services of the node that it has.
const OFFERS: [&str; 4] = ["services::Logger", "services::Timer", "services::Random", "services::Health"];

/// Says what of an image cannot be built for its target; false if anything cannot.
pub(super) fn none(image: &NodeImage, diags: &mut Diagnostics) -> bool {
    if matches!(image.target, Target::Linux) {
        return true;
    }
    let before = diags.len();
    let domains = std::iter::once(&image.kernel).chain(&image.groups);
    let offers = domains.flat_map(|d| &d.instances).filter(|i| i.builtin);
    for offer in offers.filter(|i| !OFFERS.contains(&i.type_path.as_str())) {
        let span = image.origins.get(offer.origin).map_or(image.span, |o| o.span);
        diags.push(refused(span, &format!("`{}` on a microcontroller", offer.name)));
    }
    for link in image.net.ifaces.iter().filter(|i| i.uart.is_none()) {
        let what = format!("the link of a microcontroller to `{}`, which is no UART,", link.network);
        diags.push(refused(image.span, &what));
    }
    for export in &image.net.exports {
        diags.push(refused(image.span, &format!("the export `{}` of a microcontroller", export.name)));
    }
    diags.len() == before
}

fn refused(span: ambc_diag::Span, what: &str) -> Diagnostic {
    Diagnostic::new(NOT_ON_A_MICROCONTROLLER, span, format!("{what} is checked, but not carried out yet"))
        .label("not carried out")
        .help("build the node for this machine: `--hosted`")
}
