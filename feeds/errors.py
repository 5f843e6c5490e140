"""Every error that we raise.

    FeedsError                what the user can mend; shown as one line, never a traceback
    |-- UsageError            the command line asks for something that cannot be (exit 2)
    |-- SettingsError         feeds.toml, a template or a secret is wrong (exit 2)
    |-- GuardError            done as asked it would hurt readers: ids change, a burst of old posts (exit 3)
    |-- StoreError            the database cannot be used now: locked, unreachable (exit 75)
    |   `-- UnusableError     nor later, as it is: newer than us, damaged, another program's (exit 2)
    |-- OutputError           a file or folder cannot be written (exit 75)
    |-- DeliveryError         a backend cannot hand over messages at all (exit 75)
    |   `-- LoginError        since the relay refuses our name or password
    `-- MailboxError          the mailbox of bounces cannot be read (exit 75)

A bad post is not among them: that is a `Problem`, a value.
"""


class FeedsError(Exception):
    """Something that the user can mend. Never raised itself."""

    exit_code = 1

    def __init__(self, what: str, mend: str = "", where: str = "") -> None:
        """Say what is wrong, how to mend it, and where (a path, "path:line" or dotted key)."""
        self.what, self.mend, self.where = what, mend, where
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line}; {mend}" if mend else line)


class UsageError(FeedsError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class SettingsError(FeedsError):
    """A setting, template or secret is wrong or missing."""

    exit_code = 2


class GuardError(FeedsError):
    """Refused, since readers would be hurt."""

    exit_code = 3


class StoreError(FeedsError):
    """The database cannot be used now."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h


class UnusableError(StoreError):
    """The database cannot be used before somebody has mended it: to try again does not help."""

    exit_code = 2


class OutputError(FeedsError):
    """A file or folder cannot be written now."""

    exit_code = 75


class DeliveryError(FeedsError):
    """A backend cannot hand over any message now."""

    exit_code = 75


class LoginError(DeliveryError):
    """The relay refuses our name or password."""


class MailboxError(FeedsError):
    """The mailbox of bounces cannot be read now."""

    exit_code = 75
