"""The national door ``open.api`` 全国建筑工人管理服务信息平台: verify, read leniently, hand over (protocol §1).

``door.answer`` takes a request's bytes and gives the reply's bytes; ``views.open_api`` puts it on the wire.
``envelope`` and ``signing`` read and verify, ``methods`` names who handles what, one file a subject does it,
``queries`` and ``fact_queries`` answer the reading methods. Outsiders' field names live only here.
"""
