"""Synthetic data for privacy-sensitive domains, with Keras 3.

A synthesizer is fitted to data and sampled; `evaluate` judges any synthetic data, whoever made it. The public names
below are imported on first use, so that ``import synthgen`` is quick and Keras is loaded by the first fit.

Example:
    >>> import synthgen as sg
    >>> patients = sg.load_dataset("breast_cancer")
    >>> train, holdout = sg.split(patients, seed=0)
    >>> len(train), len(holdout)
    (455, 114)
"""

import importlib
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen.audit.audit import audit as audit
    from synthgen.audit.one_patient import audit_one_patient as audit_one_patient
    from synthgen.audit.shadow import shadow_attack as shadow_attack
    from synthgen.augmentation.augment import augment as augment
    from synthgen.augmentation.sampler import SyntheticSampler as SyntheticSampler
    from synthgen.bundle.policy import Policy as Policy
    from synthgen.data.columns import Boolean as Boolean
    from synthgen.data.columns import Categorical as Categorical
    from synthgen.data.columns import Datetime as Datetime
    from synthgen.data.columns import Identifier as Identifier
    from synthgen.data.columns import Numerical as Numerical
    from synthgen.data.columns import Text as Text
    from synthgen.data.constraints import FixedCombinations as FixedCombinations
    from synthgen.data.constraints import FixedIncrements as FixedIncrements
    from synthgen.data.constraints import Inequality as Inequality
    from synthgen.data.constraints import Range as Range
    from synthgen.data.constraints import Unique as Unique
    from synthgen.data.doors import read as read
    from synthgen.data.doors import write as write
    from synthgen.data.image_pairs.image_pairs import ImagePairs as ImagePairs
    from synthgen.data.images.image_set import ImageSet as ImageSet
    from synthgen.data.records.records import Records as Records
    from synthgen.data.schema import Schema as Schema
    from synthgen.data.split import split as split
    from synthgen.data.tables.datasets import load_dataset as load_dataset
    from synthgen.dp.budget import DifferentialPrivacy as DifferentialPrivacy
    from synthgen.errors import SynthgenError as SynthgenError
    from synthgen.report.evaluate import evaluate as evaluate
    from synthgen.report.images.judge import ImageJudge as ImageJudge
    from synthgen.report.tables.judge import TableJudge as TableJudge
    from synthgen.selection.auto import fit_auto as fit_auto
    from synthgen.selection.tuning import tune as tune
    from synthgen.synthesizers.drawing import draw as draw
    from synthgen.synthesizers.drawing import prove as prove
    from synthgen.synthesizers.images.diffusion import ImageDiffusion as ImageDiffusion
    from synthgen.synthesizers.images.gan import ImageGAN as ImageGAN
    from synthgen.synthesizers.images.translator import ImageTranslator as ImageTranslator
    from synthgen.synthesizers.images.vae import ImageVAE as ImageVAE
    from synthgen.synthesizers.loading import load as load
    from synthgen.synthesizers.tables.autoregressive import TabularAutoregressive as TabularAutoregressive
    from synthgen.synthesizers.tables.conditions import Between as Between
    from synthgen.synthesizers.tables.copula import GaussianCopula as GaussianCopula
    from synthgen.synthesizers.tables.ctgan import CTGAN as CTGAN
    from synthgen.synthesizers.tables.diffusion import TabularDiffusion as TabularDiffusion
    from synthgen.synthesizers.tables.gan import TabularGAN as TabularGAN
    from synthgen.synthesizers.tables.marginals import DPMarginals as DPMarginals
    from synthgen.synthesizers.tables.vae import TVAE as TVAE

__version__ = "0.1.0"

