"""What can go wrong with a template; each error a render raises leads to one link state."""


class LanguageError(Exception):
    """Base of everything this package raises."""


class TemplateError(LanguageError):
    """The template's text is wrong; raised when it is compiled, never when it is rendered.

    `column` counts characters from 1. `suggestion` is what the author most likely meant, or "".
    """

    def __init__(self, message: str, *, column: int, suggestion: str = "") -> None:
        self.message = message
        self.column = column
        self.suggestion = suggestion
        hint = f"; did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"{message}{hint} (column {column})")


class MissingVariables(LanguageError):
    """Variables without a value, in template order: the link is waiting, or missing."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"no value for {', '.join(names)}")


class Refused(LanguageError):
    """A value may not stand where the template puts it: the link is blocked by `rule`."""

    def __init__(self, rule: str, detail: str) -> None:
        self.rule = rule
        self.detail = detail
        super().__init__(f"{rule}: {detail}")


class Failed(LanguageError):
    """A filter could not do its work on a value: the link has failed."""


class NothingLeft(Failed):
    """A filter left nothing of a value that was there, such as a `regex` that did not match."""
