"""Draw the shipped Word templates: ``anxin/remedies/papers/zh/<kind>.docx``.

Plain official papers on A4 after GB/T 9704-2012: margins 37/35/28/26 mm, title 22 pt, body 16 pt, 28 pt a line. The
typefaces are named and not shipped; where one is missing the reader's own Song or Fangsong stands in.

    python tools/make_papers.py [--check]     --check: say whether the shipped files are what this would draw
"""

import io
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FOLDER = Path(__file__).resolve().parent.parent / "anxin" / "remedies" / "papers" / "zh"
TITLE, BODY, LATIN = "方正小标宋简体", "仿宋_GB2312", "Times New Roman"
STAND_INS = {TITLE: "宋体", BODY: "仿宋"}
PEOPLE = (("序号", "no", 14), ("姓名（代称）", "who", 40), ("欠薪月份", "months", 62), ("金额（元）", "sum", 40))
WAGES = (PEOPLE[0], ("姓名", "who", 32), ("欠薪月份", "months", 42), ("天数", "days", 14), ("日工资（元）", "rate", 26), ("金额（元）", "sum", 28))
PARTS = (("期次", "no", 20), ("支付日期", "on", 68), ("金额（元）", "sum", 68))

# p: an indented paragraph · l: a line flush left · h: a heading inside · rows/parts: a table · if: only where it says
# something · sign: the office's signature and date · party: signature lines.
PAPERS = {
    "acceptance": [
        "l {{ claimant }}：",
        "p 你（们）反映{{ employer }}拖欠{{ months }}工资一事（案件编号{{ case_number }}），经审查，符合受理条件，本机关决定予以受理。",
        "p 本机关将自受理之日起依法调查处理。办理进度可凭编号在线查询，也可以向承办人员询问；办理全程不收取任何费用。",
        "if contact p 联系方式：{{ contact }}",
        "p 依据：{{ article }}。", "sign"],
    "refusal": [
        "l {{ claimant }}：",
        "p 你（们）反映的事项（案件编号{{ case_number }}）已经收悉。经审查，本机关决定不予受理。理由如下：",
        "p {{ reason }}",
        "if elsewhere p 建议你（们）通过以下途径解决：{{ elsewhere }}",
        "if contact p 如有疑问或者有新的材料，请联系：{{ contact }}",
        "p 依据：{{ article }}。如不服，可以自收到本通知书之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。", "sign"],
    "inquiry": [
        "l {{ addressee }}：",
        "p 根据《劳动保障监察条例》第十五条，本机关就你单位农民工工资支付情况依法进行调查。请你单位法定代表人（主要负责人）或者其委托代理人于{{ appear_at }}到{{ place }}接受询问。",
        "h 一、询问事项", "p {{ matters }}", "h 二、需携带材料", "p {{ bring }}",
        "p 材料报送期限：{{ due_on }}。无正当理由不接受询问或者不提供材料的，本机关将依法处理，并可以依据已掌握的证据认定事实。",
        "p 劳动保障监察员：{{ inspectors }}", "if contact p 联系方式：{{ contact }}", "sign"],
    "order": [
        "l {{ addressee }}：",
        "if addressee_code p 统一社会信用代码：{{ addressee_code }}",
        "if legal_person p 法定代表人（负责人）：{{ legal_person }}",
        "if employer_address p 住所：{{ employer_address }}",
        "h 一、查明的事实", "p {{ facts }}", "rows", "if annex_note p {{ annex_note }}",
        "h 二、依据", "p 上述行为违反了{{ articles }}",
        "h 三、改正要求", "p 责令你单位于{{ due_on }}前：{{ demand }}",
        "p 逾期不改正的，本机关将依法作出行政处理或者处罚决定，并可以依法加付赔偿金、列入拖欠农民工工资失信联合惩戒对象名单；"
        "有能力支付而不支付，经责令支付仍不支付，涉嫌犯罪的，依法移送公安机关。",
        "p 劳动保障监察员：{{ inspectors }}", "if contact p 联系方式：{{ contact }}", "sign"],
    "prior_notice": [
        "l {{ addressee }}：",
        "p 你单位涉嫌违反劳动保障法律法规一案，已由本机关调查终结。现将拟作出的决定及事实、理由、依据告知如下：",
        "h 一、事实", "p {{ facts }}", "rows", "if annex_note p {{ annex_note }}", "h 二、证据", "p {{ evidence }}",
        "h 三、依据", "p {{ articles }}", "h 四、拟作出的决定", "p {{ measure }}",
        "p 对上述内容，你单位有权自收到本告知书之日起五个工作日内进行陈述、申辩；符合听证条件的，可以在同一期限内要求听证。逾期视为放弃。",
        "p 劳动保障监察员：{{ inspectors }}", "if contact p 联系方式：{{ contact }}", "sign"],
    "decision": [
        "l 当事人：{{ addressee }}", "if addressee_code p 统一社会信用代码：{{ addressee_code }}",
        "if legal_person p 法定代表人（负责人）：{{ legal_person }}", "if employer_address p 住所：{{ employer_address }}",
        "h 一、查明的事实", "p {{ facts }}", "rows", "if annex_note p {{ annex_note }}", "h 二、证据", "p {{ evidence }}",
        "h 三、依据和决定", "p 依据{{ articles }}", "p 本机关决定：{{ result }}", "p 履行期限：{{ due_on }}前。",
        "p {{ remedy }}逾期不履行的，本机关将依法申请人民法院强制执行。",
        "p 劳动保障监察员：{{ inspectors }}", "sign"],
    "penalty": [
        "l 当事人：{{ addressee }}", "if addressee_code p 统一社会信用代码：{{ addressee_code }}",
        "if legal_person p 法定代表人（负责人）：{{ legal_person }}", "if employer_address p 住所：{{ employer_address }}",
        "h 一、违法事实", "p {{ facts }}", "h 二、证据", "p {{ evidence }}", "h 三、依据和处罚决定", "p 依据{{ articles }}",
        "p 本机关决定给予如下行政处罚：{{ result }}", "h 四、履行方式和期限", "p {{ fine_pay }}", "h 五、救济途径",
        "p {{ remedy }}", "p 劳动保障监察员：{{ inspectors }}", "sign"],
    "talk": [
        "l {{ addressee }}：",
        "p 为落实农民工工资支付责任，经研究，决定对你单位进行约谈。现将有关事项通知如下：",
        "p 一、被约谈人：{{ talk_with }}", "p 二、时间：{{ appear_at }}", "p 三、地点：{{ place }}",
        "p 四、约谈事项：{{ talk_matters }}", "p 五、携带材料：{{ bring }}",
        "p 请准时参加。无正当理由不参加的，本机关将依法采取进一步措施。", "if contact p 联系方式：{{ contact }}", "sign"],
    "minutes": [
        "p 被约谈单位：{{ addressee }}", "p 时间、地点：{{ held }}", "p 参加人员：{{ present }}", "p 案件编号：{{ case_number }}",
        "p 约谈（记录）人：{{ inspectors }}", "h 谈话内容", "p {{ said }}", "h 承诺事项及期限", "p {{ promised }}",
        "p 以上笔录经被约谈人核对无误后签名确认。", "party 被约谈人（签名）：", "party 约谈人（签名）：", "party 记录人（签名）："],
    "police": [
        "l {{ police_unit }}：",
        "p {{ employer }}涉嫌拒不支付劳动报酬一案（案件编号{{ case_number }}），根据{{ article }}、《行政执法机关移送涉嫌犯罪案件的规定》，现移送你机关审查。",
        "if addressee_code p 统一社会信用代码：{{ addressee_code }}",
        "if legal_person p 法定代表人（负责人）：{{ legal_person }}", "if employer_address p 住所：{{ employer_address }}",
        "h 一、涉嫌犯罪事实", "p {{ conduct }}", "rows", "h 二、数额标准", "p {{ threshold }}", "h 三、证据", "p {{ evidence }}",
        "h 四、随案移送材料", "p {{ papers_sent }}", "p 请将是否立案的决定书面通知本机关。",
        "p 劳动保障监察员：{{ inspectors }}", "sign"],
    "mediation": [
        "p 甲方（支付方）：{{ addressee }}", "if addressee_code p 统一社会信用代码：{{ addressee_code }}",
        "if legal_person p 法定代表人（负责人）：{{ legal_person }}", "p 乙方：案件{{ case_number }}的{{ people }}名申请人（名单见下表）",
        "if mediator p 调解组织：{{ mediator }}", "h 一、争议事实", "p {{ facts }}", "rows", "if annex_note p {{ annex_note }}",
        "h 二、支付安排", "p 双方自愿达成协议：甲方共支付工资{{ sum }}元（大写：{{ sum_words }}），分期如下，直接支付到每名农民工本人的银行账户：", "parts",
        "if terms p 其他约定：{{ terms }}",
        "h 三、不履行的后果", "p 甲方任何一期未按时足额支付的，剩余款项视为全部到期；乙方可以凭本协议依法向人民法院申请支付令，也可以申请仲裁，本机关可以依法处理。",
        "p 本协议自双方签名（盖章）之日起生效，双方可以依法共同申请仲裁审查或者司法确认。",
        "party 甲方（盖章）：", "party 乙方（代表签名）：", "party 调解员（签名）：", "sign"],
    "summary": [
        "p 案件编号：{{ case_number }}", "p 用人单位：{{ employer }}", "p 工程项目：{{ project }}",
        "if contractor p 施工总承包单位：{{ contractor }}", "wages",
        "p 合计{{ people }}人，{{ sum }}元（大写：{{ sum_words }}）。", "h 证据", "p {{ evidence }}", "party 制表人（签名）：",
        "p 制表日期：{{ drafted_on }}"],
    "iou": [
        "p 今欠{{ claimant }}（公民身份号码{{ claimant_identity }}）在“{{ project }}”{{ months }}的工资人民币{{ sum }}元（大写：{{ sum_words }}）。",
        "wages", "if promise_on p 约定于{{ promise_on }}前付清。",
        "p 本欠条一式两份，欠款人和劳动者各执一份。出具欠条不免除按时足额支付工资的法定义务。",
        "party 欠款人（签名、按手印或盖章）：{{ debtor }}", "party 证明人（签名）：", "party 日期："],
    "payment_order": [
        "l {{ body }}：", "h 申请人", "p {{ claimant }}，{{ claimant_gender }}，{{ claimant_born }}生，公民身份号码{{ claimant_identity }}，电话{{ claimant_phone }}，住{{ home }}。",
        "h 被申请人", "p {{ employer }}，住所{{ employer_address }}，法定代表人（负责人）{{ legal_person }}。",
        "h 请求事项", "p {{ requests }}", "h 事实和理由", "p {{ facts }}", "wages", "h 证据", "p {{ evidence }}",
        "p 依据：{{ article }}。", "party 申请人（签名）：", "party 日期："],
    "arbitration": [
        "l {{ body }}：", "h 申请人", "p {{ claimant }}，{{ claimant_gender }}，{{ claimant_born }}生，公民身份号码{{ claimant_identity }}，"
        "职业{{ occupation }}，工作单位{{ employer }}，住{{ home }}，电话{{ claimant_phone }}。",
        "h 被申请人", "p {{ employer }}，住所{{ employer_address }}，法定代表人（主要负责人）{{ legal_person }}。",
        "h 仲裁请求", "p {{ requests }}", "h 事实和理由", "p {{ facts }}", "wages",
        "h 证据和证据来源", "p {{ evidence }}", "if witnesses h 证人姓名和住所", "if witnesses p {{ witnesses }}",
        "party 申请人（签名）：", "party 日期："],
    "legal_aid": [
        "l {{ body }}：", "p 申请人：{{ claimant }}，{{ claimant_gender }}，{{ claimant_born }}生，公民身份号码{{ claimant_identity }}，电话{{ claimant_phone }}，住{{ home }}。",
        "p 申请事项：{{ requests }}", "h 案情", "p {{ facts }}", "h 申请理由", "p {{ need }}",
        "p 根据{{ article }}，请求支付劳动报酬可以申请法律援助；农民工请求支付劳动报酬的，免予核查经济困难状况。",
        "party 申请人（签名）：", "party 日期："],
    "support": [
        "l {{ body }}：", "p 申请人：{{ claimant }}，{{ claimant_gender }}，{{ claimant_born }}生，公民身份号码{{ claimant_identity }}，电话{{ claimant_phone }}，住{{ home }}。",
        "p 被申请人：{{ employer }}，住所{{ employer_address }}，法定代表人（负责人）{{ legal_person }}。",
        "h 请求事项", "p {{ requests }}请求人民检察院支持申请人向人民法院提起诉讼。", "h 事实和理由", "p {{ facts }}", "wages",
        "h 证据", "p {{ evidence }}", "p 依据：{{ article }}。", "party 申请人（签名）：", "party 日期："],
}  # fmt: skip
ISSUED = ("acceptance", "refusal", "inquiry", "order", "prior_notice", "decision", "penalty", "talk", "police", "mediation")


