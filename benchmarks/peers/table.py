"""Our rows and the peers' as one Markdown table."""
import json
import sys

ours, torch, brian = (json.load(open(name)) for name in sys.argv[1:4])


def cell(value):
    return "" if value is None else f"{value:.3g}"


print("| row | unit | compiled | limit | PyTorch loop | Brian2 | PyTorch / compiled | Brian2 / compiled |")
print("|---|---|---|---|---|---|---|---|")
for row in ours["rows"]:
    if row["threads"] != 1 or "problem" in row:
        continue
    compiled = row["compiled"]
    others = [peer.get(row["name"], {}).get("time") for peer in (torch, brian)]
    ratios = [None if other is None else other / compiled for other in others]
    cells = [cell(v) for v in [compiled, row["limit"], *others, *ratios]]
    print("| `" + row["name"] + "` | " + row["unit"] + " | " + " | ".join(cells) + " |")
