#!/usr/bin/env python3
"""Compose the photographs of the camera trap example.

    apt-get install tuxpaint-stamps-default
    pip install scikit-image==0.26.0 pillow==13.0.0 numpy==2.4.6
    python3 compose_photos.py --stamps /usr/share/tuxpaint/stamps --out ../photos

Writes `tune/fNNNN.ppm`, `test/fNNNN.ppm` and `labels.csv` below the output folder.
The same seed and the same inputs give the same bytes. Every frame, with or without an
animal, takes the same path (background, object if any, light, blur, noise), so that the
class can be read from what is in the picture only.
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageFilter
from skimage.color import rgb2lab

SEED = 20260
WIDTH, HEIGHT = 96, 72

# frames per half: animals, decoys (an object that is no animal), empty (background only)
COUNTS = {"tune": (72, 36, 44), "test": (40, 18, 26)}
# share of the source pictures that goes to the tuning half
TUNE_SHARE = 0.58

ANIMAL_FOLDERS = ["animals/birds", "animals/mammals", "animals/marsupials"]
DECOY_FOLDERS = ["food/fruit", "food/vegetables", "plants/flowers", "sports", "vehicles"]
# Decoys are colourful things: a small hand-written classifier goes by colour and texture, and
# takes too many grey and brown things for animals (photos/README.md says what that leaves out).
# Least mean chroma (CIELAB) of the opaque part of the stamp.
LEAST_DECOY_CHROMA = 38.0
# folders and files below those above that are not used, and why
LEFT_OUT = {
    "cartoon": "a drawing",
    "animals/mammals/aquatic": "does not walk past a camera trap",
    "animals/mammals/bears/toys": "a toy",
    "animals/mammals/hedgehog.png": "a drawing",
    "animals/mammals/echidna.png": "a silhouette",
    "vehicles/emergency/sedan_police.png": "a drawing",
}
# pictures of one kind (often of one photo session) stay in one half: file stem -> kind
SAME_KIND = {
    "chicken_profile": "chicken", "hen": "chicken", "rooster": "chicken", "drake": "duck",
    "helmeted_guineafowl": "guineafowl", "heron_greatblue_flying": "heron_greatblue",
    "little-penguin": "penguin", "magellanic_penguin": "penguin", "albino_peahen": "peacock",
    "seagull": "gull", "silver-gull": "gull", "european-bear": "bear", "bull": "cow",
    "cow_white": "cow", "gnu-baby": "gnu", "gnu-baby-stand": "gnu", "gnu-sitting": "gnu",
    "gnu-stand": "gnu", "ram": "sheep", "sheep_lamb": "sheep", "dromedary": "camel",
    "lion-2": "lion", "tiger_sumatran": "tiger", "doe": "deer", "donkey_eating": "donkey",
    "pig_golden": "pig", "pig_golden2": "pig", "rabbit-2": "rabbit", "rabbit_little": "rabbit",
    "rat": "mouse", "apple_fuji": "apple", "apple_granny_smith": "apple",
    "apple_green": "apple", "apple_red": "apple", "apple_sierra_beauty": "apple",
    "Apricot_whole": "apricot", "Strawberry2": "strawberry", "orange_seville": "orange",
    "mandarine": "orange", "sliced_orange": "orange", "garlics": "garlic",
    "redlettuce": "lettuce", "yellowpepper": "pepper", "sportscar2": "sedan",
}

# how large an object shows, as a share of the frame; every source must reach the least
LEAST_AREA, MOST_AREA = 0.18, 0.38
FIT = (WIDTH - 4, HEIGHT - 2)

# grey texture photographs and the (dark, light) colours that each is tinted with
TEXTURES = {
    "brick": ((52, 34, 28), (186, 150, 130)),
    "grass": ((24, 44, 14), (150, 178, 92)),
    "gravel": ((34, 32, 30), (188, 182, 172)),
}


def left_out(name):
    """Whether LEFT_OUT names this file, or a folder it lies in."""
    return any(name == out or name.startswith(out + "/") or f"/{out}/" in name for out in LEFT_OUT)


def load_stamp(path):
    """The stamp as RGBA, cropped to what is not transparent."""
    stamp = Image.open(path).convert("RGBA")
    box = stamp.getchannel("A").point(lambda a: 255 if a > 16 else 0).getbbox()
    return stamp.crop(box) if box else None


def area_at_most(stamp):
    """The largest share of the frame that the stamp covers without being enlarged."""
    scale = min(1.0, FIT[0] / stamp.width, FIT[1] / stamp.height)
    opaque = np.asarray(stamp.getchannel("A"), dtype=float).sum() / 255
    return opaque * scale * scale / (WIDTH * HEIGHT)


def mean_chroma(stamp):
    """How colourful the opaque part of the stamp is (CIELAB chroma)."""
    rgba = np.asarray(stamp, dtype=float) / 255
    lab = rgb2lab(rgba[..., :3])
    return np.average(np.hypot(lab[..., 1], lab[..., 2]), weights=rgba[..., 3])


def find_stamps(root, folders, least_chroma=0.0):
    """All usable stamps below the folders: {kind: [name]}, in a fixed order."""
    kinds = {}
    for folder in folders:
        for path in sorted((root / folder).rglob("*.png")):
            name = path.relative_to(root).as_posix()
            if left_out(name) or path.stem.endswith("_mirror"):
                continue
            stamp = load_stamp(path)
            if stamp is None or area_at_most(stamp) < LEAST_AREA:
                continue
            if mean_chroma(stamp) < least_chroma:
                continue
            kinds.setdefault(SAME_KIND.get(path.stem, path.stem), []).append(name)
    return kinds


def split(kinds, rng):
    """Whole kinds to one half or the other: {half: [name]}."""
    halves = {"tune": [], "test": []}
    total = sum(len(names) for names in kinds.values())
    order = sorted(kinds)
    for index in rng.permutation(len(order)):
        names = kinds[order[index]]
        room = len(halves["tune"]) + len(names) <= round(TUNE_SHARE * total)
        halves["tune" if room else "test"].extend(names)
    return halves


def background(name, half, rng):
    """A tinted crop of a texture: its left part serves the tuning half, its right the test."""
    grey = Image.fromarray(getattr(skimage.data, name)())
    part = grey.width // 2
    width = int(rng.integers(WIDTH, part + 1))
    height = width * HEIGHT // WIDTH
    left = int(rng.integers(0, part - width + 1)) + (part if half == "test" else 0)
    top = int(rng.integers(0, grey.height - height + 1))
    crop = grey.crop((left, top, left + width, top + height))
    if rng.random() < 0.5:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    level = np.asarray(crop.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), dtype=float)
    low, high = np.percentile(level, [1, 99])
    level = np.clip((level - low) / max(high - low, 1), 0, 1)[..., None]
    dark, bright = TEXTURES[name]
    dark, bright = dark * rng.uniform(0.8, 1.2, 3), bright * rng.uniform(0.88, 1.12, 3)
    return dark + (bright - dark) * level


def place(frame, stamp, rng):
    """The stamp on the frame: turned a little, flipped or not, sized, anywhere it fits."""
    if rng.random() < 0.5:
        stamp = stamp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    most = min(MOST_AREA, area_at_most(stamp))
    wanted = rng.uniform(LEAST_AREA, most)
    opaque = np.asarray(stamp.getchannel("A"), dtype=float).sum() / 255
    scale = np.sqrt(wanted * WIDTH * HEIGHT / opaque)
    size = (max(1, round(stamp.width * scale)), max(1, round(stamp.height * scale)))
    # colours are weighted with their opacity: what is hidden in transparent pixels must not show
    rgba = np.asarray(stamp, dtype=np.float32)
    rgba = np.dstack([rgba[..., :3] * rgba[..., 3:] / 255, rgba[..., 3]])
    angle = rng.uniform(-8, 8)
    planes = [shrink(rgba[..., i], size, angle) for i in range(4)]
    layer, alpha = np.dstack(planes[:3]), np.clip(planes[3] / 255, 0, 1)[..., None]
    high, wide = alpha.shape[:2]
    left = int(rng.integers(min(0, WIDTH - wide), max(0, WIDTH - wide) + 1))
    top = int(rng.integers(min(0, HEIGHT - high), max(0, HEIGHT - high) + 1))
    canvas, mask = np.zeros_like(frame), np.zeros((HEIGHT, WIDTH, 1))
    x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH, left + wide), min(HEIGHT, top + high)
    canvas[y0:y1, x0:x1] = layer[y0 - top:y1 - top, x0 - left:x1 - left]
    mask[y0:y1, x0:x1] = alpha[y0 - top:y1 - top, x0 - left:x1 - left]
    return frame * (1 - mask) + canvas * rng.uniform(0.9, 1.1)


def shrink(plane, size, angle):
    """One colour plane, resized and turned."""
    image = Image.fromarray(plane).resize(size, Image.Resampling.BOX)
    return np.asarray(image.rotate(angle, Image.Resampling.BILINEAR, expand=True), dtype=float)


def light(frame, rng):
    """Exposure, contrast, a slope of light across the frame, warmth, blur and noise."""
    gain = rng.choice([rng.uniform(0.5, 0.75), rng.uniform(0.9, 1.1), rng.uniform(1.2, 1.4)],
                      p=[0.3, 0.45, 0.25])
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    slope = 1 + rng.uniform(-0.15, 0.15) * x + rng.uniform(-0.15, 0.15) * y
    warmth = rng.uniform(-0.06, 0.06)
    frame = frame * gain * slope[..., None] * np.array([1 + warmth, 1.0, 1 - warmth])
    middle = frame.mean()
    frame = middle + (frame - middle) * rng.uniform(0.8, 1.15)
    image = Image.fromarray(np.clip(frame, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.7)))
    frame = np.asarray(image, dtype=float) + rng.normal(0, rng.uniform(1, 5), (HEIGHT, WIDTH, 3))
    return np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def deal(names, count, rng):
    """`count` names, every one used as often as every other, give or take one."""
    dealt = []
    while len(dealt) < count:
        dealt.extend(names[i] for i in rng.permutation(len(names)))
    return dealt[:count]


def compose_half(half, animals, decoys, root, out, rng):
    """Writes the frames of one half in shuffled order; returns their rows of labels.csv."""
    n_animals, n_decoys, n_empty = COUNTS[half]
    scenes = [("animal", name) for name in deal(animals, n_animals, rng)]
    scenes += [("none", name) for name in deal(decoys, n_decoys, rng)]
    scenes += [("none", "")] * n_empty
    folder = out / half
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("f*.ppm"):
        old.unlink()
    rows = []
    for index, scene in enumerate(rng.permutation(len(scenes))):
        label, name = scenes[scene]
        texture = str(rng.choice(sorted(TEXTURES)))
        frame = background(texture, half, rng)
        if name:
            frame = place(frame, load_stamp(root / name), rng)
        pixels = light(frame, rng)
        header = f"P6\n{WIDTH} {HEIGHT}\n255\n".encode()
        (folder / f"f{index:04}.ppm").write_bytes(header + pixels.tobytes())
        rows.append([f"{half}/f{index:04}.ppm", label, name, texture, half])
    return rows


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--stamps", type=Path, default=Path("/usr/share/tuxpaint/stamps"))
    options.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "photos")
    options.add_argument("--seed", type=int, default=SEED)
    given = options.parse_args()
    rng = np.random.default_rng(given.seed)
    animals = split(find_stamps(given.stamps, ANIMAL_FOLDERS), rng)
    decoys = split(find_stamps(given.stamps, DECOY_FOLDERS, LEAST_DECOY_CHROMA), rng)
    if not all(animals.values()) or not all(decoys.values()):
        sys.exit(f"no stamps found below {given.stamps}")
    rows = []
    for half in COUNTS:
        rows += compose_half(half, animals[half], decoys[half], given.stamps, given.out, rng)
        print(f"{half}: {len(animals[half])} animals, {len(decoys[half])} decoys, {sum(COUNTS[half])} frames")
    with open(given.out / "labels.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["frame", "class", "stamp", "background", "half"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
