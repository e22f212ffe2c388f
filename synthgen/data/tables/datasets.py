"""Small real data to try things on, from packages that are installed anyway or through the extra ``datasets``."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from synthgen.errors import SynthgenError, did_you_mean


def load_dataset(name: str) -> pd.DataFrame:
    """Returns a real table by name; nothing is downloaded.

    | name | what it holds | rows | from |
    |---|---|--:|---|
    | ``rand_hie`` | visits to the doctor under different insurance plans, see `rand_hie` | 20 190 | statsmodels |
    | ``breast_cancer`` | measurements of cell nuclei and the diagnosis, see `breast_cancer` | 569 | scikit-learn |
    | ``diabetes`` | baseline of diabetes patients and progression after a year, see `diabetes` | 442 | scikit-learn |

    Args:
        name: One of the above.

    Returns:
        (rows, columns), with readable names and types.

    Raises:
        SynthgenError: If there is no such dataset, or its package is not installed.

    Example:
        >>> load_dataset("diabetes")["sex"].nunique()
        2
    """
    if name not in DATASETS:
        raise SynthgenError(f"Expected a dataset in {list(DATASETS)}. Received {name!r}.{did_you_mean(name, DATASETS)}")
    return DATASETS[name]()


def rand_hie() -> pd.DataFrame:
    """Returns person-years of the RAND Health Insurance Experiment.

    From 1974 to 1982 families in six places of the United States were given insurance plans by lot, to learn what
    people do when care costs them something (Newhouse 1993, Free for All?). The table is the subset used by Cameron and
    Trivedi (2005, Microeconometrics), in the public domain, as statsmodels ships it. Logarithms and dummy
    variables of the source are undone here:

    | column | meaning |
    |---|---|
    | participant_id | who: see below |
    | visits | visits to a physician in the year |
    | coinsurance_percent | share of the bill that the plan leaves to the patient, 0 to 100 |
    | individual_deductible | whether the plan has a deductible for each person |
    | incentive_payment | what the family is paid for taking part, dollars a year |
    | expenditure_limit | maximum expenditure over coinsurance share, dollars a year; 0: not applicable |
    | physical_limitation | whether the person has one; missing where the source holds an estimate |
    | chronic_diseases | weighted count of chronic diseases; four frequent values are the source's estimates |
    | self_rated_health | excellent, good, fair or poor |

    The source names no person, but keeps the years of one together. Neighbouring rows that agree in plan and baseline
    health are given one `participant_id` here. Persons of a family who agree in all of it share one, so that patients
    divided by it are divided too coarsely rather than too finely.

    Returns:
        (20190, 9).

    Example:
        >>> table = rand_hie()
        >>> int(table["visits"].max()), table["self_rated_health"].value_counts().index[0]
        (77, 'excellent')
    """
    try:
        from statsmodels.datasets import randhie
    except ImportError as error:
        raise SynthgenError("The dataset 'rand_hie' needs statsmodels: pip install 'synthgen[datasets]'") from error
    source = randhie.load_pandas().data
    baseline = ["lncoins", "idp", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp"]
    run = (source[baseline] != source[baseline].shift()).any(axis=1).cumsum()
    health = np.select(
        [source[name] == 1 for name in ("hlthg", "hlthf", "hlthp")], ["good", "fair", "poor"], "excellent"
    )
    return pd.DataFrame(
        {
            "participant_id": "P-" + run.astype(str).str.zfill(4),
            "visits": source["mdvis"].astype(int),
            "coinsurance_percent": np.expm1(source["lncoins"]).round().astype(int),
            "individual_deductible": source["idp"].astype(bool),
            "incentive_payment": _undo_log(source["lpi"]),
            "expenditure_limit": _undo_log(source["fmde"]),
            "physical_limitation": source["physlm"].where(source["physlm"].isin([0, 1])).astype("boolean"),
            "chronic_diseases": source["disea"].round(1),
            "self_rated_health": health,
        }
    )


def _undo_log(logarithm: pd.Series) -> pd.Series:
    """Dollars and cents behind ln(max(1, dollars)): (rows,)."""
    return np.exp(logarithm).where(logarithm > 0, 0.0).round(2)


def breast_cancer() -> pd.DataFrame:
    """Returns measurements of cell nuclei in fine needle aspirates of a breast mass, and the diagnosis.

    Breast Cancer Wisconsin (Diagnostic), Street, Wolberg and Mangasarian 1993, as scikit-learn ships it: for ten
    properties of the nuclei their mean, the standard error of the mean, and the mean of the three largest.

    Returns:
        (569, 31): thirty numbers and `diagnosis`, malignant or benign.

    Example:
        >>> breast_cancer()["diagnosis"].value_counts().to_dict()
        {'benign': 357, 'malignant': 212}
    """
    from sklearn.datasets import load_breast_cancer

    source = load_breast_cancer(as_frame=True)
    frame = source.data.rename(columns=lambda name: name.replace(" ", "_"))
    return frame.assign(diagnosis=source.target_names.astype(object)[source.target])


def diabetes() -> pd.DataFrame:
    """Returns the baseline of diabetes patients, and how far the disease had progressed a year later.

    Efron, Hastie, Johnstone and Tibshirani 2004, Least Angle Regression, as scikit-learn ships it, in its own units.
    The source codes sex as 1 and 2 and does not say which is which.

    Returns:
        (442, 11): age, sex, body mass index, blood pressure, six blood measurements and `progression`.

    Example:
        >>> diabetes()["age"].agg(["min", "max"]).tolist()
        [19, 79]
    """
    from sklearn.datasets import load_diabetes

    source = load_diabetes(as_frame=True, scaled=False)
    names = {
        "bmi": "body_mass_index", "bp": "blood_pressure", "s1": "total_cholesterol", "s2": "low_density_lipoproteins",
        "s3": "high_density_lipoproteins", "s4": "cholesterol_ratio", "s5": "log_triglycerides", "s6": "blood_sugar",
    }  # fmt: skip
    whole = {"age": int, "total_cholesterol": int, "blood_sugar": int}
    frame = source.data.rename(columns=names).astype(whole)
    return frame.assign(sex="sex " + frame["sex"].astype(int).astype(str), progression=source.target.astype(int))


DATASETS: dict[str, Callable[[], pd.DataFrame]] = {
    "rand_hie": rand_hie,
    "breast_cancer": breast_cancer,
    "diabetes": diabetes,
}
"""What `load_dataset` knows."""
