//! Heads of PPM files.

use camera_manager::ppm::Head;

#[test]
fn head_of_a_photograph() {
    let head = Head::read(b"P6\n96 72\n255\n\x01\x02\x03").unwrap();
    assert_eq!(head, Head { length: 13, width: 96, height: 72 });
    assert_eq!(head.pixels(), 20_736);
}

#[test]
fn comments_and_other_white_space() {
    let text = b"P6 # a camera\n# wrote this\n\t7\r\n5 255 ";
    assert_eq!(Head::read(text), Some(Head { length: text.len(), width: 7, height: 5 }));
}

#[test]
fn anything_else_is_refused() {
    for text in
        ["", "P5\n1 1\n255\n", "P6\n1\n255\n", "P6\n0 1\n255\n", "P6\n1 1\n256\n", "P6\n1 1\n255", "P6 1 1 #"]
    {
        assert_eq!(Head::read(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(Head::read(b"P61 1 255\n"), None);
    assert_eq!(Head::read(b"P6 99999 1 255\n"), None);
}
