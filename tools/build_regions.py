"""Make ``anxin/registry/data/regions.csv`` from the npm package ``china-division`` (MIT) and ``pypinyin`` names.

Usage: python tools/build_regions.py PACKAGE_FOLDER   (needs pypinyin, which the running system does not)
"""

import csv
import json
import re
import sys
from pathlib import Path

from pypinyin import lazy_pinyin

OUT = Path(__file__).parents[1] / "anxin" / "registry" / "data" / "regions.csv"
SPECIAL = {
    "山西": "Shanxi",
    "陕西": "Shaanxi",
    "内蒙古": "Inner Mongolia",
    "西藏": "Tibet",
    "新疆": "Xinjiang",
}
ENDINGS = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "自治县",
    "地区",
    "省",
    "市",
    "盟",
    "县",
    "区",
    "旗",
)
# Peoples an autonomous place is named after; its short name goes without them.
PEOPLES = re.compile(
    "(?:各|壮|回|苗|土家|布依|侗|彝|藏|羌|哈尼|傣|景颇|蒙古|朝鲜|傈僳|白|瑶|仡佬|水|满|畲|黎|佤|拉祜|纳西|怒|独龙|普米|布朗|撒拉|土|东乡"
    "|保安|裕固|哈萨克|达斡尔|毛南|仫佬|锡伯)族$"
)
NAMED = {
    "山西转型综合改革示范区": "Shanxi Transition Zone",
    "山西大同经济开发区": "Datong Economic Zone",
    "山西朔州经济开发区": "Shuozhou Economic Zone",
    "五台山风景名胜区": "Mount Wutai",
    # 长 is read chang here, not zhang.
    "长治市": "Changzhi",
}


def english(name: str) -> str:
    if name in NAMED:
        return NAMED[name]
    for word, text in SPECIAL.items():
        if name.startswith(word) and name.rstrip("省自治区") in (word, word.rstrip("省")):
            return text
    core = name
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            core = name[: -len(ending)]
            while (people := PEOPLES.search(core)) and people.start() >= 2:
                core = core[: people.start()]
            break
    return "".join(lazy_pinyin(core)).capitalize()


def main(folder: Path) -> None:
    dist = folder / "dist"
    rows = []
    for province in json.loads((dist / "provinces.json").read_text()):
        rows.append((province["code"] + "0000", province["name"], "", 1))
    for city in json.loads((dist / "cities.json").read_text()):
        rows.append((city["code"] + "00", city["name"], city["provinceCode"] + "0000", 2))
    for area in json.loads((dist / "areas.json").read_text()):
        # A city without counties is listed among its own counties once more.
        if area["code"] != area["cityCode"] + "00":
            rows.append((area["code"], area["name"], area["cityCode"] + "00", 3))
    with OUT.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["code", "name", "name_en", "parent", "level"])
        writer.writerows([code, name, english(name), parent, level] for code, name, parent, level in rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
