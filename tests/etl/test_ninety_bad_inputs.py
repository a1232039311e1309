"""The ninety bad inputs a publisher, a network or a disk can hand us, and thirty checks of the Department's screener.

Each with the tests that hold it, as module::test or module::test::case. A row that cannot be right refuses its file,
not itself alone: read without it, a council would look as if nobody had published its figure. Whoever loads a release
is there to look, and the last good one is served meanwhile. Set aside with their line and reason are only rows that
lose nothing: symbols of councils that were no more, reports without a grade. What is only written otherwise (spaces,
ends of lines, byte order marks) is read and not counted: the release keeps every cell as it was printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from etl.sources import all_sources


def refused(*cases: str) -> tuple[str, ...]:
    """Damages of one small file, through `etl extract` and `etl build` as a person runs them."""
    test = "test_a_damaged_file_is_refused_by_name_with_its_place_and_a_remedy"
    return tuple(f"test_bad_input::{test}::{case}" for case in cases)


def read(*cases: str) -> tuple[str, ...]:
    """What only looks different."""
    return tuple(f"test_extract::test_what_only_looks_different_is_read_alike::{case}" for case in cases)


def boundaries(*cases: str) -> tuple[str, ...]:
    test = "test_boundaries_that_are_not_englands_councils_are_refused"
    return tuple(f"test_geography::{test}::{case}" for case in cases)


def no_geojson(*cases: str) -> tuple[str, ...]:
    return tuple(f"test_geography::test_what_is_no_geojson_is_refused_in_words_of_our_own::{case}" for case in cases)


def tried_again(*cases: str) -> tuple[str, ...]:
    return tuple(f"test_fetch::test_what_may_pass_is_tried_again_from_the_start::{case}" for case in cases)


def elsewhere(*cases: str) -> tuple[str, ...]:
    return tuple(f"test_fetch::test_every_hop_must_be_https_to_a_host_we_know::{case}" for case in cases)


def printed(*texts: str) -> tuple[str, ...]:
    return refused(*(f"a cell that says {text}" for text in texts))


CUT = "test_bad_input::test_a_file_cut_between_two_rows_is_refused_and_found_by_the_checks_if_it_is_let_in"
CHECKED = "test_checks::test_it_finds_what_it_is_there_for"
KNOTS = "test_geography::test_the_files_undamaged_become_the_map_and_a_boundary_with_a_knot_is_mended"
GROUPS = "test_extract::test_a_row_is_not_lost_because_its_group_is_not_quite_one"
BY_NAME = "test_extract::test_columns_are_known_by_their_names_wherever_they_stand_and_a_new_one_is_kept"
QUOTED = "test_extract::test_a_leading_zero_a_comma_and_a_line_break_within_quotes_stay"
SPACES = "test_ees::test_spaces_around_labels_and_no_break_spaces_in_them_say_nothing"
SYMBOLS = "test_ees::test_a_symbol_is_kept_with_its_meaning_and_is_never_a_number"
DOUBLE_YEAR = "test_ees::test_a_double_year_ends_in_its_second_and_only_where_the_metric_says_so"
REPEAT = "test_ees::test_an_exact_repeat_is_counted_and_read_once"
GHOST = "test_ees::test_a_row_of_symbols_of_an_authority_that_was_no_more_is_rejected_and_counted"
SIZES = "test_fetch::test_a_few_bytes_that_unpack_to_a_flood_are_left"
SLOW = "test_fetch::test_a_server_that_drips_is_left_at_the_deadline"
UNITS = "test_ninety_bad_inputs::test_a_unit_is_a_percent_sign_pounds_or_words"

ROWS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("nothing in the file", refused("empty", "only a byte order mark", "only empty lines")),
    2: ("a header and no rows", refused("header only")),
    3: ("a web page", refused("a web page")),
    4: ("an error in JSON", refused("JSON", "a list in JSON")),
    5: ("a pointer, or words", refused("a Git LFS pointer", "words that it has moved")),
    6: (
        "another kind of file",
        refused(
            "an Excel workbook", "an OpenDocument file", "an old Excel workbook", "a ZIP file", "a PDF",
            "a cut Excel workbook", "text, not a spreadsheet", "a web page, not a spreadsheet",
            "a ZIP file, not a spreadsheet", "another document, not a spreadsheet",
        ),
    ),
    # Never unpacked, so that there is no size to cap.
    7: ("gzip", refused("a gzip file")),
    8: ("a byte order mark", read("byte order mark")),
    9: (
        "UTF-16",
        (
            *read("UTF-16 that says so", "UTF-16, high byte first"),
            *refused("UTF-16 that does not say so", "UTF-16 cut in a letter"),
        ),
    ),
    # No publisher here uses it, and nothing in a file says for certain that it is this: it is not tried.
    10: ("Windows-1252", refused("a pound sign of Windows", "a dash of Windows")),
    11: ("a byte that is not UTF-8", refused("a byte that is not UTF-8")),
    12: ("a NUL", refused("a NUL")),
    13: (
        "cut in a row",
        refused(
            "cut in a row", "cut in a row of the middle", "cut before the last line's end",
            "cut within the last number", "a cut spreadsheet",
        ),
    ),
    14: (
        "cut between two rows",
        (CUT, f"{CHECKED}::release_has_authorities",
         "test_validation::test_rows_that_are_gone_are_refused_with_whose_they_are"),
    ),
    15: (
        "a column less",
        refused("a column less", "no numbers of authorities", "a model without ranks", "a record without dates"),
    ),
    16: (
        "a column by another name",
        refused("a renamed column", "a column in capitals", "spaces in a column's name", "a renamed part"),
    ),
    17: ("columns in another order", (BY_NAME,)),
    # Kept in the release as printed: nothing is read of it until it is declared, so that there is nothing to warn of.
    18: ("a column more", (BY_NAME,)),
    19: ("a column twice", refused("a column twice", "a heading twice")),
    20: ("a field too many", refused("a field too many", "a comma in a number")),
    21: ("a field too few", refused("a field too few", "cut in a row")),
    22: ("a quote that does not end", refused("an unclosed quote", "a quote within a field")),
    23: (
        "a comma and a line break in quotes",
        (QUOTED, *read("quotes"),
         "test_extract::test_a_line_is_the_line_of_the_file_even_after_a_cell_of_two_lines_and_an_empty_line"),
    ),
    24: ("quotes behind backslashes", refused("a backslash before a quote")),
    25: ("other delimiters", refused("semicolons", "tabs")),
    26: ("lines that end in CR", read("CR")),
    27: ("lines that end in several ways", read("mixed ends of lines", "CRLF")),
    28: (
        "blank lines",
        ("test_extract::test_a_line_is_the_line_of_the_file_even_after_a_cell_of_two_lines_and_an_empty_line",
         *refused("only empty lines")),
    ),
    29: (
        "a title above the header",
        refused("a title above", "a title and empty fields above", "a title with a comma above"),
    ),
    # Not set aside: a row that was cut after its first field looks just like a note.
    30: ("notes below the table", refused("a note below", "a note and empty fields below")),
    31: ("two files in one", (*refused("two files in one"), f"{GROUPS}::a second header")),
    32: (
        "symbols",
        (
            SYMBOLS,
            "test_ees::test_every_symbol_of_the_open_data_standard_has_a_meaning",
            "test_council_spending::test_a_symbol_says_why_there_is_no_figure",
            *refused("an unknown symbol", "an empty cell", "a symbol in capitals"),
            *printed(":", "~", "..", ".", "-", "*", "#", "[c]", "[low]", "[x]", "NA", "N/A", "n/a", "null"),
            *refused("another word for close"),
        ),
    ),
    33: ("a symbol first in row 5,001", ("test_extract::test_a_cell_is_text_whatever_stands_above_it",)),
    # In other shapes a number is refused, not read: no publisher here prints one, and `1,234` is not told from `14,2`.
    34: (
        "a thousands separator",
        (*refused("a thousands separator", "a comma in a number"), *printed("1 000")),
    ),
    35: ("a sign of the unit", (*refused("a percent sign"), *printed("£1200"))),
    36: ("a decimal comma", printed("14,2")),
    37: (
        "numbers in other shapes",
        (
            *printed("1e3", "inf", "-inf", "1_000", "0x1F", "1e400", ".5", "+3", "3.", "999999999"),
            *refused("not a number", "a number in other digits"),
        ),
    ),
    38: ("a number that became a date", printed("14-Feb")),
    39: ("less than nothing", refused("a negative count", "a negative rate")),
    40: ("a share of 1", ("test_validation::test_a_share_from_0_to_1_is_refused_where_0_to_100_is_expected",)),
    41: (
        "more than 100 %",
        (*refused("over 100 %"), f"{CHECKED}::percentages", "test_checks::test_what_may_be_is_let_through",
         "test_ees::test_a_share_of_more_than_all_is_refused_by_its_count"),
    ),
    42: ("ten times last year's", ("test_validation::test_an_outlier_is_said",)),
    43: ("all as last year", ("test_validation::test_a_measure_that_equals_another_years_is_refused",)),
    44: ("a row twice", (REPEAT,)),
    45: (
        "a row twice with other values",
        (*refused("a row twice with another value", "a council alone and in a joint return", "neighbours twice",
                  "a neighbour twice", "itself a neighbour"),
         "test_ees::test_the_same_key_with_another_value_names_both_lines"),
    ),
    46: (
        "an unknown council",
        refused(
            "an unknown authority", "half a joint return unknown", "an unknown council", "no council",
            "an unknown code", "an unknown council of before", "an unknown neighbour", "neighbours of nobody",
        ),
    ),
    47: (
        "a code of another council",
        refused("another council's name", "another council's code", "a code with another name"),
    ),
    48: (
        "a council that was no more",
        (*refused("an ended council"), GHOST,
         "test_ees::test_a_number_of_an_authority_that_was_no_more_or_not_yet_is_refused"),
    ),
    49: ("a new council", refused("a new council")),
    50: ("a zero lost", (*refused("a number without its zero"), QUOTED)),
    51: ("spaces around codes and names", (SPACES,)),
    52: (
        "look-alike letters",
        refused("a look-alike letter in a code", "a look-alike letter in a name", "a number in other digits"),
    ),
    53: (
        "what nobody sees",
        refused(
            "a space of no width", "text turned around", "a control character", "a byte order mark inside",
            "a space of no width in a sheet",
        ),
    ),
    54: (
        "a formula as a name",
        (*refused("a formula as a name"),
         "dashboard.test_exports::test_text_that_a_spreadsheet_would_run_is_made_text_and_all_else_is_kept"),
    ),
    55: ("a field of 20 MB", refused("a field of 20 MB", "a field of a book's length")),
    56: ("50,000 columns", refused("50,000 columns")),
    57: (
        "years in several forms",
        (*refused("a year with a stroke", "a year with a dash", "a financial year", "a month", "another kind of year"),
         DOUBLE_YEAR),
    ),
    58: ("years that do not follow", (f"{DOUBLE_YEAR}::202427",)),
    59: ("another century", refused("a year a century ahead", "a year long ago", "a year to come")),
    60: ("an older edition", ("test_validation::test_an_older_release_is_refused",)),
    61: ("old years revised", ("test_validation::test_revised_years_are_counted_and_many_are_refused",)),
    62: (
        "England or a total as a council",
        refused(
            "England as a council", "a total as a council", "all as a council's name", "a council as England",
            "a council as a region",
        ),
    ),
    63: ("parts that are not the whole", ("test_validation::test_parts_that_do_not_sum_are_refused",)),
    64: ("another region", refused("another region", "no region")),
    65: ("a council missing", ("test_validation::test_a_missing_council_is_named",)),
    66: (
        "a grade in other words",
        (*refused("an unknown grade", "an unknown grade in a sheet", "an unknown grade of before",
                  "no overall judgement before the reform", "another kind of inspection"),
         "test_inspections::test_a_grade_in_other_words_is_refused_and_an_empty_cell_is_no_grade",
         "test_inspections::test_since_april_2026_overall_is_not_given_and_an_old_one_is_not_carried_forward"),
    ),
    67: (
        "an inspection on an impossible day, or two in one",
        (*refused("an inspection to come", "a report to come", "no such day", "two inspections the same day",
                  "the same day twice in a sheet", "no date", "no date in a sheet", "published before it started",
                  "an inspection to come in a sheet"),
         "test_inspections::test_what_is_no_date_or_lies_ahead_is_refused_with_its_place::01/01/1999"),
    ),
    68: (
        "a sheet of another layout",
        (*refused("a renamed sheet", "no header", "a renamed heading", "headings merged", "cells merged in a row"),
         "test_extract::test_a_header_row_that_moved_is_found_and_lines_still_count_from_the_top::moved down",
         "test_extract::test_a_column_of_notes_and_blank_lines_beside_and_below_a_sheets_table_change_nothing"),
    ),
    69: (
        "cells repeated",
        refused("a million rows in a few bytes", "a table far below", "a cell far away in Excel"),
    ),
    70: (
        "a bomb",
        refused("a bomb", "a bomb of many members", "a bomb of large members", "a member larger than it says"),
    ),
    71: (
        "a member that lies elsewhere",
        refused(
            "a member above", "a member above, as Windows says it", "a member from the root", "a member on a drive",
            "a member that leads elsewhere", "a member twice",
        ),
    ),
    72: (
        "entities",
        refused("an entity that is a file", "a billion laughs", "entities in another member"),
    ),
    73: (
        "locked, or with macros",
        refused(
            "a workbook locked by Excel", "a workbook locked by LibreOffice", "a locked member",
            "a macro of LibreOffice", "a macro of Excel", "an old Excel workbook for a new one",
        ),
    ),
    74: (
        "no GeoJSON",
        no_geojson(
            "absent", "empty", "a web page", "truncated", "nested deep", "an error of the map server", "a list",
            "features that are no objects", "not UTF-8",
        ),
    ),
    75: (
        "not all councils",
        boundaries(
            "no features", "only the first page", "only the first page, said in the properties", "a council less",
        ),
    ),
    76: (
        "not longitude and latitude",
        boundaries(
            "numbers of the National Grid", "latitude before longitude", "a council on the other side of Greenwich",
        ),
    ),
    77: (
        "boundaries that cross themselves",
        (*boundaries("an outline that crosses itself", "a hole outside its outline", "no geometry",
                     "an empty geometry"), KNOTS),
    ),
    78: (
        "features that are no councils",
        boundaries(
            "a council twice", "no number", "a number of two digits", "no code", "no name", "a point",
            "a ring that is not closed", "a ring of two points", "a point without numbers", "not a number",
            "a number without end",
        ),
    ),
    79: (
        "a download cut",
        tried_again("cut", "cut_in_a_chunk", "cut_between_chunks", "cut_while_packed", "garbled", "hung_up"),
    ),
    80: (
        "a download without a length",
        ("test_fetch::test_a_file_without_a_length_is_refused_because_a_cut_one_would_look_the_same",),
    ),
    81: (
        "come back later",
        ("test_fetch::test_a_server_that_says_when_to_come_back_is_asked_then",
         "test_fetch::test_a_server_may_say_it_by_a_date",
         "test_fetch::test_who_is_asked_to_stay_away_for_long_stays_away",
         "test_fetch::test_pauses_grow_to_a_minute_and_are_scattered",
         "test_fetch::test_after_five_tries_it_is_given_up"),
    ),
    82: (
        "a server that hangs or drips",
        (*(f"{SLOW}::{case}" for case in ("drip_body", "drip_packed", "drip_headers")),
         "test_fetch::test_a_server_that_hangs_is_not_waited_for_beyond_the_deadline",
         "test_fetch::test_a_read_that_hangs_is_tried_again"),
    ),
    83: (
        "redirects in a circle, or to a file",
        ("test_fetch::test_redirects_in_a_circle_end", *elsewhere("file:" + "///etc/passwd", "data:text/csv,a")),
    ),
    84: (
        "a redirect to another host",
        elsewhere(
            "https://127.0.0.1/f", "http://169.254.169.254/latest/meta-data/", "http://localhost/f",
            "https://api.education.gov.uk.example.org/f", "http://api.education.gov.uk/f",
        ),
    ),
    85: (
        "a flood",
        (SIZES, "test_fetch::test_a_file_that_never_ends_is_left",
         "test_fetch::test_a_file_that_says_it_is_too_large_is_not_begun"),
    ),
    86: ("a name of the server's", ("test_fetch::test_the_servers_name_for_a_file_does_not_matter",)),
    87: (
        "two at once",
        ("test_drills::test_of_builders_started_at_once_one_builds_and_the_others_end_with_status_3",
         "test_publish::test_who_comes_second_is_told_who_was_first_and_since_when",
         "test_fetch::test_one_fetches_at_a_time_and_parts_that_a_dead_one_left_are_removed"),
    ),
    88: (
        "killed",
        ("test_drills::test_a_builder_killed_at_any_step_leaves_the_last_or_the_new_version_whole",
         "test_drills::test_a_roll_back_killed_at_any_step_leaves_one_or_the_other_version_whole",
         "test_drills::test_a_build_killed_at_any_of_100_moments_leaves_the_last_or_the_new_version_whole"),
    ),
    89: (
        "a disk that is full, or not ours to write to",
        ("test_drills::test_a_disk_that_is_full_at_any_moment_leaves_the_served_file_as_it_was",
         "test_drills::test_a_folder_nobody_may_write_to_is_said_in_words",
         "test_publish::test_drafts_of_builders_that_died_are_removed_at_the_next_start",
         "test_extract::test_a_release_that_cannot_be_written_is_said_in_words",
         "test_fetch::test_a_folder_that_cannot_be_written_to_is_said_in_words"),
    ),
    90: (
        "a clock that is wrong",
        ("test_publish::test_a_clock_that_was_put_back_does_not_confuse_the_order",
         "test_fetch::test_a_download_is_put_in_place_with_where_it_is_from",
         "test_extract::test_a_release_says_of_each_cell_which_file_it_was_read_from_and_whose_that_is"),
    ),
}  # fmt: skip

# Of the 81 checks of eesyscreener, those that concern who reads a table, not who publishes one. Of metadata files we
# read none: what they would say of a column, the declaration of a measure says.
SCREENER: dict[str, tuple[str, ...]] = {
    "col_req_meta": ("test_sources::test_a_metric_says_all_a_reader_needs",),
    "col_req_data": refused(
        "no column time_period", "no column time_identifier", "no column geographic_level", "no column country_code",
        "no column country_name",
    ),
    "cross_meta_to_data": refused("a column less", "a renamed column", "a renamed part"),
    "cross_data_to_meta": (BY_NAME,),
    "col_names_spaces": refused("spaces in a column's name"),
    "meta_ind_unit_validation": (UNITS,),
    "time_period_num": refused("a month", "a year with a stroke", "no year"),
    "time_id_valid": refused("no kind of year"),
    "time_id_mix": refused("two kinds of year"),
    "geog_level": refused("districts"),
    "geog_level_present": refused("no numbers of authorities", "no column new_la_code", "no column region_code"),
    "time_period": refused("a financial year", "a year with a dash"),
    "time_period_six": (f"{DOUBLE_YEAR}::202427",),
    "filter_item_limit": (f"{GROUPS}::25,001 groups",),
    "filter_whitespace": (f"{GROUPS}::a space after a group", f"{GROUPS}::a no-break space before it"),
    "filter_ob_total": refused("all years", "a total as a council", "all as a council's name"),
    "filter_blanks": (f"{GROUPS}::no group",),
    "geog_country_combos": refused("another country", "another country's name"),
    "geog_region_combos": refused("an unknown region", "another region's name"),
    "geog_la_combos": refused("another council's name", "another council's code", "an unknown authority"),
    "geog_level_completed": refused("no number", "no name", "no code", "no name of a region"),
    "geog_la_col_present": refused("no numbers of authorities", "no column new_la_code", "no column la_name"),
    "geog_region_col_present": refused("no column region_code", "no column region_name"),
    "geog_region_for_la": refused("another region", "no region"),
    # A row of nobody in particular is nobody's figure: it is refused whatever it calls itself.
    "geog_na": refused("a council that is not available"),
    "geog_na_code": refused("a number not available"),
    "geog_overcompleted_cols": refused("a council as England", "a council as a region"),
    "general_dupes": (*refused("a row twice with another value"), REPEAT),
    "general_null": printed("NULL", "Null", "null", "NA", "na", "N/A", "n/a", ".", "..", "-"),
    "ind_invalid_entry": (*refused("an empty cell"), *printed("~", ":")),
}  # fmt: skip

HELD = {**{str(number): tests for number, (_, tests) in ROWS.items()}, **SCREENER}


def cases_of(test: object) -> Iterator[str]:
    """The names of the cases of a test, as pytest shows them, of each of its tables."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name != "parametrize":
            continue
        ids = mark.kwargs.get("ids")
        for position, parameter in enumerate(mark.args[1]):
            value = parameter
            if isinstance(parameter, type(pytest.param())):
                value = parameter.values[0]
                if parameter.id:
                    yield str(parameter.id)
                    continue
            if callable(ids):
                yield str(ids(value))
            elif ids:
                yield str(ids[position])
            # Of several columns any cell will do: it is what pytest makes the name of.
            yield from map(str, value) if isinstance(value, tuple) else [str(value)]


def test_all_ninety_rows_and_thirty_checks_are_here() -> None:
    assert list(ROWS) == list(range(1, 91))
    assert len(SCREENER) == 30
    assert all(HELD.values())


@pytest.mark.parametrize("row", HELD)
def test_each_is_held_by_tests_that_exist(row: str) -> None:
    for name in HELD[row]:
        module, test, *case = name.split("::", 2)
        package = "" if "." in module else "etl."
        found = getattr(import_module(f"tests.{package}{module}"), test)
        assert callable(found), name
        assert not case or case[0] in set(cases_of(found)), name


@pytest.mark.parametrize("unit", sorted({metric.unit for source in all_sources() for metric in source.metrics}))
def test_a_unit_is_a_percent_sign_pounds_or_words(unit: str) -> None:
    """`%` and `£ ` are what sentences and tables look for; else they would print the unit as it stands."""
    assert re.fullmatch(r"%|£ per [a-z ]+|[A-Za-z][A-Za-z0-9, ]+", unit)
    assert "percent" not in unit.lower()
