"""Columns that several kinds share, under their national names, with the titles seen in practice (protocol §6)."""

from anxin.intake.sheets.headings import column
from anxin.vault.identity import check_digit

EXAMPLE_IDENTITY = "99000019850601001" + check_digit("99000019850601001")
EXAMPLE_CARD = "6222020000000000001"

PROJECT = column(
    "projectCode",
    "项目编码 项目编号 项目代码 工程编码 工程项目编码",
    spread=True,
    note="平台项目编码；上传时已选定项目的可不填",
    example="P2026001",
    above="项目编码",
)
CORP_CODE = column(
    "corpCode",
    "企业统一社会信用代码 统一社会信用代码 社会信用代码 企业代码 单位代码",
    spread=True,
    note="工人所属企业；不填按总承包单位",
    example="91140000MOCK000001",
)
CORP_NAME = column(
    "corpName",
    "企业名称 工人所属企业名称 所属企业 所属企业名称 单位名称 用工单位 劳务公司 所属单位 参建单位 公司名称",
    spread=True,
    example="测试建设有限公司",
)
TEAM = column(
    "teamName",
    "班组名称 工人所属班组名称 所属班组 所属班组名称 班组 施工班组 队伍 所在班组",
    spread=True,
    example="泥工A班",
)
WORKER = column(
    "workerName",
    "姓名 工人姓名 人员姓名 员工姓名 农民工姓名 民工姓名 职工姓名 收款人 收款人姓名 收款人名称 "
    "收款户名 户名 账户名 账户名称 持卡人 领款人",
    spread=True,
    example="测试一",
)
ID_TYPE = column("idCardType", "证件类型 身份证件类型", note="默认居民身份证")
ID_NUMBER = column(
    "idCardNumber",
    "证件号码 身份证 身份证号 身份证号码 居民身份证号码 居民身份证号 公民身份号码 证件号 身份证件号码 身份号码",
    spread=True,
    note="18位身份证号；单元格格式请设为文本",
    example=EXAMPLE_IDENTITY,
)
CARD = column(
    "payRollBankCardNumber",
    "发放工资银行卡号 工人工资卡号 银行卡号 工资卡号 银行账号 账号 银行帐号 帐号 卡号 收款账号 "
    "收款人账号 收款卡号 工资卡 银行卡 个人账号 银行卡账号",
    note="单元格格式请设为文本",
    example=EXAMPLE_CARD,
)
REMARK = column("remark", "备注 说明")

FIELD_TITLES = {
    "projectCode": "项目编码",
    "idCardNumber": "证件号码",
    "date": "时间",
    "payMonth": "月份",
    "month": "月份",
    "balanceDate": "发放日期",
    "totalPayAmount": "应发金额",
    "actualAmount": "实发金额",
    "payRollBankCardNumber": "工资卡号",
    "account": "专户账号",
    "payee": "收款人",
    "paidOn": "发放日期",
    "bookedOn": "记账日期",
    "amount": "金额",
}
