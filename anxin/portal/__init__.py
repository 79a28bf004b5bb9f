"""Portal: what people see.

``officer/`` the officer's pages, ``site/`` the labour clerk's, ``worker/`` the worker's on his telephone and a site's
public page, ``ui/`` base templates, components and static files.
"""
