"""Statistics of papers: frames in, frames out; nothing here knows nbgrader or files.

`classical` item analysis · `distractors` options and mis-keys · `flags` what to mend · `irt` item response models ·
`dif` fairness between groups · `decide` pass or fail · `angoff` where to cut · `agreement` two raters ·
`mastery` what to study next.
"""
