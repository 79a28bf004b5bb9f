"""Names that sound right and belong to nobody: people, companies, building projects."""

import numpy as np

_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN_MEN = "建国卫东志强海军永红福贵平安春生长青金山水根广发德顺宝林文武贵山双喜大勇铁柱石头来福有田"
_GIVEN_WOMEN = "秀英桂兰玉梅春花淑珍红霞小芳金凤翠莲美玲雪梅月娥"
# Three-syllable brands in combinations no register is likely to hold.
_BRAND_1 = "晟昱恒垚砺翊岑沐朔榆汾沁漳渝黔乌苗濛砚崧"
_BRAND_2 = "筑岳拓衡垣基鼎匠构塔砼梁栋檐础"
_BRAND_3 = "禾远川原泽峰川阳宁泰安和成信达"
_PLACE = (
    "汾沁苑", "砚台坪", "榆荫里", "漳源台", "晟阳府", "云岫湾", "朔风岭", "青檐巷", "石匣子", "沐川居",
    "苗岭坡", "濛水湾", "乌蒙台", "翊园", "垚山庄", "桐木桥", "鹿鸣坡", "白杨庄", "九里坪", "柳泉沟",
)  # fmt: skip
_WORKS = {
    "01": ("{place}一期住宅工程", "{place}安置房工程", "{place}棚户区改造项目", "{place}小区住宅楼工程"),
    "02": ("{place}商业综合体工程", "{place}公共服务中心工程", "{place}中学教学楼工程", "{place}医院住院楼工程"),
    "03": ("{place}片区雨污分流工程", "{place}路市政道路工程", "{place}综合管廊工程"),
    "05": ("{place}至县城公路改建工程", "{place}高速连接线工程", "{place}大桥工程"),
    "07": ("{place}水库除险加固工程", "{place}灌区配套改造工程", "{place}河道治理工程"),
    "08": ("{place}风电场工程", "{place}光伏发电工程", "{place}输变电工程"),
    "09": ("{place}煤矿智能化改造工程", "{place}产业园标准厂房工程"),
    "12": ("{place}通信基站工程",),
}
CATEGORIES = tuple(_WORKS)
CATEGORY_SHARES = (0.36, 0.17, 0.12, 0.13, 0.09, 0.06, 0.05, 0.02)
TRADES = ("010", "020", "030", "040", "050", "060", "070", "080", "090", "100")
_TEAMS = ("砌筑", "钢筋", "架子", "混凝土", "模板", "机械", "通风", "起重", "钳工", "电工")


def person(index: int) -> tuple[str, str]:
    """The n-th invented person's name and sex (``1`` man, ``2`` woman); one in six is a woman."""
    woman = index % 6 == 5
    given = _GIVEN_WOMEN if woman else _GIVEN_MEN
    pair = index // 40 * 2 % len(given)
    return _FAMILY[index % len(_FAMILY)] + given[pair : pair + 2], "2" if woman else "1"


def company(index: int, kind: str) -> str:
    """The n-th invented company; ``kind`` is the end of its name."""
    a, b, c = index % 20, index // 20 % 15, index // 300 % 15
    return f"{_BRAND_1[a]}{_BRAND_2[b]}{_BRAND_3[c]}{kind}"


def works(category: str, rng: np.random.Generator) -> str:
    """What is built, for a national project category."""
    forms = _WORKS[category]
    return forms[rng.integers(len(forms))].format(place=_PLACE[rng.integers(len(_PLACE))])


def team(number: int) -> str:
    """The n-th team of a project."""
    return f"{_TEAMS[number % len(_TEAMS)]}{number // len(_TEAMS) + 1}班"
