//! Expressions and references. Precedence from weak to strong: `or`, `and`, `not`, comparison and `in`, `+ -`, `* / %`,
//! unary `-`.

use super::super::ast::{Arg, BinaryOp, Expr, ExprKind, Path, Ref, Select, SelectKind, Unit};
use super::super::reader::{P, Reader};
use super::super::{codes, nearest, units};
use ambc_diag::{Diagnostic, Span};
use ambc_grammar::amb::Rule;
use ambc_grammar::keywords::UNITS;
use pest::iterators::Pairs;
use pest::pratt_parser::{Assoc, Op, PrattParser};
use std::cell::RefCell;
use std::sync::LazyLock;

/// More parts in one expression are refused: a tree of them would be as deep as it is long.
const PARTS: usize = 512;

static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::op_or))
        .op(left(Rule::op_and))
        .op(Op::prefix(Rule::op_not))
        .op(left(Rule::op_eq)
            | left(Rule::op_ne)
            | left(Rule::op_le)
            | left(Rule::op_ge)
            | left(Rule::op_lt)
            | left(Rule::op_gt)
            | left(Rule::op_in))
        .op(left(Rule::op_add) | left(Rule::op_sub))
        .op(left(Rule::op_mul) | left(Rule::op_div) | left(Rule::op_rem))
        .op(Op::prefix(Rule::op_neg))
});

/// Converts a pair of the rule `expr` or `bound`.
pub(in super::super) fn expr(r: &mut Reader<'_>, p: P<'_>) -> Expr {
    let span = r.span(&p);
    let parts = p.into_inner();
    if parts.len() > PARTS {
        r.broken = true;
        r.report(
            Diagnostic::new(
                codes::TOO_DEEP,
                span,
                format!("an expression of {} parts is too long", parts.len()),
            )
            .help("split it into constants with `param`"),
        );
        return Expr { kind: ExprKind::Int { value: 0, hex: false }, span };
    }
    climb(r, parts)
}

fn climb(r: &mut Reader<'_>, parts: Pairs<'_, Rule>) -> Expr {
    let r = RefCell::new(r);
    PRECEDENCE
        .map_primary(|p| operand(&mut r.borrow_mut(), p))
        .map_prefix(|op, value| {
            let span = r.borrow().span(&op).to(value.span);
            let value = Box::new(value);
            let kind = if op.as_rule() == Rule::op_not { ExprKind::Not(value) } else { ExprKind::Neg(value) };
            Expr { kind, span }
        })
        .map_infix(|left, op, right| {
            let span = left.span.to(right.span);
            Expr { kind: ExprKind::Binary(binary(op.as_rule()), Box::new(left), Box::new(right)), span }
        })
        .parse(parts)
}

fn binary(rule: Rule) -> BinaryOp {
    match rule {
        Rule::op_or => BinaryOp::Or,
        Rule::op_and => BinaryOp::And,
        Rule::op_in => BinaryOp::In,
        Rule::op_eq => BinaryOp::Eq,
        Rule::op_ne => BinaryOp::Ne,
        Rule::op_le => BinaryOp::Le,
        Rule::op_ge => BinaryOp::Ge,
        Rule::op_lt => BinaryOp::Lt,
        Rule::op_gt => BinaryOp::Gt,
        Rule::op_sub => BinaryOp::Sub,
        Rule::op_mul => BinaryOp::Mul,
        Rule::op_div => BinaryOp::Div,
        Rule::op_rem => BinaryOp::Rem,
        _ => BinaryOp::Add,
    }
}

/// A literal, name, call, list or parenthesis.
pub(super) fn operand(r: &mut Reader<'_>, p: P<'_>) -> Expr {
    let span = r.span(&p);
    let kind = match p.as_rule() {
        Rule::hex => integer(r, &p, 16, span),
        Rule::decimal => decimal(r, &p, span),
        Rule::quantity => quantity(r, p),
        Rule::string => ExprKind::Str(r.string(&p).value),
        Rule::boolean => ExprKind::Bool(p.as_str() == "true"),
        Rule::call => call(r, p),
        Rule::list => {
            let items = p.into_inner().filter(|p| p.as_rule() == Rule::expr);
            ExprKind::List(items.map(|p| expr(r, p)).collect())
        }
        Rule::paren => match p.into_inner().find(|p| p.as_rule() == Rule::expr) {
            Some(inner) => return Expr { span, ..expr(r, inner) },
            None => ExprKind::Bool(false),
        },
        _ => ExprKind::Name(reference(r, p)),
    };
    Expr { kind, span }
}

fn integer(r: &mut Reader<'_>, p: &P<'_>, radix: u32, span: Span) -> ExprKind {
    let text = p.as_str().replace('_', "");
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let value = i128::from_str_radix(digits, radix).unwrap_or_else(|_| {
        r.broken = true;
        let d = Diagnostic::new(codes::BAD_NUMBER, span, "this number is too large");
        r.report(d.label("more than 127 bits").help("no type holds it; write a smaller number"));
        0
    });
    ExprKind::Int { value, hex: radix == 16 }
}

fn decimal(r: &mut Reader<'_>, p: &P<'_>, span: Span) -> ExprKind {
    if p.as_str().contains(['.', 'e', 'E']) {
        ExprKind::Float(p.as_str().replace('_', ""))
    } else {
        integer(r, p, 10, span)
    }
}

