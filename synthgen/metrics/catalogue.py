"""All metrics, in the order in which a report shows them."""

from synthgen.metrics.base import Metric
from synthgen.metrics.fidelity.coverage import Coverage
from synthgen.metrics.fidelity.dependence import Associations, PairTables
from synthgen.metrics.fidelity.detection import BoostedDetection, LinearDetection
from synthgen.metrics.fidelity.marginals import Marginals
from synthgen.metrics.fidelity.sdmetrics_quality import SDMetricsQuality
from synthgen.metrics.privacy.attributes import AttributeInference
from synthgen.metrics.privacy.closest_record import ShareCloser
from synthgen.metrics.privacy.copies import ExactCopies, NearCopies
from synthgen.metrics.privacy.linkability import Linkability
from synthgen.metrics.privacy.membership import ConfidentMembership, Membership
from synthgen.metrics.privacy.reemitted import ReemittedValues
from synthgen.metrics.privacy.singling_out import SinglingOut
from synthgen.metrics.utility.tstr import TrainOnSynthetic


def all_metrics() -> tuple[Metric, ...]:
    """Returns one of each metric.

    Example:
        >>> [metric.name for metric in all_metrics()][:3]
        ['marginals', 'pair_tables', 'associations']
    """
    return (
        Marginals(),
        PairTables(),
        Associations(),
        BoostedDetection(),
        LinearDetection(),
        Coverage(),
        SDMetricsQuality(),
        TrainOnSynthetic(),
        ExactCopies(),
        NearCopies(),
        ReemittedValues(),
        ShareCloser(),
        Membership(),
        ConfidentMembership(),
        AttributeInference(),
        Linkability(),
        SinglingOut(),
    )
