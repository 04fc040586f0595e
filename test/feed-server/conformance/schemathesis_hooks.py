"""What Schemathesis cannot know from openapi.yaml. Without the variables of the environment, it has no token and guesses ids."""

import os
from datetime import UTC, datetime

import requests
import schemathesis
from hypothesis import strategies

# Birthdates are not later than today, which no schema can say.
schemathesis.openapi.format("date", strategies.dates(max_value=datetime.now(UTC).date()).map(str))

existing = os.environ.get("POSTED_IDS", "")
if existing:
    ids = strategies.sampled_from(existing.split(","))
    schemathesis.openapi.format("uuid", ids | strategies.uuids().map(str))

url = os.environ.get("POSTED_URL")
if url:

    @schemathesis.auth()
    class NewUser:
        """A user whose token is replaced by that of another one after 401, because some requests end it."""

        def get(self, case, context):
            user = {"first_name": "Ada", "second_name": "Lovelace", "password": "correct horse battery staple"}
            user_id = requests.post(f"{url}/user/register", json=user, timeout=60).json()["user_id"]
            login = {"id": user_id, "password": user["password"]}
            return requests.post(f"{url}/login", json=login, timeout=60).json()["token"]

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
