from tests.recount.company import Builder


def write_crowd(builder: Builder) -> None: ...
