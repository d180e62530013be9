//! An expression that makes a value, laid out as rustfmt does.

/// The most that rustfmt puts between the braces of a struct on one line.
const STRUCT_WIDTH: usize = 18;

pub(super) enum Value {
    Plain(String),
    /// `name(value)`.
    Call(String, Box<Value>),
    Array(Box<Value>, u64),
    Struct(String, Vec<(String, Value)>),
}

impl Value {
    /// One or more lines; `width` is how long a piece of it will be.
    pub(super) fn render(&self, width: impl Fn(&str) -> usize + Copy) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Call(name, value) => format!("{name}({})", value.render(width)),
            Self::Array(element, len) => format!("[{}; {len}]", element.render(width)),
            Self::Struct(name, fields) if fields.is_empty() => format!("{name} {{}}"),
            Self::Struct(name, fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|(f, v)| format!("{f}: {}", v.render(width))).collect();
                let line = fields.join(", ");
                if width(&line) <= STRUCT_WIDTH && !line.contains('\n') {
                    return format!("{name} {{ {line} }}");
                }
                let fields: String =
                    fields.iter().map(|f| format!("    {},\n", f.replace('\n', "\n    "))).collect();
                format!("{name} {{\n{fields}}}")
            }
        }
    }
}
