"""Words of the project pages: institutions, what they lack, how a worker stands, parties, trades."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from anxin.insight.project import Institution
from anxin.portal.ui.tags import money_short, word

INSTITUTIONS = {
    "real_name": _("实名制管理"),
    "account": _("工资专用账户"),
    "deposit": _("工资保证金"),
    "payment": _("总包代发工资"),
    "board": _("维权信息告示牌"),
}
# One sign each, for the marks in a list.
INSTITUTION_MARKS = {"real_name": _("实"), "account": _("户"), "deposit": _("金"), "payment": _("发"), "board": _("牌")}
INSTITUTION_STATES = {"good": _("已落实"), "partial": _("部分落实"), "missing": _("未落实"), "idle": _("暂无应发")}
STANDINGS = {
    "unpaid": _("出勤未发"),
    "failed": _("发放失败"),
    "short": _("未足额"),
    "unattended": _("发放无考勤"),
    "waiting": _("待发放"),
    "paid": _("已发放"),
    "none": _("无应发"),
}
STANDING_COLOURS = {
    "unpaid": "bad",
    "failed": "bad",
    "short": "warn",
    "unattended": "warn",
    "waiting": "idle",
    "paid": "good",
    "none": "idle",
}
DAY_KINDS = {
    "worked": _("出勤"),
    "absent": _("无考勤"),
    "pause": _("停工"),
    "before": _("未进场"),
    "after": _("已退场"),
    "future": _("未到"),
    "day": _("无考勤"),
}
DIRECTIONS = {"in": _("进"), "out": _("出"), "unknown": _("方向不明")}
PAY_STATUSES = {"paid": _("成功"), "failed": _("失败")}
ROUTES = {"account": _("专户代发"), "offline": _("平台外发放")}
# National corpType of a participation.
PARTY_ROLES = {
    "001": _("专业分包"),
    "002": _("设备分包"),
    "003": _("材料分包"),
    "004": _("后勤服务"),
    "005": _("特殊设备"),
    "006": _("劳务分包"),
    "007": _("监理单位"),
    "008": _("建设单位"),
    "009": _("施工总承包单位"),
    "010": _("勘察单位"),
    "011": _("设计单位"),
    "012": _("其他单位"),
}
PERSONAL = {"identity": _("证件号码"), "card": _("工资卡号"), "phone": _("手机号码")}
LOOK_FIELDS = {**PERSONAL, "row": _("整行数据"), "account": _("专户账号")}
LOOK_SUBJECTS = {"worker": _("工人"), "held-row": _("待处理数据"), "project": _("项目"), "account": _("专户")}
CONTRACTS = {"0": _("固定期限合同"), "1": _("以完成一定工作为期限的合同")}
# National attendType of a passing.
WAYS = {
    "001": _("人脸"),
    "002": _("虹膜"),
    "003": _("指纹"),
    "004": _("掌纹"),
    "005": _("身份证"),
    "006": _("实名卡"),
    "007": _("异常清退"),
    "008": _("一键开闸"),
    "009": _("应急通道"),
    "010": _("二维码"),
    "011": _("其他方式"),
}
# National workType of an engagement.
TRADES = {
    "010": _("砌筑工"),
    "020": _("钢筋工"),
    "030": _("架子工"),
    "040": _("混凝土工"),
    "050": _("模板工"),
    "060": _("机械设备安装工"),
    "070": _("通风工"),
    "080": _("安装起重工"),
    "090": _("安装钳工"),
    "100": _("电气设备安装调试工"),
    "110": _("管道工"),
    "120": _("变电安装工"),
    "130": _("建筑电工"),
    "140": _("司泵工"),
    "150": _("挖掘铲运和桩工机械司机"),
    "160": _("桩机操作工"),
    "170": _("起重信号工"),
    "180": _("建筑起重机械安装拆卸工"),
    "190": _("装饰装修工"),
    "200": _("室内成套设施安装工"),
    "210": _("建筑门窗幕墙安装工"),
    "220": _("幕墙制作工"),
    "230": _("防水工"),
    "240": _("木工"),
    "250": _("石工"),
    "270": _("电焊工"),
    "280": _("爆破工"),
    "290": _("除尘工"),
    "300": _("测量放线工"),
    "310": _("线路架设工"),
    "320": _("古建筑传统石工"),
    "330": _("古建筑传统瓦工"),
    "340": _("古建筑传统彩画工"),
    "350": _("古建筑传统木工"),
    "360": _("古建筑传统油工"),
    "380": _("金属工"),
    "390": _("杂工"),
    "800": _("特种工"),
    "900": _("管理人员"),
    "1000": _("其他工种"),
}

_LACKS = {
    "roster": _("尚无工人实名登记"),
    "contracts": _("%(count)s / %(base)s 人未录劳动合同"),
    "cards": _("%(count)s / %(base)s 人未绑定工资卡"),
    "attendance": _("已 %(days)s 天没有考勤"),
    "attendance_ever": _("从未上传考勤"),
    "account": _("未开立或未上传专户"),
    "agreement": _("缺三方监管协议"),
    "verification": _("银行核验未通过：%(reason)s"),
    "inflow": _("%(month)s 起无人工费拨付"),
    "deposit": _("未存储保证金或保函"),
    "expired": _("已于 %(day)s 到期"),
    "unpaid": _("%(month)s 有 %(count)s / %(base)s 名出勤工人未发"),
    "failed": _("%(month)s 有 %(count)s 人发放失败"),
    "short": _("%(month)s 差额 %(fen)s"),
    "board": _("未上传告示牌照片"),
}
_FACTS = {
    "roster": _("在场 %(present)s 人，累计 %(total)s 人"),
    "last_attended": _("最近考勤 %(day)s"),
    "bank": _("%(bank)s"),
    "balance": _("余额 %(fen)s（%(day)s）"),
    "agreement": _("三方协议 %(day)s"),
    "deposit_form": _("%(form)s"),
    "deposit_amount": _("金额 %(fen)s"),
    "valid_to": _("有效期至 %(day)s"),
    "last_paid": _("%(month)s 已发 %(count)s 人 %(fen)s"),
    "nothing_due": _("当前没有应发月份"),
    "board": _("最近拍照 %(day)s"),
}


def _say(pattern: object, values: Mapping[str, object]) -> str:
    said = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    if "fen" in values:
        said["fen"] = money_short(values["fen"])  # type: ignore[arg-type]
    if "form" in values:
        said["form"] = word(str(values["form"]), "deposit")
    return str(pattern) % said


def tell(institution: Institution) -> dict[str, object]:
    """An institution as the page shows it: title, state, since, sentences of what there is and what is missing."""
    return {
        "key": institution.key,
        "title": INSTITUTIONS[institution.key],
        "state": institution.state,
        "state_word": INSTITUTION_STATES[institution.state],
        "since": institution.since,
        "lacks": [_say(_LACKS[key], values) for key, values in institution.lacks],
        "facts": [said for key, values in institution.facts if (said := _say(_FACTS[key], values).strip())],
    }
