"""All metrics, in the order in which a report shows them."""

from synthgen.metrics.base import Metric
from synthgen.metrics.tables.fidelity.coverage import Coverage
from synthgen.metrics.tables.fidelity.dependence import Associations, PairTables
from synthgen.metrics.tables.fidelity.detection import BoostedDetection, LinearDetection
from synthgen.metrics.tables.fidelity.marginals import Marginals
from synthgen.metrics.tables.fidelity.sdmetrics_quality import SDMetricsQuality
from synthgen.metrics.tables.privacy.attributes import AttributeInference
from synthgen.metrics.tables.privacy.closest_record import ShareCloser
from synthgen.metrics.tables.privacy.copies import ExactCopies, NearCopies
from synthgen.metrics.tables.privacy.linkability import Linkability
from synthgen.metrics.tables.privacy.membership import ConfidentMembership, Membership
from synthgen.metrics.tables.privacy.reemitted import ReemittedValues
from synthgen.metrics.tables.privacy.singling_out import SinglingOut
from synthgen.metrics.tables.utility.tstr import TrainOnSynthetic


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
