"""The officer's pages: one file a subject; each view checks its permission, takes the time once and renders."""
