//! The right form of each item and statement, shown as help.

/// How the item or statement that starts with `word` is written.
pub(super) fn item(word: &str) -> Option<&'static str> {
    Some(match word {
        "deployment" => "deployment NAME;",
        "use" => "use \"FILE\" [as PREFIX];",
        "param" => "param NAME: TYPE [= VALUE];",
        "service" => "service NAME [: INTERFACE, …] { … }",
        "network" => "network NAME[[i in COUNT]] : KIND { … }",
        "platform" => "platform NAME [: PLATFORM] { … }",
        "node" => "node NAME[[i in COUNT]] : PLATFORM { … }",
        "instance" => "instance NAME[[i in COUNT]] = SERVICE { NEED: INSTANCE; PARAM = VALUE; }",
        "group" => "group NAME { MEMBER, MEMBER }",
        "deploy" => "deploy NODE { GROUP; INSTANCE; kernel INSTANCE; }",
        "place" => "place NAME [on NODE | NODE] [spread] [minimize WHAT];",
        "logs" => "logs NAME to INSTANCE [level LEVEL];",
        "export" => {
            "export INSTANCE [as INTERFACE] over NETWORK [as rest at \"PATH\"] [port N] [via NODE] { … }"
        }
        "import" => "import NAME : INTERFACE over NETWORK [as rest] [from \"ADDRESS\"] { … }",
        "allow" => "allow CALLER -> CALLEE.PROCEDURE [where CONDITION];",
        "deny" => "deny CALLER -> CALLEE.PROCEDURE [where CONDITION];",
        "require" => "require CONDITION;",
        _ => return None,
    })
}

/// How the statement that starts with `word` is written; the word means the same in every block that has it.
pub(super) fn statement(word: &str) -> Option<&'static str> {
    Some(match word {
        "crate" => "crate \"PATH\"; or crate \"NAME\" version \"1.2\";",
        "type" => "type NAME;",
        "needs" => "needs [optional] NAME: INTERFACE [from node]; or needs NAME: [INTERFACE];",
        "param" => "param NAME: TYPE [= VALUE];",
        "memory" => "memory { stack 8KiB; heap 64KiB; }",
        "concurrency" => "concurrency 16;",
        "bulk" => "bulk 1;",
        "work" => "work PROCEDURE AMOUNT [on PLATFORM];",
        "runs" => "runs on PLATFORM, PLATFORM;",
        "requires" => "requires FEATURE, FEATURE;",
        "run" => "run;",
        "blocking" => "blocking;",
        "hub" => "hub NODE;",
        "offers" => "offers NAME: INTERFACE [= SERVICE] { PARAM = VALUE; }",
        "link" => "link NETWORK at ADDRESS [on DEVICE] { … }",
        "priority" => "priority 3;",
        "restart" => "restart { backoff 100ms .. 10s; limit 5 per 1min; then reboot; }",
        "kernel" => "kernel INSTANCE;",
        "token" => "token NAME { allows PROCEDURE, PROCEDURE; expires 30d; }",
        "allows" => "allows PROCEDURE, PROCEDURE;",
        "port" => "port 4898;",
        "via" => "via NODE;",
        _ => return None,
    })
}
