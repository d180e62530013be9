//! Parameters, `--set`, expressions, units.

use super::help::{DEMO, SERVICES, run_files, said};
use crate::hir::Value;

fn set(text: &str, sets: &[(&str, &str)]) -> Vec<String> {
    run_files(&[("deploy.amb", text)], sets).said
}

#[test]
fn set_replaces_a_default() {
    let text = format!(
        "{SERVICES} param n: u32 = 1; param who: string<8>; instance w[n * 2] = keeper;
        instance f = fan {{ to: w[*]; label = who; id = demo::width + n; }}"
    );
    let run = run_files(&[("deploy.amb", &text)], &[("n", "1_0"), ("who", "me"), ("n", "2")]);
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!(run.hir.instances.len(), 5);
    let (_, f) = run.hir.instances.iter().last().unwrap();
    let values: Vec<Value> = f.params.iter().flatten().map(|v| v.value.clone()).collect();
    assert_eq!(values, [Value::Int(642), Value::Str("me".to_owned())]);
    assert!(DEMO.contains("width: u32 = 640"));
}

#[test]
fn a_bad_set_is_said_at_the_option() {
    assert_eq!(
        set(
            "param workers: u8 = 5; param d: duration = 1s; param open: u32;",
            &[("worker", "8"), ("workers", "300"), ("d", "5KiB")]
        ),
        [
            "deploy.amb:1:54: error[E0208]: the parameter `open` has no value",
            "--set:1:1: error[E0207]: `--set worker`: the deployment has no parameter `worker`",
            "--set:2:1: error[E0210]: `--set workers=300` is no `u8`",
            "--set:3:1: error[E0210]: `--set d=5KiB` is no `duration`",
        ]
    );
}

#[test]
fn wrong_values_of_parameters() {
    assert_eq!(
        said(
            "param a: u8 = 256;
             param b: u8 = -1;
             param c: u32 = 1.5;
             param d: duration = 5;
             param e: duration = 5KiB;
             param f: string<4> = \"12345\";
             param g: demo::mode = slw;
             param h: array<u8, 2> = [1, 2, 3];
             param i: bool = 1;
             param j: secret = \"x\";
             param k: u32 = 1 / (2 - 2);
             param l: u32 = \"a\" + 1;
             param m: u32 = nn;
             param n: u32 = o; param o: u32 = n;
             param p: f32 = 1e39;
             param q: string = \"x\";
             param r: demo::frame = 1;
             param s: u33 = 1;
             param t: duration = 2 * 3ms + 1min;
             param u: rate = 10/s;
             param v: demo::mode = demo::mode::fast;
             param w: secret = secret(\"key\");
             param x: string<9> = env(\"HOME\", \"x\"); param xx: duration = env(\"T\", 5ms);
             param y: u32 = 170141183460469231731687303715884105727 + 1;
             param z: array<demo::mode, 2> = [slow, fast];"
        ),
        [
            "deploy.amb:2:15: error[E0212]: the number 256 does not fit `u8`",
            "deploy.amb:3:28: error[E0212]: the number -1 does not fit `u8`",
            "deploy.amb:4:29: error[E0210]: expected a value of type `u32`, found the number 1.5",
            "deploy.amb:5:34: error[E0211]: expected a duration, found the number 5",
            "deploy.amb:6:34: error[E0211]: expected a duration, found a size",
            "deploy.amb:7:35: error[E0212]: a string does not fit `string<4>`",
            "deploy.amb:8:36: error[E0212]: `demo::mode` has no value `slw`",
            "deploy.amb:9:38: error[E0212]: a list does not fit `array<u8, 2>`",
            "deploy.amb:10:30: error[E0210]: expected a value of type `bool`, found the number 1",
            "deploy.amb:11:32: error[E0210]: expected a value of type `secret`, found a string",
            "deploy.amb:12:29: error[E0213]: division by zero",
            "deploy.amb:13:29: error[E0213]: `+` does not take a string and the number 1",
            "deploy.amb:14:29: error[E0214]: `nn` is no value here",
            "deploy.amb:15:47: error[E0209]: the value of `n` needs itself",
            "deploy.amb:16:29: error[E0212]: the number 1000000000000000000000000000000000000000 does not fit `f32`",
            "deploy.amb:17:23: error[E0215]: a string parameter needs a bound",
            "deploy.amb:18:23: error[E0215]: `demo::frame` is no enum",
            "deploy.amb:19:23: error[E0215]: there is no parameter type `u33`",
            "deploy.amb:25:29: error[E0213]: the number is too large",
        ]
    );
}

#[test]
fn attributes_are_known_and_typed() {
    assert_eq!(
        said(
            "network lan : udp { cots 2; cost 2; cost 3; latency 5; bandwidth 3ms; mtu 0B; loss 200%; encrypted; }
             network odd : wifi;
             node n : linux { link lan at \"10.0.0.1\" { prot 1; port 70000; cost 5s; mtu 1; } relay maybe; power battery 5s; }
             node m : stm32f746 { link lan at true; watchdog 2s; color 1; }
             platform p : linux { memory { flash 1MiB; rom 2KiB; } mpu 8; clock 5; }
             platform q; platform r : s; platform s : r;
             instance a = source { to: b { timeout 2; timeot 1s; } id = 1; }
             instance b = keeper;
             instance c = fan { to: b, c; id = 1; id = 2; lable = \"x\"; to: b; }"
        ),
        [
            "deploy.amb:2:21: error[E0230]: a network has no attribute `cots`",
            "deploy.amb:2:37: error[E0231]: `cost` is given twice",
            "deploy.amb:2:53: error[E0211]: expected a duration, found the number 5",
            "deploy.amb:2:66: error[E0211]: expected a bandwidth, found a duration",
            "deploy.amb:2:75: error[E0212]: an mtu is between 1B and 16MiB",
            "deploy.amb:2:84: error[E0212]: a loss is between 0% and 100%",
            "deploy.amb:3:28: error[E0201]: there is no kind of network `wifi`",
            "deploy.amb:4:56: error[E0230]: a link has no attribute `prot`",
            "deploy.amb:4:69: error[E0212]: 70000 is out of range",
            "deploy.amb:4:81: error[E0210]: expected a whole number, found a duration",
            "deploy.amb:4:89: error[E0211]: expected a size, found the number 1",
            "deploy.amb:4:100: error[E0232]: `relay` is one of `off`, `on`",
            "deploy.amb:4:121: error[E0211]: expected an energy, found a duration",
            "deploy.amb:5:47: error[E0210]: this is no address",
            "deploy.amb:5:66: error[E0230]: a node has no attribute `color`",
            "deploy.amb:6:56: error[E0230]: a memory block has no attribute `rom`",
            "deploy.amb:6:68: error[E0232]: `mpu` does not take this",
            "deploy.amb:6:81: error[E0211]: expected a frequency, found the number 5",
            "deploy.amb:7:23: error[E0250]: a platform inherits from another one, or says its `kind` and its `target`",
            "deploy.amb:7:55: error[E0250]: the platform `r` inherits from itself",
            "deploy.amb:8:52: error[E0211]: expected a duration, found the number 2",
            "deploy.amb:8:55: error[E0230]: a binding has no attribute `timeot`",
            "deploy.amb:8:68: error[E0241]: the service `source` has no parameter `id`",
            "deploy.amb:10:51: error[E0243]: the parameter `id` is set twice",
            "deploy.amb:10:59: error[E0241]: the service `fan` has no parameter `lable`",
            "deploy.amb:10:72: error[E0242]: the need `to` is bound twice",
        ]
    );
}
