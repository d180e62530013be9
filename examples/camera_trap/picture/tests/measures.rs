//! Measures of pictures drawn here.

use picture::{Cells, Ground, Patch, Picture, measure};

const WIDTH: usize = 96;
const HEIGHT: usize = 72;

/// Grey ground with some texture, and what `draw` puts on it.
fn drawn(draw: impl Fn(usize, usize) -> Option<[u8; 3]>) -> Vec<u8> {
    let ground = |x: usize, y: usize| [90 + ((x * 7 + y * 13) % 11) as u8 * 4; 3];
    (0..WIDTH * HEIGHT)
        .flat_map(|i| draw(i % WIDTH, i / WIDTH).unwrap_or_else(|| ground(i % WIDTH, i / WIDTH)))
        .collect()
}

fn cells(bytes: &[u8]) -> Cells<{ measure::FINE }> {
    Cells::of(&Picture::new(WIDTH as u16, HEIGHT as u16, bytes).expect("three bytes a pixel"), 2)
}

/// A brown block of 40 x 30 pixels.
fn block(x: usize, y: usize) -> Option<[u8; 3]> {
    ((30..70).contains(&x) && (20..50).contains(&y)).then_some([150, 100, 60])
}

#[test]
fn pictures_have_exactly_three_bytes_for_each_pixel() {
    assert!(Picture::new(2, 2, &[0; 12]).is_some());
    assert!(Picture::new(2, 2, &[0; 11]).is_none());
    assert!(Picture::new(2, 2, &[0; 13]).is_none());
    assert!(Picture::new(0, 2, &[]).is_none());
}

#[test]
fn a_picture_of_any_size_fits_the_cells() {
    for (width, height) in [(1, 1), (3, 500), (500, 3), (200, 150), (97, 73)] {
        let bytes = vec![77; width * height * 3];
        let picture = Picture::new(width as u16, height as u16, &bytes).unwrap();
        let cells = Cells::<{ measure::COARSE }>::of(&picture, 4);
        assert!(!cells.is_empty() && cells.wide * cells.high <= measure::COARSE, "{width} x {height}");
        let measures = measure::kind(&Cells::of(&picture, 2));
        assert!(measures.iter().all(|m| m.is_finite()), "{width} x {height}: {measures:?}");
    }
}

#[test]
fn ground_alone_has_no_patch() {
    let bytes = drawn(|_, _| None);
    let cells = cells(&bytes);
    assert_eq!(Patch::of(&cells, &Ground::of(&cells), 3.0, 2.5).shape().area, 0.0);
}

#[test]
fn a_block_is_found_with_its_size_and_shape() {
    let bytes = drawn(block);
    let cells = cells(&bytes);
    let shape = Patch::of(&cells, &Ground::of(&cells), 3.0, 2.5).shape();
    let area = (40.0 * 30.0) / (WIDTH * HEIGHT) as f32;
    // means over neighbours let it grow by one cell on each side
    assert!(shape.area >= area && shape.area < 1.3 * area, "{shape:?}");
    assert!(shape.fill > 0.9 && shape.touch == 0.0, "{shape:?}");
    assert!(shape.spread[0] > shape.spread[1], "wider than high: {shape:?}");
}

#[test]
fn of_two_blocks_the_larger_is_kept() {
    let bytes = drawn(|x, y| block(x, y).or((x < 10 && y < 10).then_some([150, 100, 60])));
    let both = cells(&bytes);
    let patch = Patch::of(&both, &Ground::of(&both), 3.0, 2.5);
    assert!(patch.cells().all(|index| (14..36).contains(&(index % both.wide))), "{:?}", patch.shape());
}

#[test]
fn half_the_exposure_changes_little() {
    let bytes = drawn(block);
    let dark: Vec<u8> = bytes.iter().map(|b| b / 2).collect();
    for (bright, dark) in measure::kind(&cells(&bytes)).iter().zip(measure::kind(&cells(&dark))) {
        assert!((bright - dark).abs() < 0.05 + 0.05 * bright.abs(), "{bright} {dark}");
    }
}

#[test]
fn something_stands_out_more_than_nothing() {
    let presence = |bytes: &[u8]| {
        measure::presence(&Cells::of(&Picture::new(WIDTH as u16, HEIGHT as u16, bytes).unwrap(), 4))
    };
    let (with, without) = (presence(&drawn(block)), presence(&drawn(|_, _| None)));
    // spread, distances from the ground's colour at six shares, …, the area of the patch
    assert!(with[5] > 10.0 * without[5], "{} {}", with[5], without[5]);
    assert!(with[17] > 0.1 && without[17] == 0.0, "{} {}", with[17], without[17]);
}
