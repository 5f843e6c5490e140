"""What a renderer raises that gives up."""


class UnrenderableError(Exception):
    """A renderer gives up on a body, and says which other may do better."""

    def __init__(self, what: str, mend: str = "simplify it", instead: str = "text") -> None:
        super().__init__(what)
        self.mend, self.instead = mend, instead
