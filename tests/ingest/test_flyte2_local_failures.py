from linkhub.ingest.flyte2_local.failures import readable

STORED = (
    'Error(err=code: "ValueError"\nmessage: "{}"\nkind: USER\nworker: "user"\n, recoverable=True)'
)


def test_it_gives_code_and_message() -> None:
    assert readable(STORED.format("no such file")) == "ValueError: no such file"


def test_it_reads_the_escapes_of_protobuf() -> None:
    message = r"say \"no\"\n\\ é \001\x41\'"
    assert readable(STORED.format(message)) == 'ValueError: say "no"\n\\ é \x01A\''


def test_it_gives_the_code_where_there_is_no_message() -> None:
    assert readable('Error(err=code: "KeyError"\nkind: USER\n, recoverable=False)') == "KeyError"


def test_it_leaves_other_texts_as_they_are() -> None:
    assert readable("bad thing") == "bad thing"
    assert readable("Error(err=kind: USER, recoverable=True)").startswith("Error(err=")
    assert readable("") == ""
