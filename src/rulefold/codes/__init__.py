"""Every diagnostic code, with what it means and an example of what is wrong and what is right, one module a hundred.

RF0xx pages, RF1xx blocks, RF2xx values, RF3xx folding, RF4xx ATT&CK, RF5xx imports, RF6xx settings, RF7xx queries,
RF8xx rule tests.
`rulefold explain` prints these entries, and the README's table of codes is tested against them.
"""

from rulefold.codes.pages import *  # noqa: F403, I001 - in the order of the codes
from rulefold.codes.blocks import *  # noqa: F403
from rulefold.codes.values import *  # noqa: F403
from rulefold.codes.folding import *  # noqa: F403
from rulefold.codes.attack import *  # noqa: F403
from rulefold.codes.imports import *  # noqa: F403
from rulefold.codes.settings import *  # noqa: F403
from rulefold.codes.queries import *  # noqa: F403
from rulefold.codes.cases import *  # noqa: F403
from rulefold.diagnostics import Code

CODES: dict[str, Code] = {value.id: value for value in list(globals().values()) if isinstance(value, Code)}
