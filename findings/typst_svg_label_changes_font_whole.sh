#!/usr/bin/env bash
# A chart is drawn as SVG and set by Typst for a briefing or a PNG; a label such as "▸ Beyond the axis: Isles of Scilly" has one
# sign that the chart's font lacks.
#
# One would guess: the sign alone comes from another font, as it does in a browser and in Typst's own text, and the words keep
#   the font that the SVG names.
# What happens: in an SVG that Typst places, one sign that is lacking takes the whole label into the other font, words and
#   figures too, also those of a <tspan> beside it. So labels of one chart are in two fonts, and not as wide as they were
#   measured. The sign in a <text> of its own leaves the words as they are.
# Versions: typst 0.15.2 (Python package); fonts are read from its PDF by pypdf 7.1.1.
#
# Ends with status 0 while that is so, and 1 once it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "typst==0.15.2" "pypdf==7.1.1"
cat > "$work/try.py" <<'PY'
import io
import sys
from pathlib import Path

import typst
from pypdf import PdfReader

WORK = Path(sys.argv[1])
FONT = "Libertinus Serif"  # comes with Typst, and lacks the sign


def fonts_of(resources):
    resources = resources.get_object()
    found = {font.get_object()["/BaseFont"].partition("+")[2] for font in (resources.get("/Font") or {}).values()}
    for one in (resources.get("/XObject") or {}).values():
        if "/Resources" in one.get_object():
            found |= fonts_of(one.get_object()["/Resources"])
    return found


def set_by_typst(source):
    (WORK / "page.typ").write_text(source, "utf-8")
    pdf = typst.compile(str(WORK / "page.typ"), ignore_system_fonts=True)
    return {name.partition("-")[0] for name in fonts_of(PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"])}


def in_svg(*labels):
    (WORK / "chart.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40">'
        + "".join(f'<text x="5" y="25" font-family="{FONT}" font-size="20">{label}</text>' for label in labels)
        + "</svg>",
        "utf-8",
    )
    return set_by_typst('#image("chart.svg")')


WORDS, SIGN = "Beyond the axis", "\u25b8"
plain = in_svg(WORDS)
whole = in_svg(f"{SIGN} {WORDS}")
spans = in_svg(f"<tspan>{SIGN}</tspan><tspan> {WORDS}</tspan>")
apart = in_svg(SIGN, WORDS)
own = set_by_typst(f'#set text(font: "{FONT}")\n{SIGN} {WORDS}')
found = {"words": plain, "sign and words": whole, "two tspans": spans, "two texts": apart, "Typst's own text": own}
for what, fonts in found.items():
    print(f"{what}: {', '.join(sorted(fonts))}")
(other,) = whole
sys.exit(0 if other not in plain and whole == spans and apart == own == plain | whole else 1)
PY
"$work/env/bin/python" "$work/try.py" "$work"
