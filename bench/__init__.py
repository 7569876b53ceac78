"""What the policy pack costs, measured."""

import mailroute  # noqa: F401  (leads to the modules of the policy pack)
