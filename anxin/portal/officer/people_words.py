"""Words for roles, kinds of organisation and industries."""

from django.utils.translation import gettext_lazy as _

from anxin.people.models import OrganisationKind, Role
from anxin.registry.models.projects import Industry

ROLES = {code: _(label) for code, label in Role.choices}
KINDS = {code: _(label) for code, label in OrganisationKind.choices}
INDUSTRIES = {code: _(label) for code, label in Industry.choices}
STATES = {"active": _("在职"), "suspended": _("已停用"), "left": _("已离任")}
# Labels that live in another room; named here so that the extraction finds them.
_LABELS = (
    *(_("监察机构负责人"), _("协同部门经办人"), _("银行经办人"), _("审计员")),
    *(_("人民政府"), _("人力资源社会保障"), _("住房城乡建设"), _("交通运输"), _("财政"), _("国资监管"), _("公安")),
    *(_("法院"), _("检察院"), _("法律援助"), _("银行"), _("企业")),
)
