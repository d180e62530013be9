//! The parser that pest derives from `lidl.pest`, and its rules in the words of a reader.

use pest_derive::Parser;

/// Parses by the rules of `lidl.pest`.
#[derive(Debug, Parser)]
#[grammar = "lidl.pest"]
pub struct LidlParser;

/// Words that start an item of a `.lidl` file.
pub const ITEMS: &[&str] = &["const", "enum", "error", "import", "namespace", "service", "struct", "union"];

/// Whether `word` starts an item of a `.lidl` file.
pub fn starts_item(word: &str) -> bool {
    ITEMS.contains(&word)
}

/// What a reader is told instead of the name of a rule; `None` for rules that tell nothing. The match is complete on
/// purpose: a new rule needs words.
pub fn word(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::ident => "a name",
        Rule::path => "a name",
        Rule::decimal | Rule::hex | Rule::number => "a number",
        Rule::quantity | Rule::expr | Rule::paren | Rule::boolean => "a value",
        Rule::unit | Rule::unit_percent | Rule::unit_per | Rule::unit_apart => "a unit",
        Rule::string | Rule::string_body => "a string",
        Rule::type_ref | Rule::type_arg => "a type",
        Rule::attribute | Rule::at => "an attribute",
        Rule::field | Rule::only_field => "a field",
        Rule::value | Rule::only_value => "a value of the enum",
        Rule::alternative | Rule::only_alternative => "an alternative",
        Rule::procedure | Rule::only_procedure => "a procedure",
        Rule::generics => "`<`",
        Rule::params | Rule::results | Rule::lparen => "`(`",
        Rule::rparen => "`)`",
        Rule::base | Rule::colon => "`:`",
        Rule::semi => "`;`",
        Rule::comma => "`,`",
        Rule::assign => "`=`",
        Rule::arrow => "`->`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::langle => "`<`",
        Rule::rangle => "`>`",
        Rule::op_neg | Rule::op_add | Rule::op_sub | Rule::op_mul | Rule::op_div | Rule::op_rem => {
            return None;
        }
        Rule::item
        | Rule::namespace
        | Rule::import
        | Rule::constant
        | Rule::structure
        | Rule::union
        | Rule::enumeration
        | Rule::error
        | Rule::service => "an item",
        Rule::kw_namespace => "`namespace`",
        Rule::kw_import => "`import`",
        Rule::kw_const => "`const`",
        Rule::kw_struct => "`struct`",
        Rule::kw_union => "`union`",
        Rule::kw_enum => "`enum`",
        Rule::kw_error => "`error`",
        Rule::kw_service => "`service`",
        Rule::kw_or => "`or`",
        Rule::EOI => "the end of the item",
        Rule::WHITESPACE
        | Rule::id_start
        | Rule::id_char
        | Rule::path_sep
        | Rule::digits
        | Rule::exponent
        | Rule::operand_ahead
        | Rule::blank
        | Rule::operand
        | Rule::infix
        | Rule::type_args
        | Rule::attribute_args
        | Rule::item_end
        | Rule::struct_member
        | Rule::enum_member
        | Rule::error_member
        | Rule::service_member
        | Rule::member_end
        | Rule::bad_member
        | Rule::member_head
        | Rule::bad_piece
        | Rule::bad_block
        | Rule::bad_angle
        | Rule::only_end => return None,
    })
}

/// Joins what was expected: "`;`, `,` or a name", each once. `None` if there is nothing to tell.
pub fn expected(rules: &[Rule]) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for word in rules.iter().filter_map(|rule| word(*rule)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    // "the end" is of use only when nothing else is possible, "an attribute" only hides what is.
    for vague in [Rule::EOI, Rule::at] {
        if words.len() > 1 {
            words.retain(|w| Some(*w) != word(vague));
        }
    }
    match words.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        [init @ .., last] => Some(format!("{} or {last}", init.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::{LidlParser, Rule, expected};
    use pest::Parser;

    fn accepts(rule: Rule, text: &str) -> bool {
        LidlParser::parse(rule, text).is_ok()
    }

    #[test]
    fn items_of_every_kind_parse() {
        for text in [
            "namespace tos::ae::services;",
            "import \"./gfx\"",
            "const max: u32 = 2 * (limit - 5) % 7;",
            "const wait: duration = 50ms;",
            "struct empty {}",
            "struct empty;",
            "struct<T, U,> pair { first: T; second: map<string<8>, vector<U, 2 * n>, 4>, };",
            "struct odd { type: u8; fn: i8; priv: bool; string: string; struct: u8; r#self: u8 }",
            "union color : base { rgb: a::rgb; none: unit, }",
            "enum verdict : u8 { empty = 0, animal = 1; person = -7, }",
            "error camera_error { busy; @status(404) hardware: u32; }",
            "@shared service x : a::y { f(); @oneway @timeout(50ms) g(a: u8, b: span<u8>,) -> (x: u8, y: u8) or e; }",
            "service s { @was(0x1f2e3d4c) f() -> vector<pair<u8, array<u8, 4>>>; draw(t: g::color::alternatives) -> i8; }",
        ] {
            assert!(accepts(Rule::item, text), "{text}");
        }
    }

    #[test]
    fn keywords_end_at_a_word_boundary() {
        assert!(!accepts(Rule::item, "structure x {}"));
        assert!(!accepts(Rule::item, "services x {}"));
    }

    #[test]
    fn a_damaged_member_costs_no_other() {
        let text = "struct x { a: u8; b u8; c: map<u8, (, u16>; , d: u8 e: u8 }";
        let pair = LidlParser::parse(Rule::item, text).unwrap().next().unwrap();
        let rules: Vec<_> =
            pair.into_inner().next().unwrap().into_inner().map(|p| (p.as_rule(), p.as_str())).collect();
        let of = |rule| rules.iter().filter(|(r, _)| *r == rule).map(|(_, s)| s.trim()).collect::<Vec<_>>();
        assert_eq!(of(Rule::field), ["a: u8"]);
        assert_eq!(of(Rule::bad_member), ["b u8;", "c: map<u8, (, u16>;", ",", "d: u8 e: u8"]);
    }

    #[test]
    fn expectations_are_words() {
        assert_eq!(
            expected(&[Rule::semi, Rule::comma, Rule::semi, Rule::EOI]).as_deref(),
            Some("`;` or `,`")
        );
        assert_eq!(expected(&[Rule::op_add]), None);
        assert_eq!(expected(&[Rule::EOI]).as_deref(), Some("the end of the item"));
    }
}
