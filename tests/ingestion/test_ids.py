from collections.abc import Iterator

import pyarrow as pa

from ingestion.ids import CrmIds


def nothing_known() -> Iterator[pa.Array]:
    yield pa.array([], pa.string())


def complete(*values: str | None, known: tuple[str, ...] = ()) -> list[str | None]:
    ids = CrmIds(lambda: iter([pa.array(known, pa.string())]))
    return ids.complete(pa.array(values, pa.string())).to_pylist()


def test_computes_the_three_characters() -> None:
    # Salesforce's own examples of the rule: capitals of each group of five, lowest bit first.
    # 00Q00 -> Q is the third: 4 = E; all digits: AAA; ABCDE -> 31 = 5.
    assert complete("00Q000000000001", "001000000000001", "ABCDEabcde0000A") == [
        "00Q000000000001EAA",
        "001000000000001AAA",
        "ABCDEabcde0000A5AQ",
    ]


def test_ids_that_differ_in_case_stay_apart() -> None:
    lower, upper = complete("00Q00000000000a", "00Q00000000000A")
    assert (lower, upper) == ("00Q00000000000aEAA", "00Q00000000000AEAQ")


def test_the_export_s_own_record_goes_before_the_computed_id() -> None:
    assert complete("00Q000000000001", "00Q000000000002", known=("00Q000000000001AAA",)) == [
        "00Q000000000001AAA",
        "00Q000000000002EAA",
    ]


def test_other_lengths_and_characters_are_left_alone() -> None:
    values = ["00Q000000000001XXX", "L1", None, "fifteen chars..", "00Q00000000000é"]
    assert complete(*values) == values


def test_known_ids_are_asked_for_only_when_needed() -> None:
    def never() -> Iterator[pa.Array]:
        raise AssertionError("asked")
        yield

    ids = CrmIds(never)
    assert ids.complete(pa.array(["00Q000000000001EAA"])).to_pylist() == ["00Q000000000001EAA"]


def test_history_values_of_lookups_only() -> None:
    ids = CrmIds(nothing_known)
    rows = [
        ("Owner", "005000000000001", "005000000000001AAA"),
        ("Owner", "00G000000000001", "00G000000000001EAA"),
        (" ownerid ", "005000000000001", "005000000000001AAA"),
        ("Account", "001000000000001", "001000000000001AAA"),
        ("Owner", "Maximilian Mayr", "Maximilian Mayr"),
        ("Owner", "MaximilianMayrs", "MaximilianMayrs"),
        ("Phone", "005123456789012", "005123456789012"),
        ("Account", "005000000000001", "005000000000001"),
        (None, "005000000000001", "005000000000001"),
        ("Owner", None, None),
    ]
    fields, values, expected = zip(*rows, strict=True)
    completed = ids.complete_lookups(pa.array(values), pa.array(fields))
    assert completed.to_pylist() == list(expected)
