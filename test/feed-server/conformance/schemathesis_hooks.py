"""What openapi.yaml says in words, because no schema can: birthdates are not later than today."""

from datetime import UTC, datetime

import schemathesis
from hypothesis import strategies

schemathesis.openapi.format("date", strategies.dates(max_value=datetime.now(UTC).date()).map(str))
