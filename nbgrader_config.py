"""The wiring of nbgrader for Kefu. Every stock nbgrader command run in this folder reads it."""

from pathlib import Path

c = get_config()
root = Path(__file__).absolute().parent

# One course: this folder. Learners and instructors of one machine meet in exchange/.
c.CourseDirectory.course_id = "kefu"
c.CourseDirectory.root = str(root)
c.Exchange.root = str(root / "exchange")

# A hand-in file holds what is beside it; nbgrader need not carry it twice.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.hand-in.zip"]

# An archive of hand-ins is unpacked only as far as a class can need: a zip bomb is named and left.
c.ZipCollectApp.extractor_plugin = "kefu.archives.CheckedExtractor"

# A marking cell is one call with the key in it. Neither the formgrader nor feedback shows the call, only its verdict.
# HideName: marking is blind. Take it out where graders should see on a page whose work it is.
c.HTMLExporter.preprocessors = ["nbgrader.preprocessors.ClearHiddenTests", "kefu.grading.preprocessor.HideName"]
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# Learners get a page of questions, answers and verdicts in their language, and nothing from outside this machine.
c.GenerateFeedback.exporter_class = "kefu.feedback.FeedbackExporter"

# Stock `nbgrader autograde` and the formgrader's button mark Kefu's papers from their data: no learner's code is run.
# Any other assignment goes through nbgrader's own steps.
c.Autograde.sanitize_preprocessors = [
    "kefu.grading.preprocessor.FromSource",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "kefu.grading.preprocessor.MarkFromData",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
