"""A value of a spreadsheet and its number format become the words that its reader sees.

Decimal signs are those of English, and a date whose format leaves the order to the reader's country is written
year-month-day: the file does not say which country that is.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[(?:[A-Z][a-z]+|Color\d+)\]')
_NUMBER = re.compile(r"[#0?,]*[#0?](?:\.[#0?]*)?,*|\.[0#?]+,*")
_SIGNS_AROUND = re.compile(r"[^A-Za-z#0?,.@/*\[\]]*")
_DATE_PART = re.compile(r"\[h+\]|\[m+\]|\[s+\]|y+|m+|d+|h+|s+(?:\.0+)?|AM/PM|A/P", re.IGNORECASE)
_LOCAL_DATES = frozenset({"mm-dd-yy", "m/d/yy h:mm", "m/d/yyyy"})
"""What files hold where Excel shows a date in the order of the reader's country."""

_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

_SIGNIFICANT = 10
"""So many digits of a number without a format are shown."""


def show_value(value: object, number_format: str) -> tuple[str, bool]:
    """Give what a reader sees of *value*, and whether its format was understood; if not, it is shown plainly."""
    if isinstance(value, bool):
        return str(value).upper(), True
    if isinstance(value, timedelta):
        return _show_duration(value), True
    if isinstance(value, datetime | date | time):
        return _show_date(value, number_format), True
    if isinstance(value, int | float):
        return _show_number(value, number_format)
    return str(value), True


def _show_number(value: int | float, number_format: str) -> tuple[str, bool]:
    if number_format in ("General", "@"):
        return _plain(value), True
    sections = _sections(number_format)
    is_negative = value < 0
    section = sections[0]
    if is_negative and len(sections) > 1:
        section, is_negative = sections[1], False
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] or found[2] or found[3] or "")
        return chr(0xE000 + len(kept) - 1)

    pattern = _LITERAL.sub(keep, section)
    number = _NUMBER.search(pattern)
    before, after = (pattern[: number.start()], pattern[number.end() :]) if number else (pattern, "")
    if not (_SIGNS_AROUND.fullmatch(before) and _SIGNS_AROUND.fullmatch(after)):
        return _plain(value), False
    digits = _digits(abs(value), number[0], (before + after).count("%")) if number else ""
    shown = f"{'-' if is_negative else ''}{before}{digits}{after}"
    return "".join(kept[ord(sign) - 0xE000] if 0 <= ord(sign) - 0xE000 < len(kept) else sign for sign in shown), True


def _sections(number_format: str) -> list[str]:
    """Part what is for positive numbers, for negative ones and for zero."""
    return re.findall(r'(?:"[^"]*"|\\.|[^;])+', number_format) or ["General"]


def _digits(value: int | float, pattern: str, percents: int) -> str:
    thousands = len(pattern) - len(pattern.rstrip(","))
    whole, _, fraction = pattern.rstrip(",").partition(".")
    number = Decimal(repr(value)) * 100**percents / 1000**thousands
    number = number.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    shown = f"{number:,f}" if "," in whole else f"{number:f}"
    integral, _, decimals = shown.partition(".")
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and decimals.endswith("0"):
        decimals, optional = decimals[:-1], optional - 1
    integral = integral.rjust(whole.count("0"), "0") if "," not in integral else integral
    return integral + (f".{decimals}" if decimals else "")


def _plain(value: int | float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.{_SIGNIFICANT}g}"


def _show_date(value: datetime | date | time, number_format: str) -> str:
    section = _sections(re.sub(r"\[\$-[^\]]*\]", "", number_format))[0]
    if section in _LOCAL_DATES or "F800" in number_format or "F400" in number_format or section == "General":
        return _iso(value)
    parts = list(_DATE_PART.finditer(re.sub(r'"[^"]*"|\\.', lambda found: "\0" * len(found[0]), section)))
    has_half_days = any(part[0].upper() in ("AM/PM", "A/P") for part in parts)
    shown, done, follows_hours = "", 0, False
    for number, part in enumerate(parts):
        shown += _literal(section[done : part.start()])
        done = part.end()
        following = parts[number + 1][0].lower() if number + 1 < len(parts) else ""
        is_minute = part[0].lower() in ("m", "mm") and (follows_hours or following.startswith("s"))
        shown += _date_part(value, "minute" if is_minute else part[0].lower(), len(part[0]), has_half_days)
        follows_hours = part[0].lower().startswith("h")
    return shown + _literal(section[done:])


def _literal(words: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)|_.|;@$|@', lambda found: found[1] or found[2] or "", words)


def _date_part(value: datetime | date | time, part: str, width: int, has_half_days: bool) -> str:
    day = value if isinstance(value, date) else date(1900, 1, 1)
    clock = value if isinstance(value, datetime | time) else time()
    if part == "minute":
        return f"{clock.minute:0{width}d}"
    if part in ("am/pm", "a/p"):
        return "PM" if clock.hour >= 12 else "AM"
    number = {"y": day.year if width > 2 else day.year % 100, "m": day.month, "d": day.day, "s": clock.second}
    if part[0] == "h":
        hour = (clock.hour - 1) % 12 + 1 if has_half_days else clock.hour
        return f"{hour:0{min(width, 2)}d}"
    if part[0] in "md" and width > 2:
        name = _MONTHS[day.month - 1] if part[0] == "m" else _DAYS[day.weekday()]
        return name[:3] if width == 3 else name
    return f"{number[part[0]]:0{2 if part[0] == 'y' else min(width, 2)}d}"


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value.isoformat(timespec="minutes")


def _show_duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
