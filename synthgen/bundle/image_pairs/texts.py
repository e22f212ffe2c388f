"""What translated images say of themselves where they are released."""

from synthgen.bundle.template import HEAD
from synthgen.bundle.texts import Texts
from synthgen.data.image_pairs.kind import ImagePairKind

POLICY = (
    HEAD.format(
        subject="a set of translated images",
        pronoun="they",
        usefulness="by the findings that a label of the images names",
    )
    + """
# A translation that is near to the truth shows its patient, so that privacy fails: whoever lets translated images leave
# lets personal data leave. To do so on purpose write privacy: any above, have it signed off, and keep the limits below:
# they are on the people whose images were learned.

# Metrics that must have been computed, whatever they say. Without pairs there is no psnr and no ssim.
required: [psnr, ssim, findings_kept, translation_copies, translation_near_copies, patients_recognised]

# Limits of single metrics: at_most or at_least. The end of the 95 % interval on the wrong side decides, so that few
# patients are no excuse; of: value lets the value itself decide.
limits:
  translation_copies: {at_most: 0.0, of: value}
  translation_near_copies: {at_most: 0.05, of: value}
  # findings_kept: {at_least: 0.8}
  # ssim: {at_least: 0.9}
  # patients_recognised: {at_most: 0.1}
"""
)

TEXTS = Texts(
    words=ImagePairKind.words,
    collected="its images were made by a network from images of persons, whom they show",
    unjudged="whether a single image invents or erases a finding, which no figure excludes; findings without a label",
    of_patients=True,
    no_task="name the findings where images are read (label); or write usefulness: any, if there are none.",
    better="learn longer, or from more pairs.",
    safer="a translation that is near to the truth shows its patient: release none, or only where personal data may "
    "go, and write privacy: any, signed off.",
    policy=POLICY,
)
