"""All metrics of translations, in the order in which a report shows them."""

from synthgen.metrics.base import Metric
from synthgen.metrics.image_pairs.copies import TranslationCopies, TranslationNearCopies
from synthgen.metrics.image_pairs.findings import FindingsKept
from synthgen.metrics.image_pairs.recognised import PatientsRecognised
from synthgen.metrics.image_pairs.style import TargetStyle
from synthgen.metrics.image_pairs.translation import PeakSignalToNoise, StructuralSimilarity, Translations


def pair_metrics() -> tuple[Metric[Translations], ...]:
    """Returns one of each metric of translations.

    Example:
        >>> [metric.name for metric in pair_metrics()][:3]
        ['psnr', 'ssim', 'translation_kid']
    """
    return (
        PeakSignalToNoise(),
        StructuralSimilarity(),
        TargetStyle(),
        FindingsKept(),
        TranslationCopies(),
        TranslationNearCopies(),
        PatientsRecognised(),
    )
