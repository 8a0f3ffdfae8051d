import pytest

from ingestion.sources.referrals.mapping import name_of, text, translated, whole_units, within


@pytest.mark.parametrize(
    ("units", "currency", "amount"),
    [
        (3000, "USD", "30.00"),
        (5, "eur", "0.05"),
        (0, "USD", "0.00"),
        (500, " JPY ", "500"),
        (1500, "KWD", "1.500"),
        (3000, None, "30.00"),
        (-250, "USD", "-2.50"),
        (None, "USD", None),
        ("a lot", "USD", "a lot"),
        (True, "USD", "True"),
    ],
)
def test_amounts_in_whole_units(units, currency, amount) -> None:
    assert whole_units(units, currency) == amount


def test_words_are_translated_and_unknown_ones_are_left() -> None:
    words = {"pending": "lead"}
    assert translated(" Pending ", words) == "lead"
    assert translated("Ghosted", words) == "Ghosted"
    assert translated("", words) is None
    assert translated(None, words) is None


def test_cells_are_text_or_nothing() -> None:
    assert [text(value) for value in ("a", "", None, 7, {"a": 1}, [1])] == [
        *("a", None, None, "7", None, None)
    ]
    assert name_of(" Ann ", "Lee") == "Ann Lee"
    assert name_of(None, "") is None
    assert within({"a": {"b": 1}}, "a", "b") == 1
    assert within({"a": None}, "a", "b") is None
    assert within(None, "a") is None
