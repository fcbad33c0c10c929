"""Settings of a real worker in the tests: the product's, with a lease that runs out in seconds instead of half a minute."""

from spm.settings import *  # noqa: F403

JOB_LEASE_SECONDS = 4
