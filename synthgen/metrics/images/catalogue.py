"""All metrics of images, in the order in which a report shows them."""

from synthgen.metrics.base import Metric
from synthgen.metrics.images.augmentation import ImageAugmentation
from synthgen.metrics.images.closer import ImageCloser
from synthgen.metrics.images.copies import ImageCopies, ImageNearCopies
from synthgen.metrics.images.diversity import Diversity
from synthgen.metrics.images.duplicates import ImageDuplicates
from synthgen.metrics.images.fid import FrechetDistance
from synthgen.metrics.images.kid import KernelDistance
from synthgen.metrics.images.label_agreement import LabelAgreement
from synthgen.metrics.images.manifold import Density, ImageCoverage, Precision, Recall
from synthgen.metrics.images.membership import ConfidentImageMembership, ImageMembership
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.images.tstr import ImageTSTR


def image_metrics(*, fid: bool = False) -> tuple[Metric[ImagePools], ...]:
    """Returns one of each metric of images.

    Args:
        fid: Whether the Fréchet distance is among them.

    Example:
        >>> [metric.name for metric in image_metrics()][:2]
        ['kid', 'coverage']
    """
    return (
        KernelDistance(),
        *([FrechetDistance()] if fid else []),
        ImageCoverage(),
        Precision(),
        Recall(),
        Density(),
        Diversity(),
        ImageDuplicates(),
        LabelAgreement(),
        ImageTSTR(),
        ImageAugmentation(),
        ImageCopies(),
        ImageNearCopies(),
        ImageCloser(),
        ImageMembership(),
        ConfidentImageMembership(),
    )
