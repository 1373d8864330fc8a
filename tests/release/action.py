"""Runs the steps of an action.yml as GitHub's runner runs those of a composite action: as far as ours
goes, which is bash, `env` with inputs, and GITHUB_PATH.

    action.py ACTION_YML INPUTS     INPUTS is a JSON object; the environment is the runner's
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

path, given = sys.argv[1], json.loads(sys.argv[2])
with open(path) as file:
    action = yaml.safe_load(file)

unknown = given.keys() - action["inputs"].keys()
if unknown:
    sys.exit(f"there is no input {', '.join(unknown)}")
inputs = {name: str(given.get(name, it.get("default", ""))) for name, it in action["inputs"].items()}
assert action["runs"]["using"] == "composite"


def value(text):
    def expression(match):
        name = re.fullmatch(r"inputs\.([a-z0-9_-]+)", match[1])
        assert name, f"this runner does not know the expression {match[1]}"
        return inputs[name[1]]

    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", expression, str(text))


found = tempfile.NamedTemporaryFile(mode="r", suffix=".path")
environment = {**os.environ, "GITHUB_PATH": found.name}
for step in action["runs"]["steps"]:
    assert step.keys() <= {"name", "shell", "env", "run"}, f"this runner does not know {step.keys()}"
    assert step["shell"] == "bash"
    # An expression in a script would be pasted into it, whatever it holds.
    assert "${{" not in step["run"], "inputs go through env"
    with open(found.name) as file:
        folders = [line.strip() for line in file]
    own = {name: value(text) for name, text in step.get("env", {}).items()}
    search = os.pathsep.join([*reversed(folders), environment["PATH"]])
    with tempfile.NamedTemporaryFile(mode="w", suffix=".sh") as script:
        script.write(step["run"])
        script.flush()
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script.name]
        code = subprocess.run(command, env={**environment, **own, "PATH": search}).returncode
    if code:
        sys.exit(code)
