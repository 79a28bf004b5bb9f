"""Addresses of claiming and following. No code and no personal number stands in any of them."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.worker import claim, claim_files, group, iou, track, track_acts

urlpatterns: list[URLPattern | URLResolver] = [
    path("claim", claim.claim, name="claim"),
    path("claim/<int:step>", claim.step, name="claim-step"),
    path("claim/done", claim.done, name="claim-done"),
    path("claim/noted", claim.noted, name="claim-noted"),
    path("claim/files/<str:digest>", claim_files.draft_file, name="claim-draft-file"),
    path("claim/join", group.join, name="claim-join"),
    path("iou", iou.iou, name="iou"),
    path("track", track.track, name="claim-track"),
    path("track/leave", track.leave, name="claim-leave"),
    path("track/<str:number>", track.progress, name="claim-progress"),
    path("track/<str:number>/consent", group.own_word, name="claim-consent"),
    path("track/<str:number>/member", group.member, name="claim-member"),
    path("track/<str:number>/files/<str:digest>", claim_files.claim_file, name="claim-file"),
    path("track/<str:number>/<str:what>", track_acts.act, name="claim-act"),
    path("me/claims", track.my_claims, name="me-claims"),
]
