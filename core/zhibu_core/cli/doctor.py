"""`zhibu doctor`: what is wrong with an installation, and how to mend it."""

import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.doctor.deployment import examine_deployment
from zhibu_core.doctor.installation import Finding, examine
from zhibu_core.doctor.unsafe import Unsafe
from zhibu_core.settings import read_settings


@click.command()
@click.option("--deployment", is_flag=True, help="Name every setting that is unsafe in production instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of --deployment.")
def doctor(deployment: bool, as_json: bool, language: str) -> None:
    """Examine the installation. Exit codes: 0 nothing wrong; 1 something is, with the way to mend it."""
    if deployment:
        found: list[Unsafe] = run(examine_deployment(read_settings()))
        for finding in found:
            click.echo(json.dumps(finding.as_data(), ensure_ascii=False) if as_json else _told(finding, language))
        sound = not found
    else:
        findings: list[Finding] = run(examine(read_settings()))
        for one in findings:
            click.echo(json.dumps(one.as_data(), ensure_ascii=False) if as_json else _said(one))
        sound = all(one.ok for one in findings)
    if not sound:
        raise SystemExit(1)


def _said(finding: Finding) -> str:
    line = f"{'ok  ' if finding.ok else 'BAD '}{finding.check}: {finding.what}"
    return f"{line}\n      {finding.mend}" if finding.mend else line


def _told(finding: Unsafe, language: str) -> str:
    return "\n      ".join(
        (f"BAD {finding.code}: {finding.what.of(language)}", finding.why.of(language), finding.mend.of(language))
    )
