"""Numbers nobody has, planted to be searched for; and a name, which may be found, to prove that searching works."""

from datetime import date

from tests.people import identity

IDS = [identity(n, date(1981, 2, 3)) for n in range(501, 508)]
WRONG = IDS[1][:-1] + ("0" if IDS[1][-1] != "0" else "1")
PHONES = [f"1391111{n:04d}" for n in range(2221, 2228)]
CARDS = [f"6222029900001111{n:03d}" for n in range(331, 338)]
ACCOUNT = "990012345678904321"
ADDRESS = "测试省测试市秘密路八十八号"
MARK = "测试植入甲"
PLANTED = [*IDS, WRONG, *PHONES, *CARDS, ACCOUNT, ADDRESS]
