#!/usr/bin/env python3
"""Train detection and recognition on `photos/tune/`, and on nothing else.

    pip install scikit-learn==1.9.1 numpy==2.4.6
    python3 train.py

The measures come from the services' own Rust code (`camera-trap-measures`), so that what is trained on is what runs.
Prints the score of a cross-validation grouped by source picture and writes `services/*/src/weights.rs`.
"""

import csv
import subprocess
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

TRAP = Path(__file__).resolve().parent.parent
# No measure counts beyond this many standard deviations: `FAR` in picture/src/linear.rs.
FAR = 4.0
# Chosen by the cross-validation below among 0.1, 0.2, 0.3, 1 and 3.
STRENGTH = 1.0


def load():
    """Measures of presence and kind, whether something is there, whether it is an animal, and the source picture."""
    with open(TRAP / "photos/labels.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == "tune"]
    command = ["cargo", "run", "--quiet", "--package", "camera-trap-report", "--bin", "camera-trap-measures", "--"]
    files = [str(TRAP / "photos" / row["frame"]) for row in rows]
    lines = subprocess.run(command + files, check=True, capture_output=True, text=True).stdout.splitlines()
    halves = [[np.array(part.split(","), dtype=float) for part in line.split(";")] for line in lines]
    presence, kind = np.array([h[0] for h in halves]), np.array([h[1] for h in halves])
    some = np.array([row["stamp"] != "" for row in rows])
    animal = np.array([row["class"] == "animal" for row in rows])
    # frames without anything stand for themselves
    source = np.array([row["stamp"] or row["frame"] for row in rows])
    return presence, kind, some, animal, source


class Model:
    """A logistic regression over standardised, bounded measures."""

    def __init__(self, measures, truth, balanced):
        self.mean, self.deviation = measures.mean(0), np.maximum(measures.std(0), 1e-6)
        weight = "balanced" if balanced else None
        self.inner = LogisticRegression(C=STRENGTH, max_iter=5000, class_weight=weight)
        self.inner.fit(self.standard(measures), truth)

    def standard(self, measures):
        return np.clip((measures - self.mean) / self.deviation, -FAR, FAR)

    def says(self, measures):
        return self.inner.predict(self.standard(measures))


def train(presence, kind, some, animal):
    """Recognition only sees what detection lets through, so it learns from frames with something in them."""
    return Model(presence, some, balanced=False), Model(kind[some], animal[some], balanced=True)


def cross_validate(presence, kind, some, animal, source, rounds=10):
    """Mean share right: all, animals, other things, nothing there. No source picture is trained and judged on."""
    shares = []
    for seed in range(rounds):
        right = np.zeros(len(animal), dtype=bool)
        folds = StratifiedGroupKFold(8, shuffle=True, random_state=seed).split(kind, animal, source)
        for seen, held in folds:
            detection, recognition = train(presence[seen], kind[seen], some[seen], animal[seen])
            right[held] = (detection.says(presence[held]) & recognition.says(kind[held])) == animal[held]
        classes = [np.full(len(animal), True), animal, some & ~animal, ~some]
        shares.append([right[of].mean() for of in classes])
    return np.mean(shares, 0)


def write(service, model):
    """The weights as Rust."""
    def floats(values):
        return ", ".join(np.format_float_scientific(np.float32(value), unique=True) for value in values)

    path = TRAP / "services" / service / "src/weights.rs"
    path.write_text(f"""//! Made by `tools/train.py` from `photos/tune/`. Do not edit.

use picture::Linear;

pub(crate) const WEIGHTS: Linear<{len(model.mean)}> = Linear {{
    mean: [{floats(model.mean)}],
    scale: [{floats(1 / model.deviation)}],
    weight: [{floats(model.inner.coef_[0])}],
    bias: {floats(model.inner.intercept_)},
}};
""")
    subprocess.run(["rustfmt", "--edition", "2024", path], check=True)


def main():
    data = load()
    shares = cross_validate(*data)
    print("cross-validated on tune: all {:.3f}, animal {:.3f}, other object {:.3f}, nothing {:.3f}".format(*shares))
    detection, recognition = train(*data[:4])
    write("detection", detection)
    write("recognition", recognition)


if __name__ == "__main__":
    main()
