"""Our own line drawings, 24 by 24, drawn with the text's colour."""

from __future__ import annotations

ICONS = {
    "add": "M12 5v14M5 12h14",
    "answered": "M20 12a8 8 0 1 1-4-6.9M8.5 11.5l3 3L20 6",
    "back": "M19 12H5m6-6-6 6 6 6",
    "basket": "M4 9h16l-2 11H6zM8 9l3-6M16 9l-3-6M9.5 13v3M14.5 13v3",
    "bell": "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10.5 20h3M12 5.5V4",
    "bookmark": "M6 4h12v16l-6-4-6 4z",
    "change": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "download": "M12 4v11m-5-5 5 5 5-5M5 20h14",
    "flask": "M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M7.5 15h9",
    "history": "M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4l3 2",
    "leave": "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M4 12h11m-4-4 4 4-4 4",
    "lock": "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6zM12 15v2",
    "offline": "M4 4l16 16M8.5 14.5a5 5 0 0 1 6-.8M5 11a10 10 0 0 1 4-2.3M13 8a10 10 0 0 1 6 3M12 18.5v.1",
    "open": "M13 4h7v7M20 4l-9 9M10 5H5v14h14v-5",
    "person": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20a7.5 7.5 0 0 1 15 0",
    "print": "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
    "refused": "M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.5 12h7",
    "remove": "M6 6l12 12M18 6L6 18",
    "search": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
    "slow": "M7 3h10M7 21h10M8 3v4l4 5-4 5v4M16 3v4l-4 5 4 5v4",
    "unlocked": "M7 11V8a5 5 0 0 1 9.5-2M6 11h12v9H6zM12 15v2",
    "waiting": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
    "warning": "M12 4 2.5 20h19zM12 10v4M12 17v.1",
}
"""Name -> SVG path data."""