def draw(kind: str) -> bytes:
    """One template."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = paper.styles["Normal"]
    _face(normal, BODY, 16)
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    _stand_ins(paper)
    _page_number(section)
    if kind in ISSUED:
        _line(paper, "{{ unit }}", align=ALIGN.CENTER, size=16)
    _line(paper, "{{ title }}", align=ALIGN.CENTER, size=22, face=TITLE, after=6)
    if kind in ISSUED:
        _line(paper, "{{ number }}", align=ALIGN.CENTER, size=16, after=14)
    for text in PAPERS[kind]:
        _put(paper, text)
    made = io.BytesIO()
    paper.core_properties.author = "anxin"
    paper.core_properties.title = ""
    paper.core_properties.comments = ""
    paper.save(made)
    return made.getvalue()


def _put(paper, text: str) -> None:
    word, _, rest = text.partition(" ")
    if word == "if":
        name, _, rest = rest.partition(" ")
        _line(paper, "{%p if " + name + " %}")
        _put(paper, rest)
        _line(paper, "{%p endif %}")
    elif word == "p":
        _line(paper, rest, indent=True)
    elif word == "l":
        _line(paper, rest)
    elif word == "h":
        _line(paper, rest, indent=True, face="黑体")
    elif word == "party":
        _line(paper, rest, indent=True, before=10)
    elif word == "sign":
        _line(paper, "{{ unit }}（印章）", align=ALIGN.RIGHT, before=28, keep=True)
        _line(paper, "{{ signed_on }}", align=ALIGN.RIGHT)
    else:
        columns, rows = {"rows": (PEOPLE, "rows"), "wages": (WAGES, "rows"), "parts": (PARTS, "instalments")}[word]
        _table(paper, columns, rows)


def _line(paper, text, *, align=None, size=16, face=BODY, indent=False, before=0, after=0, keep=False):
    paragraph = paper.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep
    if indent:
        form.first_line_indent = Pt(2 * size)
    if size > 16:
        form.line_spacing = Pt(34)
    _face_of_run(paragraph.add_run(text), face, size)
    return paragraph


def _table(paper, columns, rows: str) -> None:
    table = paper.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for place, (title, name, width) in enumerate(columns):
        table.columns[place].width = Mm(width)
        for line, text in enumerate((title, "", "{{ row." + name + " }}", "")):
            cell = table.cell(line, place)
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(20)
            paragraph.alignment = ALIGN.RIGHT if name in ("sum", "rate") and line == 2 else ALIGN.CENTER
            _face_of_run(paragraph.add_run(text), "黑体" if line == 0 else BODY, 12)
    table.cell(1, 0).paragraphs[0].runs[0].text = "{%tr for row in " + rows + " %}"
    table.cell(3, 0).paragraphs[0].runs[0].text = "{%tr endfor %}"
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for line in (0, 2):
        table.rows[line]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _face(style, face: str, size: int) -> None:
    style.font.name, style.font.size = LATIN, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _face_of_run(run, face: str, size: int) -> None:
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _page_number(section) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    _face_of_run(paragraph.add_run("— "), "宋体", 14)
    run = paragraph.add_run()
    _face_of_run(run, "宋体", 14)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            one = OxmlElement("w:fldChar")
            one.set(qn("w:fldCharType"), kind)
        else:
            one = OxmlElement("w:instrText")
            one.text = text
        run._element.append(one)
    _face_of_run(paragraph.add_run(" —"), "宋体", 14)


def _stand_ins(paper) -> None:
    """Say in the table of typefaces what may stand in for one that a reader does not have."""
    for relation in paper.part.rels.values():
        if not relation.reltype.endswith("/fontTable"):
            continue
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="roman"/></w:font>'
            for name, other in STAND_INS.items()
        )
        blob = relation.target_part.blob.decode()
        relation.target_part._blob = blob.replace("</w:fonts>", fonts + "</w:fonts>").encode()


def parts(content: bytes) -> dict[str, bytes]:
    """A .docx by its parts, so that two can be compared whatever hour the archive carries."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    """Draw them all, or compare."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for kind in PAPERS:
        file, content = FOLDER / f"{kind}.docx", draw(kind)
        if "--check" in sys.argv:
            if not file.exists() or parts(file.read_bytes()) != parts(content):
                stale.append(file.name)
        elif not file.exists() or parts(file.read_bytes()) != parts(content):
            file.write_bytes(content)
            print(file.name)
    if stale:
        print("stale:", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
