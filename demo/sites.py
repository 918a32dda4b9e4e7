"""The demo's two sites; edc_sites finds this module and writes them down after migrations."""

from edc_sites.single_site import SingleSite
from edc_sites.site import sites

ALPHA = SingleSite(
    10,
    "alpha",
    title="Alpha Clinic",
    country="tanzania",
    country_code="tz",
    language_codes=["en"],
    domain="localhost",
)
BRAVO = SingleSite(
    20,
    "bravo",
    title="Bravo Clinic",
    country="tanzania",
    country_code="tz",
    language_codes=["en"],
    # Browsers take every name below localhost to this machine.
    domain="bravo.localhost",
)

sites.register(ALPHA, BRAVO)
