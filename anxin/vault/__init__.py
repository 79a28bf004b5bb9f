"""Vault: personal fields sealed at rest, looked up by blind index, shown masked; evidence by content hash.

Public functions: ``fields.seal_text`` and ``open_text`` (AES-256-GCM or SM4-GCM, as the key's version says), ``blind``
(keyed look-up value), ``mask_identity``, ``mask_phone``, ``mask_card``, ``mask_text``; ``identity.identity_problem``;
``evidence.take``, ``read`` and ``remove``; ``keys.rotate`` and ``resealing.reseal``. ``logs`` masks each line of a log.
"""