_MODULES = {
    "read": "synthgen.data.doors",
    "write": "synthgen.data.doors",
    "split": "synthgen.data.split",
    "ImageSet": "synthgen.data.images.image_set",
    "ImagePairs": "synthgen.data.image_pairs.image_pairs",
    "Records": "synthgen.data.records.records",
    "Schema": "synthgen.data.schema",
    "Numerical": "synthgen.data.columns",
    "Categorical": "synthgen.data.columns",
    "Boolean": "synthgen.data.columns",
    "Datetime": "synthgen.data.columns",
    "Identifier": "synthgen.data.columns",
    "Text": "synthgen.data.columns",
    "Range": "synthgen.data.constraints",
    "Inequality": "synthgen.data.constraints",
    "FixedCombinations": "synthgen.data.constraints",
    "Unique": "synthgen.data.constraints",
    "FixedIncrements": "synthgen.data.constraints",
    "GaussianCopula": "synthgen.synthesizers.tables.copula",
    "TabularDiffusion": "synthgen.synthesizers.tables.diffusion",
    "DPMarginals": "synthgen.synthesizers.tables.marginals",
    "DifferentialPrivacy": "synthgen.dp.budget",
    "TVAE": "synthgen.synthesizers.tables.vae",
    "CTGAN": "synthgen.synthesizers.tables.ctgan",
    "TabularGAN": "synthgen.synthesizers.tables.gan",
    "TabularAutoregressive": "synthgen.synthesizers.tables.autoregressive",
    "Between": "synthgen.synthesizers.tables.conditions",
    "ImageGAN": "synthgen.synthesizers.images.gan",
    "ImageDiffusion": "synthgen.synthesizers.images.diffusion",
    "ImageVAE": "synthgen.synthesizers.images.vae",
    "ImageTranslator": "synthgen.synthesizers.images.translator",
    "draw": "synthgen.synthesizers.drawing",
    "prove": "synthgen.synthesizers.drawing",
    "load": "synthgen.synthesizers.loading",
    "tune": "synthgen.selection.tuning",
    "audit": "synthgen.audit.audit",
    "audit_one_patient": "synthgen.audit.one_patient",
    "shadow_attack": "synthgen.audit.shadow",
    "augment": "synthgen.augmentation.augment",
    "SyntheticSampler": "synthgen.augmentation.sampler",
    "fit_auto": "synthgen.selection.auto",
    "evaluate": "synthgen.report.evaluate",
    "TableJudge": "synthgen.report.tables.judge",
    "ImageJudge": "synthgen.report.images.judge",
    "Policy": "synthgen.bundle.policy",
    "load_dataset": "synthgen.data.tables.datasets",
    "SynthgenError": "synthgen.errors",
}

_MOVED = {
    "TuningResult": "synthgen.selection.tuning_result",
    "AuditResult": "synthgen.audit.audit",
    "OnePatientResult": "synthgen.audit.one_patient",
    "ShadowResult": "synthgen.audit.shadow",
    "Selection": "synthgen.selection.selection",
    "AugmentationVerdict": "synthgen.metrics.tables.utility.augmentation_result",
    "augmentation_verdict": "synthgen.metrics.tables.utility.augmentation",
    "Report": "synthgen.report.report",
    "Roster": "synthgen.provenance.roster",
    "read_roster": "synthgen.provenance.roster_file",
    "read_table": "synthgen.data.tables.readers",
    "write_table": "synthgen.data.tables.writers",
    "read_images": "synthgen.data.images.reading",
    "write_images": "synthgen.data.images.reading",
    "evaluate_images": "synthgen.report.images.evaluate_images",
    "evaluate_translation": "synthgen.report.image_pairs.evaluate_translation",
    "TranslationReport": "synthgen.report.image_pairs.evaluate_translation",
}
"""Once public here, now to be found where it is made: what functions return and nobody makes, and what one function for
every kind of data took the place of."""

_INSTEAD = {
    "read_table": "read", "read_images": "read", "write_table": "write", "write_images": "write",
    "evaluate_images": "evaluate", "evaluate_translation": "evaluate",
}  # fmt: skip
"""What does the same."""

__all__ = [*_MODULES, "__version__"]  # noqa: PLE0604 - every key is a string


def __getattr__(name: str) -> Any:
    """Imports a public name on first use (PEP 562); one that has moved too, with a word on where it is now."""
    if name in _MOVED:
        instead = f" synthgen.{_INSTEAD[name]} does the same." if name in _INSTEAD else ""
        warnings.warn(f"synthgen.{name} is now {_MOVED[name]}.{name}.{instead}", DeprecationWarning, 2)
        return getattr(importlib.import_module(_MOVED[name]), name)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Lists the public names, those not imported yet included."""
    return sorted(__all__)
