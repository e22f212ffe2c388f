"""What images say of themselves where they are released."""

from synthgen.bundle.template import HEAD
from synthgen.bundle.texts import Texts
from synthgen.data.images.kind import ImageKind

POLICY = (
    HEAD.format(subject="a set of synthetic images", pronoun="they", usefulness="by the classes of the images")
    + """
# Metrics that must have been computed, whatever they say.
required: [kid, coverage, image_copies, image_near_copies, image_closer, image_membership]

# Limits of single metrics: at_most or at_least. The end of the 95 % interval on the wrong side decides, so that few
# patients are no excuse; of: value lets the value itself decide. What a kid is worth depends on the features in which
# images are compared: take its limit from a report on real images in the same features.
limits:
  image_membership: {at_most: 0.6}
  image_copies: {at_most: 0.0, of: value}
  image_duplicates: {at_most: 0.05, of: value}
  # kid: {at_most: 0.1}
  # coverage: {at_least: 0.7}
  # label_agreement: {at_least: 0.8}
  # image_tstr: {at_least: 0.75}
"""
)

TEXTS = Texts(
    words=ImageKind.words,
    collected="its images were not taken of persons",
    unjudged="whether organs are where they belong, rare findings, other tasks than the one that was tried",
    of_patients=False,
    no_task="name the classes where images are read (label); or write usefulness: any, if there are none.",
    better="train longer, on more images, or let another family try: fit --model.",
    policy=POLICY,
)
