"""Line icons (24 × 24, drawn for these pages) and the shapes of the four warning levels (16 × 16)."""

OUTLINES = {
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "download": '<path d="M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M4 20h16"/>',
    "upload": '<path d="M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4 20h16"/>',
    "filter": '<path d="M4 5h16l-6 8v6l-4-2v-4z"/>',
    "menu": '<path d="M4 6h16M4 12h16M4 18h16"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "left": '<path d="m14.5 5-7 7 7 7"/>',
    "right": '<path d="m9.5 5 7 7-7 7"/>',
    "down": '<path d="m5 9.5 7 7 7-7"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>',
    "language": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"/>',
    "keyboard": '<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8"/>',
    "star": '<path d="m12 4 2.5 5.2 5.5.8-4 4 1 5.7-5-2.7-5 2.7 1-5.7-4-4 5.5-.8z"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "alert": '<path d="M12 4 3 19.5h18zM12 10v4.5m0 2.5v.01"/>',
    "calendar": '<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3v4M15.5 3v4"/>',
    "eye": '<path d="M2.5 12c5-8.5 14-8.5 19 0-5 8.5-14 8.5-19 0z"/><circle cx="12" cy="12" r="3"/>',
    "building": '<path d="M5 20.5V4h9v16.5M14 9h5v11.5M3 20.5h18M8 8h3M8 12h3M8 16h3"/>',
    "file": '<path d="M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 16h6"/>',
    "history": '<path d="M4 5v4.5h4.5M4.5 9.5a8 8 0 1 1-.5 4M12 8v4.5l3 2"/>',
}
LEVEL_SHAPES = {
    "blue": '<circle cx="8" cy="8" r="6"/>',
    "yellow": '<path d="M8 1.5 15 14H1z"/>',
    "orange": '<path d="M8 .8 15.2 8 8 15.2.8 8z"/>',
    "red": '<path d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z"/>',
}
