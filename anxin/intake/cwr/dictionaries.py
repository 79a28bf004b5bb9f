"""The dictionaries that CWRService senders ask for. National code tables, and the few of this protocol's own."""

from typing import Any

from anxin.intake.cwr.reading import Call

Table = tuple[tuple[str, str], ...]

WORK_TYPES: Table = (
    ("010", "砌筑工"), ("020", "钢筋工"), ("030", "架子工"), ("040", "混凝土工"), ("050", "模板工"),
    ("060", "机械设备安装工"), ("070", "通风工"), ("080", "安装起重工"), ("090", "安装钳工"),
    ("100", "电气设备安装调试工"), ("110", "管道工"), ("120", "变电安装工"), ("130", "建筑电工"),
    ("140", "司泵工"), ("150", "挖掘铲运和桩工机械司机"), ("160", "桩机操作工"), ("170", "起重信号工"),
    ("180", "建筑起重机械安装拆卸工"), ("190", "装饰装修工"), ("200", "室内成套设施安装工"),
    ("210", "建筑门窗幕墙安装工"), ("220", "幕墙制作工"), ("230", "防水工"), ("240", "木工"), ("250", "石工"),
    ("270", "电焊工"), ("280", "爆破工"), ("290", "除尘工"), ("300", "测量放线工"), ("310", "线路架设工"),
    ("320", "古建筑传统石工"), ("330", "古建筑传统瓦工"), ("340", "古建筑传统彩画工"),
    ("350", "古建筑传统木工"), ("360", "古建筑传统油工"), ("380", "金属工"), ("900", "管理人员"),
    ("390", "杂工"), ("800", "特种工"), ("1000", "其它"),
)  # fmt: skip
COMPANY_TYPES: Table = (
    ("001", "专业分包"), ("002", "设备分包"), ("003", "材料分包"), ("004", "后勤服务"), ("005", "特殊设备"),
    ("006", "劳务分包"), ("007", "监理"), ("008", "建设单位"), ("009", "总承包单位"), ("010", "勘察"),
    ("011", "设计单位"), ("012", "其它"),
)  # fmt: skip
PERSONNEL_TYPES: Table = (("00", "工人"), ("01", "管理"))
EMPLOYEE_CATEGORIES: Table = (("00", "建筑工人"), ("01", "管理人员"))
JOB_TYPES: Table = (("01", "管理岗位"), ("02", "作业岗位"))
JOBS: Table = (
    ("1", "项目经理"), ("2", "技术负责人"), ("3", "施工员"), ("4", "质量员"), ("5", "安全员"), ("6", "材料员"),
    ("7", "资料员"), ("8", "劳资专管员"), ("9", "监理工程师"), ("99", "其他"),
)  # fmt: skip
_TABLES: dict[str, Table] = {
    "dictlistworktypename": WORK_TYPES,
    "dictlistempcategory": EMPLOYEE_CATEGORIES,
    "dictlistjobtypename": JOB_TYPES,
    "dictlistjobname": JOBS,
    "getcompanytype": COMPANY_TYPES,
    "getteamtype": WORK_TYPES,
    "getworkerpersonneltype": PERSONNEL_TYPES,
}
FUNCTIONS = frozenset(_TABLES)


def dictionary(call: Call) -> dict[str, Any]:
    """The table a function asks for, as ``dict_list`` of ``orders`` and ``value``."""
    return {"dict_list": [{"orders": code, "value": name} for code, name in _TABLES[call.function.lower()]]}
