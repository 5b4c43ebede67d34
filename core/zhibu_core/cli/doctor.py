"""`zhibu doctor`: what is wrong with an installation, and how to mend it."""

import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.doctor import Finding, examine
from zhibu_core.settings import read_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Examine the installation. Exit codes: 0 nothing wrong; 1 something is, with the way to mend it."""
    findings: list[Finding] = run(examine(read_settings()))
    for finding in findings:
        if as_json:
            line = {"check": finding.check, "ok": finding.ok, "what": finding.what, "mend": finding.mend}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            click.echo(f"{'ok  ' if finding.ok else 'BAD '}{finding.check}: {finding.what}")
            if finding.mend:
                click.echo(f"      {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)
