"""Draws terminal screens as windows, one under the other, in one SVG on standard output.

Each argument is a file with the place of the cursor and a title in its first line (`x y title`) and
the output of `tmux capture-pane -e -p -N` behind it. A character is taken to be one cell wide.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby

# All in pixels. The font decides neither: each run of text is stretched to its cells.
CELL, ROW, FONT, BASELINE = 8.4, 18, 14, 13.5
PAD, BAR, GAP = 12, 34, 20

FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FRAME, TITLE, DOTS = "#303030", "#b0b0b0", ("#ff5f57", "#febc2e", "#28c840")


@dataclass(frozen=True)
class Style:
    """How a cell is drawn. A colour that is None is the terminal's own."""

    ink: str | None = None
    ground: str | None = None
    line_ink: str | None = None
    bold: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


COLOURS = {"38": "ink", "48": "ground", "58": "line_ink"}
CHANGES = {
    "1": {"bold": True}, "22": {"bold": False},
    "3": {"italic": True}, "23": {"italic": False},
    "4": {"underline": True}, "24": {"underline": False},
    "7": {"reverse": True}, "27": {"reverse": False},
    "39": {"ink": None}, "49": {"ground": None}, "59": {"line_ink": None},
}


def styled(style, codes):
    """The style after a sequence `ESC [ codes m`."""
    codes = codes.split(";")
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            style = Style()
        elif code in COLOURS and codes[:1] == ["2"]:
            colour = "#%02x%02x%02x" % tuple(map(int, codes[1:4]))
            style, codes = replace(style, **{COLOURS[code]: colour}), codes[4:]
        else:
            style = replace(style, **CHANGES[code])
    return style


def read(path):
    """The cursor, the title and the rows of a screen, a row being a list of (character, style)."""
    with open(path, encoding="utf-8") as file:
        x, y, title = file.readline().split(maxsplit=2)
        style, rows = Style(), []
        for line in file.read().splitlines():
            row = []
            for codes, character in re.findall(r"\x1b\[([\d;]*)m|([^\x1b])", line):
                if character:
                    row.append((character, style))
                else:
                    style = styled(style, codes)
            rows.append(row)
    return (int(x), int(y)), title.strip(), rows


def runs(row, key):
    """Neighbouring cells with the same key, as (column, key, text)."""
    column = 0
    for value, cells in groupby(row, lambda cell: key(cell[1])):
        text = "".join(character for character, _ in cells)
        yield column, value, text
        column += len(text)


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rect(x, y, width, height, fill, more=""):
    box = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {box} fill="{fill}"{more}/>'


def colours(style, own):
    """Ink and ground of a cell, on a screen whose own colours are these."""
    pair = style.ink or own[0], style.ground or own[1]
    return pair[::-1] if style.reverse else pair


def draw_row(row, x, y, own):
    """A row of cells: first the grounds, then the texts over them."""
    for column, ground, text in runs(row, lambda style: colours(style, own)[1]):
        if ground != own[1]:
            # A bar reaches the frame.
            left = x + column * CELL if column else 1
            end = column + len(text)
            right = x + end * CELL if end < len(row) else 2 * x + end * CELL - 1
            yield rect(left, y, right - left, ROW, ground)
    for column, style, text in runs(row, lambda style: style):
        left, ink = x + column * CELL, colours(style, own)[0]
        if style.underline:
            yield rect(left, y + ROW - 2.5, len(text) * CELL, 1.5, style.line_ink or ink)
        more = ' font-weight="bold"' * style.bold + ' font-style="italic"' * style.italic
        # Viewers make one space of several, so these are left out.
        for word in re.finditer(r"\S+( \S+)*", text):
            place = f'x="{number(left + word.start() * CELL)}" y="{number(y + BASELINE)}"'
            fit = f'textLength="{number(len(word[0]) * CELL)}" lengthAdjust="spacingAndGlyphs"'
            yield f'<text {place} {fit} fill="{ink}"{more}>{escape(word[0], quote=False)}</text>'


def draw_window(screen, y, width):
    """A window with its title, its screen and the cursor; its top is at y."""
    (cursor_x, cursor_y), title, rows = screen
    # The screen's own colours are those of most of its cells.
    pairs = Counter((style.ink, style.ground) for row in rows for _, style in row)
    [(own, _)] = pairs.most_common(1)
    height = BAR + len(rows) * ROW + PAD
    yield rect(0.5, y + 0.5, width - 1, height - 1, own[1], f' rx="9" stroke="{FRAME}"')
    corners = f"V{y + 9.5}a9 9 0 0 1 9-9H{width - 9.5}a9 9 0 0 1 9 9V{y + BAR}z"
    yield f'<path d="M.5 {y + BAR}{corners}" fill="{FRAME}"/>'
    for place, dot in enumerate(DOTS):
        yield f'<circle cx="{20 + 20 * place}" cy="{y + BAR / 2}" r="6" fill="{dot}"/>'
    yield (f'<text x="{width / 2}" y="{y + BAR / 2 + 5}" text-anchor="middle" fill="{TITLE}" '
           f'font-family="system-ui, sans-serif">{escape(title)}</text>')
    top = y + BAR + PAD / 2
    for place, row in enumerate(rows):
        yield from draw_row(row, PAD, top + place * ROW, own)
    yield rect(round(PAD + cursor_x * CELL), top + cursor_y * ROW, 2, ROW, own[0])


def main(paths):
    screens = [read(path) for path in paths]
    width = round(max(len(row) for _, _, rows in screens for row in rows) * CELL + 2 * PAD)
    windows, y = [], 0
    for screen in screens:
        windows += draw_window(screen, y, width)
        y += BAR + len(screen[2]) * ROW + PAD + GAP
    height = y - GAP
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
          f'width="{width}" height="{height}" font-family="{FONTS}" font-size="{FONT}">')
    print("<title>" + escape("; ".join(title for _, title, _ in screens)) + "</title>")
    print("\n".join(windows) + "\n</svg>")


if __name__ == "__main__":
    main(sys.argv[1:])
