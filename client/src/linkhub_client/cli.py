"""The command `linkhub`: `push`, `links`, `open`, `watch`.

Exit codes: 0, 1 where something is not as asked (a link is not ready, a run has failed, a
document was refused), 2 where the command, LINKHUB_URL or LINKHUB_TOKEN is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys

from linkhub_client import config, pushing, reading, watching
from linkhub_client.addresses import go
from linkhub_client.problems import LinkHubError, NotConfigured, Refused, Unreachable

RUN_HELP = "PROJECT/DOMAIN/RUN[/ACTION], the address of its page, RUN alone, or - for this one"


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        result: int = given.command(config.from_environment(), given)
    except NotConfigured as error:
        return _complain(error, 2)
    except Refused as error:
        return _complain(error, 2 if error.status in (400, 403) else 1)
    except Unreachable as error:
        return _complain(error, 2)
    except (LinkHubError, OSError) as error:
        return _complain(error, 1)
    except KeyboardInterrupt:
        return 130
    return result


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(error: BaseException, code: int) -> int:
    sys.stderr.write(f"linkhub: {error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linkhub", description="Record runs in LinkHub, and find their links."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    push = commands.add_parser("push", help="record runs, given as JSON or by options")
    push.add_argument("file", nargs="?", help="JSON, a list or a line each; - is standard input")
    push.add_argument("--run", help=RUN_HELP)
    push.add_argument("--phase", help="such as running, succeeded, failed")
    push.add_argument("--workflow")
    push.add_argument("--task", help="of an action")
    push.add_argument("--label", action="append", default=[], metavar="KEY=VALUE")
    push.add_argument("--context", action="append", default=[], metavar="KEY=VALUE")
    push.add_argument("--link", action="append", default=[], metavar="NAME=URL")
    push.add_argument("--spooled", action="store_true", help="send what waits in the spool")
    push.set_defaults(command=pushing.push)
    links = commands.add_parser("links", help="the links of a run")
    links.add_argument("run", help=RUN_HELP)
    links.add_argument("--json", action="store_true", help="as the API has them")
    links.set_defaults(command=_links)
    open_ = commands.add_parser("open", help="open one link of a run")
    open_.add_argument(
        "run", help=RUN_HELP + "; RUN may be latest, latest-succeeded, latest-failed"
    )
    open_.add_argument("key")
    open_.add_argument("--print", action="store_true", help="print the address, open nothing")
    open_.set_defaults(command=_open)
    watch = commands.add_parser("watch", help="follow a run until it ends")
    watch.add_argument("run", help=RUN_HELP)
    watch.add_argument("--every", type=float, default=3.0, metavar="SECONDS")
    watch.set_defaults(command=_watch)
    return parser


def _links(settings: config.Config, given: argparse.Namespace) -> int:
    found = reading.links(settings, reading.named(given.run))
    if given.json:
        say(json.dumps(found, indent=2))
        return 0
    for each in found:
        say(reading.line_of(each))
    return 0


def _open(settings: config.Config, given: argparse.Namespace) -> int:
    of = reading.named(given.run)
    if of.run in reading.LATEST:
        address = settings.url + go(*of, given.key)
    else:
        link = reading.choose(reading.links(settings, of), given.key)
        if link["state"] != "ready":
            raise LinkHubError(f"{link['name']} is {link['state']}: {link['reason']}")
        address = link["url"]
    say(address)
    if not given.print:
        import webbrowser

        webbrowser.open(address)
    return 0


def _watch(settings: config.Config, given: argparse.Namespace) -> int:
    of = reading.named(given.run)
    for line, ended in watching.changes(settings, of, every=max(given.every, 0.5)):
        say(line)
        if ended is not None:
            return 0 if ended in reading.SUCCESS else 1
    return 0
