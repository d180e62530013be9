//! What a program outside the deployment needs to call an export.

use super::lanes::{concurrency, sizes};
use super::origin::Origins;
use super::rust_names::slug;
use super::{CrateImage, domain};
use crate::hir::{Deployment, NetworkKind};
use crate::plan::{ExportPlan, Plan, report};
use serde::Serialize;

/// A client crate.
#[derive(Clone, Debug, Serialize)]
pub struct ClientImage {
    pub deployment: String,
    /// The exported instance.
    pub instance: String,
    pub network: String,
    /// Folder: `calculator_over_internet`.
    pub slug: String,
    pub package: String,
    /// The package's name in `use`.
    pub crate_name: String,
    /// `calc::Arithmetic`.
    pub trait_path: String,
    /// `calc::ArithmeticClient`.
    pub client_path: String,
    /// `Calculator`.
    pub type_name: String,
    /// As declared.
    pub address: String,
    pub id: u32,
    /// How it is reached: a variant of the runtime's `Place`.
    pub place: &'static str,
    pub mtu: u32,
    pub slots: u32,
    pub request: u64,
    pub reply: u64,
    #[serde(skip)]
    pub crates: Vec<CrateImage>,
}

/// One client for each native export.
pub fn clients(hir: &Deployment, plan: &Plan) -> Vec<ClientImage> {
    plan.exports.iter().map(|e| client(hir, e)).collect()
}

fn client(hir: &Deployment, export: &ExportPlan) -> ClientImage {
    let declared = &hir.exports[export.export];
    let instance = hir.instances[declared.instance].name.to_string();
    let network = &hir.networks[declared.network];
    let slug_name = slug(&format!("{instance}_over_{}", network.name));
    let package = format!("{}-client-{slug_name}", slug(&hir.name));
    let (request, reply) = sizes(hir, export.interface);
    let interface = hir.lidl.interface(export.interface);
    ClientImage {
        deployment: hir.name.clone(),
        network: network.name.to_string(),
        crate_name: package.replace('-', "_"),
        package,
        slug: slug_name,
        trait_path: hir.lidl.rust_trait(export.interface),
        client_path: hir.lidl.rust_client(export.interface),
        // `Client` is what it is made of.
        type_name: Some(ambc_lidl::model::camel(&slug(&instance)))
            .filter(|n| n != "Client")
            .unwrap_or_else(|| interface.trait_name()),
        address: report::export(hir, export).address,
        id: export.wire_id,
        mtu: network.kind.frame(network.mtu),
        place: match network.kind {
            NetworkKind::Tcp => "Tcp",
            NetworkKind::Unix => "Unix",
            _ => "Udp",
        },
        slots: concurrency(hir, declared.instance).min(64).next_power_of_two(),
        request,
        reply,
        crates: domain::interface_crates(hir, export.interface, &mut Origins::default()),
        instance,
    }
}
