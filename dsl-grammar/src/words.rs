//! Grammar rules in the words of a reader. The match is complete on purpose: a new rule needs a word.

use crate::amb::Rule;

/// What a reader is told instead of the name of a rule, with its article or in backticks.
pub fn word(rule: Rule) -> &'static str {
    match rule {
        Rule::line_comment | Rule::block_comment | Rule::COMMENT => "a comment",
        Rule::file
        | Rule::item
        | Rule::only_deployment
        | Rule::only_use
        | Rule::only_param
        | Rule::only_service
        | Rule::only_network
        | Rule::only_platform
        | Rule::only_node
        | Rule::only_instance
        | Rule::only_group
        | Rule::only_deploy
        | Rule::only_place
        | Rule::only_logs
        | Rule::only_export
        | Rule::only_import
        | Rule::only_access
        | Rule::only_require
        | Rule::only_expr => "an item",
        Rule::ident
        | Rule::name
        | Rule::prefixed
        | Rule::path
        | Rule::reference
        | Rule::member
        | Rule::deployment_body
        | Rule::param_body
        | Rule::param_decl
        | Rule::service_body
        | Rule::calls_more
        | Rule::network_body
        | Rule::platform_body
        | Rule::node_body
        | Rule::instance_body
        | Rule::bind_target
        | Rule::group_body
        | Rule::deploy_body
        | Rule::targets
        | Rule::export_body
        | Rule::import_body
        | Rule::access_end => "a name",
        Rule::decimal | Rule::hex => "a number",
        Rule::quantity => "a number with a unit",
        Rule::unit | Rule::unit_percent | Rule::unit_per | Rule::unit_apart => "a unit",
        Rule::string | Rule::string_body => "a string",
        Rule::member_dot => "`.`",
        Rule::semi | Rule::member_end | Rule::run_on => "`;`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::assign => "`=`",
        Rule::star => "`*`",
        Rule::pipe => "`|`",
        Rule::arrow => "`->`",
        Rule::dots => "`..`",
        Rule::open
        | Rule::settings_block
        | Rule::service_block
        | Rule::network_block
        | Rule::platform_block
        | Rule::node_block
        | Rule::link_block
        | Rule::instance_block
        | Rule::group_block
        | Rule::deploy_block
        | Rule::export_block
        | Rule::token_block => "`{`",
        Rule::close => "`}`",
        Rule::lbracket | Rule::select | Rule::array_header => "`[`",
        Rule::rbracket => "`]`",
        Rule::lparen => "`(`",
        Rule::rparen => "`)`",
        Rule::langle => "`<`",
        Rule::rangle => "`>`",
        Rule::expr | Rule::paren | Rule::call | Rule::arg | Rule::count | Rule::bound => "a value",
        Rule::op_neg
        | Rule::op_or
        | Rule::op_and
        | Rule::op_in
        | Rule::op_eq
        | Rule::op_ne
        | Rule::op_le
        | Rule::op_ge
        | Rule::op_lt
        | Rule::op_gt
        | Rule::op_add
        | Rule::op_sub
        | Rule::op_mul
        | Rule::op_div
        | Rule::op_rem => "an operator",
        Rule::op_not => "`not`",
        Rule::boolean => "`true` or `false`",
        Rule::list => "a list",
        Rule::edge | Rule::access_body => "`a -> b`",
        Rule::parameter => "`.name`",
        Rule::type_ref | Rule::type_arg => "a type",
        Rule::bad_member
        | Rule::one_service
        | Rule::one_network
        | Rule::one_platform
        | Rule::one_node
        | Rule::one_link
        | Rule::one_instance
        | Rule::one_group
        | Rule::one_deploy
        | Rule::one_export
        | Rule::one_token
        | Rule::one_setting => "a statement",
        Rule::setting | Rule::link_attribute | Rule::group_setting => "an attribute",
        Rule::rest_service
        | Rule::rest_network
        | Rule::rest_platform
        | Rule::rest_node
        | Rule::rest_instance
        | Rule::rest_group
        | Rule::rest_deploy
        | Rule::rest_export
        | Rule::rest_import => "a block",
        Rule::use_body => "a file in quotes",
        Rule::service_member => "a statement of a service",
        Rule::crate_member | Rule::kw_crate => "`crate`",
        Rule::type_member | Rule::kw_type => "`type`",
        Rule::needs_member | Rule::kw_needs => "`needs`",
        Rule::optional_mark | Rule::kw_optional => "`optional`",
        Rule::needs_list => "`[interface]`",
        Rule::param_member | Rule::kw_param => "`param`",
        Rule::memory_member | Rule::kw_memory => "`memory`",
        Rule::concurrency_member | Rule::kw_concurrency => "`concurrency`",
        Rule::bulk_member | Rule::kw_bulk => "`bulk`",
        Rule::work_member | Rule::kw_work => "`work`",
        Rule::runs_on_member => "`runs on`",
        Rule::requires_member | Rule::kw_requires => "`requires`",
        Rule::run_member | Rule::kw_run => "`run`",
        Rule::blocking_member | Rule::kw_blocking => "`blocking`",
        Rule::calls_member | Rule::kw_calls => "`calls`",
        Rule::network_member => "an attribute of a network",
        Rule::hub_member | Rule::kw_hub => "`hub`",
        Rule::platform_member => "a statement of a platform",
        Rule::offers_member | Rule::kw_offers => "`offers`",
        Rule::node_member => "a statement of a node",
        Rule::link_member | Rule::kw_link => "`link`",
        Rule::link_at | Rule::kw_at => "`at`",
        Rule::link_on | Rule::place_on | Rule::kw_on => "`on`",
        Rule::instance_member => "a binding or a parameter",
        Rule::value_setting => "`name = value`",
        Rule::binding => "`need: instance`",
        Rule::bind_mode => "`first` or `any`",
        Rule::group_member => "a member of the group",
        Rule::deploy_member => "an instance or a group",
        Rule::place_body | Rule::logs_body => "a name or `*`",
        Rule::place_minimize | Rule::kw_minimize => "`minimize`",
        Rule::logs_level | Rule::kw_level => "`level`",
        Rule::export_as | Rule::kw_as => "`as`",
        Rule::export_rest | Rule::import_rest => "`as rest`",
        Rule::export_port | Rule::kw_port => "`port`",
        Rule::export_via | Rule::import_via | Rule::kw_via => "`via`",
        Rule::export_public | Rule::kw_public => "`public`",
        Rule::export_member => "a statement of an export",
        Rule::token | Rule::kw_token => "`token`",
        Rule::token_member => "a statement of a token",
        Rule::allows | Rule::kw_allows => "`allows`",
        Rule::import_from | Rule::kw_from => "`from`",
        Rule::require_body => "a condition",
        Rule::kw_allow => "`allow`",
        Rule::kw_any => "`any`",
        Rule::kw_deny => "`deny`",
        Rule::kw_deploy => "`deploy`",
        Rule::kw_deployment => "`deployment`",
        Rule::kw_export => "`export`",
        Rule::kw_first => "`first`",
        Rule::kw_group => "`group`",
        Rule::kw_import => "`import`",
        Rule::kw_instance => "`instance`",
        Rule::kw_kernel => "`kernel`",
        Rule::kw_logs => "`logs`",
        Rule::kw_network => "`network`",
        Rule::kw_node => "`node`",
        Rule::kw_over => "`over`",
        Rule::kw_override => "`override`",
        Rule::kw_place => "`place`",
        Rule::kw_platform => "`platform`",
        Rule::kw_priority => "`priority`",
        Rule::kw_require => "`require`",
        Rule::kw_rest => "`rest`",
        Rule::kw_restart => "`restart`",
        Rule::kw_runs => "`runs`",
        Rule::kw_service => "`service`",
        Rule::kw_spread => "`spread`",
        Rule::kw_to => "`to`",
        Rule::kw_use => "`use`",
        Rule::kw_version => "`version`",
        Rule::kw_where => "`where`",
        Rule::WHITESPACE => "a blank",
        Rule::EOI => "the end",
        Rule::id_start
        | Rule::id_char
        | Rule::path_sep
        | Rule::digits
        | Rule::exponent
        | Rule::operand_ahead
        | Rule::not_an_operand
        | Rule::blank
        | Rule::prefix
        | Rule::operand
        | Rule::infix
        | Rule::bound_op
        | Rule::empty
        | Rule::bad_piece
        | Rule::bad_block
        | Rule::member_head
        | Rule::settings_entry
        | Rule::setting_values
        | Rule::stop
        | Rule::service_entry
        | Rule::network_entry
        | Rule::platform_entry
        | Rule::node_entry
        | Rule::link_entry
        | Rule::instance_entry
        | Rule::group_entry
        | Rule::plain
        | Rule::deploy_entry
        | Rule::export_part
        | Rule::export_entry
        | Rule::token_entry
        | Rule::import_part => "something else",
    }
}

/// Joins what was expected: "`;`, `{` or a name", each once, in the order given, operators last.
pub fn list(rules: &[Rule]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in rules.iter().map(|r| word(*r)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > 1 {
        words.retain(|w| *w != word(Rule::EOI));
    }
    let operator = word(Rule::op_add);
    if words.contains(&operator) {
        // Behind a complete value hardly anyone means to select from it or to call it.
        let further = [Rule::lbracket, Rule::lparen, Rule::member_dot].map(word);
        words.retain(|w| !further.contains(w));
    }
    words.sort_by_key(|w| *w == operator);
    match words.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}
