"""What a kind of data needs of its own on the command line; verbs ask it, and know no kind."""

from abc import ABC
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

from synthgen.cli.outputs import require_writable
from synthgen.data.kind import Words
from synthgen.data.kinds import kind_named
from synthgen.errors import SchemaError, SynthgenError, WriteError, did_you_mean
from synthgen.families import Family, of

if TYPE_CHECKING:
    from synthgen.bundle.signed_folder import SignedFolder
    from synthgen.data.schema import Schema
    from synthgen.provenance.origin import Origin
    from synthgen.selection.selection import Selection


@final
@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Data as it is learned.

    Args:
        data: All of it.
        schema: What its columns mean, where it has such.
        patient_key: Column that names the patient, where the data does not know by itself.
        note: What was done to it, a sentence; "" for nothing.
    """

    data: Any
    schema: Any = None
    patient_key: str | None = None
    note: str = ""


@final
@dataclass(frozen=True, kw_only=True)
class Description:
    """What was found in data, none of it a value of few patients.

    Args:
        head: How much there is of it, in words.
        shown: Lines, and tables of Rich.
        schema: What its columns mean; None: it has none.
        closing: What can be done next, before a schema is named.
        picture: An SVG of it, "" where there is none.
    """

    head: str
    shown: Sequence[Any] = ()
    schema: Any = None
    closing: str = ""
    picture: str = ""


class Door(ABC):
    """The command line's door for a kind of data. A new one is a file of its own and a row in `synthgen.cli.doors`.

    A subclass sets the class variables. Methods do what suits a kind that asks for nothing special.
    """

    kind: ClassVar[str]
    """As `synthgen.data.kinds` names it."""
    usual: ClassVar[str]
    """Word of the family that learns where none is named."""
    contest: ClassVar[str | None] = None
    """Word that lets several families try, if the kind has such a contest."""
    example: ClassVar[str]
    """Name of a file for synthetic data."""
    formats: ClassVar[Sequence[str]]
    """In which data is released; the first unless another is asked for."""
    takes: ClassVar[Mapping[str, Sequence[str]]] = {}
    """By verb, options that not every kind can use and this one can."""

    @property
    def words(self) -> Words:
        """What data of this kind is called."""
        return kind_named(self.kind).words

    @property
    def families(self) -> dict[str, Family]:
        """What can learn it, by the word of the command line."""
        return of(self.kind)  # type: ignore[arg-type]

    def refuse(self, verb: str, given: Mapping[str, Any]) -> None:
        """Refuses options that are of no use for this kind.

        Args:
            verb: That was called.
            given: Option to what it was given; None or False: nothing.

        Raises:
            SynthgenError: Names the first.
        """
        for option, value in given.items():
            if value is not None and value is not False and option not in self.takes.get(verb, ()):
                raise SynthgenError(f"{option} is not for {self.kind}.")

    def options(self, told: Mapping[str, str]) -> dict[str, Any]:
        """Returns options of the reader from text.

        Args:
            told: What ``--read NAME=VALUE`` says.

        Raises:
            ReadError: If a value cannot be understood.
        """
        return dict(told)

    def of_synthetic(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Returns options as synthetic data is read with, which is nobody's and may say of itself what it is.

        Args:
            options: Of the reader.
        """
        return dict(options)

    def read(self, path: Path, options: Mapping[str, Any]) -> Any:
        """Reads data; see `synthgen.data.kind.Kind.read`."""
        return kind_named(self.kind).read(path, **options)

    def require_places(self, *paths: Path | None) -> None:
        """Finds out before long work whether real data can be written, as `write_real` does it.

        Args:
            paths: None is passed over.

        Raises:
            WriteError: If one cannot be.
        """
        require_writable(*paths)

    def write_real(self, data: Any, path: Path) -> None:
        """Writes real data that was learned, or kept out, so that it can be read again; for its owner only."""
        kind_named(self.kind).write(data, path)

    def schema(self, path: Path | None, *, private: bool = False) -> "Schema | None":
        """Returns the schema in a file, if one is named.

        Args:
            path: Of the file.
            private: Whether there is a privacy budget, under which only what was confirmed counts.

        Raises:
            SchemaError: If it cannot be read, or does not count.
        """
        from synthgen.data.schema import Schema

        del private
        found = None if path is None else Schema.from_yaml(path)
        if found is not None and not isinstance(found, Schema):  # that of another kind
            raise SchemaError(f"{path}: expected a schema of {self.kind}, and this is one of another kind of data.")
        return found

    def named(self, model: str | None, *, schema: "Schema | None", private: bool) -> tuple[str, str]:
        """Returns the word of what learns, and a sentence on why it was chosen.

        Args:
            model: That was named; None: none.
            schema: What the columns mean, if it was said.
            private: Whether there is a privacy budget.

        Raises:
            SynthgenError: If there is no such model for this kind.
        """
        del schema, private
        known = [*self.families, *([] if self.contest is None else [self.contest])]
        if model is not None and model not in known:
            raise SynthgenError(
                f"Expected --model in {known} for {self.kind}. Received {model!r}.{did_you_mean(model, known)}"
            )
        return model or self.usual, ""

    def choose(self, found: Prepared, *, minutes: float, seed: int, verbose: bool) -> "Selection":
        """Returns what won the contest; only asked where there is one."""
        raise NotImplementedError

    def prepared(self, data: Any, schema: "Schema | None", *, private: bool) -> Prepared:
        """Returns data as it is learned.

        Args:
            data: That was read.
            schema: What its columns mean, if it was said.
            private: Whether there is a privacy budget, under which nothing may be looked for.

        Raises:
            SchemaError: If the schema does not fit.
        """
        del private
        return Prepared(data=data, schema=schema)

    def learned(self, data: Any) -> str:
        """Returns in words how much was learned."""
        return f"{len(data)} {self.words.things}"

    def require_target(self, output: Path, kind: str | None) -> None:
        """Finds out before drawing whether synthetic data can be written.

        Args:
            output: A file or folder.
            kind: Of the files in a folder, for kinds that are written so.

        Raises:
            WriteError: If it cannot be.
        """
        if kind is not None:
            raise WriteError(f"--kind is not for {self.kind}.")
        require_writable(output)

    def judging(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Returns what the judges of this kind are told.

        Args:
            asked: What the verb was given for them: "target", "by", "schema", "paths" (a model file, or None), "seed".
        """
        del asked
        return {}

    def require_judged(self, synthetic: Any, origin: "Origin | None") -> None:
        """Refuses data of which no judge sees everything; see `synthgen.bundle.images.release.require_judged`."""

    def folder(self, *, train: Any, schema: "Schema | None", **release: Any) -> "SignedFolder":
        """Returns the release of judged data.

        Args:
            train: What was learned.
            schema: What its columns mean, if it was said.
            release: Arguments of the release, whatever the kind.
        """
        raise NotImplementedError

    def describe(self, data: Any, *, patient_key: str | None, rare_below: int) -> Description:
        """Returns what was found in data.

        Args:
            data: That was read.
            patient_key: Column that names the patient, where the kind asks for it.
            rare_below: What fewer patients share is not shown.
        """
        del patient_key, rare_below
        return Description(head=self.learned(data))

    def inspected(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        """Yields what a model file says of the data that it draws, in lines."""
        del manifest
        return iter(())
