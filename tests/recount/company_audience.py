from tests.recount.company import Builder
from tests.recount.company_mail import Mailings


def write_audience(builder: Builder, mailings: Mailings) -> None: ...
