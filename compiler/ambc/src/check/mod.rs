//! Rules over the resolved deployment.
//!
//! In: [`Deployment`]. Out: [`Checked`], when nothing is wrong. Each rule is one function named as the sentence it
//! enforces; [`RULES`] lists them in order. A rule skips what is marked `broken`, which has been reported, and nothing
//! else, so that one run reports every mistake and none twice.
//!
//! Not here: names, types of values and arrays (`resolve`), routes and messages against networks (`plan`).

mod address;
mod bindings;
mod capacity;
mod checked;
mod context;
mod cycles;
mod deferred;
mod exports;
mod groups;
mod instances;
mod interfaces;
mod links;
mod logs;
mod messages;
mod networks;
mod placement;
mod platforms;
mod services;
#[cfg(test)]
mod testing;
mod uses;

pub use checked::Checked;
pub use deferred::{is_never_lowered, is_refused_by_build};

use crate::hir::Deployment;
use ambc_diag::Diagnostics;
use context::Context;

type Rule = fn(&Context<'_>, &mut Diagnostics);

/// In the order in which a reader meets the things: manifests, networks and nodes, instances, where they run, outside.
const RULES: &[Rule] = &[
    services::a_service_crate_can_be_read,
    services::a_type_name_can_be_a_type,
    services::concurrency_is_in_range,
    services::bulk_is_at_most_concurrency,
    services::a_stack_is_not_empty,
    networks::a_uart_has_two_nodes,
    networks::an_mtu_has_room,
    networks::a_hub_is_on_its_network,
    networks::every_network_is_used,
    links::an_address_fits_its_network,
    links::no_two_links_share_an_address,
    links::no_two_links_of_a_node_share_a_port,
    links::a_device_exists_on_the_platform,
    links::a_device_serves_one_link,
    bindings::every_required_need_is_bound,
    bindings::a_required_list_is_not_empty,
    bindings::a_plain_need_takes_one_instance,
    bindings::a_choice_is_made_for_a_plain_need,
    bindings::a_choice_names_an_instance_once,
    bindings::a_bound_instance_serves_the_needed_interface,
    bindings::an_offer_belongs_to_one_instance,
    cycles::calls_do_not_go_in_circles,
    instances::every_instance_is_used,
    logs::a_collector_takes_lines,
    logs::an_item_of_logs_sends_lines,
    logs::lines_are_sent_once,
    logs::lines_do_not_go_in_circles,
    groups::an_instance_is_in_one_group,
    groups::a_group_is_not_empty,
    groups::a_restart_that_ends_has_a_limit,
    groups::a_group_in_the_kernel_is_not_kept_up_alone,
    placement::a_node_is_deployed_once,
    placement::an_instance_is_deployed_once,
    placement::a_group_runs_in_the_kernel_or_apart,
    placement::every_instance_runs_somewhere,
    placement::a_deployed_instance_is_not_placed,
    platforms::a_service_runs_on_its_platform,
    platforms::a_platform_has_the_required_features,
    platforms::blocking_calls_need_threads,
    messages::types_on_a_heapless_node_are_bounded,
    capacity::declared_memory_fits_the_ram,
    capacity::a_user_group_has_regions_to_live_in,
    exports::an_export_has_a_node_that_serves_it,
    exports::an_export_names_an_interface_of_its_instance,
    exports::no_export_shares_a_port,
    exports::no_two_rest_exports_share_a_path,
    exports::an_export_says_who_may_call,
    uses::every_import_is_used,
    uses::every_interface_file_has_a_package,
    deferred::what_is_not_carried_out_is_said,
];

/// Applies every rule. `diags` holds what earlier stages reported. With an error among them or a new one the deployment
/// comes back as it was: there is nothing to plan.
///
/// # Errors
/// The deployment, unsealed.
pub fn check(hir: Deployment, diags: &mut Diagnostics) -> Result<Checked<Deployment>, Box<Deployment>> {
    let mut found = Diagnostics::default();
    let cx = Context::new(&hir, diags);
    for rule in RULES {
        rule(&cx, &mut found);
    }
    diags.extend(found);
    if diags.has_errors() { Err(Box::new(hir)) } else { Ok(Checked::seal(hir)) }
}
