"""Portal: what people see. ``officer/`` the officer's pages, ``ui/`` base templates, components and static files."""
