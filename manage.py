#!/usr/bin/env python
"""Django's command line, attached to the running servers or to embedded ones (see spm/embedded)."""

import os
import sys

# Work without a database.
OFFLINE = {"collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "version"}
OFFLINE |= {"plan_check", "plan_diff", "plan_explain", "plan_simulate"}
# Act as the owner of the schema. Every other command acts as spm_app, behind the wall.
OWNER = {"backup", "dbshell", "flush", "inspectdb", "makemigrations", "migrate", "optimizemigration", "pgtrigger"}
OWNER |= {"restore", "showmigrations", "sqlflush", "sqlmigrate", "sqlsequencereset", "squashmigrations", "test"}


def prepare(arguments: list[str]) -> None:
    """Give the command the servers, the role and the tables it needs."""
    command = arguments[0] if arguments else "help"
    if command in OFFLINE or {"-h", "--help", "--version"} & set(arguments):
        os.environ.setdefault("SPM_INSECURE_KEY", "1")  # nothing is signed without servers
        return
    from spm import embedded, env

    if command in OWNER:
        os.environ["SPM_DATABASE_ROLE"] = ""
    own_database = not env.text("DATABASE_URL")
    embedded.ensure()
    if own_database and command not in OWNER:
        import django

        django.setup()
        from spm.schema import bring_up_to_date

        bring_up_to_date()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
    from django.core.management import execute_from_command_line

    from spm.embedded import Refused

    try:
        prepare(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
    except KeyboardInterrupt:
        sys.exit(130)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
