"""Days of the agencies: the time zone of Washington, federal holidays, working days."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import attrs
import holidays

from rsiwg.domain import ONE_DAY, Entry

SATURDAY = 5


@attrs.frozen(kw_only=True)
class WorkCalendar:
    """How days are counted: the entry ``clocks/counting``, ready to use."""

    zone: ZoneInfo
    inauguration_day: bool
    """Whether January 20 after a presidential election is a day off, as it is in Washington only."""

    @classmethod
    def of(cls, counting: Entry) -> "WorkCalendar":
        """From the entry of the rulebook."""
        return cls(
            zone=ZoneInfo(counting.text("time_zone")), inauguration_day=counting.flag("inauguration_day")
        )

    def day(self, when: dt.date | dt.datetime) -> dt.date:
        """The agencies' day of an instant; a day stays as it is."""
        return when.astimezone(self.zone).date() if isinstance(when, dt.datetime) else when

    def is_working(self, day: dt.date) -> bool:
        """Neither a Saturday or Sunday nor a federal holiday, observed days included (5 U.S.C. 6103)."""
        return day.weekday() < SATURDAY and not self.holiday(day)

    def holiday(self, day: dt.date) -> str | None:
        """The federal holiday on a day, or observed on it; None where there is none."""
        return _days_off(day.year, self.inauguration_day).get(day)

    def on_or_after(self, day: dt.date) -> dt.date:
        """The first working day on or after a day."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def later(self, day: dt.date, working_days: int) -> dt.date:
        """So many working days after a day, which is not counted itself."""
        for _ in range(working_days):
            day = self.on_or_after(day + ONE_DAY)
        return day


@cache
def _days_off(year: int, inauguration_day: bool) -> dict[dt.date, str]:
    """A New Year's Day on a Saturday is observed on December 31 before, which the package knows."""
    found = {
        day: name for day, name in holidays.country_holidays("US", years=year).items() if day.year == year
    }
    if inauguration_day:
        capital = holidays.country_holidays("US", subdiv="DC", years=year)
        found |= {day: name for day, name in capital.items() if "Inauguration" in name and day not in found}
    return found


def years_later(day: dt.date, years: int) -> dt.date:
    """The same day of a later year; February 28 where the 29th is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
