"""The documentation names every setting, error code and system check that there is."""

import inspect
import re
from pathlib import Path

import pytest

import edc_retinopathy
from edc_retinopathy import checks, conf
from edc_retinopathy.api.codes import CODES, RETRY_AFTER
from edc_retinopathy.choices import FindingCode
from edc_retinopathy.inspection.advice import advice_on
from edc_retinopathy.inspection.rules import RULES
from edc_retinopathy.models.refusal import TOO_MANY_REFUSALS
from edc_retinopathy.previews.judging import PIXEL_RULES
from edc_retinopathy.refusals.advice import advice_on as advice_on_refusal

DOCS = Path(__file__).parent.parent / "docs"
API = Path(edc_retinopathy.__file__).parent / "api"
SETTING = re.compile(r"EDC_RETINOPATHY_[A-Z_]+[A-Z]")


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def names_in_first_column(page: str) -> set[str]:
    """What stands alone in the first cell of a row of a ``list-table``."""
    return set(re.findall(r"^   \* - ``(\w+)``$", page, re.MULTILINE))


def rows_of_three(page: str, first: str) -> dict[str, str]:
    """The first two cells of the rows of tables of three columns, folded onto one line each."""
    rows = re.findall(
        rf"^   \* - {first}\n     - (.+(?:\n       .+)*)\n     - ", page, re.MULTILINE
    )
    return {name: " ".join(text.split()) for name, text in rows}


def test_the_table_of_settings_has_every_setting_that_is_read() -> None:
    read_by_conf = set(SETTING.findall(inspect.getsource(conf))) - {"EDC_RETINOPATHY_"}
    assert names_in_first_column(read("settings.rst")) == read_by_conf


def test_every_setting_has_a_reader_that_says_what_it_means() -> None:
    documented = names_in_first_column(read("settings.rst"))
    docstrings = " ".join(
        inspect.getdoc(function) or ""
        for name, function in inspect.getmembers(conf, inspect.isfunction)
        if not name.startswith("_")
    )
    assert documented <= set(SETTING.findall(docstrings))


def test_the_table_of_findings_has_every_code_with_its_severity() -> None:
    rows = re.findall(r"^   \* - ``(\w+)``\n     - (\w+)$", read("findings.rst"), re.MULTILINE)
    assert rows == [(rule.code.value, rule.severity.value) for rule in (*RULES, *PIXEL_RULES)]
    assert {code for code, _ in rows} == set(FindingCode.values)


def test_the_clinic_reads_each_finding_in_the_words_of_the_pages() -> None:
    assert rows_of_three(read("clinic.rst"), r"\*\*(.+)\*\*") == {
        str(code.label): str(advice_on(code.value).text) for code in FindingCode
    }


def test_the_clinic_reads_each_refusal_in_the_words_of_the_pages() -> None:
    # Who is not known has no refusals, nor has what is no endpoint.
    recorded = {*CODES, TOO_MANY_REFUSALS} - {"not_authenticated", "not_found"}
    assert rows_of_three(read("clinic.rst"), r"``(\w+)``") == {
        code: str(advice_on_refusal(code)) for code in recorded
    }


def test_the_keys_of_graders_are_those_of_the_sheet_and_of_the_script() -> None:
    package = Path(edc_retinopathy.__file__).parent
    sheet = (package / "templates/edc_retinopathy/exam_keys.html").read_text(encoding="utf-8")
    on_sheet = {
        tuple(re.sub("</?kbd>", "", keys).split()): text
        for keys, text in re.findall(
            r'<th scope="row">(.+?)</th><td>{% translate "(.+?)" %}', sheet
        )
    }
    documented = re.findall(r"^   \* - (``.+``)\n     - (.+)$", read("graders.rst"), re.MULTILINE)
    assert {tuple(keys.replace("`", "").split()): text for keys, text in documented} == on_sheet
    script = (package / "static/edc_retinopathy/viewer/keys.js").read_text(encoding="utf-8")
    listened = {*re.findall(r'^  "?(.)"?: "\w+",$', script, re.MULTILINE), "b", "c"}
    explained = {key.lower() for keys in on_sheet for key in keys if len(key) == 1}
    minus, arrows = "\u2212", set("←→↑↓")
    # The first two stand for plus and minus on some keyboards.
    assert explained == listened - {"=", "_", "-"} | {minus} | arrows


