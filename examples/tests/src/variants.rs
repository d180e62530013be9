//! Variants of the camera trap as edits of its deployment, for comparison with the files that make them by `override`.

/// One line of `deployment.amb` and what stands there instead, which may be several lines.
pub type Edit = (&'static str, &'static str);

/// A variant that can be had both ways.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The file that uses `deployment.amb` and overrides parts of it, without `.amb`.
    pub file: &'static str,
    /// What to change in `deployment.amb` for the same.
    pub edits: &'static [Edit],
    /// The most lines that may change.
    pub at_most: usize,
}

/// The two whose size is promised.
pub const VARIANTS: [Variant; 2] = [
    Variant {
        file: "second_sensor",
        edits: &[(
            "deploy camera { trap; }",
            "instance motion2 = motion_sensor { handler: camera_mgr; id = 2; }\ndeploy camera { trap; kernel motion2; }",
        )],
        at_most: 5,
    },
    Variant {
        file: "detection_at_edge",
        edits: &[
            ("group trap { camera_mgr, detection }", "group trap { camera_mgr }"),
            ("deploy edge   { recognition; }", "deploy edge { recognition; detection; }"),
        ],
        at_most: 2,
    },
];

impl Variant {
    /// The deployment after the edit.
    ///
    /// # Panics
    /// If a line to change is not there.
    #[must_use]
    pub fn edited(&self, deployment: &str) -> String {
        self.edits.iter().fold(deployment.to_owned(), |text, (from, to)| {
            assert!(text.matches(from).count() == 1, "`{from}` is not one line of the deployment");
            text.replace(from, to)
        })
    }
}
