"""Which lookups everybody may see as they are, and which have to be asked about."""

import pandas as pd

from synthgen.data.records.inference.names import plain, singular, words_of

PEOPLE = frozenset({"caregiver", "provider", "doctor", "physician", "nurse", "staff", "employee", "practitioner",
                    "clinician", "person", "relative", "family", "contact", "user", "surgeon", "patient", "subject",
                    "household", "mother", "father", "consultant", "therapist", "investigator", "donor"})  # fmt: skip
"""Words of tables that list people."""

OF_PEOPLE = frozenset({"birth", "dob", "firstname", "lastname", "surname", "forename", "givenname", "familyname", "sex",
                       "gender", "email", "phone", "telephone", "address", "street", "postcode", "zip", "age", "npi",
                       "salary", "ethnicity", "race", "birthdate", "died", "death", "licence", "license"})  # fmt: skip
"""Words of columns that say something of people."""

OF_LISTS = frozenset({"d", "dim", "code", "codes", "lookup", "dictionary", "dict", "concept", "concepts", "vocabulary",
                      "ref", "reference", "catalog", "catalogue", "terms", "terminology", "codelist", "loinc", "icd",
                      "atc", "snomed", "units", "items", "labitems", "drugs", "tests", "parameters"})  # fmt: skip
"""Words of tables that are lists of codes."""

LABELS = frozenset({"label", "title", "description", "term", "definition", "meaning", "text", "decode", "loinc"})
"""Words of columns that say what a code stands for."""


def is_public(table: str, frame: pd.DataFrame, *, referred: bool) -> bool | None:
    """Returns True for what is a list of codes by its names, None for what may list people or be the house's own.

    Never False: that nobody may see it is for the user to say.

    Args:
        table: Name of the lookup.
        frame: Its rows.
        referred: Whether rows refer to it.
    """
    words = {*words_of(table), *map(singular, words_of(table))}
    columns = [{*words_of(name), *map(singular, words_of(name)), plain(name)} for name in map(str, frame.columns)]
    of_people = words & PEOPLE or any(held & (OF_PEOPLE | PEOPLE) for held in columns)
    first_name = any(
        {"first", "name"} <= held or {"last", "name"} <= held or {"full", "name"} <= held for held in columns
    )
    if of_people or first_name:
        return None
    explained = any(held & LABELS for held in columns)
    return True if words & OF_LISTS and (explained or referred) else None
