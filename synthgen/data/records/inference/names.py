"""What names of tables and columns say: which column names a row, which one the row of another table."""

import re
from functools import lru_cache

SUFFIXES = ("identifier", "number", "uuid", "guid", "code", "nbr", "mrn", "key", "num", "uid", "id", "no", "nr", "cd")
"""With which names of identifiers end, longest first."""

PATIENTS = frozenset({"patient", "subject", "person", "people", "participant", "member", "demographic", "dm", "proband",
                      "individual", "client", "beneficiary", "enrollee", "resident"})  # fmt: skip
"""What a table with a row for each patient is called, in the singular."""

ROW_NUMBERS = frozenset({"rowid", "rownames", "rowname", "rownum", "rownumber", "row", "index", "unnamed0", "seq", "nr",
                         "no", "number", "pk", "key", "uid", "num", "code", "cd", "nbr", "recordid0"})  # fmt: skip
"""Names that say nothing of which rows are meant, so that two columns of one of them are not related."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """Returns the words of a name, in small letters.

    Args:
        name: Of a table or column.

    Example:
        >>> words_of("birthDate"), words_of("D_ICD_DIAGNOSES"), words_of("set-a_long")
        (('birth', 'date'), ('d', 'icd', 'diagnoses'), ('set', 'a', 'long'))
    """
    return tuple(word.lower() for word in _WORD.findall(name))


def plain(name: str) -> str:
    """Returns the words of a name in one.

    Example:
        >>> plain("Patient_ID") == plain("patientId")
        True
    """
    return "".join(words_of(name))


def singular(name: str) -> str:
    """Returns a name as one of many is called; guesses as English does most often.

    Example:
        >>> [singular(name) for name in ("Patients", "diagnoses", "ICU_stays", "people", "therapies")]
        ['patient', 'diagnosis', 'icustay', 'person', 'therapy']
    """
    word = plain(name)
    known = {"people": "person", "children": "child", "diagnoses": "diagnosis", "series": "series"}
    for many, one in known.items():
        if word.endswith(many):
            return word.removesuffix(many) + one
    for end, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if (word.endswith(end) and not word.endswith(("ss", "us", "is"))) or word.endswith("sses"):
            return word.removesuffix(end) + one if word.endswith(end) else word
    return word


def stem(name: str) -> str:
    """Returns what a name of an identifier is about.

    Example:
        >>> stem("patient_id"), stem("USUBJID"), stem("id"), stem("age")
        ('patient', 'usubj', '', 'age')
    """
    word = plain(name)
    end = next((end for end in SUFFIXES if word.endswith(end)), "")
    return word.removesuffix(end)


def is_identifier_name(name: str) -> bool:
    """Returns whether a name is one of an identifier, such as "hadm_id".

    Example:
        >>> is_identifier_name("hadm_id"), is_identifier_name("paid"), is_identifier_name("itemid")
        (True, False, True)
    """
    if plain(name) in _NO_IDENTIFIERS:
        return False
    last = words_of(name)[-1:] or ("",)
    return last[0] in SUFFIXES or (plain(name).endswith(("id", "key")) and len(stem(name)) > 1)


def is_code_name(name: str) -> bool:
    """Returns whether a name is one of a code, which stands for a thing and not for a row.

    Example:
        >>> is_code_name("drg_code"), is_code_name("AEDECOD"), is_code_name("barcode_id")
        (True, True, False)
    """
    last = words_of(name)[-1:] or ("",)
    return last[0] in _CODES or plain(name).endswith(("code", "decod"))


_CODES = frozenset({"code", "codes", "cd", "icd", "atc", "loinc", "ndc", "snomed", "cpt"})

_NO_IDENTIFIERS = frozenset({"paid", "valid", "fluid", "acid", "said", "covid", "thyroid", "steroid", "opioid", "rapid",
                             "typhoid", "sarcoid", "carotid", "monkey", "turkey", "whiskey", "overpaid", "unpaid",
                             "amountpaid", "totalpaid"})  # fmt: skip


_PLACE = re.compile(r"(visit|visitnum|visitno|seq|seqnum|seqno|sequence|order|position|period|wave|epoch|rank|cycle|"
                    r"step|tick|tptnum)$")  # fmt: skip


def is_place_name(name: str) -> bool:
    """Returns whether a name is one of a place in a list: a number of visits, a rank.

    Example:
        >>> is_place_name("seq_num"), is_place_name("VISITNUM"), is_place_name("num_visits")
        (True, True, False)
    """
    words = words_of(name)
    numbered = len(words) > 1 and words[-1] in ("num", "no", "nr", "number")
    return bool(_PLACE.search(words[-2] if numbered else plain(name) if len(words) <= 1 else words[-1]))


def about(table: str) -> frozenset[str]:
    """Returns what a row of a table is called, in one word: its name, and that of one of many.

    Example:
        >>> sorted(about("Players"))
        ['player', 'players']
    """
    return frozenset({plain(table), singular(table)})


def speaks_of_patients(table: str) -> bool:
    """Returns whether a table is called as one with a row for each patient.

    Example:
        >>> speaks_of_patients("PATIENTS"), speaks_of_patients("admissions")
        (True, False)
    """
    return bool(({plain(table), singular(table)} | set(words_of(table))) & PATIENTS) or singular(table) in PATIENTS


def affinity(column: str, table: str) -> int:
    """Returns how much the name of an identifier says that it names rows of a table, from 0 to 3.

    Example:
        >>> affinity("player_id", "players"), affinity("hadm_id", "admissions"), affinity("subject_id", "patients")
        (3, 1, 2)
    """
    subject, row = stem(column), about(table)
    if subject in row or plain(column) in row:
        return 3
    if subject.removeprefix("u") in ("subj", *PATIENTS) and speaks_of_patients(table):
        return 2
    known = singular(table)
    return int(len(subject) >= 3 and (subject[-3:] in known or known[:3] in subject or subject in known))
