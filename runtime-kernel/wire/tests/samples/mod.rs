//! Types as the generator writes them, with every feature of the encoding.
#![allow(dead_code, unreachable_pub, reason = "written like generated code; each test file uses its part")]

use ambc_wire::{Bulk, Map, MapView, Seq, String, Vector, enumeration, record, union};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    Empty = 0,
    Animal = 1,
    Person = 7,
}
enumeration!(Verdict: u8 { Empty, Animal, Person });

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub on: bool,
    pub w: u16,
    pub area: f64,
    pub verdict: Verdict,
}
record!(Rect { on: bool, w: u16, area: f64, verdict: Verdict });

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nothing {}
record!(Nothing {});

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding<'a> {
    None,
    Hit(Rect),
    Text(&'a str),
    Nested(Seq<'a, &'a str>),
}
#[derive(Clone, Debug, PartialEq)]
pub enum FindingOwned {
    None,
    Hit(Rect),
    Text(String<12>),
    Nested(Vector<String<5>, 3>),
}
union!(Finding<'a>, FindingOwned { None, Hit: Rect, Text: String<12>, Nested: Vector<String<5>, 3> });

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame<'a> {
    pub level: u8,
    pub id: u64,
    pub name: &'a str,
    pub small: &'a [u8],
    pub pixels: Bulk<'a, u8>,
    pub words: Seq<'a, u32>,
    pub findings: Seq<'a, Finding<'a>>,
    pub table: MapView<'a, &'a str, Option<u16>>,
    pub corners: [Option<Rect>; 2],
    pub nothing: Seq<'a, Nothing>,
    pub last: Option<&'a str>,
}
#[derive(Clone, Debug, PartialEq)]
pub struct FrameOwned {
    pub level: u8,
    pub id: u64,
    pub name: String<9>,
    pub small: Vector<u8, 7>,
    pub pixels: Vector<u8, 300>,
    pub words: Vector<u32, 4>,
    pub findings: Vector<FindingOwned, 3>,
    pub table: Map<String<4>, Option<u16>, 3>,
    pub corners: [Option<Rect>; 2],
    pub nothing: Vector<Nothing, 4>,
    pub last: Option<String<3>>,
}
record!(Frame<'a>, FrameOwned {
    level: u8,
    id: u64,
    name: String<9>,
    small: Vector<u8, 7>,
    pixels: Vector<u8, 300>,
    words: Vector<u32, 4>,
    findings: Vector<Finding<'static>, 3>,
    table: Map<String<4>, Option<u16>, 3>,
    corners: [Option<Rect>; 2],
    nothing: Vector<Nothing, 4>,
    last: Option<String<3>>,
});
