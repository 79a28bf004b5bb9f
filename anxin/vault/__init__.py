"""Vault: personal fields encrypted at rest, looked up by blind index, shown masked; evidence by content hash.

Public functions: ``seal_text``/``open_text`` (AES-256-GCM), ``blind`` (keyed look-up value), ``mask_identity``,
``mask_phone``, ``mask_card``, ``identity_problem`` and ``evidence.store``/``evidence.read``.
"""
