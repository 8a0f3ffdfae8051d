from tests.recount.company import Builder


def write_prizes(builder: Builder) -> None: ...