def test_bold_words_of_the_clinic_are_those_on_the_screen() -> None:
    package = Path(edc_retinopathy.__file__).parent
    sources = [*package.rglob("*.html"), *package.rglob("*.py")]
    text = " ".join(path.read_text(encoding="utf-8") for path in sources)
    # Tags and quotes stand between words that a page has in one line.
    on_screen = " ".join(re.sub(r"{%\s*\w+|%}|%\(\w+\)s|[\"']", " ", text).split())
    bold = {
        " ".join(words.split())
        for words in re.findall(r"\*\*(.+?)\*\*", read("clinic.rst"), re.DOTALL)
    }
    assert len(bold) > 30
    missing = [words for words in bold if words.rstrip(",").replace("'", " ") not in on_screen]
    assert missing == []


def test_the_table_of_errors_has_every_code_with_its_status() -> None:
    rows = re.findall(r"^   \* - ``(\w+)``\n     - (\d+)$", read("api.rst"), re.MULTILINE)
    assert len(rows) == len(CODES)
    assert {code: int(status) for code, status in rows} == {
        code: known.http_status for code, known in CODES.items()
    }


@pytest.mark.parametrize("code", CODES)
def test_the_table_of_errors_says_which_ask_to_try_again_later(code: str) -> None:
    row = read("api.rst").partition(f"   * - ``{code}``")[2].partition("   * - ")[0]
    is_said = "Retry-After" in row
    assert is_said == (RETRY_AFTER in CODES[code].headers or code == "throttled")


def test_no_module_spells_the_status_of_a_code() -> None:
    for path in API.glob("*.py"):
        text = path.read_text("utf-8")
        spelled = re.findall(r"HTTP_[45]\d\d_|(?:status(?:_code)?=|http_status = )[45]\d\d", text)
        assert path.name == "codes.py" or spelled == [], path


def test_examples_agree_on_uploads_at_a_time_and_leave_threads_to_pages() -> None:
    pages = [*DOCS.rglob("*.rst"), *DOCS.rglob("*.py"), *(DOCS.parent / "demo").glob("*.py")]
    setting = re.compile(r"EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS = (\d+)")
    examples = [n for page in pages for n in setting.findall(page.read_text(encoding="utf-8"))]
    assert len(examples) >= 2
    assert set(examples) == {"5"}
    (threads,) = re.findall(r"--threads (\d+)", read("operations.rst"))
    assert int(threads) > 5
    assert f"5 with {threads} threads" in read("settings.rst")


def test_pictures_of_pages_are_small_each_is_shown_and_none_is_missing() -> None:
    there = {path.name for path in (DOCS / "images").iterdir()}
    pages = [DOCS.parent / "README.rst", *DOCS.rglob("*.rst")]
    shown = {
        name
        for page in pages
        for name in re.findall(r"^.*image:: .*images/(\S+)$", page.read_text("utf-8"), re.MULTILINE)
    }
    assert shown == there
    large = [n for n in there if (DOCS / "images" / n).stat().st_size >= 200_000]
    assert large == []


def test_no_page_installs_by_the_name_that_another_product_has() -> None:
    for page in [DOCS.parent / "README.rst", *DOCS.rglob("*.rst")]:
        commands = re.findall(r"^ +(?:uv )?pip install .*$", page.read_text("utf-8"), re.MULTILINE)
        assert [c for c in commands if re.search(r"edc-retinopathy(?! @ git)", c)] == []


@pytest.mark.parametrize("page", ["installation.rst"])
def test_every_system_check_is_documented(page: str) -> None:
    in_code = set(re.findall(r"\b[EW]0\d\d\b", inspect.getsource(checks)))
    in_docs = set(re.findall(r"edc_retinopathy\.([EW]\d{3})", read(page)))
    assert in_docs == in_code
