from ingestion.columns import lay_out
from ingestion.tables import Column

COLUMNS = (Column("Id", "id"), Column("Name", "text"), Column("Lost_Reason__c", "text"))


def test_positions_missing_and_unknown() -> None:
    layout = lay_out(["Name", "Zip Code", "Id"], COLUMNS)
    assert layout.declared == {"id": 2, "name": 0, "lost_reason_c": None}
    assert layout.missing == ("Lost_Reason__c",)
    assert layout.unknown == {"Zip Code": "zip_code"}
    assert layout.renamed == ()


def test_the_exact_name_goes_before_another_case() -> None:
    layout = lay_out(["ID", "Id", "NAME"], COLUMNS)
    assert layout.declared == {"id": 1, "name": 2, "lost_reason_c": None}
    assert layout.unknown == {"ID": "id_2"}
    assert layout.renamed == (("ID", "id_2"),)


def test_names_that_collide_are_numbered() -> None:
    layout = lay_out(["Id", "Имя", "Город", "lost reason c", "_dlt_load_id"], COLUMNS)
    assert layout.unknown == {
        "Имя": "x",
        "Город": "x_2",
        "lost reason c": "lost_reason_c_2",
        "_dlt_load_id": "_dlt_load_id_2",
    }
    assert [header for header, _ in layout.renamed] == ["Город", "lost reason c", "_dlt_load_id"]


def test_a_number_that_is_taken_is_passed_over() -> None:
    assert list(lay_out(["А", "x_2", "Б"], ()).unknown.values()) == ["x", "x_2", "x_3"]
