"""The GitHub action, the pre-commit hook, and what the guide says for other CI servers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from mailroute.cli import rehearse

pytestmark = pytest.mark.hostile("workflows")

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
(SCRIPT,) = (step["run"] for step in STEPS if step.get("id") == "rehearse")

MAILROUTE = f"""#!{sys.executable} -S
# Writes what it is told to, and what it was told into `asked`.
import pathlib, sys
stack = sys.argv[sys.argv.index("--stack") + 1] if "--stack" in sys.argv else ""
with open("asked", "a") as asked:
    print(*sys.argv[1:], file=asked)
print("::error::from the program")
if stack == "dev":
    sys.exit(2)
for option, value in zip(sys.argv, sys.argv[1:]):
    if option == "--save":
        form, _, file = value.partition("=")
        text = "::error file=a,line=1,title=t::m\\r::add-path::x\\n::set-env name=x::y" if form == "github" else f"{{form}} of {{stack}}"
        pathlib.Path(file).write_text(text + "\\n")
sys.exit(1)
"""  # noqa: E501


def write_program(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit, and files that are called as reports might be."""
    for name in ("prod", "dev", "comment.md"):
        (tmp_path / name).write_text("what the repository holds", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    write_program(tmp_path / "bin" / "mailroute", MAILROUTE)
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "-q"], ["add", "prod"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    return tmp_path


def run(checkout: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    files = {name: str(checkout / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    told = {"MAILROUTE": "bin/mailroute", "DIRECTORY": ".", "STACKS": "dev prod", "ARGUMENTS": "", "BASE": ""}
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", SCRIPT],
        cwd=checkout,
        env={**os.environ, **files, **told, "PATH": path, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(checkout: Path) -> list[list[str]]:
    """What mailroute was told each time; every one of its options is one that there is."""
    lines = [line.split() for line in (checkout / "asked").read_text(encoding="utf-8").splitlines()]
    for command, *arguments in lines:
        known = {name for option in rehearse.command.params for name in option.opts}
        assert command == "rehearse"
        assert {argument for argument in arguments if argument.startswith("--")} <= known
    return lines


def test_a_file_of_the_repository_is_no_report(checkout: Path) -> None:
    ended = run(checkout)
    assert ended.returncode == 1, ended.stderr
    summary = (checkout / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary == "**dev** could not be rehearsed: see the job's log.\nmarkdown of prod\n"
    reports, *lines = (checkout / "GITHUB_OUTPUT").read_text(encoding="utf-8").splitlines()
    assert "\n".join(lines[1:-2]) + "\n" == summary
    assert lines[0] == f"markdown<<{lines[-1]}"
    folder = Path(reports.removeprefix("reports="))
    assert not folder.is_relative_to(checkout)
    assert (folder / "sarif" / "prod.sarif").read_text(encoding="utf-8") == "sarif of prod\n"


def test_annotations_alone_are_commands(checkout: Path) -> None:
    """Those of the program are stopped until a token that nobody can guess."""
    first, *said, last, annotation = run(checkout).stdout.splitlines()
    assert said == ["::error::from the program"] * 2
    assert first.removeprefix("::stop-commands::") == last.strip(":")
    assert len(last) == len("::::") + 36
    assert annotation == "::error file=a,line=1,title=t::m"


def test_the_base_is_rehearsed_from_its_own_commit(checkout: Path) -> None:
    ended = run(checkout, STACKS="prod", BASE="HEAD", ARGUMENTS="--engine embedded")
    before, now = asked(checkout)
    base = Path(now[now.index("--base") + 1])
    assert before[1].endswith("/checkout/.")
    assert {"--engine", "embedded", "--json", "--no-creation"} <= {*before}
    assert {"--engine", "embedded", f"json={base.parents[1]}/json/prod.json"} <= {*now}
    assert ended.returncode == 1
    assert not (base.parents[1] / "checkout").exists()


def test_a_base_that_cannot_be_rehearsed_is_not_compared(checkout: Path) -> None:
    run(checkout, STACKS="dev", BASE="HEAD")
    assert "--base" not in asked(checkout)[1]


def test_a_commit_that_is_not_there_is_not_compared(checkout: Path) -> None:
    ended = run(checkout, STACKS="prod", BASE="0" * 40)
    assert f"mailroute: {'0' * 40} is not in the checkout: nothing is compared" in ended.stdout
    (only,) = asked(checkout)
    assert "--base" not in only


def test_actions_are_pinned_and_no_expression_reaches_a_script() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    uses = [line for line in text.splitlines() if "uses:" in line]
    assert len(uses) == 2
    for line in uses:
        assert re.fullmatch(r" +uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for step in STEPS:
        assert "${{" not in step.get("run", "") + step.get("with", {}).get("script", "")


def test_what_comments_runs_no_program() -> None:
    """The job that may write gives the action a comment, and then nothing else of it runs."""
    with_markdown = [step for step in STEPS if step["if"].startswith("inputs.markdown != ''")]
    assert [step["uses"].partition("@")[0] for step in with_markdown] == ["actions/github-script"]
    others = [step["if"] for step in STEPS if step not in with_markdown]
    assert [condition.startswith("inputs.markdown == ''") for condition in others[:2]] == [True, True]
    assert others[2:] == ["always() && inputs.upload-sarif == 'true' && steps.rehearse.outputs.reports != ''"]


def test_the_workflow_tells_the_action_what_it_takes() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/preview.yml").read_text(encoding="utf-8"))
    told = [
        step["with"] for job in workflow["jobs"].values() for step in job["steps"] if step.get("uses") == "./"
    ]
    assert len(told) == 2
    for inputs in told:
        assert inputs.keys() <= ACTION["inputs"].keys()


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    (hook,) = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    _, command, *arguments = hook["entry"].split()
    assert command == "rehearse"
    with rehearse.command.make_context(command, arguments) as context:
        assert context.params["alone"] is True
    pattern = re.compile(hook["files"])
    names = ("__main__.py", "infra/Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.yml", "README.md", "a.yaml")
    assert [bool(pattern.search(name)) for name in names] == [True] * 4 + [False] * 2


SNIPPETS = re.findall(
    r"^`(\.gitlab-ci\.yml|bitbucket-pipelines\.yml)`:\n\n```yaml\n(.*?)^```",
    (ROOT / "docs/guide.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


def scripts(node: Any) -> list[list[str]]:
    """Every `script` in a snippet."""
    if isinstance(node, list):
        return [found for each in node for found in scripts(each)]
    if not isinstance(node, dict):
        return []
    own = [node["script"]] if "script" in node else []
    return own + [found for each in node.values() for found in scripts(each)]


@pytest.mark.parametrize(("name", "text"), SNIPPETS, ids=[name for name, _ in SNIPPETS])
def test_the_lines_of_other_ci_servers_run(name: str, text: str, checkout: Path) -> None:
    document = yaml.safe_load(text)
    (script,) = scripts(document)
    write_program(checkout / "bin" / "pip", "#!/bin/sh\nexit 0\n")
    ended = subprocess.run(
        ["sh", "-e", "-c", "\n".join(script)],
        cwd=checkout,
        env={**os.environ, "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr  # A violation fails the job.
    (told,) = asked(checkout)
    (report,) = (argument.partition("=")[2] for argument in told if argument.startswith("junit="))
    assert (checkout / report).read_text(encoding="utf-8") == "junit of prod\n"
    if name == ".gitlab-ci.yml":
        assert document["mailroute"]["artifacts"]["reports"]["junit"] == report
    else:
        assert report.startswith("test-results/")  # Where Bitbucket looks for them.


def test_the_guide_has_a_snippet_for_each_server() -> None:
    assert [name for name, _ in SNIPPETS] == [".gitlab-ci.yml", "bitbucket-pipelines.yml"]
