//! What things are called in Rust. Case and keywords are handled here and nowhere else.

use super::{Interface, InterfaceId, Model, TypeDef, TypeId};

/// `frame_handler`, `ByteStore`, `i2c` → `FrameHandler`, `ByteStore`, `I2c`.
#[must_use]
pub fn camel(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('_').filter(|w| !w.is_empty()) {
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        let rest = chars.as_str();
        // SHOUTED words become Shouted; mixed ones keep their humps.
        if word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase()) {
            out.push_str(&rest.to_ascii_lowercase());
        } else {
            out.push_str(rest);
        }
    }
    if out.starts_with(|c: char| !c.is_ascii_alphabetic()) || out.is_empty() {
        out.insert(0, 'X');
    }
    if out == "Self" { "Self_".to_owned() } else { out }
}

/// `ByteStore`, `getHTTPPage` → `byte_store`, `get_http_page`. Not escaped.
#[must_use]
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(i + 1);
        let hump = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            || before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && hump {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    if out.chars().all(|c| c == '_') { format!("x{out}") } else { out }
}

/// `max_frame` → `MAX_FRAME`.
#[must_use]
pub fn constant(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// Adds `r#` to Rust keywords, `_` to those that `r#` cannot help.
#[must_use]
pub fn escape(name: &str) -> String {
    const KEYWORDS: &str = " abstract as async await become box break const continue do dyn else enum extern false final \
        fn for gen if impl in let loop macro match mod move mut override priv pub ref return static struct trait true \
        try type typeof unsafe unsized use virtual where while yield ";
    if matches!(name, "self" | "Self" | "super" | "crate") {
        format!("{name}_")
    } else if KEYWORDS.contains(&format!(" {name} ")) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

impl Interface {
    /// The trait: `FrameHandler`.
    #[must_use]
    pub fn trait_name(&self) -> String {
        camel(self.path.last().map_or("", String::as_str))
    }

    /// The module with the dispatcher and the constants: `frame_handler`.
    #[must_use]
    pub fn module_name(&self) -> String {
        escape(&snake(self.path.last().map_or("", String::as_str)))
    }
}

impl Model {
    /// The path of a trait, from its crate on: `vision::FrameHandler`.
    #[must_use]
    pub fn rust_trait(&self, id: InterfaceId) -> String {
        let interface = self.interface(id);
        self.rust_path(interface.file, &interface.path, &interface.trait_name())
    }

    /// The path of the module of an interface: `vision::frame_handler`.
    #[must_use]
    pub fn rust_module(&self, id: InterfaceId) -> String {
        let interface = self.interface(id);
        self.rust_path(interface.file, &interface.path, &interface.module_name())
    }

    /// The path of the stub of an interface: `vision::FrameHandlerClient`.
    #[must_use]
    pub fn rust_client(&self, id: InterfaceId) -> String {
        format!("{}Client", self.rust_trait(id))
    }

    /// The path of a type: `vision::Verdict`. Of a type with borrowed parts this is the view.
    #[must_use]
    pub fn rust_type(&self, id: TypeId) -> String {
        let TypeDef { owner, path, rust_name, .. } = self.type_def(id);
        self.rust_path(*owner, path, rust_name)
    }

    /// The library that holds the items of a file: the name of the crate in Rust.
    #[must_use]
    pub fn library(&self, file: ambc_diag::FileId) -> &str {
        self.file(file).map_or("", |f| f.library.as_str())
    }

    fn rust_path(&self, file: ambc_diag::FileId, path: &[String], name: &str) -> String {
        let modules = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
        let mut out = escape(&snake(self.library(file)));
        for module in modules {
            out.push_str("::");
            out.push_str(&escape(&snake(module)));
        }
        format!("{out}::{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, escape, snake};

    #[test]
    fn case_follows_rust() {
        let cases = [
            ("frame_handler", "FrameHandler", "frame_handler"),
            ("ByteStore", "ByteStore", "byte_store"),
            ("i2c", "I2c", "i2c"),
            ("HTTPPage", "HTTPPage", "http_page"),
            ("udpv4_endpoint", "Udpv4Endpoint", "udpv4_endpoint"),
            ("MAX_LEN", "MaxLen", "max_len"),
            ("_x", "X", "_x"),
            ("_", "X", "x_"),
            ("_1a", "X1a", "_1a"),
        ];
        for (name, upper, lower) in cases {
            assert_eq!((camel(name).as_str(), snake(name).as_str()), (upper, lower), "{name}");
        }
    }

    #[test]
    fn keywords_are_escaped() {
        assert_eq!(["type", "self", "gen", "string"].map(escape), ["r#type", "self_", "r#gen", "string"]);
    }
}