fn quantity(r: &mut Reader<'_>, p: P<'_>) -> ExprKind {
    let mut inner = p.into_inner();
    let (Some(number), Some(unit)) = (inner.next(), inner.next()) else { return ExprKind::Bool(false) };
    let text = number.as_str().replace('_', "");
    match units::unit(unit.as_str().trim()) {
        Some(unit) => ExprKind::Quantity { number: text, unit },
        None => {
            r.broken = true;
            unknown_unit(r, &number, &unit);
            ExprKind::Quantity { number: text, unit: Unit::Percent }
        }
    }
}

fn unknown_unit(r: &mut Reader<'_>, number: &P<'_>, unit: &P<'_>) {
    let (digits, word) = (number.as_str(), unit.as_str());
    let whole = r.range(number.as_span().start(), unit.as_span().end());
    let d = if digits == "0" && word.starts_with(['x', 'X']) {
        let d =
            Diagnostic::new(codes::BAD_NUMBER, whole, format!("`{digits}{word}` is no hexadecimal number"));
        d.help("hexadecimal digits follow `0x`, as in `0x01FF`; a hexadecimal number takes no unit")
    } else {
        let d = Diagnostic::new(codes::UNKNOWN_UNIT, r.span(unit), format!("unknown unit `{word}`"));
        match nearest(word, UNITS.iter().copied().filter(|u| u.len() > 1)) {
            Some(near) => {
                let help = format!("did you mean `{digits}{near}`?");
                d.label("not known").help(help).edit(r.span(unit), near)
            }
            None => d.label("not known").help(format!("the units are {}", UNITS.join(" "))),
        }
    };
    r.report(d);
}

fn call(r: &mut Reader<'_>, p: P<'_>) -> ExprKind {
    let mut inner = p.into_inner();
    let Some(name) = inner.next().map(|p| r.ident(&p)) else { return ExprKind::Bool(false) };
    let args =
        inner.filter(|p| p.as_rule() == Rule::arg).filter_map(|p| arg(r, p.into_inner().next()?)).collect();
    ExprKind::Call { name, args }
}

fn arg(r: &mut Reader<'_>, p: P<'_>) -> Option<Arg> {
    let span = r.span(&p);
    match p.as_rule() {
        Rule::edge => {
            let mut ends = p.into_inner().filter(|p| p.as_rule() == Rule::reference);
            let (from, to) = (ends.next()?, ends.next()?);
            Some(Arg::Edge(reference(r, from), reference(r, to), span))
        }
        Rule::count => {
            let mut inner = p.into_inner();
            let (number, word) = (inner.next()?, inner.next()?);
            let gap = (r.span(&number).end, r.span(&word).start);
            if units::unit(word.as_str()).is_some() {
                let at = |file: u32| file as usize - r.base;
                let d = super::super::expected::unit_apart(
                    r,
                    (at(gap.0), at(gap.1)),
                    number.as_str(),
                    word.as_str(),
                );
                r.report(d);
            }
            let count = operand(r, number);
            Some(Arg::Count(count, r.ident(&word)))
        }
        _ => Some(Arg::Expr(expr(r, p))),
    }
}

/// `a`, `site::a[3].need[0]`, `.rate`.
pub(super) fn reference(r: &mut Reader<'_>, p: P<'_>) -> Ref {
    let span = r.span(&p);
    let head = Path { segments: Vec::new(), span: span.at_start() };
    let mut out = Ref { head, select: None, member: None, more: Vec::new(), member_select: None, span };
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::path => out.head = r.path(p),
            Rule::select => out.select = select(r, p),
            Rule::member => member(r, p, &mut out),
            _ => {}
        }
    }
    out
}

fn member(r: &mut Reader<'_>, p: P<'_>, out: &mut Ref) {
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident if out.member.is_none() => out.member = Some(r.ident(&p)),
            Rule::ident => out.more.push(r.ident(&p)),
            _ => out.member_select = select(r, p),
        }
    }
}

fn select(r: &mut Reader<'_>, p: P<'_>) -> Option<Select> {
    let span = r.span(&p);
    let (mut all, mut ends) = (false, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::star => all = true,
            Rule::expr => ends.push(Box::new(expr(r, p))),
            _ => {}
        }
    }
    let mut ends = ends.into_iter();
    let kind = match (all, ends.next(), ends.next()) {
        (true, ..) => SelectKind::All,
        (_, Some(from), Some(to)) => SelectKind::Range(from, to),
        (_, Some(at), None) => SelectKind::Index(at),
        _ => return None,
    };
    Some(Select { kind, span })
}

/// `next.recognize` as two names of the rule `calls_more`.
pub(super) fn pair_reference(r: &mut Reader<'_>, p: P<'_>) -> Option<Ref> {
    let span = r.span(&p);
    let mut names = p.into_inner().filter(|p| p.as_rule() == Rule::ident).map(|p| r.ident(&p));
    let (head, member) = (names.next()?, names.next()?);
    let head = Path { span: head.span, segments: vec![head] };
    Some(Ref { head, select: None, member: Some(member), more: Vec::new(), member_select: None, span })
}
